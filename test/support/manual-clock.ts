import type { Clock, Timer } from "../../src/base/clock.js";

interface Pending {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #elapsedMs = 0;
  readonly #startMs: number;
  readonly #pending = new Set<Pending>();

  /** @param startMs what `now` says at first, milliseconds since 1970 */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const pending = { dueMs: this.#elapsedMs + Math.max(0, delayMs), action };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** Moves time forward and runs what falls due on the way, in order of its time, each at its own moment. */
  advance(ms: number): void {
    const endMs = this.#elapsedMs + ms;
    for (let next = this.#firstDue(endMs); next !== undefined; next = this.#firstDue(endMs)) {
      this.#pending.delete(next);
      this.#elapsedMs = next.dueMs;
      next.action();
    }
    this.#elapsedMs = endMs;
  }

  #firstDue(endMs: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.dueMs <= endMs && (first === undefined || pending.dueMs < first.dueMs)) first = pending;
    }
    return first;
  }
}
