import type { Clock, Timer } from "../../base/clock.js";
import type { Random } from "../../base/random.js";
import type { SimulatedDriver } from "../host/driver-profile.js";
import type { MachineRegistry } from "../machine/machine-registry.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { between, type Seed } from "../time/seed.js";
import { DomainState } from "./domain-state.js";
import type { MachineLife } from "./machine-life.js";

/** Between two happenings on one host, on average. */
const MEAN_PAUSE_MS = 40_000;

interface Happening {
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  readonly drivers: readonly SimulatedDriver[];
  /** Whether it can happen to this machine now. */
  readonly fits: (machine: SimulatedMachine) => boolean;
  readonly act: (life: MachineLife, machine: SimulatedMachine) => void;
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
];

export interface ScriptedLifeParts {
  readonly driver: SimulatedDriver;
  readonly registry: MachineRegistry;
  readonly life: MachineLife;
  readonly clock: Clock;
  readonly seed: Seed;
}

/** Lets things happen to a host's machines from time to time: boots, shutdowns, pauses, a crash now and then. */
export class ScriptedLife {
  readonly #parts: ScriptedLifeParts;
  readonly #random: Random;
  readonly #happenings: readonly Happening[];
  #timer: Timer;

  constructor(parts: ScriptedLifeParts) {
    this.#parts = parts;
    this.#random = parts.seed.part("script").random();
    this.#happenings = happenings.filter(({ drivers }) => drivers.includes(parts.driver));
    this.#timer = this.#next();
  }

  stop(): void {
    this.#timer.cancel();
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
      if (machine) happening.act(this.#parts.life, machine);
      return;
    }
  }
}
