import type { Lifecycle } from "../inventory/lifecycle.js";
import { isActive, type MachineState } from "../inventory/machine.js";
import type { MachineLook, Observation } from "../inventory/observation.js";
import type { SweptState } from "./collector.js";
import type { DomainName, MachineEvent } from "./driver-event.js";
import { stateFacts } from "./machine-reader.js";
import type { LifecycleWords, StateWords } from "./state.js";
import { isBelievable, newlyWatched, type Watched, wordsOf } from "./watched.js";

/** When a machine is to be read: at once, or after a moment in which an event may still explain what was seen. */
export type Reread = "now" | "soon" | "never";

/** What became of an event. */
export interface EventOutcome {
  readonly observations: readonly Observation[];
  readonly reread: Reread;
}

/** What became of a held event. */
export interface HeldOutcome {
  readonly observations: readonly Observation[];
  /** Whether it is still held. */
  readonly open: boolean;
}

/** An event is held back for at most this long, then it is taken by its word. */
export const HOLD_MS = 1000;

/** What becomes of a machine that starts is told by what follows: it runs, or stays paused. */
const starts: ReadonlySet<Lifecycle> = new Set(["booted", "started-restored", "started-migrated", "started-snapshot"]);
/** Announcements that a machine that starts stays paused. */
const staysPaused: ReadonlySet<Lifecycle> = new Set(["paused", "paused-restored", "paused-snapshot"]);

/** What became of swept states. */
export interface SweepOutcome {
  /** What held events came to. */
  readonly observations: readonly Observation[];
  /** By UUID. */
  readonly looks: ReadonlyMap<string, MachineLook>;
  /** Machines whose state the sweep must not decide. */
  readonly rereads: readonly { readonly uuid: string; readonly when: Reread }[];
}

/**
 * The machines of one host as they were last reported, and the rules by which events and reads, which come over different
 * connections and overtake each other, become one story. Instants are of the monotonic clock.
 *
 * Some events do not tell what they lead to: "paused" is the first step of saving as well, and a start may leave a machine paused.
 * They are held until the next read or the next event tells.
 */
export class Roster {
  readonly #hasEvents: boolean;
  readonly #machines = new Map<string, Watched>();
  #events = 0;

  /** @param hasEvents whether changes are announced, so that an unannounced one is worth a second look */
  constructor(hasEvents: boolean) {
    this.#hasEvents = hasEvents;
  }

  /** The present place in the order of events: taken when a call is sent, compared when its answer is there. */
  mark(): number {
    return this.#events;
  }

  get size(): number {
    return this.#machines.size;
  }

  all(): readonly Watched[] {
    return [...this.#machines.values()];
  }

  get(uuid: string): Watched | undefined {
    return this.#machines.get(uuid);
  }

  /** The machine, from now on watched if it was not. */
  ensure(domain: DomainName): Watched {
    let machine = this.#machines.get(domain.uuid);
    if (!machine) {
      machine = newlyWatched(domain);
      this.#machines.set(domain.uuid, machine);
    }
    return machine;
  }

  /** Machines that were reported. */
  reported(): readonly string[] {
    return [...this.#machines].flatMap(([uuid, machine]) => (machine.words ? [uuid] : []));
  }

  /** A machine does not exist any more; what is still being read of it does not count. */
  forget(machine: Watched, at: number): readonly Observation[] {
    const { uuid } = machine.domain;
    if (this.#machines.get(uuid) !== machine) return [];
    this.#machines.delete(uuid);
    if (machine.words === undefined) return [];
    const { lifecycle } = machine;
    return [{ kind: "gone", at, uuid, ...(lifecycle === undefined ? {} : { lifecycle }) }];
  }

  takeEvent(event: MachineEvent, now: number): EventOutcome {
    const machine = this.ensure(event.domain);
    this.#events += 1;
    machine.lastEvent = this.#events;
    switch (event.kind) {
      case "lifecycle":
        return this.#takeLifecycle(machine, event.domain, event.words, now);
      case "document":
        machine.documentDueAt = Number.NEGATIVE_INFINITY;
        return { observations: [], reread: "now" };
      case "migration":
        machine.migrating = event.going;
        return { observations: [], reread: "now" };
      case "look":
        return { observations: [], reread: "now" };
    }
  }

  /**
   * Takes states that were read by a call sent at `mark`.
   * @param complete whether a machine that is not among `states` does not exist
   */
  takeStates(states: readonly SweptState[], mark: number, complete: boolean, now: number): SweepOutcome {
    const observations: Observation[] = [];
    const looks = new Map<string, MachineLook>();
    const rereads: { uuid: string; when: Reread }[] = [];
    const seen = new Set<string>();
    for (const { domain, state, reason } of states) {
      const { uuid } = domain;
      seen.add(uuid);
      const machine = this.#machines.get(uuid);
      if (!machine?.words) {
        rereads.push({ uuid, when: "now" });
        continue;
      }
      if (machine.lastEvent > mark) continue; // it may have moved on since; its event's read tells
      const words = wordsOf(machine, { state, reason });
      const settled = this.settle(machine, words, now);
      observations.push(...settled.observations);
      if (settled.open) continue;
      const otherRun = isActive(words.state) && domain.id !== machine.domain.id;
      if (!isBelievable(machine, words.state, this.#hasEvents, now)) {
        rereads.push({ uuid, when: "soon" });
        continue;
      }
      if (otherRun || words.state !== machine.words.state) {
        machine.documentDueAt = Number.NEGATIVE_INFINITY;
        rereads.push({ uuid, when: "now" });
      }
      machine.domain = domain;
      machine.words = words;
      looks.set(uuid, { uuid, tiers: ["state"], facts: { name: domain.name, ...stateFacts(words, domain) } });
    }
    if (complete) {
      for (const [uuid, machine] of this.#machines) {
        if (!seen.has(uuid) && machine.words && machine.lastEvent <= mark) rereads.push({ uuid, when: "now" });
      }
    }
    return { observations, looks, rereads };
  }

  /** Takes a state that was read after a machine's latest event as the outcome of the event that is held, if one is. */
  settle(machine: Watched, read: StateWords, now: number): HeldOutcome {
    const { held } = machine;
    if (!held) return { observations: [], open: false };
    const telling = starts.has(held.lifecycle)
      ? endsStart(machine, read)
      : isActive(read.state) && read.state !== "running";
    if (!telling && now - held.at < HOLD_MS) return { observations: [], open: true };
    // A pause that is a step of something else was not asked for as such.
    const lifecycle = telling && held.lifecycle === "paused" && read.state !== "paused" ? "observed" : held.lifecycle;
    return { observations: [this.#tell(machine, lifecycle, telling ? read : held, now)], open: false };
  }

  #takeLifecycle(
    machine: Watched,
    { uuid, name }: DomainName,
    { lifecycle, state, reason }: LifecycleWords,
    now: number,
  ): EventOutcome {
    const before = machine.words?.state;
    machine.documentDueAt = Number.NEGATIVE_INFINITY;
    machine.managedSave = undefined;
    if (state === undefined || reason === undefined) {
      machine.lifecycle = lifecycle;
      machine.persistent = undefined;
      machine.autostart = undefined;
      const vanishes = lifecycle === "undefined" && !(before !== undefined && isActive(before));
      if (vanishes) return { observations: this.forget(machine, now), reread: "never" };
      const announcement: Observation = { kind: "lifecycle", at: now, uuid, name, lifecycle };
      return { observations: before === undefined ? [announcement] : [], reread: "now" };
    }
    const held = this.#followHeld(machine, lifecycle, { state, reason }, now);
    if (held.taken) return { observations: held.observations, reread: "now" };
    const known = machine.words?.state;
    // QEMU's processors start before libvirt announces the start: the latter is what happened.
    if (lifecycle.startsWith("resumed") && isStarting(known)) {
      machine.ran = true;
      return { observations: held.observations, reread: "soon" };
    }
    machine.statisticsAsked = false;
    if (!isActive(state)) machine.migrating = false;
    const holds =
      lifecycle === "paused"
        ? known !== undefined && known !== "paused"
        : starts.has(lifecycle) && known !== "running" && !machine.ran;
    if (!staysPaused.has(lifecycle)) machine.restored = lifecycle === "started-restored";
    machine.ran = false;
    if (holds) machine.held = { lifecycle, state, reason, at: now };
    const observations = holds ? [] : [this.#tell(machine, lifecycle, { state, reason }, now)];
    return { observations: [...held.observations, ...observations], reread: "now" };
  }

  /** What an event tells of the one that is held; `taken` when it is a part of that. */
  #followHeld(
    machine: Watched,
    lifecycle: Lifecycle,
    words: StateWords,
    now: number,
  ): { readonly observations: readonly Observation[]; readonly taken: boolean } {
    const { held } = machine;
    if (!held) return { observations: [], taken: false };
    if (held.lifecycle === "paused") {
      if (lifecycle === "paused") return { observations: [], taken: true };
      if (lifecycle !== "saved") return { observations: [this.#tell(machine, "paused", held, now)], taken: false };
      return {
        observations: [this.#tell(machine, "observed", { state: "saving", reason: "save" }, now)],
        taken: false,
      };
    }
    const paused = staysPaused.has(lifecycle);
    const taken = paused || lifecycle.startsWith("resumed");
    return { observations: [this.#tell(machine, held.lifecycle, paused ? words : held, now)], taken };
  }

  #tell(machine: Watched, lifecycle: Lifecycle, { state, reason }: StateWords, now: number): Observation {
    const { uuid, name } = machine.domain;
    machine.held = undefined;
    machine.doubt = undefined;
    if (lifecycle !== "observed") machine.lifecycle = lifecycle;
    // A machine that is not known yet becomes so by the look that follows, which this then explains.
    if (machine.words !== undefined) machine.words = { state, reason };
    return { kind: "lifecycle", at: now, uuid, name, lifecycle, state, reason };
  }
}

/** Whether a state is what a start led to, and no step on the way. */
function endsStart({ held }: Watched, { state, reason }: StateWords): boolean {
  if (!isActive(state) || state === "preparing" || state === "restoring") return false;
  return held?.lifecycle !== "started-restored" || state !== "paused" || reason !== "unknown";
}

function isStarting(before: MachineState | undefined): boolean {
  return before === undefined || !isActive(before) || before === "preparing" || before === "restoring";
}
