import { type Machine, virtualCpuNumbers } from "../../inventory/machine.js";
import { type AffinityRow, FIRST_PHYSICAL_CPU } from "../../mapping/snmp/vm-cpu-table.js";
import type { VmScope } from "../../mapping/snmp/vm-scope.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import { firstFrom, positionOf, type RowCursor, type Rows, vmRow } from "./rows.js";

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
    const row = key.length === 3 ? vmRow(this.#scope, positionOf(this.#scope.machines, key[0])) : undefined;
    const virtual = (key[1] ?? 0) - 1;
    const physical = (key[2] ?? 0) - FIRST_PHYSICAL_CPU;
    if (row === undefined || physical < 0 || physical >= physicalCount(row.machine)) return undefined;
    return virtualCpus(row.machine).includes(virtual) ? { ...row, virtual, physical } : undefined;
  }

  after([machineNumber = 0, virtualIndex, physicalIndex]: Oid): RowCursor<AffinityRow> {
    let at = firstFrom(this.#scope.machines, machineNumber);
    let row = vmRow(this.#scope, at);
    let cpus = row ? virtualCpus(row.machine) : [];
    let cpuAt = 0;
    let physical = 0;
    if (virtualIndex !== undefined && row?.index === machineNumber) {
      while (cpuAt < cpus.length && (cpus[cpuAt] as number) + 1 < virtualIndex) cpuAt += 1;
      const isInside = cpus[cpuAt] === virtualIndex - 1 && physicalIndex !== undefined;
      // A longer key that begins with a row's numbers comes after the row.
      if (isInside) physical = Math.max(0, physicalIndex - FIRST_PHYSICAL_CPU + 1);
    }
    return {
      next: () => {
        while (row !== undefined) {
          const virtual = cpus[cpuAt];
          if (virtual === undefined) {
            at += 1;
            row = vmRow(this.#scope, at);
            cpus = row ? virtualCpus(row.machine) : [];
            cpuAt = 0;
          } else if (physical < physicalCount(row.machine)) {
            const found = { machine: row.machine, index: row.index, now: row.now, virtual, physical };
            physical += 1;
            return found;
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
