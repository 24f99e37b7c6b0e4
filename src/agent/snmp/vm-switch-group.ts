import type { PlainValue } from "../../mapping/bind-table.js";
import type { VmNotificationSwitches } from "../../mapping/snmp/vm-scope.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import { compareOids } from "../../protocol/snmp/oid.js";
import type { SetRequester, SetStep } from "../../protocol/snmp/set.js";
import { vmObjects } from "../../schema/generated/vm-mib.js";
import type { InstanceAssignment, SettableGroup, SettableObject } from "./settable-objects.js";
import type { VmSwitches } from "./vm-switches.js";

const { vmPerVMNotificationsEnabled, vmBulkNotificationsEnabled } = vmObjects.scalars;
/** @see RFC 2579, textual convention TruthValue */
const TRUE = 1;

/** Lets managers switch the notifications of each context; what they set does not last longer than the agent. */
export class VmSwitchGroup implements SettableGroup {
  readonly objects: readonly SettableObject[] = [
    settable("vmPerVMNotificationsEnabled", vmPerVMNotificationsEnabled),
    settable("vmBulkNotificationsEnabled", vmBulkNotificationsEnabled),
  ];
  readonly #switches: VmSwitches;

  constructor(switches: VmSwitches) {
    this.#switches = switches;
  }

  refusal(): undefined {
    return undefined;
  }

  canExist(_name: string, key: Oid): boolean {
    return compareOids(key, [0]) === 0;
  }

  plan(assignments: readonly InstanceAssignment[], { contextName }: SetRequester): SetStep {
    const before = this.#switches.of(contextName);
    const after = assignments.reduce<VmNotificationSwitches>(withAssignment, before);
    return {
      errorIndex: assignments[0]?.errorIndex ?? 0,
      commit: async () => this.#switches.set(contextName, after),
      undo: async () => this.#switches.set(contextName, before),
    };
  }
}

function withAssignment(switches: VmNotificationSwitches, { name, value }: InstanceAssignment): VmNotificationSwitches {
  return { ...switches, [name === "vmBulkNotificationsEnabled" ? "bulk" : "perVm"]: isTrue(value) };
}

function isTrue(value: PlainValue): boolean {
  return value === TRUE;
}

function settable(name: string, shape: SettableObject["shape"]): SettableObject {
  return { oid: [...vmObjects.oid, shape.id], name, shape };
}
