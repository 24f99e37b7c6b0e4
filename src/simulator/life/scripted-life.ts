import type { Clock, Timer } from "../../base/clock.js";
import type { Random } from "../../base/random.js";
import type { SimulatedDriver } from "../host/driver-profile.js";
import type { MachineRegistry } from "../machine/machine-registry.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { takeSnapshot } from "../snapshot/take-snapshot.js";
import type { SimulatedPool } from "../storage/simulated-pool.js";
import { between, type Seed } from "../time/seed.js";
import { DomainState } from "./domain-state.js";
import type { FillUp } from "./fill-up.js";
import type { MachineLife } from "./machine-life.js";

/** Between two happenings on one host, on average. */
const MEAN_PAUSE_MS = 40_000;

interface Happening {
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  readonly drivers: readonly SimulatedDriver[];
  /** Whether it can happen to this machine now. */
  readonly fits: (machine: SimulatedMachine) => boolean;
  readonly act: (life: MachineLife, machine: SimulatedMachine, nowMs: number) => void;
}

const everywhere: readonly SimulatedDriver[] = ["qemu", "lxc", "xen", "openvz"];
/** With OpenVZ nobody but who paused a container would know of it. */
const pausable: readonly SimulatedDriver[] = ["qemu", "lxc", "xen"];
const savable: readonly SimulatedDriver[] = ["qemu", "xen"];

const inState =
  (state: number) =>
  (machine: SimulatedMachine): boolean =>
    machine.condition.state === state && machine.run?.reaction === undefined && !machine.isControl;

/** A transient machine that stops is gone for good, which a demonstration does not want. */
const mayStop = (machine: SimulatedMachine): boolean => machine.persistent && inState(DomainState.running)(machine);

// What is off is started again more often than what runs is stopped, so that a host stays busy.
const happenings: readonly Happening[] = [
  { weight: 60, drivers: everywhere, fits: inState(DomainState.shutoff), act: (life, one) => life.start(one) },
  { weight: 40, drivers: pausable, fits: inState(DomainState.paused), act: (life, one) => life.resume(one) },
  { weight: 12, drivers: everywhere, fits: mayStop, act: (life, one) => life.shutdown(one) },
  { weight: 10, drivers: everywhere, fits: mayStop, act: (life, one) => life.reboot(one) },
  { weight: 8, drivers: pausable, fits: inState(DomainState.running), act: (life, one) => life.suspend(one) },
  { weight: 3, drivers: savable, fits: mayStop, act: (life, one) => life.managedSave(one) },
  { weight: 2, drivers: ["qemu"], fits: inState(DomainState.running), act: (life, one) => life.storageFails(one) },
  { weight: 2, drivers: savable, fits: mayStop, act: (life, one) => life.panic(one) },
  { weight: 2, drivers: everywhere, fits: mayStop, act: (life, one) => life.fail(one) },
  { weight: 2, drivers: ["qemu"], fits: mayBeKept, act: (_, one, nowMs) => keep(one, nowMs) },
];

function mayBeKept(machine: SimulatedMachine): boolean {
  return mayStop(machine) && machine.snapshots.size < MOST_SNAPSHOTS;
}

/** Takes a snapshot, called after its time as libvirt does. */
function keep(machine: SimulatedMachine, nowMs: number): void {
  const createdS = Math.floor(nowMs / 1000);
  const name = String(createdS);
  if (!machine.snapshots.has(name)) {
    takeSnapshot(machine, { name, description: "before the update", createdS, diskOnly: false });
  }
}

/** Snapshots of one machine; then the script takes no more of it. */
const MOST_SNAPSHOTS = 3;

const HOUR_MS = 3_600_000;

export interface ScriptedLifeParts {
  readonly driver: SimulatedDriver;
  readonly registry: MachineRegistry;
  readonly life: MachineLife;
  readonly clock: Clock;
  readonly nowMs: () => number;
  readonly seed: Seed;
  readonly fillUp: FillUp;
  /** What fills up now and then. */
  readonly pool: SimulatedPool | undefined;
}

/** Lets things happen to a host's machines from time to time: boots, shutdowns, pauses, a crash now and then, a pool without room. */
export class ScriptedLife {
  readonly #parts: ScriptedLifeParts;
  readonly #random: Random;
  readonly #happenings: readonly Happening[];
  #timer: Timer;
  #fillUpTimer: Timer | undefined;

  constructor(parts: ScriptedLifeParts) {
    this.#parts = parts;
    this.#random = parts.seed.part("script").random();
    this.#happenings = happenings.filter(({ drivers }) => drivers.includes(parts.driver));
    this.#timer = this.#next();
    // Machines of the other drivers would not notice.
    if (parts.driver === "qemu") this.#fillLater(between(this.#random, 0.3, 1) * HOUR_MS);
  }

  stop(): void {
    this.#timer.cancel();
    this.#fillUpTimer?.cancel();
  }

  /** From time to time the pool fills up; somebody notices a while after machines have stopped. */
  #fillLater(delayMs: number): void {
    const { clock, fillUp, pool } = this.#parts;
    this.#fillUpTimer = clock.after(delayMs, () => {
      const durationMs = between(this.#random, 0.5, 3) * HOUR_MS;
      if (pool?.active && !fillUp.active && !fillUp.isThere(pool)) fillUp.begin(pool, durationMs);
      this.#fillUpTimer = clock.after(durationMs + between(this.#random, 0.05, 0.3) * HOUR_MS, () => {
        fillUp.clear();
        this.#fillLater(between(this.#random, 6, 18) * HOUR_MS);
      });
    });
  }

  #next(): Timer {
    return this.#parts.clock.after(MEAN_PAUSE_MS * between(this.#random, 0.4, 1.6), () => {
      this.#happen();
      this.#timer = this.#next();
    });
  }

  /** Chooses what happens by weight, counted only over what can happen at all, then to whom. */
  #happen(): void {
    const machines = [...this.#parts.registry.all()];
    const possible = this.#happenings
      .map((happening) => ({ happening, candidates: machines.filter(happening.fits) }))
      .filter(({ candidates }) => candidates.length > 0);
    let left = this.#random() * possible.reduce((sum, { happening }) => sum + happening.weight, 0);
    for (const { happening, candidates } of possible) {
      left -= happening.weight;
      if (left >= 0) continue;
      const machine = candidates[Math.floor(this.#random() * candidates.length)];
      if (machine) happening.act(this.#parts.life, machine, this.#parts.nowMs());
      return;
    }
  }
}
