import { type Machine, virtualCpuNumbers } from "../../inventory/machine.js";
import { type AffinityRow, FIRST_PHYSICAL_CPU } from "../../mapping/snmp/vm-cpu-table.js";
import type { VmScope } from "../../mapping/snmp/vm-scope.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import { firstFrom, machineAt, type RowCursor, type Rows, vmRow } from "./rows.js";

/**
 * One row per machine, virtual CPU and physical CPU: millions of them, so none is ever kept. From the three numbers of any key
 * both the row and its successor are computed.
 */
export class AffinityRows implements Rows<AffinityRow> {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  get(key: Oid): AffinityRow | undefined {
    const machine = key.length === 3 ? machineAt(this.#scope, key[0]) : undefined;
    const virtual = (key[1] ?? 0) - 1;
    const physical = (key[2] ?? 0) - FIRST_PHYSICAL_CPU;
    if (machine === undefined || physical < 0 || physical >= physicalCount(machine)) return undefined;
    return virtualCpus(machine).includes(virtual) ? { ...vmRow(this.#scope, machine), virtual, physical } : undefined;
  }

  after([machineNumber = 0, virtualIndex, physicalIndex]: Oid): RowCursor<AffinityRow> {
    const { machines, indexOf } = this.#scope;
    let at = firstFrom(this.#scope, machineNumber);
    let machine = machines[at];
    let cpus = machine ? virtualCpus(machine) : [];
    let cpuAt = 0;
    let physical = 0;
    if (virtualIndex !== undefined && machine !== undefined && indexOf(machine) === machineNumber) {
      while (cpuAt < cpus.length && (cpus[cpuAt] as number) + 1 < virtualIndex) cpuAt += 1;
      const isInside = cpus[cpuAt] === virtualIndex - 1 && physicalIndex !== undefined;
      // A longer key that begins with a row's numbers comes after the row.
      if (isInside) physical = Math.max(0, physicalIndex - FIRST_PHYSICAL_CPU + 1);
    }
    return {
      next: () => {
        while (machine !== undefined) {
          const virtual = cpus[cpuAt];
          if (virtual === undefined) {
            at += 1;
            machine = machines[at];
            cpus = machine ? virtualCpus(machine) : [];
            cpuAt = 0;
          } else if (physical < physicalCount(machine)) {
            const row = { ...vmRow(this.#scope, machine), virtual, physical };
            physical += 1;
            return row;
          } else {
            cpuAt += 1;
            physical = 0;
          }
        }
        return undefined;
      },
    };
  }
}

function physicalCount({ vcpuAffinity }: Machine): number {
  return vcpuAffinity?.physicalCount ?? 0;
}

function virtualCpus(machine: Machine): readonly number[] {
  return machine.vcpuAffinity ? virtualCpuNumbers(machine, machine.vcpuAffinity.maps.length) : [];
}
