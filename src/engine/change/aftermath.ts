import type { Clock } from "../../base/clock.js";
import type { InventoryReader } from "../../inventory/generation.js";
import { isActive, type Machine } from "../../inventory/machine.js";
import type { Surroundings } from "../../inventory/observation.js";
import type { ChangeFeed } from "../change-feed.js";
import type { Action, ActionWord } from "./action.js";

/** Events of one change that may wait to be seen. */
const CAPACITY = 1000;
const SHOWN_MS = 3000;

/** What a machine looks like in the inventory after an action; nothing for actions that it need not show. */
const shows: Partial<Readonly<Record<ActionWord, (machine: Machine | undefined) => boolean>>> = {
  start: (machine) => machine !== undefined && isActive(machine.state),
  suspend: (machine) => machine?.state === "paused",
  resume: (machine) => machine?.state === "running",
  save: (machine) => machine?.state === "saved",
  restore: (machine) => machine !== undefined && isActive(machine.state),
  destroy: (machine) => machine === undefined || !isActive(machine.state),
  define: (machine) => machine !== undefined,
  undefine: (machine) => machine === undefined || isActive(machine.state),
};

export interface AftermathMeans {
  readonly inventory: InventoryReader;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  /** Asks for a fresh look at a machine. */
  readonly look: (host: string, uuid: string) => void;
  /** Asks for a fresh look at what changes rarely, and has no events. */
  readonly lookAround: (host: string, what: Surroundings) => void;
  /** How long the inventory may take to show what was done. */
  readonly shownMs?: number;
}

/** Watches what a change brings about, from before its first step. */
export class Aftermath {
  readonly #means: AftermathMeans;
  readonly #events: number[] = [];
  readonly #touched: ReadonlySet<string>;
  readonly #surroundings: ReadonlyMap<string, ReadonlySet<Surroundings>>;
  readonly #expected = new Map<string, () => boolean>();
  readonly #stop: () => void;
  #onEvent: () => void = () => {};

  constructor(actions: readonly Action[], means: AftermathMeans) {
    this.#means = means;
    const machines = actions.flatMap((action) => ("machine" in action ? placesOf(action) : []));
    this.#touched = new Set(machines.map(({ host, uuid }) => `${host}/${uuid}`));
    this.#surroundings = surroundingsOf(actions);
    for (const action of actions) {
      const isShown = shows[action.do];
      if (!isShown || !("machine" in action)) continue;
      // A later action on the same machine decides what it will be.
      this.#expected.set(`${action.host}/${action.machine}`, () =>
        isShown(means.inventory.current().hosts.get(action.host)?.machines.get(action.machine)),
      );
    }
    const subscription = means.feed.subscribe("change", CAPACITY, (event) => {
      if ("machine" in event && this.#touched.has(`${event.host}/${event.machine.uuid}`)) {
        this.#events.push(event.sequence);
      }
      this.#onEvent();
    });
    this.#stop = () => subscription.cancel();
  }

  /**
   * Waits until the inventory shows what was done, not for long.
   * @returns the numbers of the events about what the change touched
   */
  async seen(): Promise<readonly number[]> {
    const { clock, look, lookAround, shownMs } = this.#means;
    for (const key of this.#touched) look(...split(key));
    for (const [host, kinds] of this.#surroundings) for (const kind of kinds) lookAround(host, kind);
    const isShown = (): boolean => [...this.#expected.values()].every((shown) => shown());
    if (!isShown()) {
      await new Promise<void>((resolve) => {
        const timer = clock.after(shownMs ?? SHOWN_MS, resolve);
        this.#onEvent = () => {
          if (!isShown()) return;
          timer.cancel();
          resolve();
        };
      });
    }
    this.end();
    return this.#events;
  }

  end(): void {
    this.#stop();
    this.#onEvent = () => {};
  }
}

function placesOf(action: Extract<Action, { readonly machine: string }>): readonly { host: string; uuid: string }[] {
  const hosts = action.do === "migrate" ? [action.host, action.destination] : [action.host];
  return hosts.map((host) => ({ host, uuid: action.machine }));
}

function surroundingsOf(actions: readonly Action[]): ReadonlyMap<string, ReadonlySet<Surroundings>> {
  const found = new Map<string, Set<Surroundings>>();
  for (const action of actions) {
    if (!("host" in action)) continue;
    const what =
      "pool" in action ? "pools" : "network" in action ? "networks" : "name" in action ? "snapshots" : undefined;
    if (what) found.set(action.host, (found.get(action.host) ?? new Set()).add(what));
  }
  return found;
}

/** UUIDs have no slash. */
function split(key: string): [host: string, uuid: string] {
  const at = key.lastIndexOf("/");
  return [key.slice(0, at), key.slice(at + 1)];
}
