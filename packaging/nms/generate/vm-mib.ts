import type { BoundObject, BoundScalars, BoundTable } from "../../../src/mapping/bind-table.js";
import { vmCpuTable } from "../../../src/mapping/snmp/vm-cpu-table.js";
import { vmNetworkTable } from "../../../src/mapping/snmp/vm-network-table.js";
import { vmHypervisorScalars, vmObjectScalars } from "../../../src/mapping/snmp/vm-scalars.js";
import { vmStorageTable } from "../../../src/mapping/snmp/vm-storage-table.js";
import { vmTable } from "../../../src/mapping/snmp/vm-table.js";
import type { ObjectShape } from "../../../src/schema/smi/shape.js";

/** An object of VM-MIB that is served. */
export interface ServedObject {
  readonly name: string;
  readonly oid: string;
  readonly shape: ObjectShape;
}

/** A table of VM-MIB without the objects that nobody can graph. */
export interface ServedTable {
  /** `vmStorage` */
  readonly name: string;
  readonly oid: string;
  /** Names of the objects that number its rows; the first is a machine's number. */
  readonly index: readonly string[];
  readonly columns: readonly ServedObject[];
}

/** vmCpuAffinityTable is left out: millions of rows that never change by themselves. */
export const served: { readonly scalars: readonly ServedObject[] } & Readonly<
  Record<"machines" | "cpus" | "disks" | "nics", ServedTable>
> = {
  scalars: [...scalarsOf(vmHypervisorScalars), ...scalarsOf(vmObjectScalars)],
  machines: tableOf(vmTable),
  cpus: tableOf(vmCpuTable),
  disks: tableOf(vmStorageTable),
  nics: tableOf(vmNetworkTable),
};

/** The machine's name: what people call it in every product. */
export const vmName = requireColumn("vmName");

export function requireColumn(name: string): ServedObject {
  const found = served.machines.columns.find((column) => column.name === name);
  if (found === undefined) throw new TypeError(`vmTable has no ${name}`);
  return found;
}

function tableOf(table: Pick<BoundTable<never>, "entry" | "columns">): ServedTable {
  const { name, oid, index } = table.entry;
  return {
    name: name.replace(/Entry$/, ""),
    oid: oid.join("."),
    index: index.map((part) => part.name),
    columns: objectsOf(table.columns, oid),
  };
}

function scalarsOf({ group, scalars }: Pick<BoundScalars<never>, "group" | "scalars">): readonly ServedObject[] {
  return objectsOf(scalars, group.oid).map((one) => ({ ...one, oid: `${one.oid}.0` }));
}

function objectsOf(objects: readonly BoundObject<never>[], parent: readonly number[]): readonly ServedObject[] {
  return objects
    .filter(({ shape }) => shape.syntax !== "ObjectIdentifier")
    .map(({ name, shape }) => ({ name, oid: [...parent, shape.id].join("."), shape }));
}
