import type { Clock } from "../../base/clock.js";

/** How long a daemon waits for a domain that another call holds. */
const JOB_TIMEOUT_MS = 30_000;

/**
 * The way to a machine's hypervisor process, which one call at a time may take. While the process hangs, the call that is in it
 * does not come back, as with a QEMU that was stopped; those behind wait in vain, or not at all.
 */
export class MonitorGate {
  #hung = false;
  #held = false;
  #waiting: (() => void)[] = [];

  get hung(): boolean {
    return this.#hung;
  }

  hang(): void {
    this.#hung = true;
  }

  /** The process goes on; what was in it comes back. */
  recover(): void {
    this.#hung = false;
    this.#held = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /**
   * Resolves when the process has answered; at once while it does not hang.
   * @returns false when another call held it, and `wait` was not wanted or took too long
   */
  async pass(clock: Clock, wait: boolean): Promise<boolean> {
    if (!this.#hung) return true;
    if (!this.#held) {
      this.#held = true;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return true;
    }
    if (!wait) return false;
    return new Promise<boolean>((resolve) => {
      const timer = clock.after(JOB_TIMEOUT_MS, () => resolve(false));
      this.#waiting.push(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}
