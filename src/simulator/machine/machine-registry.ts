import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { DriverProfile } from "../host/driver-profile.js";
import type { Condition } from "../life/domain-state.js";
import type { DomainReference, SimulatedMachine } from "./simulated-machine.js";

/** The machines that a client can see, by everything that it names them by. */
export interface MachineView {
  /** In the order in which they were added. */
  all(): Iterable<SimulatedMachine>;
  withUuid(uuid: string): SimulatedMachine | undefined;
  named(name: string): SimulatedMachine | undefined;
  withId(id: number): SimulatedMachine | undefined;
  /** The machine a client means; as in libvirt's daemons only the UUID counts. @throws {Fault} for libvirt's NO_DOMAIN */
  require(dom: DomainReference): SimulatedMachine;
  absent(what: string): Error;
  /** What the client is told that a machine is doing. */
  conditionOf(machine: SimulatedMachine): Condition;
  /** The client itself has done something to a machine, or made it. */
  learn(machine: SimulatedMachine): void;
}

/** The machines of a host. */
export class MachineRegistry implements MachineView {
  readonly #profile: DriverProfile;
  readonly #byUuid = new Map<string, SimulatedMachine>();
  readonly #byName = new Map<string, SimulatedMachine>();
  readonly #byId = new Map<number, SimulatedMachine>();

  constructor(profile: DriverProfile) {
    this.#profile = profile;
  }

  get size(): number {
    return this.#byUuid.size;
  }

  all(): Iterable<SimulatedMachine> {
    return this.#byUuid.values();
  }

  withUuid(uuid: string): SimulatedMachine | undefined {
    return this.#byUuid.get(uuid);
  }

  named(name: string): SimulatedMachine | undefined {
    return this.#byName.get(name);
  }

  withId(id: number): SimulatedMachine | undefined {
    return this.#byId.get(id);
  }

  require(dom: DomainReference): SimulatedMachine {
    const machine = this.#byUuid.get(dom.uuid);
    if (!machine) throw this.absent(`no domain with matching uuid '${dom.uuid}' (${dom.name})`);
    return machine;
  }

  absent(what: string): Error {
    return libvirtFault("NO_DOMAIN", `Domain not found: ${what}`, this.#profile.errorDomain);
  }

  conditionOf(machine: SimulatedMachine): Condition {
    return machine.condition;
  }

  /** Everybody sees everything. */
  learn(): void {}

  add(machine: SimulatedMachine): void {
    this.#byUuid.set(machine.uuid, machine);
    this.#byName.set(machine.name, machine);
    this.indexRun(machine);
  }

  remove(machine: SimulatedMachine): void {
    this.#byUuid.delete(machine.uuid);
    this.#byName.delete(machine.name);
    if (machine.run) this.#byId.delete(machine.run.id);
  }

  /** To be called after a machine got another name. */
  renamed(machine: SimulatedMachine, before: string): void {
    this.#byName.delete(before);
    this.#byName.set(machine.name, machine);
  }

  /** To be called when a run has begun. */
  indexRun(machine: SimulatedMachine): void {
    if (machine.run) this.#byId.set(machine.run.id, machine);
  }

  /** To be called when a run has ended. */
  forgetRun(id: number): void {
    this.#byId.delete(id);
  }
}
