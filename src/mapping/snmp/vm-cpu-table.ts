import { mayRunOn } from "../../inventory/cpu-affinity.js";
import type { VirtualCpu } from "../../inventory/machine.js";
import { vmCpuAffinityEntry, vmCpuEntry } from "../../schema/generated/vm-mib.js";
import { bindTable, type ValueOf } from "../bind-table.js";
import { microseconds } from "./values.js";
import type { PartRow, VmRow } from "./vm-scope.js";

/** vmCpuTable: one conceptual row per virtual CPU that is online. @see RFC 7666, object vmCpuTable */
export const vmCpuTable = bindTable<PartRow<VirtualCpu>>()(vmCpuEntry, ({ index, part }) => [index, part.number + 1], {
  vmCpuCoreTime: ({ part }) => microseconds(part.timeNs),
});

/** One virtual CPU and one physical CPU, both counted from 0. */
export interface AffinityRow extends VmRow {
  readonly virtual: number;
  readonly physical: number;
}

/**
 * vmCpuPhysIndex of physical CPU 0; the others follow. The MIB wants hrDeviceIndex of the processor. Where an agent on the host
 * serves that it is Net-SNMP's, which numbers processors from 3 * 2^16: 3 is its kind of device.
 *
 * @see RFC 7666, object vmCpuPhysIndex; RFC 2790, object hrDeviceIndex
 */
export const FIRST_PHYSICAL_CPU = 196608;

/** vmCpuAffinityTable: one conceptual row per virtual CPU and physical CPU. @see RFC 7666, object vmCpuAffinityTable */
export const vmCpuAffinityTable = bindTable<AffinityRow>()(
  vmCpuAffinityEntry,
  ({ index, virtual, physical }) => [index, virtual + 1, FIRST_PHYSICAL_CPU + physical],
  {
    vmCpuAffinity: (row) => affinity(row),
  },
);

/** unknown(0), enable(1), disable(2); no row where the driver tells nothing of the machine. */
function affinity({ machine, virtual, physical }: AffinityRow): ValueOf<(typeof vmCpuAffinityEntry)["columns"]["vmCpuAffinity"]> | undefined {
  if (machine.vcpuAffinity === undefined) return undefined;
  const may = mayRunOn(machine.vcpuAffinity, virtual, physical);
  return may === undefined ? 0 : may ? 1 : 2;
}
