import { uuidOctets } from "../../base/uuid.js";
import { isActive, type Machine } from "../../inventory/machine.js";
import { vmEntry } from "../../schema/generated/vm-mib.js";
import { bindTable } from "../bind-table.js";
import { adminState, operState } from "../machine-state.js";
import { microseconds, timeTicks } from "./values.js";
import type { VmRow } from "./vm-scope.js";

/**
 * vmTable: one conceptual row per machine.
 *
 * The MIB text owns OID, syntax and access; this table owns meaning. An object that is in the MIB and not here does not
 * compile.
 *
 * @see RFC 7666, object vmTable
 */
export const vmTable = bindTable<VmRow>()(vmEntry, ({ index }) => [index], {
  vmName: ({ machine }) => machine.name,
  vmUUID: ({ machine }) => uuidOctets(machine.uuid),
  vmOSType: ({ machine }) => machine.osType,
  vmAdminState: ({ machine }) => adminState[machine.adminState].vmAdminState,
  vmOperState: ({ machine }) => operState(machine),
  vmAutoStart: ({ machine }) => (machine.autostart === undefined ? 1 : machine.autostart ? 2 : 3),
  vmPersistent: ({ machine }) => (machine.persistent === undefined ? 1 : machine.persistent ? 2 : 3),
  vmCurCpuNumber: ({ machine }) => machine.vcpuCount,
  vmMinCpuNumber: () => -1, // libvirt has no lower bound
  vmMaxCpuNumber: ({ machine }) => machine.vcpuMaximum,
  vmMemUnit: ({ machine }) => memoryUnit(machine),
  vmCurMem: ({ machine }) => memory(machine, machine.memoryKiB),
  vmMinMem: ({ machine }) => (machine.memoryMinimumKiB === undefined ? -1 : memory(machine, machine.memoryMinimumKiB)),
  vmMaxMem: ({ machine }) => memory(machine, machine.memoryMaximumKiB),
  vmUpTime: ({ machine, now }) => upTime(machine, now),
  vmCpuTime: ({ machine }) => microseconds(machine.cpuTimeNs),
});

const KIB = 1024;
const MIB = 1024 * 1024;
const LARGEST_31_BITS = 2147483647;

/** Whether an amount is so large (2 EiB) that libvirt means "no limit" by it. */
function isUnbounded(amountKiB: number): boolean {
  return amountKiB / 1024 > LARGEST_31_BITS;
}

/** Octets per unit of the three columns: KiB while all of them fit 31 bits. */
function memoryUnit({ memoryKiB, memoryMinimumKiB, memoryMaximumKiB }: Machine): number {
  const amounts = [memoryKiB, memoryMinimumKiB, memoryMaximumKiB];
  const needsMiB = amounts.some((kib) => kib !== undefined && kib > LARGEST_31_BITS && !isUnbounded(kib));
  return needsMiB ? MIB : KIB;
}

/** An amount in the machine's unit; -1 for no limit. */
function memory(machine: Machine, amountKiB: number | undefined): number | undefined {
  if (amountKiB === undefined) return undefined;
  return isUnbounded(amountKiB) ? -1 : Math.floor(amountKiB / (memoryUnit(machine) / KIB));
}

/** Zero when it does not run; unknown when it was never seen starting, or cannot be seen now. */
function upTime(machine: Machine, now: number): number | undefined {
  if (!machine.reachable) return undefined;
  if (!isActive(machine.state)) return 0;
  return machine.startedAt === undefined ? undefined : timeTicks(machine.startedAt, now);
}
