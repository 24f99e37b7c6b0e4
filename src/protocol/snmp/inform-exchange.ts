import type { Clock } from "../../base/clock.js";
import type { CommunityTable } from "./community.js";
import { reportOid } from "./counters.js";
import { encodeCommunityMessage, messageVersion, openMessage, readCommunityMessage } from "./message.js";
import {
  decodeScopedPdu,
  decodeUsmParameters,
  encodeScopedPdu,
  encodeTsmMessage,
  levelOf,
  messageFlag,
  readV3Message,
  type UsmParameters,
  type V3Message,
} from "./message-v3.js";
import type { NotificationTarget } from "./notification.js";
import type { Oid } from "./object-source.js";
import { compareOids } from "./oid.js";
import { decodePdu, type PlainPdu } from "./pdu.js";
import { nameOf, type ReceiverPeer } from "./peer.js";
import { RemoteEngine } from "./remote-engine.js";
import { type SecurityLevel, securityModel } from "./security.js";
import { canReach, decryptScopedPdu, digestMatches, type RemoteUser, type Usm, type UsmUser } from "./usm.js";

/** Who sends, as the engine has it at the moment. */
export interface InformOrigin {
  readonly usm: Usm;
  readonly communities: CommunityTable;
  readonly remoteUsers: readonly RemoteUser[];
  /** What names must begin with that go over TLS; empty when nothing. */
  readonly tsmPrefix: string;
}

/** What a message to a receiver is, or why there is none. */
export type OutgoingInform =
  | { readonly kind: "inform" | "discovery"; readonly message: Buffer }
  | { readonly kind: "none"; readonly reason: "unknownSecurityName" | "invalidPrefix" };

/** What a message from a receiver means for the inform that it answers. */
export type InformReply =
  | { readonly kind: "acknowledged"; readonly requestId: number }
  /** Its engine or its clock has become known: the inform is to be sent again at once. */
  | { readonly kind: "learnt"; readonly msgId: number }
  /** It refuses, as far as can be told from a message that nobody has signed. */
  | { readonly kind: "refused"; readonly msgId: number; readonly reason: string };

const DISCOVERY_USER: UsmUser = { name: "" };
const NOTHING = new Uint8Array(0);
/** Receivers whose engines are remembered; the one that was learnt first is forgotten first. */
const MOST_ENGINES = 256;

/**
 * Makes the messages that informs travel in, and reads what comes back. For SNMPv3 the receiver is the authoritative engine:
 * it is asked who it is, and its clock is taken from its first authentic message.
 *
 * @see RFC 3414, section 4
 */
export class InformExchange {
  readonly #clock: Clock;
  readonly #engines = new Map<string, RemoteEngine>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param msgId of the message, which stays the same in the answer */
  encode(
    pdu: PlainPdu,
    target: NotificationTarget,
    peer: ReceiverPeer,
    msgId: number,
    origin: InformOrigin,
  ): OutgoingInform {
    const { securityName, securityLevel: level, contextName } = target;
    if (target.version !== "v3") {
      const community = origin.communities.communityOf(securityName, contextName);
      if (community === undefined) return { kind: "none", reason: "unknownSecurityName" };
      return { kind: "inform", message: encodeCommunityMessage(messageVersion.v2c, community, pdu) };
    }
    if (target.security === "transport") return encodeOverTls(pdu, target, msgId, origin);
    const engine = this.#engines.get(nameOf(peer));
    if (engine === undefined) return { kind: "discovery", message: discovery(msgId, origin.usm) };
    const user = userAt(engine, securityName, origin);
    if (user === undefined || !canReach(user, level)) return { kind: "none", reason: "unknownSecurityName" };
    const scopedPdu = encodeScopedPdu(origin.usm.engineId, Buffer.from(contextName, "utf8"), pdu);
    return { kind: "inform", message: origin.usm.protect(msgId, { user, level }, scopedPdu, true, engine.authority) };
  }

  /**
   * Reads a message from a receiver that an answer is awaited from.
   * @param askedBy the target in whose name the message with this msgID was sent
   * @returns `undefined` when it answers nothing that was asked
   * @throws {DecodeError}
   */
  read(
    datagram: Buffer,
    peer: ReceiverPeer,
    askedBy: (msgId: number) => NotificationTarget | undefined,
    origin: InformOrigin,
  ): InformReply | undefined {
    const { version, rest } = openMessage(datagram);
    if (version === messageVersion.v3) return this.#readV3(readV3Message(rest), datagram, peer, askedBy, origin);
    if (version !== messageVersion.v2c) return undefined;
    const pdu = decodePdu(readCommunityMessage(rest).pduOctets);
    return pdu.type === "Response" ? { kind: "acknowledged", requestId: pdu.requestId } : undefined;
  }

  #readV3(
    message: V3Message,
    datagram: Buffer,
    peer: ReceiverPeer,
    askedBy: (msgId: number) => NotificationTarget | undefined,
    origin: InformOrigin,
  ): InformReply | undefined {
    const { msgId } = message;
    const target = askedBy(msgId);
    if (target === undefined || (message.flags & messageFlag.reportable) !== 0) return undefined;
    if (target.security === "transport") return readOverTls(message, target.securityLevel);
    if (message.securityModel !== securityModel.usm) return undefined;
    const parameters = decodeUsmParameters(message.securityParameters);
    const engine = this.#engines.get(nameOf(peer));
    const level = levelOf(message.flags);
    if (engine === undefined || !isSame(engine.engineId, parameters.engineId) || level === "noAuthNoPriv") {
      return this.#readPlain(message, parameters, peer, target.securityLevel);
    }
    const user = userAt(engine, target.securityName, origin);
    if (user?.auth === undefined || !digestMatches(user.auth, parameters, datagram)) return undefined;
    const isFresh = engine.hear(parameters.engineBoots, parameters.engineTime);
    if (level === "authPriv" && user.priv === undefined) return undefined;
    const scopedPdu =
      level === "authPriv" && user.priv ? decryptScopedPdu(user.priv, parameters, message.data) : message.data;
    if (scopedPdu === undefined) return undefined;
    const pdu = decodePdu(decodeScopedPdu(scopedPdu, level === "authPriv").pduOctets);
    if (pdu.type === "Report" && isAbout(pdu, reportOid.usmStatsNotInTimeWindows)) return { kind: "learnt", msgId };
    if (!isFresh || level !== target.securityLevel || pdu.type !== "Response") return undefined;
    return { kind: "acknowledged", requestId: pdu.requestId };
  }

  /** A message that nobody has signed may tell who the receiver is, acknowledge what was not signed either, or refuse. */
  #readPlain(
    { msgId, flags, data }: V3Message,
    { engineId }: UsmParameters,
    peer: ReceiverPeer,
    asked: SecurityLevel,
  ): InformReply | undefined {
    if (levelOf(flags) !== "noAuthNoPriv") return undefined;
    const pdu = decodePdu(decodeScopedPdu(data).pduOctets);
    if (pdu.type === "Response" && asked === "noAuthNoPriv") return { kind: "acknowledged", requestId: pdu.requestId };
    if (pdu.type !== "Report") return undefined;
    if (isAbout(pdu, reportOid.usmStatsUnknownEngineIDs) && engineId.length >= 5 && engineId.length <= 32) {
      this.#remember(peer, engineId);
      return { kind: "learnt", msgId };
    }
    return { kind: "refused", msgId, reason: nameOfReport(pdu) };
  }

  #remember(peer: ReceiverPeer, engineId: Uint8Array): void {
    const name = nameOf(peer);
    const known = this.#engines.get(name);
    if (known !== undefined && isSame(known.engineId, engineId)) return;
    this.#engines.delete(name);
    this.#engines.set(name, new RemoteEngine(engineId, this.#clock));
    const [oldest] = this.#engines.keys();
    if (this.#engines.size > MOST_ENGINES && oldest !== undefined) this.#engines.delete(oldest);
  }
}

/** The session has made sure who the receiver is. */
function encodeOverTls(
  pdu: PlainPdu,
  { securityName, securityLevel, contextName }: NotificationTarget,
  msgId: number,
  { usm, tsmPrefix }: InformOrigin,
): OutgoingInform {
  if (!securityName.startsWith(tsmPrefix)) return { kind: "none", reason: "invalidPrefix" };
  const scopedPdu = encodeScopedPdu(usm.engineId, Buffer.from(contextName, "utf8"), pdu);
  return { kind: "inform", message: encodeTsmMessage(msgId, securityLevel, scopedPdu, true) };
}

function readOverTls({ msgId, flags, securityModel: model, data }: V3Message, level: SecurityLevel) {
  if (model !== securityModel.tsm) return undefined;
  const pdu = decodePdu(decodeScopedPdu(data).pduOctets);
  if (pdu.type === "Report") return { kind: "refused", msgId, reason: nameOfReport(pdu) } as const;
  if (pdu.type !== "Response" || levelOf(flags) !== level) return undefined;
  return { kind: "acknowledged", requestId: pdu.requestId } as const;
}

/** Rows of usmUserTable for that engine come first; else the password of a user of ours will do. */
function userAt(engine: RemoteEngine, name: string, { usm, remoteUsers }: InformOrigin): UsmUser | undefined {
  const row = remoteUsers.find((one) => one.user.name === name && isSame(one.engine, engine.engineId));
  if (row !== undefined) return row.user;
  const own = usm.user(name);
  return own && engine.localized(own);
}

/** Asks an engine who it is. @see RFC 3414, section 4 */
function discovery(msgId: number, usm: Usm): Buffer {
  const pdu: PlainPdu = { type: "GetRequest", requestId: msgId, errorStatus: 0, errorIndex: 0, varBinds: [] };
  const scopedPdu = encodeScopedPdu(NOTHING, NOTHING, pdu);
  const nobody = { engineId: NOTHING, boots: 0, time: 0 };
  return usm.protect(msgId, { user: DISCOVERY_USER, level: "noAuthNoPriv" }, scopedPdu, true, nobody);
}

function isAbout({ varBinds }: PlainPdu, oid: Oid): boolean {
  const [first] = varBinds;
  return first !== undefined && compareOids(first.oid, oid) === 0;
}

function nameOfReport({ varBinds }: PlainPdu): string {
  const [first] = varBinds;
  const found = Object.entries(reportOid).find(([, oid]) => first !== undefined && compareOids(first.oid, oid) === 0);
  return found?.[0] ?? first?.oid.join(".") ?? "an empty Report";
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
