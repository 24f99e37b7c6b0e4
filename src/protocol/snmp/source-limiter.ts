import type { Clock } from "../../base/clock.js";

/** How fast one source may send. */
export interface SourceRate {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

const MOST_SOURCES = 4096;

/**
 * A token bucket per source and name, so that a flood from one never starves another. Loopback is exempt. Of an IPv6 address
 * the network counts, for whoever has one address has all of its network.
 *
 * At most 4,096 buckets are remembered; the one that was used longest ago is forgotten first.
 */
export class SourceLimiter {
  readonly #rate: SourceRate;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: SourceRate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /**
   * @param name whose bucket at that source; without it, that of everybody there
   * @returns false when he has used up what he may send for the moment
   */
  admit(address: string, name = ""): boolean {
    if (isLoopback(address)) return true;
    const nowMs = this.#clock.monotonic();
    const source = name === "" ? sourceOf(address) : `${sourceOf(address)} ${name}`;
    const bucket = this.#buckets.get(source) ?? { tokens: this.#rate.burst, filledMs: nowMs };
    // Taken out and put back, the map stays ordered by last use.
    this.#buckets.delete(source);
    this.#buckets.set(source, bucket);
    if (this.#buckets.size > MOST_SOURCES) this.#forgetOldest();
    const gained = ((nowMs - bucket.filledMs) * this.#rate.perSecond) / 1000;
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + gained);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/** Whether an address is this computer's own, which no datagram from a network can have. */
export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}

/** What counts as one source: an IPv4 address, or the first 64 bits of an IPv6 one, with the interface of a link-local one. */
export function sourceOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [groups = "", scope = ""] = address.split("%");
  const [head = ""] = groups.split("::");
  const network = head
    .split(":")
    .slice(0, 4)
    .map((group) => Number.parseInt(group || "0", 16));
  while (network.length < 4) network.push(0);
  return `${network.map((group) => group.toString(16)).join(":")}::%${scope}`;
}
