import { dailyCurve, type LoadCurve } from "./load-curve.js";
import { between, type Seed, seededUuid } from "./seed.js";

/** The computer under a simulated host. */
export interface SimulatedNode {
  readonly uuid: string;
  readonly hostname: string;
  readonly cpuModel: string;
  readonly sockets: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: number;
  readonly cpuCount: number;
  readonly megahertz: number;
  readonly memoryKiB: number;
  /** Since when it is up; its processors' times count from there. */
  readonly bootedMs: number;
  readonly load: LoadCurve;
}

const GIB_KIB = 1024 * 1024;

/**
 * A computer that can carry `machines` machines of `memoryKiB` altogether.
 * @param name its host name; hosts that share it and the seed share the computer
 */
export function simulatedNode(
  seed: Seed,
  name: string,
  memoryKiB: number,
  machines: number,
  nowMs: number,
): SimulatedNode {
  const random = seed.part("node").random();
  const coresPerSocket = 8 * 2 ** Math.min(3, Math.max(0, Math.ceil(Math.log2((machines + 1) / 32))));
  const gibibytes = Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, (memoryKiB * 1.1) / GIB_KIB))));
  return {
    uuid: seededUuid(random),
    hostname: name,
    cpuModel: "EPYC-Rome",
    sockets: 2,
    coresPerSocket,
    threadsPerCore: 2,
    cpuCount: 2 * coresPerSocket * 2,
    megahertz: 2450,
    // Firmware and kernel keep some of it.
    memoryKiB: Math.floor(gibibytes * GIB_KIB * 0.985),
    bootedMs: Math.floor(nowMs - between(random, 60, 200) * 86_400_000),
    load: dailyCurve(seed.part("node-load")),
  };
}

/** Times of one processor, or of all together, in nanoseconds. */
export interface NodeCpuTimes {
  readonly user: bigint;
  readonly kernel: bigint;
  readonly idle: bigint;
  readonly iowait: bigint;
}

const TICK_NS = 10_000_000n;

export function nodeCpuTimes(node: SimulatedNode, cpus: number, nowMs: number): NodeCpuTimes {
  const busy = (node.load.until(nowMs / 1000) - node.load.until(node.bootedMs / 1000)) * cpus;
  const total = ((nowMs - node.bootedMs) / 1000) * cpus;
  const ticks = (seconds: number): bigint => (BigInt(Math.floor(seconds * 1e9)) / TICK_NS) * TICK_NS;
  return {
    user: ticks(busy * 0.7),
    kernel: ticks(busy * 0.25),
    iowait: ticks(busy * 0.05),
    idle: ticks(total - busy),
  };
}
