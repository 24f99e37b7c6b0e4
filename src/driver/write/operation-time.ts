import type { Clock, Timer } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { ArgsOf, CallName, ResultOf } from "../../protocol/libvirt/procedures.js";
import type { Caller } from "../connection.js";

/** Calls of one operation, which share its time. */
export interface Calls {
  /** @throws {Fault} as `Caller.call`; `timeout` when the operation's time is over or it was given up */
  call<N extends CallName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>>;
  /** Waits, for asking again later. @throws {Fault} `timeout` as `call` */
  pause(delayMs: number): Promise<void>;
}

/** Timers take no more; a month is longer than anybody waits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time that one operation has, from now, and whoever may end it earlier. */
export class OperationTime {
  readonly #clock: Clock;
  readonly #end: number;
  readonly #deadlineMs: number;
  readonly #signal: AbortSignal | undefined;

  constructor(clock: Clock, { deadlineMs, signal }: CallLimit) {
    this.#clock = clock;
    this.#end = clock.monotonic() + deadlineMs;
    this.#deadlineMs = deadlineMs;
    this.#signal = signal;
  }

  /** @throws {Fault} `timeout` when there is none left */
  remainingMs(): number {
    if (this.#signal?.aborted) throw givenUp();
    const remaining = this.#end - this.#clock.monotonic();
    if (remaining <= 0) throw this.#over();
    return remaining;
  }

  /** `promise`, or a fault `timeout` when it takes longer than there is time or nobody wants it any more. */
  async within<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {}); // it may fail when nobody waits for it any more
    const signal = this.#signal;
    let timer: Timer | undefined;
    let leave: () => void = () => {};
    const over = new Promise<never>((_, reject) => {
      leave = () => reject(givenUp());
      if (signal?.aborted) leave();
      else
        timer = this.#clock.after(Math.min(this.#end - this.#clock.monotonic(), LONGEST_TIMER_MS), () =>
          reject(this.#over()),
        );
    });
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([promise, over]);
    } finally {
      timer?.cancel();
      signal?.removeEventListener("abort", leave);
    }
  }

  /** @throws {Fault} `timeout` when the time is over before */
  async pause(delayMs: number): Promise<void> {
    let timer: Timer | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = this.#clock.after(delayMs, resolve);
    });
    try {
      await this.within(waited);
    } finally {
      timer?.cancel();
    }
  }

  /** Calls on `caller` that share this time. */
  on(caller: Caller): Calls {
    return {
      call: async (name, args) => this.within(caller.call(name, args, this.remainingMs())),
      pause: (delayMs) => this.pause(delayMs),
    };
  }

  #over(): Fault {
    return new Fault("timeout", `not done within ${Math.round(this.#deadlineMs)} ms; what it began may still happen`);
  }
}

function givenUp(): Fault {
  return new Fault("timeout", "given up before it was done; what it began may still happen");
}
