import { createHash } from "node:crypto";
import type { DatagramPeer } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { DecodeError, Fault } from "../../base/fault.js";
import { type Log, silentLog } from "../../base/log.js";
import { type CommunityTable, communityTable, type SnmpCommunity } from "./community.js";
import { reportOid, type SnmpCounters } from "./counters.js";
import { EngineClock } from "./engine-clock.js";
import { type InformCounters, InformSender, type InformTarget } from "./inform-sender.js";
import {
  communityMessageSize,
  encodeCommunityMessage,
  messageVersion,
  type OpenedMessage,
  openMessage,
  readCommunityMessage,
} from "./message.js";
import {
  decodeScopedPdu,
  encodeScopedPdu,
  messageFlag,
  readV3Message,
  type ScopedPdu,
  scopedPduSize,
  USM,
  type V3Message,
} from "./message-v3.js";
import {
  encodeNotification,
  LARGEST_DATAGRAM,
  type NotificationDrop,
  type NotificationTarget,
  notificationPdu,
  refusalOf,
  type SnmpNotification,
} from "./notification.js";
import type { ObjectSources } from "./object-source.js";
import { decodePdu, type PlainPdu, pduSize, pduType, peekRequestId } from "./pdu.js";
import { type Envelope, type Requester, type RequestLimits, Responder } from "./responder.js";
import { securityModel } from "./security.js";
import { readOnlyObjects, type SetHandler } from "./set.js";
import { SourceLimiter, type SourceRate } from "./source-limiter.js";
import { type RemoteUser, Usm, type UsmSecurity, type UsmUser } from "./usm.js";
import { Vacm, type VacmTables } from "./vacm.js";

/** Who may ask what; replaced as a whole when the configuration changes. */
export interface SnmpAccess {
  readonly users: readonly UsmUser[];
  /** Users at other engines, with keys for those: on whose behalf informs are sent there. */
  readonly remoteUsers?: readonly RemoteUser[];
  readonly communities: readonly SnmpCommunity[];
  readonly vacm: VacmTables;
  /** The community-based versions that are answered; SNMPv3 always is. */
  readonly versions: readonly ("v1" | "v2c")[];
}

/** Bounds that an operator may move. */
export interface SnmpLimits extends RequestLimits {
  /** Octets of an answer, whatever the peer could take: by default one Ethernet frame, so that nothing is fragmented. */
  readonly responseOctets: number;
  /** How many times as long as the request an answer may be that anybody, or the owner of a community, can cause. */
  readonly unauthenticatedFactor: number;
  readonly communityFactor: number;
  readonly sourceRate: SourceRate;
}

export interface SnmpEngineOptions extends SnmpAccess {
  /** Five to 32 octets, the same for the life of this agent. */
  readonly engineId: Uint8Array;
  /** How often this engine has started, this start included; already safe on disk. */
  readonly boots: number;
  readonly clock: Clock;
  readonly sources: ObjectSources;
  readonly counters: SnmpCounters;
  readonly limits?: Partial<SnmpLimits>;
  readonly setHandler?: SetHandler;
  /** Sends informs, and what it takes to get to know their receivers. Answers are to come to `handle` or `receiveAnswer`. */
  readonly sendInform?: (octets: Uint8Array, peer: DatagramPeer) => void;
  readonly log?: Log;
  /** Somebody knew no community, user or key; may become an authenticationFailure notification. */
  readonly onAuthenticationFailure?: (peer: DatagramPeer) => void;
}

const defaultLimits: SnmpLimits = {
  responseOctets: 1472,
  unauthenticatedFactor: 2,
  communityFactor: 30,
  varBinds: 2000,
  work: 200_000,
  sourceRate: { perSecond: 200, burst: 400 },
};

const LOG_PAUSE_MS = 10000;
/** Leaves room for the message around it. */
const LARGEST_INFORM = LARGEST_DATAGRAM - 500;

/** Takes an answer that could not be given at once. */
export type AnswerLater = (response: Buffer) => void;

const ignored: AnswerLater = () => {};

/**
 * An SNMP agent without a socket: datagrams in, datagrams out, for SNMPv1, SNMPv2c and SNMPv3.
 *
 * @throws {Fault} `invalid` from the constructor when the engine ID or boots are out of range
 * @see RFC 3412; RFC 3584, section 5.2
 */
export class SnmpEngine {
  readonly engineClock: EngineClock;
  readonly #options: SnmpEngineOptions;
  readonly #log: Log;
  readonly #limits: SnmpLimits;
  readonly #counters: SnmpCounters;
  readonly #usm: Usm;
  readonly #responder: Responder;
  readonly #limiter: SourceLimiter;
  #communities: CommunityTable;
  #vacm: Vacm;
  #versions: ReadonlySet<number>;
  #quietUntilMs = 0;
  #notificationId = 0;
  readonly #currentVacm = (): Vacm => this.#vacm;
  readonly #informs: InformSender;
  #remoteUsers: readonly RemoteUser[] = [];

  constructor(options: SnmpEngineOptions) {
    const { engineId, boots, clock, counters, sources } = options;
    if (engineId.length < 5 || engineId.length > 32) throw new Fault("invalid", "an SNMP engine ID has 5 to 32 octets");
    if (!Number.isInteger(boots) || boots < 1) throw new Fault("invalid", "SNMP engine boots start at 1");
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#counters = counters;
    this.engineClock = new EngineClock(boots, clock);
    this.#usm = new Usm(engineId, this.engineClock);
    this.#limiter = new SourceLimiter(this.#limits.sourceRate, clock);
    this.#responder = new Responder({
      sources,
      counters,
      limits: this.#limits,
      setHandler: options.setHandler ?? readOnlyObjects,
      onDefect: (error) => this.#noteDefect(error),
      onSetFailure: (error) => this.#noteSetFailure(error),
    });
    this.#informs = new InformSender({
      clock,
      log: this.#log,
      send: options.sendInform ?? (() => {}),
      origin: () => ({ usm: this.#usm, communities: this.#communities, remoteUsers: this.#remoteUsers }),
      nextId: () => this.#nextId(),
    });
    [this.#communities, this.#vacm, this.#versions] = this.#compile(options);
  }

  /** Replaces users, communities and views between two requests. */
  reconfigure(access: SnmpAccess): void {
    [this.#communities, this.#vacm, this.#versions] = this.#compile(access);
  }

  /**
   * Answers one message. Never throws; whatever is dropped is counted.
   * @param later takes the answer to a SetRequest that had to be waited for; everything else is answered at once
   * @returns the datagram to send back to `peer`, if any
   */
  handle(datagram: Buffer, peer: DatagramPeer, later: AnswerLater = ignored): Buffer | undefined {
    this.#counters.snmpInPkts += 1;
    if (!this.#limiter.admit(peer.address)) {
      this.#counters.rateLimited += 1;
      return undefined;
    }
    try {
      if (this.#informs.expects(peer) && this.#informs.receive(datagram, peer)) {
        this.#limiter.giveBack(peer.address);
        return undefined;
      }
      const response = this.#answer(datagram, peer, (octets) => {
        this.#counters.responses += 1;
        later(octets);
      });
      if (response) this.#counters.responses += 1;
      return response;
    } catch (error) {
      if (error instanceof DecodeError) this.#counters.snmpInASNParseErrs += 1;
      else this.#noteDefect(error);
      return undefined;
    }
  }

  /** Takes a message that came where nothing but answers to informs may come; everything else is dropped in silence. */
  receiveAnswer(datagram: Buffer, peer: DatagramPeer): void {
    this.#counters.snmpInPkts += 1;
    try {
      if (this.#informs.expects(peer)) this.#informs.receive(datagram, peer);
    } catch (error) {
      if (error instanceof DecodeError) this.#counters.snmpInASNParseErrs += 1;
      else this.#noteDefect(error);
    }
  }

  /** Tells `target` until it acknowledges, or says why it is not to be told. */
  inform(notification: SnmpNotification, target: InformTarget): NotificationDrop | undefined {
    const refusal = refusalOf(notification, target, this.#vacm);
    if (refusal !== undefined) return refusal;
    const pdu = notificationPdu("InformRequest", notification, this.#nextId());
    if (pduSize(pdu) > LARGEST_INFORM) return "tooBig";
    this.#informs.submit(pdu, target);
    return undefined;
  }

  /** Forgets informs under way to targets that are no longer among these. */
  retainInforms(targets: readonly InformTarget[]): void {
    this.#informs.retain(targets);
  }

  /** What became of informs, by the name of the target. */
  get informCounters(): ReadonlyMap<string, Readonly<InformCounters>> {
    return this.#informs.counters;
  }

  /** Repeats no informs any more. */
  stop(): void {
    this.#informs.stop();
  }

  /** The datagram that tells `target` of `notification`, or why it is not to be told. */
  encodeNotification(notification: SnmpNotification, target: NotificationTarget): Buffer | NotificationDrop {
    return encodeNotification(notification, target, {
      usm: this.#usm,
      vacm: this.#vacm,
      communities: this.#communities,
      id: this.#nextId(),
    });
  }

  /** For request-ids and msgIDs of messages that begin here. */
  #nextId(): number {
    this.#notificationId = (this.#notificationId % 0x7fffffff) + 1;
    return this.#notificationId;
  }

  #compile(access: SnmpAccess): [CommunityTable, Vacm, ReadonlySet<number>] {
    this.#usm.setUsers(access.users);
    this.#remoteUsers = access.remoteUsers ?? [];
    const versions = new Set(access.versions.map((version) => messageVersion[version]));
    return [communityTable(access.communities), new Vacm(access.vacm), versions];
  }

  #answer(datagram: Buffer, peer: DatagramPeer, later: AnswerLater): Buffer | undefined {
    const opened = openMessage(datagram);
    if (opened.version === messageVersion.v3) return this.#answerV3(datagram, opened, peer, later);
    if (this.#versions.has(opened.version)) return this.#answerCommunity(datagram, opened, peer, later);
    this.#counters.snmpInBadVersions += 1;
    return undefined;
  }

  #answerCommunity(
    datagram: Buffer,
    { version, rest }: OpenedMessage,
    peer: DatagramPeer,
    later: AnswerLater,
  ): Buffer | undefined {
    const message = readCommunityMessage(rest);
    const community = this.#communities.find(message.community, peer);
    if (community === undefined) {
      this.#counters.snmpInBadCommunityNames += 1;
      this.#options.onAuthenticationFailure?.(peer);
      return undefined;
    }
    const pdu = decodePdu(message.pduOctets);
    const version1 = version === messageVersion.v1;
    if (version1 && pdu.type === "GetBulkRequest") throw new DecodeError("GetBulkRequest in SNMPv1");
    const envelope: Envelope = {
      octetLimit: Math.min(this.#limits.responseOctets, this.#limits.communityFactor * datagram.length),
      sizeOf: (pduOctets) => communityMessageSize(version, message.community, pduOctets),
      seal: (response) => encodeCommunityMessage(version, message.community, response),
    };
    const requester = {
      securityModel: version1 ? securityModel.v1 : securityModel.v2c,
      securityName: community.securityName,
      securityLevel: "noAuthNoPriv" as const,
      contextName: community.contextName,
    };
    const response = this.#responder.respond({
      pdu,
      requester,
      envelope,
      vacm: this.#currentVacm,
      identity: () => requestIdentity(peer, requester, message.pduOctets),
      later,
    });
    if (typeof response !== "string") return response;
    if (response === "later") return undefined;
    // These versions have no Reports for managers; silence is what the standard leaves.
    this.#counters[response] += 1;
    return undefined;
  }

  /** @see RFC 3412, section 7.2 */
  #answerV3(datagram: Buffer, opened: OpenedMessage, peer: DatagramPeer, later: AnswerLater): Buffer | undefined {
    const message = readV3Message(opened.rest);
    if (message.securityModel !== USM) {
      this.#counters.snmpUnknownSecurityModels += 1;
      return undefined;
    }
    if ((message.flags & messageFlag.priv) !== 0 && (message.flags & messageFlag.auth) === 0) {
      this.#counters.snmpInvalidMsgs += 1;
      return undefined;
    }
    const verdict = this.#usm.open(message, datagram);
    if (!verdict.ok) {
      const { statistic, security } = verdict;
      if (statistic === "usmStatsUnknownUserNames" || statistic === "usmStatsWrongDigests") {
        this.#options.onAuthenticationFailure?.(peer);
      }
      return this.#report(statistic, datagram, message, security, plainScopedPdu(message));
    }
    const { security } = verdict;
    // The bucket protects from those who cannot be told apart; a manager with a key may poll as fast as he likes.
    if (security.level !== "noAuthNoPriv") this.#limiter.giveBack(peer.address);
    const scoped = decodeScopedPdu(verdict.scopedPdu, verdict.padded);
    if (!scoped.contextEngineId.equals(this.#usm.engineId)) {
      return this.#report("snmpUnknownPDUHandlers", datagram, message, security, scoped);
    }
    const requester = {
      securityModel: securityModel.usm,
      securityName: security.user.name,
      securityLevel: security.level,
      contextName: scoped.contextName.toString("utf8"),
    };
    const pdu = decodePdu(scoped.pduOctets);
    const envelope = this.#v3Envelope(datagram, message, security, scoped);
    const response = this.#responder.respond({
      pdu,
      requester,
      envelope,
      vacm: this.#currentVacm,
      identity: () => requestIdentity(peer, requester, scoped.pduOctets),
      later,
    });
    if (typeof response !== "string") return response;
    if (response === "later") return undefined;
    if (response !== "snmpSilentDrops") return this.#report(response, datagram, message, security, scoped);
    this.#counters.snmpSilentDrops += 1;
    return undefined;
  }

  #v3Envelope(datagram: Buffer, message: V3Message, security: UsmSecurity, scoped: ScopedPdu): Envelope {
    const { contextName } = scoped;
    const { engineId } = this.#usm;
    const limits = this.#limits;
    const factor = security.level === "noAuthNoPriv" ? limits.unauthenticatedFactor : Number.POSITIVE_INFINITY;
    return {
      octetLimit: Math.min(message.msgMaxSize, limits.responseOctets, factor * datagram.length),
      sizeOf: (pduOctets) =>
        this.#usm.protectedSize(message.msgId, security, scopedPduSize(engineId, contextName, pduOctets)),
      seal: (pdu) => this.#usm.protect(message.msgId, security, encodeScopedPdu(engineId, contextName, pdu), false),
    };
  }

  /** Counts, and tells the sender if it wants to be told. @see RFC 3412, section 7.1, step 3 */
  #report(
    counter: keyof typeof reportOid,
    datagram: Buffer,
    message: V3Message,
    security: UsmSecurity,
    scoped: Partial<ScopedPdu>,
  ): Buffer | undefined {
    this.#counters[counter] += 1;
    const { pduOctets = new Uint8Array(0), contextName = new Uint8Array(0) } = scoped;
    if ((message.flags & messageFlag.reportable) === 0 || isUnconfirmed(pduOctets)) return undefined;
    const pdu: PlainPdu = {
      type: "Report",
      requestId: peekRequestId(pduOctets) ?? 0,
      errorStatus: 0,
      errorIndex: 0,
      varBinds: [{ oid: reportOid[counter], value: { type: "Counter32", value: this.#counters[counter] } }],
    };
    const scopedPdu = encodeScopedPdu(this.#usm.engineId, contextName, pdu);
    const report = this.#usm.protect(message.msgId, security, scopedPdu, false);
    if (security.level === "noAuthNoPriv" && report.length > this.#limits.unauthenticatedFactor * datagram.length) {
      this.#counters.amplificationDrops += 1;
      return undefined;
    }
    return report;
  }

  /** A disk that refuses is no defect; the requester is told, and so is the operator. */
  #noteSetFailure(error: unknown): void {
    if (error instanceof Fault) this.#log.warn("snmp.set.failed", { code: error.code, reason: error.message });
    else this.#noteDefect(error);
  }

  /** A defect that can be met once can be met a thousand times a second; the log hears of it now and then. */
  #noteDefect(error: unknown): void {
    this.#counters.internalErrors += 1;
    const nowMs = this.#options.clock.monotonic();
    if (nowMs < this.#quietUntilMs) return;
    this.#quietUntilMs = nowMs + LOG_PAUSE_MS;
    this.#log.error("snmp.defect", { error, count: this.#counters.internalErrors });
  }
}

/** A resent message has a new msgID and a new salt; its PDU is the same to the octet. */
function requestIdentity(peer: DatagramPeer, requester: Requester, pduOctets: Uint8Array): string {
  const { securityModel: model, securityName, contextName } = requester;
  const digest = createHash("sha256").update(pduOctets).digest("base64");
  return JSON.stringify([peer.address, peer.port, model, securityName, contextName, digest]);
}

/** What can be seen of the scoped PDU in a message that was refused. */
function plainScopedPdu(message: V3Message): Partial<ScopedPdu> {
  if ((message.flags & messageFlag.priv) !== 0) return {};
  try {
    return { pduOctets: decodeScopedPdu(message.data).pduOctets };
  } catch (error) {
    if (error instanceof DecodeError) return {};
    throw error;
  }
}

/** Whether a PDU is of a class that nothing is ever sent back for; two engines could else report to each other for ever. */
function isUnconfirmed(pduOctets: Uint8Array): boolean {
  const type = pduType(pduOctets);
  return type === "Response" || type === "Report" || type === "SNMPv2-Trap" || type === "Trap";
}
