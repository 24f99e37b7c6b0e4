import type { Clock, Timer } from "../base/clock.js";
import { reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { Store, StoreWrite } from "../base/store.js";
import { nextTurn } from "../base/turn.js";
import type { UnnumberedEvent } from "../inventory/event.js";
import { type HostGeneration, hostGeneration } from "../inventory/generation.js";
import { IndexAllocator, storedNumbers } from "../inventory/index-allocator.js";
import { type HostSettings, Inventory, type InventoryStep } from "../inventory/inventory.js";
import type { Machine } from "../inventory/machine.js";
import { MachineTable } from "../inventory/machine-table.js";
import type { Observation, ObservationSink } from "../inventory/observation.js";
import type { ChangeFeed } from "./change-feed.js";

/** What is not urgent waits this long, so that a sweep's many small answers become few generations. */
const GATHER_MS = 40;
/** Machines taken in before the event loop gets its turn; keeps a turn well below 10 ms. */
const LOOKS_PER_TURN = 250;
/** Looks that may wait per host; beyond it they are dropped and counted, for the next sweep brings them anew. */
const WAITING_LOOKS = 100_000;
const RETRY_MS = 5000;
const SWEEP_MS = 60 * 60 * 1000;
const INDEX_PREFIX = "index/";

/**
 * Takes in what drivers report: works out the next generation, puts new numbers and events on disk, then publishes both.
 * One step at a time; what arrives meanwhile is gathered. When the disk refuses, answers stay live, `failing` says so, machines
 * whose numbers are on no disk stay hidden, and what could not be stored is tried again.
 */
export class Ingest {
  readonly inventory: Inventory;
  readonly feed: ChangeFeed;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting = new Map<string, Observation[]>();
  readonly #waitingLooks = new Map<string, number>();
  readonly #unsaved = new Map<string, StoreWrite>();
  #gathering: Timer | undefined;
  #retrying: Timer | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Machines whose numbers are on disk, as `host/uuid`. */
  readonly #stored: Set<string>;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #droppedLooks = 0;
  #failing: string | undefined;

  private constructor(
    inventory: Inventory,
    feed: ChangeFeed,
    stored: Set<string>,
    store: Store,
    clock: Clock,
    log: Log,
  ) {
    this.inventory = inventory;
    this.#stored = stored;
    this.feed = feed;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Reads what earlier runs stored: the machines' numbers and the last event's. */
  static async open(store: Store, feed: ChangeFeed, clock: Clock, log: Log): Promise<Ingest> {
    const indexes = new IndexAllocator();
    const records = await store.list(INDEX_PREFIX);
    indexes.load(records.map((entry) => storedNumbers(entry.value)));
    const stored = new Set(records.map((entry) => entry.key.slice(INDEX_PREFIX.length)));
    return new Ingest(new Inventory(indexes), feed, stored, store, clock, log);
  }

  /** Why the store refuses at present, or `undefined`. */
  get failing(): string | undefined {
    return this.#failing;
  }

  get droppedLooks(): number {
    return this.#droppedLooks;
  }

  /** Makes the hosts those of the configuration; resolves when the inventory shows it. */
  configure(settings: readonly HostSettings[]): Promise<void> {
    return this.#inTurn(() => this.#commit(this.inventory.configure(settings, this.#clock.now())));
  }

  /** Where the driver of `host` delivers. */
  sinkFor(host: string): ObservationSink {
    return (observations) => {
      for (const observation of observations) this.#add(host, observation);
    };
  }

  /** Resolves when everything delivered so far has been taken in. */
  settled(): Promise<void> {
    return this.#inTurn(() => this.#drain());
  }

  #add(host: string, observation: Observation): void {
    const looks = observation.kind === "looks" ? observation.looks.length : 0;
    const held = this.#waitingLooks.get(host) ?? 0;
    if (looks > 0 && held > WAITING_LOOKS) {
      this.#droppedLooks += looks;
      return;
    }
    this.#waitingLooks.set(host, held + looks);
    const waiting = this.#waiting.get(host);
    if (waiting) waiting.push(observation);
    else this.#waiting.set(host, [observation]);
    if (observation.kind !== "looks" || observation.complete) {
      this.#gathering?.cancel();
      this.#gathering = undefined;
      this.#drainSoon();
    } else if (!this.#gathering) {
      this.#gathering = this.#clock.after(GATHER_MS, () => {
        this.#gathering = undefined;
        this.#drainSoon();
      });
    }
  }

  #drainSoon(): void {
    this.settled().catch(() => {}); // told by #inTurn
  }

  async #drain(): Promise<void> {
    for (const host of [...this.#waiting.keys()]) {
      const observations = this.#waiting.get(host) ?? [];
      this.#waiting.delete(host);
      this.#waitingLooks.delete(host);
      for (const piece of piecesOf(observations)) {
        await this.#commit(this.inventory.apply(host, piece, this.#clock.now(), this.#clock.monotonic()));
        await nextTurn();
      }
    }
  }

  /** Stores what must not be forgotten, then lets everybody see the step. */
  async #commit(worked: InventoryStep): Promise<void> {
    this.#sweep();
    for (const [key, record] of this.inventory.indexes.takeChanged()) {
      const write = { key: INDEX_PREFIX + key, value: record && JSON.stringify(record) };
      this.#unsaved.set(write.key, write);
    }
    // While the disk refuses, a new machine stays hidden: its number must not be told before it is certain to stay.
    const step = this.#failing === undefined ? worked : withoutUnstored(worked, this.#stored);
    const events = this.feed.number(step.events);
    for (const write of this.feed.writesFor(events)) {
      // An event that was never stored need not be removed either: what waits stays bounded while the disk is full.
      if (write.value !== undefined || !this.#unsaved.delete(write.key)) this.#unsaved.set(write.key, write);
    }
    if (this.#unsaved.size > 0) await this.#save();
    const told = this.#failing === undefined ? step : withoutUnstored(step, this.#stored);
    const known = new Set(told.events);
    this.inventory.publish(told);
    this.feed.publish(events.filter((_, index) => known.has(step.events[index] as UnnumberedEvent)));
  }

  /** Gives back numbers that have rested for long enough, now and then. */
  #sweep(): void {
    if (this.#clock.monotonic() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = this.#clock.monotonic();
    this.inventory.indexes.sweep(this.#clock.now());
  }

  async #save(): Promise<void> {
    try {
      await this.#store.write([...this.#unsaved.values()]);
      for (const [key, { value }] of this.#unsaved) {
        if (!key.startsWith(INDEX_PREFIX)) continue;
        if (value === undefined) this.#stored.delete(key.slice(INDEX_PREFIX.length));
        else this.#stored.add(key.slice(INDEX_PREFIX.length));
      }
      this.#unsaved.clear();
      if (this.#failing !== undefined) this.#log.info("engine.store.recovered");
      this.#failing = undefined;
    } catch (error) {
      if (this.#failing === undefined) this.#log.error("engine.store.failed", { reason: reasonOf(error) });
      this.#failing = reasonOf(error);
      this.#retrying ??= this.#clock.after(RETRY_MS, () => {
        this.#retrying = undefined;
        this.#inTurn(() => this.#save()).catch(() => {}); // told by #inTurn
      });
    }
  }

  /** @throws {Error} what `action` throws; those that come after it are not kept from their turn */
  #inTurn(action: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(action);
    this.#turn = done.catch((error: unknown) => {
      this.#log.error("engine.ingest.failed", { reason: reasonOf(error), stack: (error as Error).stack });
    });
    return done;
  }
}

/** The step without the machines whose numbers are on no disk; they come back with a later look. */
function withoutUnstored(step: InventoryStep, stored: ReadonlySet<string>): InventoryStep {
  const isStored = ({ host, uuid }: Machine): boolean => stored.has(`${host}/${uuid}`);
  const hosts = new Map<string, HostGeneration>();
  for (const [name, part] of step.generation.hosts) {
    const byIndex = part.byIndex.filter(isStored);
    const complete = byIndex.length === part.byIndex.length;
    hosts.set(name, complete ? part : hostGeneration(part.host, MachineTable.of(byIndex)));
  }
  const events = step.events.filter((event) => !("machine" in event) || isStored(event.machine));
  return { generation: { ...step.generation, hosts }, events };
}

/** Cuts what waits into pieces of bounded work, in order. */
function* piecesOf(observations: readonly Observation[]): Generator<readonly Observation[]> {
  let piece: Observation[] = [];
  let looks = 0;
  for (const observation of observations) {
    if (observation.kind !== "looks") {
      piece.push(observation);
      continue;
    }
    for (let at = 0; at < observation.looks.length; at += LOOKS_PER_TURN) {
      const some = observation.looks.slice(at, at + LOOKS_PER_TURN);
      piece.push({ kind: "looks", at: observation.at, looks: some, complete: false });
      looks += some.length;
      if (looks < LOOKS_PER_TURN) continue;
      yield piece;
      piece = [];
      looks = 0;
    }
    if (observation.complete) {
      piece.push({ kind: "listed", at: observation.at, uuids: observation.looks.map((look) => look.uuid) });
    }
  }
  if (piece.length > 0) yield piece;
}
