import type { InventoryEvent } from "../../inventory/event.js";
import type { Lifecycle } from "../../inventory/lifecycle.js";
import { isActive, type Machine, type MachineState } from "../../inventory/machine.js";
import { announcement, lifecycle, type VmBulkNotification, type VmNotification } from "../../mapping/lifecycle.js";
import { machineState, type OperState, operState } from "../../mapping/machine-state.js";
import type { VmRow } from "../../mapping/snmp/vm-scope.js";
import { vmTable } from "../../mapping/snmp/vm-table.js";
import type { ObjectValue, Oid, VarBind } from "../../protocol/snmp/object-source.js";
import { vmNotifications, vmObjects } from "../../schema/generated/vm-mib.js";
import { objectReader } from "./object-value.js";

/** A notification that is due about one machine. */
export interface DueNotification {
  readonly name: VmNotification;
  readonly machine: Machine;
  /** The state that the machine came from: what vmOperState carries. */
  readonly from: OperState;
}

/**
 * Which notifications an event is worth, in order. A machine that is restored or arrives by migration passes through two
 * states, of which the second comes from the first; what was announced already, because a look showed it, is not announced again.
 * One that first comes to light as it starts was shut down before; one that was merely found is not told of.
 *
 * @see RFC 7666, section 4.2
 */
export function dueNotifications(event: InventoryEvent): readonly DueNotification[] {
  switch (event.kind) {
    case "machine-removed":
      return [{ name: "vmDeleted", machine: event.machine, from: lastKnown(event.machine) }];
    case "machine-added":
      if (event.lifecycle === "observed") return [];
      return inSuccession(event.machine, "stopped", event.lifecycle);
    case "machine-state":
      // A transient machine that moved away is gone in a moment, which says all there is to say here.
      if (event.lifecycle === "stopped-migrated" && event.machine.persistent === false) return [];
      return inSuccession(event.machine, event.before.state, event.lifecycle);
    default:
      return [];
  }
}

/** What a machine was last seen in. That its host could not be reached since is no state that it came from. */
function lastKnown({ state }: Machine): OperState {
  return machineState[state].vmOperState;
}

function inSuccession(machine: Machine, before: MachineState, by: Lifecycle): readonly DueNotification[] {
  const { snmp, from: origin } = lifecycle[by];
  const due: DueNotification[] = [];
  let from = machineState[cameFrom(before, origin)].vmOperState;
  for (const entry of snmp) {
    const name = entry === "by-state" ? announcement[operState(machine)] : entry;
    const to = name && announcedState(name);
    if (name === undefined || to === from) continue;
    due.push({ name, machine, from });
    from = to ?? from;
  }
  return due;
}

/** To be prepared is announced by nothing, so it is no state that a manager knows the machine to have come from. */
function cameFrom(before: MachineState, origin: MachineState | undefined): MachineState {
  if (before === "preparing") return origin ?? "stopped";
  return origin === undefined || isActive(before) ? before : origin;
}

/** snmpTrapOID of a notification. */
export function vmTrapOid(name: VmNotification | VmBulkNotification): Oid {
  return [...vmNotifications.oid, vmNotifications.notifications[name].id];
}

/** The objects that the MIB says a notification carries. `index` is the machine's number in the context it is sent from. */
export function vmVarBinds({ name, machine, from }: DueNotification, index: number): readonly VarBind[] {
  const row: VmRow = { machine, index, now: 0 };
  const varBinds: VarBind[] = [];
  for (const object of vmNotifications.notifications[name].objects) {
    const value: ObjectValue | undefined =
      object === "vmOperState" ? { type: "Integer32", value: from } : readers.get(object)?.read(row);
    const column = readers.get(object)?.column;
    if (value !== undefined && column !== undefined) {
      varBinds.push({ oid: [...vmTable.entry.oid, column, index], value });
    }
  }
  return varBinds;
}

/**
 * The one object that a bulk notification carries: a bit for each machine, vmIndex 1 the highest of the first octet.
 * @see RFC 7666, textual convention VirtualMachineList
 */
export function affectedVmsVarBind(indexes: Iterable<number>): VarBind {
  const list = [...indexes];
  const octets = new Uint8Array(Math.ceil(list.reduce((most, index) => Math.max(most, index), 0) / 8));
  for (const index of list) {
    const at = (index - 1) >> 3;
    octets[at] = (octets[at] as number) | (0x80 >> ((index - 1) & 7));
  }
  return { oid: affectedVmsOid, value: { type: "OctetString", value: octets } };
}

const affectedVmsOid: Oid = [...vmObjects.oid, vmObjects.scalars.vmAffectedVMs.id, 0];

const readers = new Map(
  vmTable.columns.map((column) => [column.name, { column: column.shape.id, read: objectReader(column) }]),
);

function announcedState(name: VmNotification): OperState | undefined {
  const found = Object.entries(announcement).find(([, announced]) => announced === name);
  return found && (Number(found[0]) as OperState);
}
