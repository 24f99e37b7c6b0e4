import { BerReader } from "../../codec/ber/ber-reader.js";
import { elementSize } from "../../codec/ber/ber-size.js";
import { berTag } from "../../codec/ber/ber-tag.js";
import { BerWriter } from "../../codec/ber/ber-writer.js";
import type { SnmpCounters } from "./counters.js";
import { type EngineClock, LATCHED_BOOTS } from "./engine-clock.js";
import {
  decodeUsmParameters,
  encodeV3Message,
  flagsOf,
  levelOf,
  messageFlag,
  OWN_MAX_SIZE,
  USM,
  type UsmParameters,
  type V3Header,
  type V3Message,
  v3MessageSize,
} from "./message-v3.js";
import type { SecurityLevel } from "./security.js";
import { type AuthKey, decrypt, digest, encrypt, encryptedLength, isAuthentic, type PrivKey } from "./usm-crypto.js";
import { SaltSequence } from "./usm-salt.js";

/** A user with keys localised for one engine. Privacy needs authentication. */
export interface UsmUser {
  readonly name: string;
  readonly auth?: AuthKey;
  readonly priv?: PrivKey;
  /** What keys for other engines are made from; only users with passwords have it. */
  readonly master?: MasterKeys;
}

/** Keys that belong to passwords, the same at every engine. @see RFC 3414, section A.2 */
export interface MasterKeys {
  readonly auth: Uint8Array;
  readonly priv: Uint8Array;
}

/** Whose clock and keys a message goes by: the engine that answers, or the one that sends a trap. @see RFC 3414, section 1.5.1 */
export interface Authority {
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
}

/** A user with keys localised for another engine. */
export interface RemoteUser {
  readonly engine: Uint8Array;
  readonly user: UsmUser;
}

/** Who a message is for or from, and how it is protected. */
export interface UsmSecurity {
  readonly user: UsmUser;
  readonly level: SecurityLevel;
}

type UsmStatistic = Extract<keyof SnmpCounters, `usmStats${string}`>;

/** What became of an incoming message: a scoped PDU from a known user, or what a Report would say. */
export type UsmVerdict =
  | { readonly ok: true; readonly security: UsmSecurity; readonly scopedPdu: Buffer; readonly padded: boolean }
  | { readonly ok: false; readonly statistic: UsmStatistic; readonly security: UsmSecurity };

const TIME_WINDOW_S = 150;
const NOTHING = new Uint8Array(0);

/** The User-based Security Model. This engine is the authoritative one, unless said otherwise. @see RFC 3414 */
export class Usm implements Authority {
  readonly engineId: Uint8Array;
  readonly #clock: EngineClock;
  readonly #salts: SaltSequence;
  #users = new Map<string, UsmUser>();

  constructor(engineId: Uint8Array, clock: EngineClock) {
    this.engineId = engineId;
    this.#clock = clock;
    this.#salts = new SaltSequence(engineId, () => clock.boots);
  }

  get boots(): number {
    return this.#clock.boots;
  }

  get time(): number {
    return this.#clock.time;
  }

  /** Replaces all users. */
  setUsers(users: Iterable<UsmUser>): void {
    this.#users = new Map([...users].map((user) => [Buffer.from(user.name, "utf8").toString("latin1"), user]));
  }

  user(name: string): UsmUser | undefined {
    return this.#users.get(Buffer.from(name, "utf8").toString("latin1"));
  }

  /**
   * Checks and opens a message, in the order the standard gives: nothing is decrypted before it is known to be authentic
   * and fresh.
   * @param datagram the whole message that `message` was read from
   * @throws {DecodeError}
   * @see RFC 3414, section 3.2
   */
  open(message: V3Message, datagram: Buffer): UsmVerdict {
    const parameters = decodeUsmParameters(message.securityParameters);
    const level = levelOf(message.flags);
    const unproven: UsmSecurity = { user: { name: utf8(parameters.userName) }, level: "noAuthNoPriv" };
    if (!sameOctets(parameters.engineId, this.engineId)) return refusal("usmStatsUnknownEngineIDs", unproven);
    const user = this.#users.get(latin1(parameters.userName));
    if (user === undefined) return refusal("usmStatsUnknownUserNames", unproven);
    if ((level !== "noAuthNoPriv" && !user.auth) || (level === "authPriv" && !user.priv)) {
      return refusal("usmStatsUnsupportedSecLevels", unproven);
    }
    if (level === "noAuthNoPriv") {
      return { ok: true, security: { user, level }, scopedPdu: message.data, padded: false };
    }
    if (user.auth === undefined || !digestMatches(user.auth, parameters, datagram)) {
      return refusal("usmStatsWrongDigests", unproven);
    }
    if (!this.#isTimely(parameters)) {
      return refusal("usmStatsNotInTimeWindows", { user, level: "authNoPriv" });
    }
    if (level === "authNoPriv" || user.priv === undefined) {
      return { ok: true, security: { user, level }, scopedPdu: message.data, padded: false };
    }
    const scopedPdu = decryptScopedPdu(user.priv, parameters, message.data);
    if (scopedPdu === undefined) return refusal("usmStatsDecryptionErrors", unproven);
    return { ok: true, security: { user, level }, scopedPdu, padded: true };
  }

  /** Octets of the message that `protect` would make of a scoped PDU of `scopedPduOctets`. */
  protectedSize(msgId: number, security: UsmSecurity, scopedPduOctets: number): number {
    const { user, level } = security;
    const data =
      level === "authPriv" && user.priv
        ? elementSize(encryptedLength(user.priv.protocol, scopedPduOctets))
        : scopedPduOctets;
    const salt = level === "authPriv" ? ZERO_SALT : NOTHING;
    return v3MessageSize(headerOf(msgId, 0), parametersOf(this, security, salt), data);
  }

  /**
   * A message from this engine, complete.
   * @param authority whose keys `security` has: the receiver, when it is to answer
   * @throws {TypeError} when the user lacks a key that the level needs; `canReach` tells
   * @see RFC 3414, section 3.1
   */
  protect(
    msgId: number,
    security: UsmSecurity,
    scopedPdu: Buffer,
    reportable: boolean,
    authority: Authority = this,
  ): Buffer {
    const { user, level } = security;
    const flags = flagsOf(level) | (reportable ? messageFlag.reportable : 0);
    let data = scopedPdu;
    let parameters = parametersOf(authority, security, NOTHING);
    if (level === "authPriv") {
      if (user.priv === undefined) throw new TypeError(`${user.name} has no privacy key`);
      parameters = parametersOf(authority, security, this.#salts.next());
      const { engineBoots, engineTime, privacyParameters } = parameters;
      data = octetString(encrypt(user.priv, engineBoots, engineTime, privacyParameters, scopedPdu));
    }
    const { message, digestAt } = encodeV3Message(headerOf(msgId, flags), parameters, data);
    if (level !== "noAuthNoPriv") {
      if (user.auth === undefined) throw new TypeError(`${user.name} has no authentication key`);
      message.set(digest(user.auth, message, digestAt), digestAt);
    }
    return message;
  }

  #isTimely({ engineBoots, engineTime }: UsmParameters): boolean {
    const { boots, time } = this.#clock;
    return boots !== LATCHED_BOOTS && engineBoots === boots && Math.abs(engineTime - time) <= TIME_WINDOW_S;
  }
}

const ZEROS = new Uint8Array(64);
const ZERO_SALT = ZEROS.subarray(0, 8);

function parametersOf(
  { engineId, boots, time }: Authority,
  { user, level }: UsmSecurity,
  privacyParameters: Uint8Array,
): UsmParameters {
  return {
    engineId,
    engineBoots: boots,
    engineTime: time,
    userName: Buffer.from(user.name, "utf8"),
    authenticationParameters:
      level === "noAuthNoPriv" || user.auth === undefined
        ? NOTHING
        : ZEROS.subarray(0, user.auth.protocol.digestOctets),
    privacyParameters,
  };
}

/** Whether the digest in a message is that of the user. @param datagram the whole message */
export function digestMatches(
  auth: AuthKey,
  { authenticationParameters: received }: UsmParameters,
  datagram: Buffer,
): boolean {
  if (received.length !== auth.protocol.digestOctets) return false;
  // All parts of a message share the datagram's memory, which tells where the digest stands in it.
  return isAuthentic(auth, datagram, received.byteOffset - datagram.byteOffset);
}

/** @returns `undefined` when what comes out cannot be a scoped PDU @throws {DecodeError} */
export function decryptScopedPdu(priv: PrivKey, parameters: UsmParameters, data: Buffer): Buffer | undefined {
  const encrypted = new BerReader(data).octetString();
  const { engineBoots, engineTime, privacyParameters } = parameters;
  const plain = decrypt(priv, engineBoots, engineTime, privacyParameters, encrypted);
  return plain?.[0] === berTag.sequence ? plain : undefined;
}

/** Whether the user has the keys that `level` needs. */
export function canReach(user: UsmUser, level: SecurityLevel): boolean {
  return level === "noAuthNoPriv" || (user.auth !== undefined && (level === "authNoPriv" || user.priv !== undefined));
}

function headerOf(msgId: number, flags: number): V3Header {
  return { msgId, msgMaxSize: OWN_MAX_SIZE, flags, securityModel: USM };
}

function refusal(statistic: UsmStatistic, security: UsmSecurity): UsmVerdict {
  return { ok: false, statistic, security };
}

function octetString(content: Uint8Array): Buffer {
  const writer = new BerWriter(elementSize(content.length));
  writer.octets(content);
  return writer.finish();
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function utf8(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("utf8");
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
}
