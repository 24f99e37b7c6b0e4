import type { Clock, Timer } from "../base/clock.js";

/** Followers of a request within this time become one read at its end. */
const COALESCE_MS = 50;

interface Entry {
  again: boolean;
}

/**
 * Reads machines that something happened to: the first request acts at once, those that follow within 50 ms coalesce, and a
 * request during a read makes another one, so that the last word is always read.
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

  request(uuid: string): void {
    if (this.#stopped) return;
    const entry = this.#entries.get(uuid);
    if (entry) {
      entry.again = true;
      return;
    }
    this.#entries.set(uuid, { again: false });
    this.#waiting.push(uuid);
    this.#work();
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
      if (entry) entry.again = false; // a request so far is answered by the read that begins now
      const startedAt = this.#clock.monotonic();
      this.#reading += 1;
      void this.#read(uuid).finally(() => {
        this.#reading -= 1;
        this.#after(Math.max(0, startedAt + COALESCE_MS - this.#clock.monotonic()), () => this.#rested(uuid));
        this.#work();
      });
    }
  }

  #rested(uuid: string): void {
    const entry = this.#entries.get(uuid);
    this.#entries.delete(uuid);
    if (entry?.again) this.request(uuid);
  }

  #after(delayMs: number, action: () => void): void {
    if (this.#stopped) return;
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}
