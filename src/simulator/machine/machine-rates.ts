import type { Random } from "../../base/random.js";
import { dailyCurve } from "../time/load-curve.js";
import { between, type Seed } from "../time/seed.js";
import type { Workload } from "./run-counters.js";

/** What a machine does per second of full load. */
export interface MachineRates {
  readonly workload: Workload;
  /** The part of its processor time that is spent in user mode. */
  readonly userShare: number;
  /** How long a processor waits for its turn, per second that it runs. */
  readonly delayShare: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly packetBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly requestBytes: number;
  readonly readMicroseconds: number;
  readonly writeMicroseconds: number;
  /** The part of its memory that the guest uses when idle; the rest comes and goes with the load. */
  readonly memoryFloor: number;
  /** How full its disks are at the beginning. */
  readonly diskFill: number;
}

/** Depends on `seed` only. */
export function machineRates(seed: Seed): MachineRates {
  const random = seed.part("rates").random();
  return {
    workload: {
      cpu: dailyCurve(seed.part("cpu")),
      network: dailyCurve(seed.part("network")),
      storage: dailyCurve(seed.part("storage")),
    },
    userShare: between(random, 0.6, 0.9),
    delayShare: between(random, 0.001, 0.03),
    receivedBytes: magnitude(random, 2e4, 6e6),
    sentBytes: magnitude(random, 2e4, 2e7),
    packetBytes: between(random, 200, 1200),
    readBytes: magnitude(random, 1e4, 5e6),
    writtenBytes: magnitude(random, 2e4, 3e6),
    requestBytes: between(random, 4096, 65_536),
    readMicroseconds: between(random, 80, 900),
    writeMicroseconds: between(random, 120, 2500),
    memoryFloor: between(random, 0.15, 0.5),
    diskFill: between(random, 0.08, 0.7),
  };
}

/** Between two rates, as likely near the low one as near the high one on a logarithmic scale. */
function magnitude(random: Random, low: number, high: number): number {
  return low * (high / low) ** random();
}
