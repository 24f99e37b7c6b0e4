import type { Clock, Timer } from "../base/clock.js";

/** Followers of a request within this time become one read at its end. */
const COALESCE_MS = 50;

interface Entry {
  again: boolean;
  /** Somebody waits for the read that comes next. */
  urgent: boolean;
  /** A rest has been cut short already. */
  hurried: boolean;
  /** Of the rest after a read. */
  rest: Timer | undefined;
}

/**
 * Reads machines that something happened to: the first request acts at once, those that follow within 50 ms coalesce, and a
 * request during a read makes another one, so that the last word is always read. An urgent one ends the 50 ms, though not twice
 * in a row.
 */
export class RereadQueue {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #read: (uuid: string) => Promise<void>;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting: string[] = [];
  readonly #timers = new Set<Timer>();
  #reading = 0;
  #stopped = false;

  /** @param read must not reject */
  constructor(clock: Clock, concurrency: number, read: (uuid: string) => Promise<void>) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#read = read;
  }

  /** @param urgent that an event cannot be told before the machine was read */
  request(uuid: string, urgent = false): void {
    if (this.#stopped) return;
    const entry = this.#entries.get(uuid);
    if (entry === undefined) {
      this.#entries.set(uuid, { again: false, urgent: false, hurried: false, rest: undefined });
      this.#waiting.push(uuid);
      this.#work();
      return;
    }
    entry.again = true;
    entry.urgent ||= urgent;
    if (entry.rest) this.#hurry(uuid, entry);
  }

  requestLater(uuid: string, delayMs: number): void {
    this.#after(delayMs, () => this.request(uuid));
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#waiting.length = 0;
  }

  #work(): void {
    while (!this.#stopped && this.#reading < this.#concurrency) {
      const uuid = this.#waiting.shift();
      if (uuid === undefined) return;
      const entry = this.#entries.get(uuid);
      // A request so far is answered by the read that begins now.
      if (entry) Object.assign(entry, { again: false, urgent: false });
      const startedAt = this.#clock.monotonic();
      this.#reading += 1;
      void this.#read(uuid).finally(() => {
        this.#reading -= 1;
        const restMs = Math.max(0, startedAt + COALESCE_MS - this.#clock.monotonic());
        const rest = this.#after(restMs, () => this.#rested(uuid));
        if (entry) {
          entry.rest = rest;
          this.#hurry(uuid, entry);
        }
        this.#work();
      });
    }
  }

  /** Ends a rest for an urgent request, unless the one before was ended so, too. */
  #hurry(uuid: string, entry: Entry): void {
    if (!entry.urgent || entry.hurried || !entry.rest) return;
    entry.rest.cancel();
    this.#timers.delete(entry.rest);
    entry.rest = undefined;
    entry.hurried = true;
    this.#waiting.push(uuid);
    this.#work();
  }

  #rested(uuid: string): void {
    const entry = this.#entries.get(uuid);
    this.#entries.delete(uuid);
    if (entry?.again) this.request(uuid);
  }

  #after(delayMs: number, action: () => void): Timer | undefined {
    if (this.#stopped) return undefined;
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
    return timer;
  }
}
