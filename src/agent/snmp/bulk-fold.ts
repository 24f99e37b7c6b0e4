import type { Clock, Timer } from "../../base/clock.js";
import { bulkForm, type VmBulkNotification } from "../../mapping/lifecycle.js";
import type { DueNotification } from "./vm-notification.js";

/** A notification about one machine, with the machine's number in the context that tells of it. */
export interface NumberedNotification {
  readonly due: DueNotification;
  readonly index: number;
}

/** Notifications that wait; more are not kept but sent at once. */
const MOST_WAITING = 20_000;

/**
 * Gathers notifications about single machines for a short time, so that many of the same kind become one. A machine that passes
 * through two states meanwhile is in the lists of both.
 */
export class BulkFold {
  readonly #clock: Clock;
  readonly #send: (name: VmBulkNotification, folded: readonly NumberedNotification[]) => void;
  readonly #waiting = new Map<VmBulkNotification, NumberedNotification[]>();
  #count = 0;
  #timer: Timer | undefined;

  /** @param send called once for each kind, in the order in which the first of each came */
  constructor(clock: Clock, send: (name: VmBulkNotification, folded: readonly NumberedNotification[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @param windowMs how long to wait for more, from the first on */
  add(notification: NumberedNotification, windowMs: number): void {
    const name = bulkForm[notification.due.name];
    const waiting = this.#waiting.get(name);
    if (waiting) waiting.push(notification);
    else this.#waiting.set(name, [notification]);
    this.#count += 1;
    if (this.#count >= MOST_WAITING) this.flush();
    else this.#timer ??= this.#clock.after(windowMs, () => this.flush());
  }

  /** Sends what waits. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const folded = [...this.#waiting];
    this.#waiting.clear();
    this.#count = 0;
    for (const [name, notifications] of folded) this.#send(name, notifications);
  }
}
