import type { Clock, Timer } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import type { Random } from "../../base/random.js";
import type { HostState } from "../host/host-state.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { moveForGood } from "../migration/migration-calls.js";
import { between, type Seed } from "../time/seed.js";
import { DomainState } from "./domain-state.js";

/** Between two moves in a whole fleet, on average. */
const MEAN_PAUSE_MS = 300_000;

interface Move {
  readonly source: HostState;
  readonly machine: SimulatedMachine;
  readonly destination: HostState;
}

/** Moves machines between the hosts of a fleet from time to time, as whoever balances their loads does. */
export class FleetLife {
  readonly #hosts: readonly HostState[];
  readonly #clock: Clock;
  readonly #random: Random;
  #timer: Timer;

  constructor({ hosts, clock, seed }: { hosts: readonly HostState[]; clock: Clock; seed: Seed }) {
    this.#hosts = hosts.filter(({ profile }) => profile.offers("domainMigratePerform3Params"));
    this.#clock = clock;
    this.#random = seed.part("moves").random();
    this.#timer = this.#next();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #next(): Timer {
    return this.#clock.after(MEAN_PAUSE_MS * between(this.#random, 0.4, 1.6), () => {
      const move = this.#choose();
      if (move) void carryOut(move);
      this.#timer = this.#next();
    });
  }

  /** A machine that runs on the fullest of some host's kind, and another of that kind on another computer. */
  #choose(): Move | undefined {
    const source = this.#one(this.#hosts);
    if (!source) return undefined;
    const others = this.#hosts.filter((one) => one.driver === source.driver && one.node !== source.node);
    const destination = this.#one(others);
    const machine = this.#one([...source.registry.all()].filter(mayMove));
    return destination && machine && { source, machine, destination };
  }

  #one<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }
}

function mayMove(machine: SimulatedMachine): boolean {
  return (
    machine.persistent &&
    !machine.isControl &&
    machine.snapshots.size === 0 &&
    machine.run?.reaction === undefined &&
    machine.condition.state === DomainState.running
  );
}

/** Something else may happen to it on the way, as in life: then it stays. */
async function carryOut({ source, machine, destination }: Move): Promise<void> {
  try {
    await moveForGood(source, machine, destination);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
