import type { Clock, Timer } from "../../base/clock.js";

interface Pending {
  readonly dueMs: number;
  readonly action: () => void;
  timer: Timer;
}

/** A clock that goes on with another one, and can be moved forward: what falls due on the way happens in its order. */
export class SettableClock implements Clock {
  readonly #base: Clock;
  readonly #pending = new Set<Pending>();
  #aheadMs = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now() + this.#aheadMs;
  }

  monotonic(): number {
    return this.#base.monotonic() + this.#aheadMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const pending: Pending = { dueMs: this.monotonic() + Math.max(0, delayMs), action, timer: nothing };
    this.#arm(pending);
    this.#pending.add(pending);
    return {
      cancel: () => {
        pending.timer.cancel();
        this.#pending.delete(pending);
      },
    };
  }

  /** Moves it forward, and what it drives with it. */
  skip(ms: number): void {
    const endMs = this.monotonic() + ms;
    for (let next = this.#firstDue(endMs); next; next = this.#firstDue(endMs)) {
      this.#aheadMs += Math.max(0, next.dueMs - this.monotonic());
      this.#fire(next);
    }
    this.#aheadMs += Math.max(0, endMs - this.monotonic());
    for (const pending of this.#pending) {
      pending.timer.cancel();
      this.#arm(pending);
    }
  }

  #arm(pending: Pending): void {
    pending.timer = this.#base.after(pending.dueMs - this.monotonic(), () => this.#fire(pending));
  }

  #fire(pending: Pending): void {
    pending.timer.cancel();
    if (this.#pending.delete(pending)) pending.action();
  }

  #firstDue(endMs: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.dueMs <= endMs && (first === undefined || pending.dueMs < first.dueMs)) first = pending;
    }
    return first;
  }
}

const nothing: Timer = { cancel: () => {} };
