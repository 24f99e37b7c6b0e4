/** A part of a computer's memory, with the CPUs that are close to it. */
export interface NumaCell {
  readonly id: number;
  readonly memoryKiB: number | undefined;
  /** Numbers of its physical CPUs. */
  readonly cpus: readonly number[];
}

/** How a computer is built, as its driver tells; `undefined` where it does not. */
export interface NodeFacts {
  readonly architecture: string | undefined;
  readonly cpuModel: string | undefined;
  readonly cpuVendor: string | undefined;
  readonly megahertz: number | undefined;
  /** NUMA nodes, and of each: sockets; of each of these: cores; of each of these: threads. */
  readonly numaNodes: number | undefined;
  readonly sockets: number | undefined;
  readonly cores: number | undefined;
  readonly threads: number | undefined;
  /** Physical CPUs, and how many of them are online. */
  readonly cpuCount: number | undefined;
  readonly cpusOnline: number | undefined;
  readonly memoryKiB: number | undefined;
  readonly cells: readonly NumaCell[];
}

/** What a computer is doing, as its driver tells; `undefined` where it does not. */
export interface NodeUse {
  /** Of all CPUs together, since the computer started. */
  readonly cpuUserNs: bigint | undefined;
  readonly cpuKernelNs: bigint | undefined;
  readonly cpuIdleNs: bigint | undefined;
  readonly cpuIoWaitNs: bigint | undefined;
  readonly memoryFreeKiB: number | undefined;
  readonly memoryBuffersKiB: number | undefined;
  readonly memoryCachedKiB: number | undefined;
  /** By the order of `NodeFacts.cells`. */
  readonly cellsFreeKiB: readonly number[];
}

/** A network device of a computer; those that only connect machines are left out. */
export interface NodeNic {
  readonly name: string;
  readonly mac: string | undefined;
  /** `up`, `down`, `unknown`, … as the kernel says. */
  readonly linkState: string | undefined;
  readonly speedMbitPerS: number | undefined;
}
