import type { Clock } from "../../base/clock.js";
import { isLoopback, SourceLimiter, type SourceRate } from "./source-limiter.js";

/** A manager with a key may ask so much more often than one without. */
const AUTHENTIC_FACTOR = 20;
/** Strangers from all sources together are told so much more often than those from one. */
const ALL_STRANGERS_FACTOR = 10;
/** In place of an address: all of them. */
const EVERYWHERE = "";

/**
 * Who may cause how much, by what a message has proved. Nothing is charged to an address alone: the address of a datagram is
 * whatever its sender wrote there, and a bucket of the address would let anybody use up a manager's.
 *
 * So a message is looked at first, which costs no more than to receive it: an engine ID and a name are compared, and at most
 * one digest is made. Then it is charged to whom it turned out to be from:
 *
 * - somebody with a key, or a certificate: to his name at that source. Who has no key cannot spend from there; who repeats what
 *   he has heard could for as long as its time is right, which is why the bucket is large.
 * - a community or a user without authentication: to that name at that source, after it was found to be known.
 * - nobody: no bucket when there is no answer. Reports, discovery among them, have a budget of their own, per source and in all,
 *   so that the agent is of no use for flooding others.
 */
export class Admission {
  readonly #authentic: SourceLimiter;
  readonly #named: SourceLimiter;
  readonly #strangers: SourceLimiter;
  readonly #allStrangers: SourceLimiter;

  /** @param rate of a name without authentication at one source, and of the Reports to one source */
  constructor(rate: SourceRate, clock: Clock) {
    this.#authentic = new SourceLimiter(times(rate, AUTHENTIC_FACTOR), clock);
    this.#named = new SourceLimiter(rate, clock);
    this.#strangers = new SourceLimiter(rate, clock);
    this.#allStrangers = new SourceLimiter(times(rate, ALL_STRANGERS_FACTOR), clock);
  }

  /** Takes a request of somebody who is who he says. @returns false when he is to wait */
  admitsAuthentic(address: string, name: string): boolean {
    return this.#authentic.admit(address, name);
  }

  /** Takes a request in a name that is known, and that anybody could have used. @returns false when it is to wait */
  admitsNamed(address: string, name: string): boolean {
    return this.#named.admit(address, name);
  }

  /** Takes a Report to somebody who has proved nothing. @returns false when none is to be sent */
  admitsStranger(address: string): boolean {
    return isLoopback(address) || (this.#strangers.admit(address) && this.#allStrangers.admit(EVERYWHERE));
  }
}

function times({ perSecond, burst }: SourceRate, factor: number): SourceRate {
  return { perSecond: factor * perSecond, burst: factor * burst };
}
