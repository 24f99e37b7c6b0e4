import type { VirtualCpu } from "../../inventory/machine.js";
import { vmCpuAffinityEntry, vmCpuEntry } from "../../schema/generated/vm-mib.js";
import { bindTable, omit } from "../bind-table.js";
import { microseconds } from "./values.js";
import type { PartRow } from "./vm-scope.js";

/** vmCpuTable: one conceptual row per virtual CPU that is online. @see RFC 7666, object vmCpuTable */
export const vmCpuTable = bindTable<PartRow<VirtualCpu>>()(vmCpuEntry, ({ index, part }) => [index, part.number + 1], {
  vmCpuCoreTime: ({ part }) => microseconds(part.timeNs),
});

/** One virtual CPU and one physical CPU. */
interface AffinityRow extends PartRow<VirtualCpu> {
  readonly physicalIndex: number;
}

/** vmCpuAffinityTable. @see RFC 7666, object vmCpuAffinityTable */
export const vmCpuAffinityTable = bindTable<AffinityRow>()(vmCpuAffinityEntry, ({ index, part, physicalIndex }) => [index, part.number + 1, physicalIndex], {
  vmCpuAffinity: omit("the inventory does not have the pinning of virtual CPUs"),
});
