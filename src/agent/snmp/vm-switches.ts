import type { VmNotificationSwitches } from "../../mapping/snmp/vm-scope.js";

/**
 * vmPerVMNotificationsEnabled and vmBulkNotificationsEnabled of all contexts: as configured until a manager sets them, and again
 * after the next start. Reading the configuration again is no start: only what it says differently now replaces what was set.
 *
 * @see RFC 7666, objects vmPerVMNotificationsEnabled and vmBulkNotificationsEnabled
 */
export class VmSwitches {
  readonly #set = new Map<string, VmNotificationSwitches>();
  #configured: VmNotificationSwitches;

  constructor(configured: VmNotificationSwitches) {
    this.#configured = configured;
  }

  of(contextName: string): VmNotificationSwitches {
    return this.#set.get(contextName) ?? this.#configured;
  }

  /** A manager's change, of a context that exists; holds at once. */
  set(contextName: string, change: Partial<VmNotificationSwitches>): void {
    this.#set.set(contextName, { ...this.of(contextName), ...change });
  }

  configure(configured: VmNotificationSwitches): void {
    const { perVm, bulk } = this.#configured;
    const said: Partial<VmNotificationSwitches> = {
      ...(configured.perVm === perVm ? {} : { perVm: configured.perVm }),
      ...(configured.bulk === bulk ? {} : { bulk: configured.bulk }),
    };
    for (const [contextName, set] of this.#set) this.#set.set(contextName, { ...set, ...said });
    this.#configured = { perVm: configured.perVm, bulk: configured.bulk };
  }
}
