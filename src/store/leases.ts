import type { Clock } from "../base/clock.js";
import type { StoreLease } from "../base/store.js";

interface Holding {
  /** On the monotonic clock; infinite while the token is being made. */
  until: number;
}

/** Who holds which name. Lives as long as the process: whoever held a lease before a restart is gone. */
export class Leases {
  readonly #clock: Clock;
  readonly #nextToken: () => Promise<number>;
  readonly #holdings = new Map<string, Holding>();

  /** @param nextToken gives a number larger than every one before, once it is on the disk */
  constructor(clock: Clock, nextToken: () => Promise<number>) {
    this.#clock = clock;
    this.#nextToken = nextToken;
  }

  async lease(name: string, ttlMs: number): Promise<StoreLease | undefined> {
    this.#removeExpired();
    if (this.#holdings.has(name)) return undefined;
    const holding: Holding = { until: Number.POSITIVE_INFINITY };
    this.#holdings.set(name, holding);
    const held = () => this.#holdings.get(name) === holding && this.#clock.monotonic() < holding.until;
    let token: number;
    try {
      token = await this.#nextToken();
    } catch (error) {
      this.#holdings.delete(name);
      throw error;
    }
    holding.until = this.#clock.monotonic() + ttlMs;
    return {
      name,
      token,
      renew: async () => {
        if (!held()) return false;
        holding.until = this.#clock.monotonic() + ttlMs;
        return true;
      },
      release: async () => {
        if (this.#holdings.get(name) === holding) this.#holdings.delete(name);
      },
    };
  }

  #removeExpired(): void {
    const now = this.#clock.monotonic();
    for (const [name, { until }] of this.#holdings) if (until <= now) this.#holdings.delete(name);
  }
}
