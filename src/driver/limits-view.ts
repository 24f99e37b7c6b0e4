import { type MachineLimits, noLimits } from "../inventory/limits.js";
import type { Bandwidth, DiskLimits, InterfaceLimits } from "../inventory/tuning.js";
import type { DomainDocument } from "../protocol/libvirt/document/domain.js";
import type { DomainDisk } from "../protocol/libvirt/document/domain-disk.js";
import type { DomainInterface, Bandwidth as WrittenBandwidth } from "../protocol/libvirt/document/domain-interface.js";
import { detached } from "./detached.js";

/** libvirt's largest limit, which means none. */
const UNLIMITED_KIB = Number.MAX_SAFE_INTEGER;

/** Different sets of limits remembered for sharing. */
const MOST_SHARED = 1000;

/** By what they say; machines that are limited alike, mostly not at all, hold the same one. */
const shared = new Map<string, MachineLimits>([[keyOf(noLimits), noLimits]]);

/** What a document says that its machine is held to. */
export function limitsOf(document: DomainDocument): MachineLimits {
  const limits: MachineLimits = {
    memory: {
      hardKiB: kib(document.hardLimitKiB),
      softKiB: kib(document.softLimitKiB),
      swapHardKiB: kib(document.swapLimitKiB),
    },
    cpu: {
      shares: document.cpuShares,
      periodUs: set(document.cpuPeriodUs),
      quotaUs: set(document.cpuQuotaUs),
    },
    cpuTotal: { periodUs: set(document.globalPeriodUs), quotaUs: set(document.globalQuotaUs) },
    emulator: { periodUs: set(document.emulatorPeriodUs), quotaUs: set(document.emulatorQuotaUs) },
    cpuset: document.cpuset,
    emulatorPinning: document.emulatorCpuset,
    numaNodes: document.numaNodes,
    numaMode: document.numaMode,
    blockWeight: set(document.blockWeight),
    blockDevices: document.blockDevices.map((device) => ({
      path: device.path,
      weight: set(device.weight),
      readBytesPerS: big(device.readBytesPerSecond),
      writeBytesPerS: big(device.writeBytesPerSecond),
      readRequestsPerS: set(device.readRequestsPerSecond),
      writeRequestsPerS: set(device.writeRequestsPerSecond),
    })),
  };
  const key = keyOf(limits);
  const known = shared.get(key);
  if (known) return known;
  if (shared.size >= MOST_SHARED) shared.clear();
  const own = detached(limits);
  shared.set(key, own);
  return own;
}

/** @returns `undefined` for a disk without any limit */
export function diskLimitsOf({ limits }: DomainDisk): DiskLimits | undefined {
  if (!limits || !Object.values(limits).some(set)) return undefined;
  return {
    totalBytesPerS: big(limits.totalBytesPerSecond),
    readBytesPerS: big(limits.readBytesPerSecond),
    writeBytesPerS: big(limits.writeBytesPerSecond),
    totalRequestsPerS: big(limits.totalRequestsPerSecond),
    readRequestsPerS: big(limits.readRequestsPerSecond),
    writeRequestsPerS: big(limits.writeRequestsPerSecond),
  };
}

/** @returns `undefined` for an interface without any limit */
export function interfaceLimitsOf({ inbound, outbound }: DomainInterface): InterfaceLimits | undefined {
  const limits = { inbound: bandwidth(inbound), outbound: bandwidth(outbound) };
  return limits.inbound || limits.outbound ? limits : undefined;
}

/** A direction without an average is not limited: libvirt asks for one, or only guarantees a floor. */
function bandwidth(written: WrittenBandwidth | undefined): Bandwidth | undefined {
  if (!written?.averageKiBps) return undefined;
  return {
    averageKiBPerS: written.averageKiBps,
    peakKiBPerS: set(written.peakKiBps),
    burstKiB: set(written.burstKiB),
  };
}

function kib(limit: number | undefined): bigint | undefined {
  return limit === undefined || limit >= UNLIMITED_KIB ? undefined : BigInt(limit);
}

/** libvirt writes 0 and -1 for what is not limited. */
function set(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function big(value: number | undefined): bigint | undefined {
  return value !== undefined && value > 0 ? BigInt(value) : undefined;
}

function keyOf(limits: MachineLimits): string {
  return JSON.stringify(limits, (_name, value) => (typeof value === "bigint" ? String(value) : value));
}
