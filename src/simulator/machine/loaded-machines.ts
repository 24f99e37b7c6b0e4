import { type Condition, DomainState, RunningReason, ShutoffReason } from "../life/domain-state.js";
import type { MachineRegistry, MachineView } from "./machine-registry.js";
import type { DomainReference, SimulatedMachine } from "./simulated-machine.js";

/**
 * What a connection of OpenVZ's driver sees: the containers that there were when it was opened, and those that it has made
 * itself. That a container is paused only the connection knows that paused it, and so with every reason.
 */
export class LoadedMachines implements MachineView {
  readonly #registry: MachineRegistry;
  readonly #loaded = new Set<SimulatedMachine>();
  readonly #actedOn = new Set<SimulatedMachine>();

  constructor(registry: MachineRegistry) {
    this.#registry = registry;
  }

  /** To be called when the connection is opened. */
  load(): void {
    for (const machine of this.#registry.all()) this.#loaded.add(machine);
  }

  *all(): Iterable<SimulatedMachine> {
    for (const machine of this.#registry.all()) if (this.#loaded.has(machine)) yield machine;
  }

  withUuid(uuid: string): SimulatedMachine | undefined {
    return this.#seen(this.#registry.withUuid(uuid));
  }

  named(name: string): SimulatedMachine | undefined {
    return this.#seen(this.#registry.named(name));
  }

  withId(id: number): SimulatedMachine | undefined {
    return this.#seen(this.#registry.withId(id));
  }

  require(dom: DomainReference): SimulatedMachine {
    const machine = this.withUuid(dom.uuid);
    if (!machine) throw this.absent(`no domain with matching uuid '${dom.uuid}' (${dom.name})`);
    return machine;
  }

  absent(what: string): Error {
    return this.#registry.absent(what);
  }

  conditionOf(machine: SimulatedMachine): Condition {
    const known = this.#actedOn.has(machine);
    if (machine.run) return known ? machine.condition : { state: DomainState.running, reason: RunningReason.unknown };
    return { state: DomainState.shutoff, reason: known ? machine.offReason : ShutoffReason.unknown };
  }

  learn(machine: SimulatedMachine): void {
    this.#loaded.add(machine);
    this.#actedOn.add(machine);
  }

  #seen(machine: SimulatedMachine | undefined): SimulatedMachine | undefined {
    return machine && this.#loaded.has(machine) ? machine : undefined;
  }
}
