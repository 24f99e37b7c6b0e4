import type { Clock } from "../base/clock.js";
import { Fault, reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { SessionCounters } from "../protocol/libvirt/client-session.js";
import type { ArgsOf, CallName, ResultOf } from "../protocol/libvirt/procedures.js";
import { CALL_MS, type Caller, type Connection } from "./connection.js";

/**
 * Calls that the daemon may still work on, though nobody waits for them, before the connection is replaced: of the four
 * places half must stay free.
 */
const MOST_ABANDONED = 2;

/** What a fresh connection gets at least, also before a question that is in a hurry. */
const OPENING_MS = 2000;

/**
 * The connection for statistics. A call that hangs on a stuck machine keeps its place until the daemon gives up, which may be
 * never, so a connection with two of those is replaced by a fresh one and closed when its other calls are answered.
 */
export class StatisticsLane implements Caller {
  readonly #reopen: () => Promise<Connection>;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #onLost: (reason: string) => void;
  readonly #finished: SessionCounters[] = [];
  #current: Connection;
  #replacing: Promise<void> | undefined;
  #closed = false;
  #replaced = 0;

  /** @param onLost called when the connection broke and could not be opened anew */
  constructor(
    first: Connection,
    reopen: () => Promise<Connection>,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
    onLost: (reason: string) => void,
  ) {
    this.#current = first;
    this.#reopen = reopen;
    this.#clock = clock;
    this.#log = log;
    this.#onLost = onLost;
    this.#follow(first);
  }

  get replaced(): number {
    return this.#replaced;
  }

  /** Of all connections that this lane has had. */
  get counters(): readonly SessionCounters[] {
    return [...this.#finished, this.#current.counters];
  }

  /** Answers that came after their deadline, on the present connection: something that hung does no longer. */
  get lateAnswers(): number {
    return this.#current.counters.late;
  }

  /** Calls whose answer nobody waits for any more, on the present connection. */
  get abandonedCalls(): number {
    return this.#current.session.abandonedCalls;
  }

  async call<N extends CallName>(name: N, args: ArgsOf<N>, deadlineMs: number = CALL_MS): Promise<ResultOf<N>> {
    if (this.#current.session.abandonedCalls >= MOST_ABANDONED)
      await this.#replaceWithin(Math.max(deadlineMs, OPENING_MS));
    return this.#current.call(name, args, deadlineMs);
  }

  close(): void {
    this.#closed = true;
    this.#current.session.close();
  }

  #follow(connection: Connection): void {
    void connection.session.closed.then(() => {
      this.#finished.push(connection.counters);
      if (!this.#closed && connection === this.#current) void this.#replace();
    });
  }

  /** A daemon that hangs lets nobody in, and whoever calls shall hear of it about as soon as of an answer that does not come. */
  #replaceWithin(deadlineMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = new Fault(
        "timeout",
        `${this.#current.session.peer} opened no other connection within ${deadlineMs} ms`,
      );
      const timer = this.#clock.after(deadlineMs, () => reject(late));
      void this.#replace().then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Resolves when there is a new connection, or none to be had. */
  #replace(): Promise<void> {
    this.#replacing ??= this.#openAnother().finally(() => {
      this.#replacing = undefined;
    });
    return this.#replacing;
  }

  async #openAnother(): Promise<void> {
    const old = this.#current;
    try {
      const fresh = await this.#reopen();
      if (this.#closed) {
        fresh.session.close();
        return;
      }
      this.#current = fresh;
      this.#replaced += 1;
      this.#follow(fresh);
      old.retire();
      this.#log.info("libvirt.statistics.replaced", { peer: fresh.session.peer });
    } catch (error) {
      if (!this.#closed && old.session.endReason !== undefined) this.#onLost(reasonOf(error));
    }
  }
}
