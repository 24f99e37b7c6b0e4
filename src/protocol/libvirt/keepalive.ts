import type { Clock, Timer } from "../../base/clock.js";

/** How long silence may last. */
export interface KeepaliveOptions {
  /** A ping is sent after so much silence, and again after each further interval. */
  readonly intervalMs: number;
  /** The other side is dead when the silence goes on for an interval after so many pings. */
  readonly count: number;
}

/** Pings a silent peer and tells when it must be dead. Any packet counts as life. */
export class Keepalive {
  readonly #clock: Clock;
  readonly #options: KeepaliveOptions;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #timer: Timer | undefined;
  #heardAt = 0;
  #unanswered = 0;
  #deaf = false;

  constructor(clock: Clock, options: KeepaliveOptions, ping: () => void, dead: () => void) {
    this.#clock = clock;
    this.#options = options;
    this.#ping = ping;
    this.#dead = dead;
  }

  /** Begins to watch; does nothing when it does already. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#heardAt = this.#clock.monotonic();
    this.#arm(this.#options.intervalMs);
  }

  /** A packet came. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#unanswered = 0;
  }

  /**
   * While we do not read, silence says nothing about the peer: it is pinged, so that it knows us alive, but not declared dead.
   */
  setDeaf(deaf: boolean): void {
    if (this.#deaf && !deaf) this.heard();
    this.#deaf = deaf;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The timer is not moved for every packet: when it fires it looks how long the silence really is. */
  #arm(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    const { intervalMs, count } = this.#options;
    const dueMs = this.#heardAt + intervalMs * (this.#unanswered + 1) - this.#clock.monotonic();
    if (this.#deaf) {
      this.#arm(intervalMs);
      this.#ping();
    } else if (dueMs > 0) {
      this.#arm(dueMs);
    } else if (this.#unanswered >= count) {
      this.#timer = undefined;
      this.#dead();
    } else {
      this.#unanswered += 1;
      this.#arm(intervalMs);
      this.#ping();
    }
  }
}
