/** Which of a machine's two sets of settings is meant: those of the present run, or those that every later start takes. */
export type TuningScope = "live" | "config";

/** How much memory a machine may use. `undefined` inside a given group means: no limit. */
export interface MemoryLimits {
  readonly hardKiB: bigint | undefined;
  readonly softKiB: bigint | undefined;
  /** Memory and swap together. */
  readonly swapHardKiB: bigint | undefined;
}

/** How much processor time a machine gets; the quota is per virtual CPU. */
export interface CpuLimits {
  /** Relative weight: `cpu_shares`, or the weight of Xen's scheduler. */
  readonly shares: number | undefined;
  readonly periodUs: number | undefined;
  /** `undefined` for no limit. */
  readonly quotaUs: number | undefined;
}

/** How fast one disk may be; `undefined` for no limit. A total and its parts exclude each other. */
export interface DiskLimits {
  readonly totalBytesPerS: bigint | undefined;
  readonly readBytesPerS: bigint | undefined;
  readonly writeBytesPerS: bigint | undefined;
  readonly totalRequestsPerS: bigint | undefined;
  readonly readRequestsPerS: bigint | undefined;
  readonly writeRequestsPerS: bigint | undefined;
}

/** One direction of an interface, from the guest's viewpoint. */
export interface Bandwidth {
  readonly averageKiBPerS: number;
  readonly peakKiBPerS: number | undefined;
  readonly burstKiB: number | undefined;
}

/** `undefined` for a direction that is not limited. */
export interface InterfaceLimits {
  readonly inbound: Bandwidth | undefined;
  readonly outbound: Bandwidth | undefined;
}

/**
 * Settings of a machine that can be changed without writing its document anew. A member that is absent is left as it is, or, where
 * settings are read, cannot be told.
 */
export interface MachineTuning {
  /** What it has at present, or will start with. */
  readonly memoryKiB?: bigint;
  /** What it can have at most; `config` only. */
  readonly memoryMaximumKiB?: bigint;
  readonly vcpuCount?: number;
  /** `config` only. */
  readonly vcpuMaximum?: number;
  readonly memoryLimits?: MemoryLimits;
  readonly cpuLimits?: CpuLimits;
  /** Relative weight of all its block I/O. */
  readonly blockWeight?: number;
  /** By the disk's target. */
  readonly disks?: ReadonlyMap<string, DiskLimits>;
  /** By the interface's MAC address. */
  readonly interfaces?: ReadonlyMap<string, InterfaceLimits>;
  /** Physical CPUs by the number of the virtual CPU, in libvirt's notation: `0-3,^2`. */
  readonly vcpuPinning?: ReadonlyMap<number, string>;
  /** Physical CPUs of what the hypervisor does for the machine itself. */
  readonly emulatorPinning?: string;
  /** NUMA nodes that memory comes from: `0-1`. */
  readonly numaNodes?: string;
}
