import { Fault } from "../../base/fault.js";
import type { DiskLimits, InterfaceLimits, MachineTuning } from "../../inventory/tuning.js";
import type { DomainDocument, DomainFacts } from "../../protocol/libvirt/document/domain.js";
import type { DiskLimits as DiskLimitFacts } from "../../protocol/libvirt/document/domain-disk.js";
import type { Bandwidth as BandwidthFacts } from "../../protocol/libvirt/document/domain-interface.js";
import type { DomainTuning, VcpuPin } from "../../protocol/libvirt/document/domain-tuning.js";

/** libvirt's largest limit of memory, which means none. */
export const UNLIMITED_KIB = BigInt(Number.MAX_SAFE_INTEGER);

/** What a description says of a machine's settings. */
export function tuningOf(document: DomainDocument): MachineTuning {
  const { blockWeight, emulatorCpuset, numaNodes } = document;
  return {
    memoryKiB: BigInt(document.currentMemoryKiB),
    memoryMaximumKiB: BigInt(document.memoryKiB),
    vcpuCount: document.vcpuCount,
    vcpuMaximum: document.vcpuMaximum,
    memoryLimits: {
      hardKiB: limit(document.hardLimitKiB),
      softKiB: limit(document.softLimitKiB),
      swapHardKiB: limit(document.swapLimitKiB),
    },
    cpuLimits: {
      shares: document.cpuShares,
      periodUs: document.cpuPeriodUs,
      quotaUs: document.cpuQuotaUs !== undefined && document.cpuQuotaUs > 0 ? document.cpuQuotaUs : undefined,
    },
    ...(blockWeight !== undefined && { blockWeight }),
    disks: new Map(document.disks.map(({ target, limits }) => [target, diskLimits(limits)])),
    interfaces: new Map(
      document.interfaces.flatMap((nic) => (nic.mac ? [[nic.mac, interfaceLimits(nic)] as const] : [])),
    ),
    vcpuPinning: new Map(document.vcpuPins.map(({ vcpu, cpuset }) => [vcpu, cpuset])),
    ...(emulatorCpuset !== undefined && { emulatorPinning: emulatorCpuset }),
    ...(numaNodes !== undefined && { numaNodes }),
  };
}

/**
 * What a description must say for settings to be so.
 * @throws {Fault} `absent` for a disk or interface that the machine does not have, `invalid` for more than it can have
 */
export function factsOf(tuning: MachineTuning, document: DomainDocument): Partial<DomainFacts & DomainTuning> {
  const { memoryLimits, cpuLimits, blockWeight, emulatorPinning, numaNodes } = tuning;
  return {
    ...memoryFacts(tuning, document),
    ...vcpuFacts(tuning, document),
    ...(memoryLimits && {
      hardLimitKiB: amount(memoryLimits.hardKiB),
      softLimitKiB: amount(memoryLimits.softKiB),
      swapLimitKiB: amount(memoryLimits.swapHardKiB),
    }),
    ...(cpuLimits && { cpuShares: cpuLimits.shares, cpuPeriodUs: cpuLimits.periodUs, cpuQuotaUs: cpuLimits.quotaUs }),
    ...(blockWeight !== undefined && { blockWeight }),
    ...(tuning.disks && { disks: limitedDisks(tuning.disks, document) }),
    ...(tuning.interfaces && { interfaces: limitedInterfaces(tuning.interfaces, document) }),
    ...(tuning.vcpuPinning && { vcpuPins: pinned(tuning.vcpuPinning, document.vcpuPins) }),
    ...(emulatorPinning !== undefined && { emulatorCpuset: emulatorPinning }),
    ...(numaNodes !== undefined && { numaNodes, numaMode: document.numaMode ?? "strict" }),
  };
}

function memoryFacts({ memoryKiB, memoryMaximumKiB }: MachineTuning, document: DomainDocument): Partial<DomainFacts> {
  if (memoryKiB === undefined && memoryMaximumKiB === undefined) return {};
  const maximum = amount(memoryMaximumKiB) ?? document.memoryKiB;
  const current = amount(memoryKiB) ?? Math.min(document.currentMemoryKiB, maximum);
  if (current > maximum)
    throw new Fault("invalid", `${current} KiB is more than the machine's maximum of ${maximum} KiB`);
  return { memoryKiB: maximum, currentMemoryKiB: current };
}

function vcpuFacts({ vcpuCount, vcpuMaximum }: MachineTuning, document: DomainDocument): Partial<DomainFacts> {
  if (vcpuCount === undefined && vcpuMaximum === undefined) return {};
  const maximum = vcpuMaximum ?? document.vcpuMaximum;
  const count = vcpuCount ?? Math.min(document.vcpuCount, maximum);
  if (count > maximum)
    throw new Fault("invalid", `${count} virtual CPUs are more than the machine's maximum of ${maximum}`);
  return { vcpuMaximum: maximum, vcpuCount: count };
}

function limitedDisks(wanted: ReadonlyMap<string, DiskLimits>, { disks }: DomainDocument): DomainFacts["disks"] {
  const missing = [...wanted.keys()].find((target) => !disks.some((disk) => disk.target === target));
  if (missing !== undefined) throw new Fault("absent", `the machine has no disk ${missing}`);
  return disks.map((disk) => {
    const limits = wanted.get(disk.target);
    return limits ? { ...disk, limits: diskLimitFacts(limits) } : disk;
  });
}

function limitedInterfaces(
  wanted: ReadonlyMap<string, InterfaceLimits>,
  { interfaces }: DomainDocument,
): DomainFacts["interfaces"] {
  const missing = [...wanted.keys()].find((mac) => !interfaces.some((nic) => nic.mac === mac.toLowerCase()));
  if (missing !== undefined) throw new Fault("absent", `the machine has no interface ${missing}`);
  const limitsOf = new Map([...wanted].map(([mac, limits]) => [mac.toLowerCase(), limits]));
  return interfaces.map((nic) => {
    const limits = limitsOf.get(nic.mac ?? "");
    return limits
      ? { ...nic, inbound: bandwidthFacts(limits.inbound, nic.inbound), outbound: bandwidthFacts(limits.outbound) }
      : nic;
  });
}

function pinned(wanted: ReadonlyMap<number, string>, pins: readonly VcpuPin[]): readonly VcpuPin[] {
  const all = new Map([...pins.map(({ vcpu, cpuset }) => [vcpu, cpuset] as const), ...wanted]);
  return [...all].map(([vcpu, cpuset]) => ({ vcpu, cpuset })).sort((a, b) => a.vcpu - b.vcpu);
}

function limit(kib: number | undefined): bigint | undefined {
  return kib === undefined || BigInt(kib) >= UNLIMITED_KIB ? undefined : BigInt(kib);
}

/** @throws {Fault} `invalid` for more than a description can say */
function amount(value: bigint | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (value < 0n || value > UNLIMITED_KIB)
    throw new Fault("invalid", `${value} is not an amount that a machine can have`);
  return Number(value);
}

function rate(value: number | undefined): bigint | undefined {
  return value === undefined || value === 0 ? undefined : BigInt(value);
}

function diskLimits(facts: DiskLimitFacts | undefined): DiskLimits {
  return {
    totalBytesPerS: rate(facts?.totalBytesPerSecond),
    readBytesPerS: rate(facts?.readBytesPerSecond),
    writeBytesPerS: rate(facts?.writeBytesPerSecond),
    totalRequestsPerS: rate(facts?.totalRequestsPerSecond),
    readRequestsPerS: rate(facts?.readRequestsPerSecond),
    writeRequestsPerS: rate(facts?.writeRequestsPerSecond),
  };
}

function diskLimitFacts(limits: DiskLimits): DiskLimitFacts | undefined {
  if (Object.values(limits).every((value) => value === undefined)) return undefined;
  return {
    totalBytesPerSecond: amount(limits.totalBytesPerS),
    readBytesPerSecond: amount(limits.readBytesPerS),
    writeBytesPerSecond: amount(limits.writeBytesPerS),
    totalRequestsPerSecond: amount(limits.totalRequestsPerS),
    readRequestsPerSecond: amount(limits.readRequestsPerS),
    writeRequestsPerSecond: amount(limits.writeRequestsPerS),
  };
}

function interfaceLimits({ inbound, outbound }: DomainFacts["interfaces"][number]): InterfaceLimits {
  return { inbound: bandwidth(inbound), outbound: bandwidth(outbound) };
}

function bandwidth(facts: BandwidthFacts | undefined): InterfaceLimits["inbound"] {
  if (facts?.averageKiBps === undefined) return undefined;
  return { averageKiBPerS: facts.averageKiBps, peakKiBPerS: facts.peakKiBps, burstKiB: facts.burstKiB };
}

function bandwidthFacts(limits: InterfaceLimits["inbound"], held?: BandwidthFacts): BandwidthFacts | undefined {
  if (!limits) return undefined;
  const { averageKiBPerS, peakKiBPerS, burstKiB } = limits;
  return { averageKiBps: averageKiBPerS, peakKiBps: peakKiBPerS, burstKiB, floorKiBps: held?.floorKiBps };
}
