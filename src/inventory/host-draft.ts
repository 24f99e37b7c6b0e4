import type { UnnumberedEvent } from "./event.js";
import { type HostGeneration, hostGeneration } from "./generation.js";
import type { Host } from "./host.js";
import type { IndexAllocator } from "./index-allocator.js";
import type { Lifecycle } from "./lifecycle.js";
import { isActive, type Machine } from "./machine.js";
import { changedBy, descriptionChanged, firstMachine, type Instant, lookedAt } from "./next-machine.js";
import type { MachineLook, Observation } from "./observation.js";
import { resourceEvents } from "./resource-events.js";
import { type HostResources, resourcesAfter } from "./resources.js";

/** Machines that may be announced between two complete lists. */
const MOST_ANNOUNCED = 1000;

/** One host's next generation while observations are taken in. It keeps what changes beside what was. */
export class HostDraft {
  readonly events: UnnumberedEvent[] = [];
  readonly #before: HostGeneration;
  readonly #indexes: IndexAllocator;
  readonly #announced: Map<string, Lifecycle>;
  readonly #wall: number;
  readonly #monotonic: number;
  /** What is other than before; `undefined` where a machine is gone. */
  readonly #changes = new Map<string, Machine | undefined>();
  #host: Host;

  /** @param announced lifecycles of machines that are not known yet; kept from draft to draft until the machine is looked at */
  constructor(
    before: HostGeneration,
    indexes: IndexAllocator,
    announced: Map<string, Lifecycle>,
    wall: number,
    monotonic: number,
  ) {
    this.#before = before;
    this.#announced = announced;
    this.#indexes = indexes;
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#host = before.host;
  }

  take(observation: Observation): void {
    switch (observation.kind) {
      case "link":
        if (observation.up) this.#linkUp(observation.facts);
        else this.#linkDown(observation.reason);
        return;
      case "looks":
        for (const look of observation.looks) this.#look(look, this.#instant(observation.at));
        if (!observation.complete) return;
        this.#listed(new Set(observation.looks.map((look) => look.uuid)), this.#instant(observation.at));
        return;
      case "listed":
        this.#listed(new Set(observation.uuids), this.#instant(observation.at));
        return;
      case "lifecycle": {
        const before = this.#machine(observation.uuid);
        if (!before) this.#announce(observation.uuid, observation.lifecycle);
        if (!before || observation.state === undefined || observation.state === before.state) return;
        const instant = this.#instant(observation.at);
        const reason = observation.reason ?? "unknown";
        const machine = changedBy(before, observation.lifecycle, observation.state, reason, instant);
        this.#changes.set(machine.uuid, machine);
        this.#stateEvent(before, machine, observation.lifecycle, instant);
        return;
      }
      case "resources":
        this.#resources(resourcesAfter(this.#host.resources, observation.resources, observation.at));
        return;
      case "gone":
        this.#remove(observation.uuid, observation.lifecycle ?? "undefined", this.#instant(observation.at));
        return;
    }
  }

  finish(): HostGeneration {
    return hostGeneration(this.#host, this.#before.machines.with(this.#changes));
  }

  #machine(uuid: string): Machine | undefined {
    return this.#changes.has(uuid) ? this.#changes.get(uuid) : this.#before.machines.get(uuid);
  }

  /** All that there are at this point of the draft. */
  #machines(): readonly Machine[] {
    return this.#before.machines.with(this.#changes).byIndex;
  }

  #linkUp(facts: Host["facts"]): void {
    const wasUp = this.#host.link === "up";
    this.#host = { ...this.#host, facts, link: "up", linkReason: undefined };
    if (wasUp) return;
    this.#host = { ...this.#host, linkSince: this.#wall };
    this.events.push({ kind: "host-up", at: this.#wall, host: this.#host.name });
  }

  #linkDown(reason: string): void {
    const wasDown = this.#host.link === "down";
    this.#host = { ...this.#host, link: "down", linkReason: reason };
    if (wasDown) return;
    this.#host = { ...this.#host, linkSince: this.#wall };
    for (const machine of this.#machines()) this.#changes.set(machine.uuid, { ...machine, reachable: false });
    this.events.push({ kind: "host-down", at: this.#wall, host: this.#host.name, reason });
  }

  #listed(present: ReadonlySet<string>, instant: Instant): void {
    for (const { uuid } of this.#machines()) {
      if (!present.has(uuid)) this.#remove(uuid, "observed", instant);
    }
    this.#indexes.retain(this.#host.name, present, this.#wall);
    this.#announced.clear();
    this.#host = {
      ...this.#host,
      complete: true,
      listedAt: instant.at,
      membershipChangedAt: this.#host.membershipChangedAt ?? instant.wall,
    };
  }

  #look(look: MachineLook, instant: Instant): void {
    const before = this.#machine(look.uuid);
    if (!before) {
      const lifecycle = this.#announced.get(look.uuid) ?? "observed";
      const machine = firstMachine(this.#host.name, look, lifecycle, this.#indexes, instant);
      if (!machine) return;
      this.#changes.set(machine.uuid, machine);
      this.#membership(instant);
      this.#announced.delete(look.uuid);
      this.events.push({ kind: "machine-added", at: instant.wall, host: this.#host.name, machine, lifecycle });
      return;
    }
    const machine = lookedAt(before, look, this.#indexes, instant);
    this.#changes.set(machine.uuid, machine);
    if (machine.state !== before.state) this.#stateEvent(before, machine, "observed", instant);
    if (before.readings.document !== undefined && descriptionChanged(before, machine, look)) {
      this.events.push({ kind: "machine-changed", at: instant.wall, host: this.#host.name, machine, before });
    }
    if (machine.stuck !== before.stuck) {
      const kind = machine.stuck ? "machine-stuck" : "machine-unstuck";
      this.events.push({ kind, at: instant.wall, host: this.#host.name, machine });
    }
  }

  #resources(resources: HostResources): void {
    this.events.push(...resourceEvents(this.#host, resources, this.#wall));
    this.#host = { ...this.#host, resources };
  }

  /** The look that follows an event brings the machine; one that is gone before it never comes. */
  #announce(uuid: string, lifecycle: Lifecycle): void {
    if (this.#announced.size < MOST_ANNOUNCED) this.#announced.set(uuid, lifecycle);
  }

  #remove(uuid: string, lifecycle: Lifecycle, instant: Instant): void {
    let machine = this.#machine(uuid);
    if (!machine) return;
    // Nobody saw it stop; that it did is told all the same. What moves goes on elsewhere.
    if (isActive(machine.state) && machine.state !== "migrating") {
      const running = machine;
      machine = changedBy(running, "observed", "stopped", "unknown", instant);
      this.#stateEvent(running, machine, "observed", instant);
    }
    this.#changes.set(uuid, undefined);
    this.#indexes.release(this.#host.name, uuid, this.#wall);
    this.#membership(instant);
    this.events.push({ kind: "machine-removed", at: instant.wall, host: this.#host.name, machine, lifecycle });
  }

  #stateEvent(before: Machine, machine: Machine, lifecycle: Lifecycle, instant: Instant): void {
    this.events.push({ kind: "machine-state", at: instant.wall, host: this.#host.name, machine, before, lifecycle });
  }

  #membership(instant: Instant): void {
    this.#host = { ...this.#host, membershipChangedAt: instant.wall };
  }

  #instant(at: number): Instant {
    return { at, wall: Math.round(this.#wall - (this.#monotonic - at)) };
  }
}
