import type { UnnumberedEvent } from "./event.js";
import {
  emptyGeneration,
  type Generation,
  type HostGeneration,
  hostGeneration,
  type InventoryReader,
} from "./generation.js";
import type { Host } from "./host.js";
import { HostDraft } from "./host-draft.js";
import type { IndexAllocator } from "./index-allocator.js";
import type { Lifecycle } from "./lifecycle.js";
import { MachineTable } from "./machine-table.js";
import type { Observation } from "./observation.js";
import { noResources } from "./resources.js";

/** How a host is configured. */
export interface HostSettings {
  readonly name: string;
  readonly uri: string;
  readonly simulated: boolean;
  readonly allowWrite: boolean;
}

/** A possible next moment of the inventory, and what happened on the way there. */
export interface InventoryStep {
  readonly generation: Generation;
  readonly events: readonly UnnumberedEvent[];
}

/**
 * What exists, as a succession of immutable generations. `apply` works out the next one and `publish` makes it current, so that
 * the caller can put numbers and events on disk in between.
 */
export class Inventory implements InventoryReader {
  readonly indexes: IndexAllocator;
  readonly #announced = new Map<string, Map<string, Lifecycle>>();
  #current: Generation = emptyGeneration;

  constructor(indexes: IndexAllocator) {
    this.indexes = indexes;
  }

  current(): Generation {
    return this.#current;
  }

  publish(step: InventoryStep): void {
    this.#current = step.generation;
  }

  /**
   * Makes the hosts those of the configuration, in its order. A host whose URI changed is another one under the same name.
   * @param wall time of the change, milliseconds
   */
  configure(settings: readonly HostSettings[], wall: number): InventoryStep {
    const hosts = new Map<string, HostGeneration>();
    const events: UnnumberedEvent[] = [];
    const wanted = new Map(settings.map((one) => [one.name, one]));
    for (const [name, part] of this.#current.hosts) {
      if (wanted.get(name)?.uri === part.host.uri) continue;
      for (const machine of part.byIndex) {
        this.indexes.release(name, machine.uuid, wall);
        events.push({ kind: "machine-removed", at: wall, host: name, machine, lifecycle: "observed" });
      }
      events.push({ kind: "host-removed", at: wall, host: name });
    }
    for (const one of settings) {
      const known = this.#current.hosts.get(one.name);
      if (known?.host.uri === one.uri) {
        hosts.set(one.name, { ...known, host: { ...known.host, ...one } });
        continue;
      }
      hosts.set(one.name, hostGeneration(newHost(one, wall), MachineTable.empty));
      events.push({ kind: "host-added", at: wall, host: one.name });
    }
    this.indexes.retainHosts(new Set(wanted.keys()), wall);
    return { generation: { revision: this.#current.revision + 1, hosts }, events };
  }

  /**
   * What the inventory becomes by observations of one host; observations of a host that is not configured change nothing.
   * @param wall time at which they are taken in, milliseconds
   * @param monotonic the same moment on the monotonic clock, by which the observations' instants become wall times
   */
  apply(host: string, observations: readonly Observation[], wall: number, monotonic: number): InventoryStep {
    const part = this.#current.hosts.get(host);
    if (!part) return { generation: this.#current, events: [] };
    const announced = this.#announced.get(host) ?? new Map<string, Lifecycle>();
    this.#announced.set(host, announced);
    const draft = new HostDraft(part, this.indexes, announced, wall, monotonic);
    for (const observation of observations) draft.take(observation);
    const hosts = new Map(this.#current.hosts);
    hosts.set(host, draft.finish());
    return { generation: { revision: this.#current.revision + 1, hosts }, events: draft.events };
  }
}

function newHost(settings: HostSettings, wall: number): Host {
  return {
    ...settings,
    link: "connecting",
    linkReason: undefined,
    linkSince: wall,
    facts: undefined,
    complete: false,
    membershipChangedAt: undefined,
    listedAt: undefined,
    resources: noResources,
  };
}
