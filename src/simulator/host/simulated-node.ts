import type { Clock } from "../../base/clock.js";
import type { Random } from "../../base/random.js";
import { SimulatedNetworks } from "../network/simulated-networks.js";
import { SimulatedStorage } from "../storage/simulated-storage.js";
import { dailyCurve, type LoadCurve } from "../time/load-curve.js";
import { between, seededUuid, seedOf } from "../time/seed.js";

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
  readonly storage: SimulatedStorage;
  readonly networks: SimulatedNetworks;
  /** Draws what the computer makes up when it is asked for something new. */
  readonly random: Random;
}

const GIB_KIB = 1024 * 1024;

/** Enough for the mix of machines that a host begins with. */
const GIB_PER_MACHINE = 10;

export interface SimulatedNodeOptions {
  /** Its host name; part of the seed. */
  readonly name: string;
  readonly seed?: number;
  /** How many machines it is to carry, of all hosts on it together. */
  readonly machines: number;
  readonly clock: Clock;
}

/** Makes a computer; give it to every host that is on it. */
export function simulatedNode({ name, seed: number = 1, machines, clock }: SimulatedNodeOptions): SimulatedNode {
  const seed = seedOf(number, `node ${name}`);
  const random = seed.random();
  const coresPerSocket = 8 * 2 ** Math.min(3, Math.max(0, Math.ceil(Math.log2((machines + 1) / 32))));
  const gibibytes = Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, machines * GIB_PER_MACHINE))));
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
    bootedMs: Math.floor(clock.now() - between(random, 60, 200) * 86_400_000),
    load: dailyCurve(seed.part("load")),
    networks: new SimulatedNetworks(seededUuid(random)),
    storage: new SimulatedStorage(seededUuid(random)),
    random: seed.part("made").random(),
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

/** What the daemon itself has used since the computer booted. */
export function daemonCpuStatistics(
  node: SimulatedNode,
  nowMs: number,
): { timeNs: bigint; userNs: bigint; systemNs: bigint } {
  const ticks = BigInt(Math.floor((nowMs - node.bootedMs) / 20_000)) * TICK_NS;
  const userNs = (ticks / TICK_NS / 3n) * TICK_NS;
  return { timeNs: ticks, userNs, systemNs: ticks - userNs };
}
