import type { Timer } from "../../base/clock.js";
import type { ValueOf } from "../../codec/xdr/shape.js";
import type { XmlElement } from "../../codec/xml/element.js";
import type { DomainDisk } from "../../protocol/libvirt/document/domain-disk.js";
import type { domain } from "../../protocol/libvirt/shapes.js";
import type { SimulatedDriver } from "../host/driver-profile.js";
import { type Condition, DomainState, ShutoffReason } from "../life/domain-state.js";
import { pick, type Seed } from "../time/seed.js";
import { liveDocument } from "./live-document.js";
import type { MachineDefinition } from "./machine-definition.js";
import { type MachineRates, machineRates } from "./machine-rates.js";
import { MonitorGate } from "./monitor-gate.js";
import type { RunCounters } from "./run-counters.js";

/** How libvirt's protocol names a domain. */
export type DomainReference = ValueOf<typeof domain>;

/** One run of a machine, from its start to its end. */
export interface MachineRun {
  readonly id: number;
  readonly startedMs: number;
  /** As it runs, which a change of the persistent definition leaves alone. */
  definition: MachineDefinition;
  condition: Condition;
  readonly counters: RunCounters;
  /** The host's device of each interface, in the order of the document. */
  taps: readonly (string | undefined)[];
  /** A guest of Xen's part of the processors. */
  share: { readonly weight: number; readonly cap: number };
  readonly pseudoTerminal: number;
  readonly vncPort: number | undefined;
  /** What the guest is about to do: answer a request to shut down or to reboot. */
  reaction: Timer | undefined;
  /** The guest's agent announces itself some time after the boot. */
  agentArrival: Timer | undefined;
  agentConnected: boolean;
  /** Whoever has the console; `end` takes it from him. */
  console: { readonly end: () => void } | undefined;
}

/** What a machine keeps of a disk while it is off. */
export interface DiskContent {
  readonly capacityBytes: number;
  /** Octets of the image that were in use when the present run began. */
  allocatedBytes: number;
}

/** What a machine was at some time, to go back to. */
export interface MachineSnapshot {
  readonly name: string;
  readonly description: string | undefined;
  /** As libvirt's documents call it: `running paused shutoff disk-snapshot`. */
  readonly state: string;
  /** Name of the one that it was made after. */
  readonly parent: string | undefined;
  readonly createdS: number;
  /** What it was defined as, and what ran if it ran. */
  readonly definition: MachineDefinition;
  readonly running: MachineDefinition | undefined;
}

const GIB = 1024 ** 3;

/** Of the domain that is not a guest. */
export const CONTROL_UUID = "00000000-0000-0000-0000-000000000000";

/** A domain of a simulated host: what is known of it, and nothing of what can be done with it. */
export class SimulatedMachine {
  readonly uuid: string;
  readonly #seed: Seed;
  /** By the disk's target and source: another medium has other content. */
  readonly #diskContents = new Map<string, DiskContent>();
  #rates: MachineRates | undefined;
  /** What it will be at its next start; of a transient machine, what it was created from. */
  definition: MachineDefinition;
  persistent: boolean;
  autostart = false;
  managedSave = false;
  run: MachineRun | undefined;
  /** By name, in the order in which they were made. */
  readonly snapshots = new Map<string, MachineSnapshot>();
  currentSnapshot: string | undefined;
  /** Why it is off, when it is. */
  offReason: number = ShutoffReason.unknown;
  readonly monitor = new MonitorGate();

  constructor(seed: Seed, definition: MachineDefinition, persistent: boolean) {
    this.uuid = definition.facts.uuid;
    this.#seed = seed;
    this.definition = definition;
    this.persistent = persistent;
  }

  get name(): string {
    return this.definition.facts.name;
  }

  /** Xen's Domain-0, which is listed among the machines that it runs. */
  get isControl(): boolean {
    return this.uuid === CONTROL_UUID;
  }

  get reference(): DomainReference {
    return { name: this.name, uuid: this.uuid, id: this.run?.id ?? -1 };
  }

  get condition(): Condition {
    return this.run?.condition ?? { state: DomainState.shutoff, reason: this.offReason };
  }

  /** What describes it now: its run, or what it is defined as. */
  get current(): MachineDefinition {
    return this.run?.definition ?? this.definition;
  }

  /** Made when they are first needed: a host of thousands of machines must be quick to make. */
  get rates(): MachineRates {
    this.#rates ??= machineRates(this.#seed);
    return this.#rates;
  }

  diskContent(disk: DomainDisk): DiskContent {
    const key = `${disk.target} ${disk.source}`;
    let content = this.#diskContents.get(key);
    if (!content) {
      const random = this.#seed.part("disk").part(key).random();
      const capacityBytes = disk.readOnly ? 650 * 1024 * 1024 : pick(random, [10, 20, 20, 40, 80, 160]) * GIB;
      content = { capacityBytes, allocatedBytes: Math.floor(capacityBytes * this.rates.diskFill) };
      this.#diskContents.set(key, content);
    }
    return content;
  }

  /** The document of the run if there is one and `inactive` does not ask for the other. */
  document(driver: SimulatedDriver, inactive: boolean): XmlElement {
    const { run } = this;
    if (!run || inactive) return this.definition.tree();
    const { name, memoryKiB, currentMemoryKiB, vcpuMaximum, vcpuCount } = run.definition.facts;
    return liveDocument(driver, run.definition.tree(), {
      id: run.id,
      name,
      memoryKiB,
      currentMemoryKiB,
      vcpuMaximum,
      vcpuCount,
      taps: run.taps,
      pseudoTerminal: run.pseudoTerminal,
      vncPort: run.vncPort,
      agentConnected: run.agentConnected,
    });
  }
}
