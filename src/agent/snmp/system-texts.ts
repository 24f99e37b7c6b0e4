import type { Store } from "../../base/store.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import { compareOids } from "../../protocol/snmp/oid.js";
import type { SetStep } from "../../protocol/snmp/set.js";
import { system } from "../../schema/generated/snmpv2-mib.js";
import type { InstanceAssignment, SettableGroup, SettableObject } from "./settable-objects.js";

/** What managers may write of the system group. */
export type SystemText = "sysContact" | "sysName" | "sysLocation";

const names: readonly SystemText[] = ["sysContact", "sysName", "sysLocation"];
const PATH = "snmp/system/";
const SCALAR_KEY: Oid = [0];

/**
 * sysContact, sysName and sysLocation of the default context as managers set them: on disk before they take effect. What the
 * configuration file says holds instead, and cannot be set.
 *
 * @see RFC 3418, object system
 */
export class SystemTexts implements SettableGroup {
  readonly objects: readonly SettableObject[] = names.map((name) => {
    const shape = system.scalars[name];
    return { oid: [...system.oid, shape.id], name, shape };
  });
  readonly #store: Store;
  #kept: ReadonlyMap<SystemText, string>;
  #fixed: ReadonlySet<string> = new Set();

  private constructor(store: Store, kept: ReadonlyMap<SystemText, string>) {
    this.#store = store;
    this.#kept = kept;
  }

  /** Reads what managers set in earlier lives of the gateway. */
  static async open(store: Store): Promise<SystemTexts> {
    const kept = new Map<SystemText, string>();
    for (const name of names) {
      const entry = await store.get(PATH + name);
      if (entry !== undefined) kept.set(name, entry.value);
    }
    return new SystemTexts(store, kept);
  }

  /** Goes on with these as the configuration file's own. */
  configure(fixed: Iterable<SystemText>): void {
    this.#fixed = new Set(fixed);
  }

  /** What a manager has set and may still hold; `undefined` where it is for the configuration to say. */
  get(name: SystemText): string | undefined {
    return this.#fixed.has(name) ? undefined : this.#kept.get(name);
  }

  isFixed(name: string): boolean {
    return this.#fixed.has(name);
  }

  refusal(): undefined {
    return undefined;
  }

  canExist(_name: string, key: Oid): boolean {
    return compareOids(key, SCALAR_KEY) === 0;
  }

  plan(assignments: readonly InstanceAssignment[]): SetStep {
    const before = this.#kept;
    const after = new Map(before);
    for (const { name, value } of assignments) after.set(name as SystemText, String(value));
    const move = async (to: ReadonlyMap<SystemText, string>): Promise<void> => {
      await this.#store.write(names.map((name) => ({ key: PATH + name, value: to.get(name) })));
      this.#kept = to;
    };
    return { errorIndex: assignments[0]?.errorIndex ?? 0, commit: () => move(after), undo: () => move(before) };
  }
}
