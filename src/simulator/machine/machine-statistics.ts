import type { DomainDisk } from "../../protocol/libvirt/document/domain-disk.js";
import type { SimulatedMachine } from "./simulated-machine.js";

/** What a machine's processors have done, in nanoseconds. */
export interface CpuStatistics {
  readonly timeNs: bigint;
  /** Of `timeNs`; in ticks of a hundredth of a second, as kernels account it. */
  readonly userNs: bigint;
  readonly systemNs: bigint;
}

export interface VcpuStatistics {
  readonly timeNs: bigint;
  readonly waitNs: bigint;
  readonly delayNs: bigint;
}

/** From the guest's viewpoint. */
export interface NicStatistics {
  readonly receivedBytes: bigint;
  readonly receivedPackets: bigint;
  readonly receivedDrops: bigint;
  readonly sentBytes: bigint;
  readonly sentPackets: bigint;
}

export interface DiskStatistics {
  readonly readRequests: bigint;
  readonly readBytes: bigint;
  readonly readTimeNs: bigint;
  readonly writeRequests: bigint;
  readonly writeBytes: bigint;
  readonly writeTimeNs: bigint;
  readonly flushRequests: bigint;
  readonly flushTimeNs: bigint;
}

export interface MemoryStatistics {
  /** What the host has given to it so far. */
  readonly residentKiB: number;
  /** What its kernel can use, a little less than it was given. */
  readonly availableKiB: number;
  readonly unusedKiB: number;
  readonly usableKiB: number;
  readonly diskCachesKiB: number;
  readonly majorFaults: bigint;
  readonly minorFaults: bigint;
}

const TICK_NS = 10_000_000n;

/** Zero while the machine is off. */
export function cpuStatistics(machine: SimulatedMachine, nowMs: number): CpuStatistics {
  const seconds = machine.run?.counters.cpuSeconds(nowMs) ?? 0;
  const ticks = (share: number): bigint => (nanoseconds(seconds * share) / TICK_NS) * TICK_NS;
  const { userShare } = machine.rates;
  return { timeNs: nanoseconds(seconds), userNs: ticks(userShare), systemNs: ticks(1 - userShare) };
}

export function vcpuStatistics(machine: SimulatedMachine, nowMs: number): readonly VcpuStatistics[] {
  const { delayShare } = machine.rates;
  return (machine.run?.counters.vcpuSeconds(nowMs) ?? []).map((seconds) => ({
    timeNs: nanoseconds(seconds),
    waitNs: nanoseconds(seconds * delayShare * 0.1),
    delayNs: nanoseconds(seconds * delayShare),
  }));
}

/** The counters of the interface with this number; the first carries most. */
export function nicStatistics(machine: SimulatedMachine, number: number, nowMs: number): NicStatistics {
  const load = (machine.run?.counters.usage(nowMs).network ?? 0) / (1 + 3 * number);
  const { receivedBytes, sentBytes, packetBytes } = machine.rates;
  const received = load * receivedBytes;
  const sent = load * sentBytes;
  return {
    receivedBytes: whole(received),
    receivedPackets: whole(received / packetBytes),
    receivedDrops: whole(received / packetBytes / 2_000_000),
    sentBytes: whole(sent),
    sentPackets: whole(sent / packetBytes),
  };
}

/** The counters of the disk with this number; read-only disks are read at boot, the others are also written. */
export function diskStatistics(
  machine: SimulatedMachine,
  disk: DomainDisk,
  number: number,
  nowMs: number,
): DiskStatistics {
  const usage = machine.run?.counters.usage(nowMs);
  const load = disk.readOnly ? 0 : (usage?.storage ?? 0) / (1 + number);
  const { readBytes, writtenBytes, requestBytes, readMicroseconds, writeMicroseconds } = machine.rates;
  const read = load * readBytes + bootRead(disk, usage?.seconds ?? 0);
  const written = load * writtenBytes;
  const reads = whole(read / requestBytes);
  const writes = whole(written / requestBytes);
  const flushes = writes / 9n;
  return {
    readRequests: reads,
    readBytes: whole(read),
    readTimeNs: reads * whole(readMicroseconds * 1000),
    writeRequests: writes,
    writeBytes: whole(written),
    writeTimeNs: writes * whole(writeMicroseconds * 1000),
    flushRequests: flushes,
    flushTimeNs: flushes * whole(writeMicroseconds * 3000),
  };
}

/** Octets read while booting: most within half a minute. */
function bootRead(disk: DomainDisk, seconds: number): number {
  if (disk.source === undefined) return 0;
  return (disk.readOnly ? 300_000 : 180_000_000) * -Math.expm1(-seconds / 9);
}

/** Octets of the image in use. Grows with what is written, slower the fuller the disk is. */
export function diskAllocation(machine: SimulatedMachine, disk: DomainDisk, nowMs: number): number {
  const { capacityBytes, allocatedBytes } = machine.diskContent(disk);
  if (disk.readOnly || disk.type === "block") return capacityBytes;
  const load = machine.run?.counters.usage(nowMs).storage ?? 0;
  const kept = load * machine.rates.writtenBytes * 0.002;
  return Math.floor(allocatedBytes + (capacityBytes - allocatedBytes) * -Math.expm1(-kept / capacityBytes));
}

/** The guest's view of its memory; moves with the load, as caches do. */
export function memoryStatistics(machine: SimulatedMachine, nowMs: number): MemoryStatistics {
  const { run } = machine;
  const givenKiB = machine.current.facts.currentMemoryKiB;
  const { memoryFloor, workload } = machine.rates;
  const usage = run?.counters.usage(nowMs);
  const seconds = usage?.seconds ?? 0;
  const busy = workload.cpu.at((run?.startedMs ?? nowMs) / 1000 + seconds);
  const touched = -Math.expm1(-seconds / 400);
  const availableKiB = Math.floor(givenKiB * 0.96);
  const usedKiB = Math.floor(availableKiB * Math.min(0.95, memoryFloor + 0.4 * busy));
  const diskCachesKiB = Math.floor((availableKiB - usedKiB) * 0.7 * touched);
  const unusedKiB = availableKiB - usedKiB - diskCachesKiB;
  return {
    residentKiB: Math.floor(givenKiB * (0.2 + 0.75 * touched)),
    availableKiB,
    unusedKiB,
    usableKiB: unusedKiB + Math.floor(diskCachesKiB * 0.9),
    diskCachesKiB,
    majorFaults: whole((usage?.storage ?? 0) * 3),
    minorFaults: whole((usage?.cpu ?? 0) * 4200),
  };
}

function nanoseconds(seconds: number): bigint {
  return whole(seconds * 1e9);
}

/** Never less for a greater number, which is what keeps counters from going back. */
function whole(amount: number): bigint {
  return BigInt(Math.floor(amount));
}
