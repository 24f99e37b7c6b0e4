import type { Clock, Timer } from "../base/clock.js";
import { Fault } from "../base/fault.js";

/** What somebody holds, until `release`, which is idempotent. */
export interface Held {
  release(): void;
}

interface Waiter {
  readonly names: readonly string[];
  readonly timer: Timer;
  grant(): void;
}

/**
 * Exclusive claims on names such as `host/kvm1`. Several are taken all at once or not at all, so that whoever waits for one that
 * is held for long holds none of the others meanwhile: what hangs on one host delays nobody who is not bound for it.
 */
export class Locks {
  readonly #clock: Clock;
  /** Who holds what. */
  readonly #holders = new Map<string, string>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes all of `names`, when nobody holds any of them.
   * @param holder who it is, for those who wait
   * @throws {Fault} `busy` after `deadlineMs`, naming who holds what; `timeout` when `signal` ends the wait
   */
  async acquire(names: readonly string[], holder: string, deadlineMs: number, signal?: AbortSignal): Promise<Held> {
    if (signal?.aborted) throw cancelled();
    const wanted = [...new Set(names)];
    if (this.#isFree(wanted)) return this.#take(wanted, holder);
    return new Promise<Held>((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(waiter);
        waiter.timer.cancel();
        signal?.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        end();
        reject(cancelled());
      };
      const waiter: Waiter = {
        names: wanted,
        timer: this.#clock.after(deadlineMs, () => {
          end();
          reject(this.#busy(wanted, deadlineMs));
        }),
        grant: () => {
          end();
          resolve(this.#take(wanted, holder));
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener("abort", abort);
    });
  }

  #isFree(names: readonly string[]): boolean {
    return names.every((name) => !this.#holders.has(name));
  }

  #take(names: readonly string[], holder: string): Held {
    for (const name of names) this.#holders.set(name, holder);
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        for (const name of names) this.#holders.delete(name);
        for (const waiter of [...this.#waiting]) if (this.#isFree(waiter.names)) waiter.grant();
      },
    };
  }

  #busy(names: readonly string[], deadlineMs: number): Fault {
    const holding = names.flatMap((name) => {
      const holder = this.#holders.get(name);
      return holder === undefined ? [] : [`${name} (${holder})`];
    });
    const what = holding.length === 0 ? names.join(", ") : holding.join(", ");
    return new Fault("busy", `still busy after ${Math.round(deadlineMs / 1000)} s: ${what}; try again later`);
  }
}

function cancelled(): Fault {
  return new Fault("timeout", "cancelled while it waited for another change to end");
}
