import type { Clock } from "../../base/clock.js";

/** The value at which snmpEngineBoots stays for ever, and authenticated messages are refused. */
export const LATCHED_BOOTS = 2147483647;

const TIME_RANGE = 2147483648;

/** snmpEngineBoots and snmpEngineTime of the own engine. @see RFC 3414, section 2.2 */
export class EngineClock {
  readonly #firstBoots: number;
  readonly #clock: Clock;
  readonly #startMs: number;

  /** @param boots how often this engine has started, this start included; already safe on disk */
  constructor(boots: number, clock: Clock) {
    this.#firstBoots = boots;
    this.#clock = clock;
    this.#startMs = clock.monotonic();
  }

  /** Grows by one, as if restarted, when the time runs over. */
  get boots(): number {
    return Math.min(this.#firstBoots + Math.floor(this.#seconds() / TIME_RANGE), LATCHED_BOOTS);
  }

  /** Seconds since boots last changed. */
  get time(): number {
    return this.#seconds() % TIME_RANGE;
  }

  #seconds(): number {
    return Math.floor((this.#clock.monotonic() - this.#startMs) / 1000);
  }
}
