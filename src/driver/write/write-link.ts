import type { Timer } from "../../base/clock.js";
import { type Connection, type ConnectionMeans, connect } from "../connection.js";
import type { LibvirtTarget } from "../uri.js";

/** A connection that nobody uses is closed after this long: a daemon has few places for clients. */
const IDLE_MS = 60_000;
/** With so many calls whose deadline passed and that still hold a place of the connection, another one is opened. */
const MOST_ABANDONED = 2;

/** The connection through which one host is written to: opened when it is needed, closed when it has long been idle. */
export class WriteLink {
  readonly #target: LibvirtTarget;
  readonly #means: ConnectionMeans;
  #held: Connection | undefined;
  #opening: Promise<Connection> | undefined;
  #idle: Timer | undefined;
  #users = 0;

  constructor(target: LibvirtTarget, means: ConnectionMeans) {
    this.#target = target;
    this.#means = means;
  }

  /** @throws {Fault} what `connect` throws, or `action` */
  async use<T>(action: (connection: Connection) => Promise<T>): Promise<T> {
    this.#users += 1;
    this.#idle?.cancel();
    try {
      return await action(await this.#current());
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#idle = this.#means.clock.after(IDLE_MS, () => this.close());
    }
  }

  /** A connection for one long action alone, to be closed by the caller: a transfer blocks its connection. @throws {Fault} */
  openOwn(): Promise<Connection> {
    return connect(this.#target, this.#means);
  }

  close(): void {
    this.#idle?.cancel();
    this.#held?.session.close();
    this.#held = undefined;
  }

  #current(): Promise<Connection> {
    const held = this.#held;
    if (held && held.session.endReason === undefined) {
      if (held.session.abandonedCalls < MOST_ABANDONED) return Promise.resolve(held);
      held.retire();
    }
    this.#held = undefined;
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<Connection> {
    try {
      this.#held = await connect(this.#target, this.#means);
      return this.#held;
    } finally {
      this.#opening = undefined;
    }
  }
}
