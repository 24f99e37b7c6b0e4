import type { Clock } from "../../base/clock.js";
import { LATCHED_BOOTS } from "./engine-clock.js";
import { localizeKey, privacyKey } from "./keys.js";
import type { Authority, UsmUser } from "./usm.js";

const TIME_WINDOW_S = 150;

/**
 * Another engine that has answered us: its clock as far as authentic messages have told it, and the keys of our users there.
 * @see RFC 3414, section 2.3
 */
export class RemoteEngine {
  readonly engineId: Uint8Array;
  readonly #clock: Clock;
  readonly #users = new Map<UsmUser, UsmUser>();
  #boots = 0;
  #time = 0;
  #latestTime = 0;
  #heardMs = 0;

  constructor(engineId: Uint8Array, clock: Clock) {
    this.engineId = Uint8Array.from(engineId);
    this.#clock = clock;
  }

  /** What to write into a message to it; zeros until it has told its clock. */
  get authority(): Authority {
    return { engineId: this.engineId, boots: this.#boots, time: this.#now() };
  }

  /**
   * Learns from an authentic message.
   * @returns false when it is too old, or a replay
   * @see RFC 3414, section 3.2, step 7b
   */
  hear(boots: number, time: number): boolean {
    if (boots > this.#boots || (boots === this.#boots && time > this.#latestTime)) {
      this.#boots = boots;
      this.#time = time;
      this.#latestTime = time;
      this.#heardMs = this.#clock.monotonic();
    }
    if (this.#boots === LATCHED_BOOTS || boots < this.#boots) return false;
    return boots > this.#boots || time >= this.#now() - TIME_WINDOW_S;
  }

  /** Our user with keys for that engine; `undefined` when there is no password to make them from. */
  localized(user: UsmUser): UsmUser | undefined {
    const known = this.#users.get(user);
    if (known !== undefined) return known;
    const local = localizedUser(user, this.engineId);
    if (local !== undefined) this.#users.set(user, local);
    return local;
  }

  #now(): number {
    if (this.#boots === 0) return this.#time;
    return this.#time + Math.floor((this.#clock.monotonic() - this.#heardMs) / 1000);
  }
}

function localizedUser(user: UsmUser, engineId: Uint8Array): UsmUser | undefined {
  const { name, auth, priv, master } = user;
  if (auth === undefined) return { name };
  if (master === undefined) return undefined;
  const { protocol } = auth;
  const authKey = { protocol, localizedKey: localizeKey(protocol, master.auth, engineId) };
  if (priv === undefined) return { name, auth: authKey };
  const base = localizeKey(protocol, master.priv, engineId);
  const localizedKey = privacyKey(protocol, priv.protocol, base, engineId);
  return { name, auth: authKey, priv: { protocol: priv.protocol, localizedKey } };
}
