import type { Generation } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";
import { vmEntry } from "../../schema/generated/vm-mib.js";

/** Where SNMP shows a machine. */
export interface SnmpPlace {
  /** The context to ask in; empty for the default one. */
  readonly context: string;
  /** Its `vmIndex` there. */
  readonly vmIndex: number;
  /** The OIDs of its objects in vmTable, by their names. */
  readonly oids: Readonly<Record<string, string>>;
}

/** The contexts that show `machine`: its host's, and the default one, which is the same when there is one host only. */
export function snmpPlaces(generation: Generation, machine: Machine): readonly SnmpPlace[] {
  const onlyHost = generation.hosts.size === 1;
  return [place(machine.host, machine.index), place("", onlyHost ? machine.index : machine.gatewayIndex)];
}

function place(context: string, vmIndex: number): SnmpPlace {
  const oids: Record<string, string> = {};
  for (const [name, column] of Object.entries(vmEntry.columns))
    if (column.access !== "not-accessible") oids[name] = [...vmEntry.oid, column.id, vmIndex].join(".");
  return { context, vmIndex, oids };
}
