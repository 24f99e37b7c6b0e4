import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { ErrorName } from "../../protocol/libvirt/error-codes.js";
import type { DriverProfile } from "../host/driver-profile.js";
import type { HostEvent } from "../host/host-event.js";
import { invalidOperation } from "../host/refusals.js";
import { Lifecycle } from "../life/domain-state.js";
import type { MachineLife } from "../life/machine-life.js";
import type { Seed } from "../time/seed.js";
import { documentText, type MachineDefinition } from "./machine-definition.js";
import type { MachineRegistry } from "./machine-registry.js";
import { readDefinition } from "./read-definition.js";
import { SimulatedMachine } from "./simulated-machine.js";

export interface MachineCatalogParts {
  readonly profile: DriverProfile;
  readonly registry: MachineRegistry;
  readonly life: MachineLife;
  readonly seed: Seed;
  readonly announce: (event: HostEvent) => void;
}

/** Which machines a host has, and under what names. Methods throw the faults of the errors that clients see. */
export class MachineCatalog {
  readonly #parts: MachineCatalogParts;
  #read = 0;

  constructor(parts: MachineCatalogParts) {
    this.#parts = parts;
  }

  /** Adds a machine or changes what an existing one will be at its next start. */
  define(xml: string): SimulatedMachine {
    const { definition, seed } = this.#definition(xml);
    const machine = this.#known(definition) ?? this.#added(seed, definition, false);
    const lifecycle = machine.persistent ? Lifecycle.definedUpdated : Lifecycle.definedAdded;
    machine.definition = definition;
    machine.persistent = true;
    this.#announce(machine, lifecycle);
    return machine;
  }

  /** Starts a machine that lasts as long as it runs, unless it is defined already. */
  create(xml: string, paused: boolean): SimulatedMachine {
    const { definition, seed } = this.#definition(xml);
    const known = this.#known(definition);
    if (known?.run) throw invalidOperation(this.#parts.profile, `domain '${known.name}' is already active`);
    const machine = known ?? this.#added(seed, definition, false);
    this.#parts.life.boot(machine, definition, paused);
    return machine;
  }

  /** Brings a machine back that was saved to a file. */
  restore(definition: MachineDefinition, paused: boolean): SimulatedMachine {
    const machine = this.#offOrNew(definition);
    this.#parts.life.restore(machine, definition, paused);
    return machine;
  }

  /** Prepares for a machine that comes from another host. */
  receive(definition: MachineDefinition): SimulatedMachine {
    const machine = this.#offOrNew(definition);
    this.#parts.life.arrive(machine, definition);
    return machine;
  }

  /** Keeps the definition of a machine that has come. */
  keep(machine: SimulatedMachine, definition: MachineDefinition): void {
    const lifecycle = machine.persistent ? Lifecycle.definedUpdated : Lifecycle.definedAdded;
    machine.definition = definition;
    machine.persistent = true;
    this.#announce(machine, lifecycle);
  }

  /** @throws {Fault} when it is running already, or under another name or UUID */
  #offOrNew(definition: MachineDefinition): SimulatedMachine {
    const known = this.#known(definition);
    if (known?.run) throw invalidOperation(this.#parts.profile, `domain is already active as '${known.name}'`);
    this.#read += 1;
    return known ?? this.#added(this.#parts.seed.part("arrived").part(this.#read), definition, false);
  }

  /** Makes a persistent machine transient; one that is off is gone. */
  undefine(machine: SimulatedMachine, { managedSave = false, snapshots = false } = {}): void {
    if (machine.isControl) throw invalidOperation(this.#parts.profile, "Domain-0 does not support requested operation");
    if (this.#parts.profile.type === "OpenVZ") {
      // The driver gives the program a word too many.
      const command = `/usr/sbin/vzctl --quiet start destroy ${machine.name}`;
      const message = `internal error: Child process (${command}) unexpected exit status 255: Invalid container ID`;
      throw this.#refusal("INTERNAL_ERROR", message);
    }
    if (!machine.persistent) throw invalidOperation(this.#parts.profile, "cannot undefine transient domain");
    if (machine.managedSave && !managedSave) {
      throw invalidOperation(this.#parts.profile, "refusing to undefine a domain that has a managed save image");
    }
    // One that runs keeps them until it ends.
    const { size } = machine.snapshots;
    if (!machine.run && size > 0 && !snapshots) {
      throw invalidOperation(this.#parts.profile, `cannot delete inactive domain with ${size} snapshots`);
    }
    if (!machine.run || snapshots) machine.snapshots.clear();
    machine.managedSave = false;
    machine.persistent = false;
    machine.autostart = false;
    if (!machine.run) this.#parts.registry.remove(machine);
    this.#announce(machine, Lifecycle.undefinedRemoved);
  }

  rename(machine: SimulatedMachine, name: string): void {
    if (machine.run) throw invalidOperation(this.#parts.profile, "cannot rename active domain");
    if (!machine.persistent) throw invalidOperation(this.#parts.profile, "cannot rename a transient domain");
    if (name === "" || name.includes("/") || name.includes("\n")) {
      throw this.#refusal("XML_ERROR", "XML error: name must not be empty nor contain '/' or line breaks");
    }
    if (this.#parts.registry.named(name)) {
      throw invalidOperation(this.#parts.profile, `domain '${name}' already exists`);
    }
    const before = machine.name;
    const beforeReference = machine.reference;
    machine.definition = written(machine.definition.with({ name }));
    this.#parts.registry.renamed(machine, before);
    this.#parts.announce({ kind: "lifecycle", dom: beforeReference, lifecycle: Lifecycle.undefinedRenamed });
    this.#announce(machine, Lifecycle.definedRenamed);
  }

  setAutostart(machine: SimulatedMachine, autostart: boolean): void {
    if (!machine.persistent) throw invalidOperation(this.#parts.profile, "cannot set autostart for transient domain");
    machine.autostart = autostart;
  }

  /** Title or description of the run, of the definition, or of both. */
  setText(
    machine: SimulatedMachine,
    name: "title" | "description",
    text: string | undefined,
    effect: { readonly live: boolean; readonly config: boolean },
  ): void {
    const change = name === "title" ? { title: text } : { description: text };
    const definition = written(machine.definition.with(change));
    if (effect.live && machine.run) machine.run.definition = machine.run.definition.with(change);
    if (effect.config) machine.definition = definition;
    const type = name === "description" ? METADATA_DESCRIPTION : METADATA_TITLE;
    this.#parts.announce({ kind: "metadata-change", dom: machine.reference, type, uri: undefined });
  }

  #added(seed: Seed, definition: MachineDefinition, persistent: boolean): SimulatedMachine {
    const machine = new SimulatedMachine(seed, definition, persistent);
    this.#parts.registry.add(machine);
    return machine;
  }

  /** The machine that `definition` is about. @throws {Fault} when name and UUID belong to different ones */
  #known(definition: MachineDefinition): SimulatedMachine | undefined {
    const { name, uuid } = definition.facts;
    const named = this.#parts.registry.named(name);
    const same = this.#parts.registry.withUuid(uuid);
    if (named && named !== same) {
      const message = `operation failed: domain '${name}' already exists with uuid ${named.uuid}`;
      throw this.#refusal("OPERATION_FAILED", message);
    }
    if (same && same.name !== name) {
      const message = `operation failed: domain '${same.name}' is already defined with uuid ${uuid}`;
      throw this.#refusal("OPERATION_FAILED", message);
    }
    return same;
  }

  #definition(xml: string): { readonly definition: MachineDefinition; readonly seed: Seed } {
    this.#read += 1;
    const seed = this.#parts.seed.part("defined").part(this.#read);
    return { definition: readDefinition(xml, this.#parts.profile, seed.part("definition").random()), seed };
  }

  #announce(machine: SimulatedMachine, lifecycle: Lifecycle): void {
    this.#parts.announce({ kind: "lifecycle", dom: machine.reference, lifecycle });
  }

  #refusal(name: ErrorName, message: string): Error {
    return libvirtFault(name, message, this.#parts.profile.errorDomain);
  }
}

/** A definition that can be written. @throws {Fault} `invalid` for characters that XML cannot carry */
function written(definition: MachineDefinition): MachineDefinition {
  documentText(definition.tree());
  return definition;
}

/** Numbers of metadata kinds. */
export const METADATA_DESCRIPTION = 0;
export const METADATA_TITLE = 1;
