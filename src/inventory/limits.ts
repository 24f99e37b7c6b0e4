import type { CpuLimits, MemoryLimits } from "./tuning.js";

/** Processor time of something other than one virtual CPU; `undefined` for no limit. */
export interface CpuQuota {
  readonly periodUs: number | undefined;
  readonly quotaUs: number | undefined;
}

/** How fast a machine may use one of its host's block devices; `undefined` for no limit. */
export interface BlockDeviceLimits {
  /** The host's device: `/dev/sda`. */
  readonly path: string;
  readonly weight: number | undefined;
  readonly readBytesPerS: bigint | undefined;
  readonly writeBytesPerS: bigint | undefined;
  readonly readRequestsPerS: number | undefined;
  readonly writeRequestsPerS: number | undefined;
}

/**
 * What a machine is held to, as its document says: while it runs, of this run. `undefined` is "not set", which the hypervisor
 * takes as no limit, or as an equal share. Immutable; machines that are held alike share one.
 */
export interface MachineLimits {
  readonly memory: MemoryLimits;
  /** Of each virtual CPU. */
  readonly cpu: CpuLimits;
  /** Of the machine as a whole. */
  readonly cpuTotal: CpuQuota;
  /** Of what the hypervisor does for it beside its virtual CPUs. */
  readonly emulator: CpuQuota;
  /** Physical CPUs that it may use where it is not pinned further, in libvirt's notation: `0-3,^2`. */
  readonly cpuset: string | undefined;
  readonly emulatorPinning: string | undefined;
  /** NUMA nodes that its memory comes from: `0-1`. */
  readonly numaNodes: string | undefined;
  readonly numaMode: string | undefined;
  /** Relative weight of all its block I/O. */
  readonly blockWeight: number | undefined;
  readonly blockDevices: readonly BlockDeviceLimits[];
}

const noQuota: CpuQuota = { periodUs: undefined, quotaUs: undefined };

/** Of a machine that is held to nothing, and of one that nothing is known of. */
export const noLimits: MachineLimits = {
  memory: { hardKiB: undefined, softKiB: undefined, swapHardKiB: undefined },
  cpu: { shares: undefined, periodUs: undefined, quotaUs: undefined },
  cpuTotal: noQuota,
  emulator: noQuota,
  cpuset: undefined,
  emulatorPinning: undefined,
  numaNodes: undefined,
  numaMode: undefined,
  blockWeight: undefined,
  blockDevices: [],
};
