import { BoundedQueue } from "../base/bounded-queue.js";
import type { Store, StoreWrite } from "../base/store.js";
import { nextTurn } from "../base/turn.js";
import type { InventoryEvent, UnnumberedEvent } from "../inventory/event.js";
import { eventKey, eventPrefix, keptEvents, storedEvent } from "./stored-event.js";

/** Events delivered to one subscriber before others get their turn. */
const PER_TURN = 64;

/** A subscriber's end of the feed. */
export interface Subscription {
  readonly name: string;
  /** Events waiting, and events lost because the subscriber was too slow. */
  readonly waiting: number;
  readonly dropped: number;
  cancel(): void;
}

/**
 * The one sequence of changes that every world's notifications come from. Numbers grow by one and go on after a restart.
 * Each subscriber has a bounded queue of its own: a slow one loses its oldest events, counted, and delays nobody.
 */
export class ChangeFeed {
  readonly #subscribers = new Set<Subscriber>();
  #last: number;

  private constructor(last: number) {
    this.#last = last;
  }

  /** Goes on after the last event that an earlier run stored. */
  static async open(store: Store): Promise<ChangeFeed> {
    const stored = await store.list(eventPrefix);
    const last = stored.at(-1);
    return new ChangeFeed(last ? Number(last.key.slice(eventPrefix.length)) : 0);
  }

  /** The number of the latest event. */
  get sequence(): number {
    return this.#last;
  }

  get subscriptions(): Iterable<Subscription> {
    return this.#subscribers;
  }

  /** Gives events their numbers. What is numbered must be published, in the same order. */
  number(events: readonly UnnumberedEvent[]): readonly InventoryEvent[] {
    return events.map((event) => {
      this.#last += 1;
      return { sequence: this.#last, ...event } as InventoryEvent;
    });
  }

  /** What to store for these events, older ones forgotten on the way. */
  writesFor(events: readonly InventoryEvent[]): readonly StoreWrite[] {
    const kept = events.slice(-keptEvents);
    return [
      ...kept.map((event) => ({ key: eventKey(event.sequence), value: JSON.stringify(storedEvent(event)) })),
      ...events
        .map((event) => event.sequence - keptEvents)
        .filter((sequence) => sequence > 0 && sequence < (kept[0]?.sequence ?? 0))
        .map((sequence) => ({ key: eventKey(sequence), value: undefined })),
    ];
  }

  publish(events: readonly InventoryEvent[]): void {
    for (const subscriber of this.#subscribers) subscriber.push(events);
  }

  /**
   * Calls `onEvent` for every later event, in order, never within `publish`.
   * @param capacity how many events may wait
   */
  subscribe(name: string, capacity: number, onEvent: (event: InventoryEvent) => void): Subscription {
    const subscriber = new Subscriber(name, capacity, onEvent, () => this.#subscribers.delete(subscriber));
    this.#subscribers.add(subscriber);
    return subscriber;
  }
}

class Subscriber implements Subscription {
  readonly name: string;
  readonly #queue: BoundedQueue<InventoryEvent>;
  readonly #onEvent: (event: InventoryEvent) => void;
  readonly #onCancel: () => void;
  #draining = false;
  #cancelled = false;

  constructor(name: string, capacity: number, onEvent: (event: InventoryEvent) => void, onCancel: () => void) {
    this.name = name;
    this.#queue = new BoundedQueue(capacity);
    this.#onEvent = onEvent;
    this.#onCancel = onCancel;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  push(events: readonly InventoryEvent[]): void {
    for (const event of events) this.#queue.push(event);
    if (!this.#draining) void this.#drain();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#onCancel();
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (let delivered = 0; !this.#cancelled; delivered += 1) {
      if (delivered % PER_TURN === 0) await nextTurn();
      const event = this.#queue.shift();
      if (event === undefined) break;
      this.#onEvent(event);
    }
    this.#draining = false;
  }
}
