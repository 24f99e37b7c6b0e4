import type { Clock } from "../base/clock.js";

/** An opening that takes longer is held up by its own daemon and no longer keeps others waiting. */
const PLACE_MS = 3000;

/**
 * Lets only so many openings happen at once over all hosts: a libvirt daemon takes few clients that have not proved who they
 * are, and a slow one must not hold up the rest: an opening has its place for three seconds.
 */
export class OpeningGate {
  readonly #maximum: number;
  readonly #waiting: (() => void)[] = [];
  #open = 0;

  constructor(maximum = 10) {
    this.#maximum = maximum;
  }

  /** Does `action` when there is a place. @throws {Error} the signal's reason when it is aborted before */
  async pass<T>(signal: AbortSignal, clock: Clock, action: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#open >= this.#maximum) await this.#turn(signal);
    else this.#open += 1;
    let left = false;
    const leave = (): void => {
      if (!left) this.#leave();
      left = true;
    };
    const timer = clock.after(PLACE_MS, leave);
    try {
      return await action();
    } finally {
      timer.cancel();
      leave();
    }
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#open -= 1;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(enter);
    });
  }
}
