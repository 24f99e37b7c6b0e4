import type { Clock } from "../../base/clock.js";
import { DecodeError, Fault } from "../../base/fault.js";
import { type Log, silentLog } from "../../base/log.js";
import { Admission } from "./admission.js";
import { type CommunityTable, communityTable, type SnmpCommunity } from "./community.js";
import { answerCommunity } from "./community-processor.js";
import type { SnmpCounters } from "./counters.js";
import { EngineClock } from "./engine-clock.js";
import { type Addressed, type InformCounters, InformSender, type InformTarget } from "./inform-sender.js";
import { messageVersion, openMessage } from "./message.js";
import {
  encodeNotification,
  isToldOf,
  largestFor,
  type NotificationDrop,
  type NotificationTarget,
  notificationPdu,
  refusalOf,
  type SnmpNotification,
} from "./notification.js";
import type { ObjectSources } from "./object-source.js";
import { pduSize } from "./pdu.js";
import type { ReceiverPeer, SnmpPeer } from "./peer.js";
import type { AnswerLater, AnswerLimits, ProcessorParts } from "./processor-parts.js";
import { type RequestLimits, Responder } from "./responder.js";
import { readOnlyObjects, type SetHandler } from "./set.js";
import type { SourceRate } from "./source-limiter.js";
import { type RemoteUser, Usm, type UsmUser } from "./usm.js";
import { V3Processor } from "./v3-processor.js";
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
  /** Whether names from certificates begin with `tls:`. @see RFC 5591, object snmpTsmConfigurationUsePrefix */
  readonly prefixTlsNames?: boolean;
}

/** Bounds that an operator may move. By default an answer fits one Ethernet frame, so that nothing is fragmented. */
export interface SnmpLimits extends RequestLimits, AnswerLimits {
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
  readonly sendInform?: (octets: Uint8Array, peer: ReceiverPeer) => void;
  readonly log?: Log;
  /** Somebody knew no community, user or key; may become an authenticationFailure notification. */
  readonly onAuthenticationFailure?: (peer: SnmpPeer) => void;
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
/** Room for the message around a PDU: most of it for names and keys, which version 2c has not. */
const AROUND_PDU = { v2c: 16, v3: 500 } as const;

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
  readonly #processor: ProcessorParts;
  readonly #v3: V3Processor;
  readonly #informs: InformSender;
  #communities: CommunityTable;
  #vacm: Vacm;
  #versions: ReadonlySet<number>;
  #quietUntilMs = 0;
  #notificationId = 0;
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
    const responder = new Responder({
      sources,
      counters,
      limits: this.#limits,
      setHandler: options.setHandler ?? readOnlyObjects,
      onDefect: (error) => this.#noteDefect(error),
      onSetFailure: (error) => this.#noteSetFailure(error),
    });
    this.#processor = {
      counters,
      limits: this.#limits,
      admission: new Admission(this.#limits.sourceRate, clock),
      responder,
      vacm: () => this.#vacm,
      onAuthenticationFailure: options.onAuthenticationFailure,
    };
    this.#v3 = new V3Processor(this.#processor, this.#usm);
    this.#informs = new InformSender({
      clock,
      log: this.#log,
      send: options.sendInform ?? (() => {}),
      origin: () => ({
        usm: this.#usm,
        communities: this.#communities,
        remoteUsers: this.#remoteUsers,
        tsmPrefix: this.#v3.tsmPrefix,
      }),
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
  handle(datagram: Buffer, peer: SnmpPeer, later: AnswerLater = ignored): Buffer | undefined {
    this.#counters.snmpInPkts += 1;
    try {
      if (this.#informs.expects(peer) && this.#informs.receive(datagram, peer)) return undefined;
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
  receiveAnswer(datagram: Buffer, peer: ReceiverPeer): void {
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
    if (pduSize(pdu) + this.#aroundInform(target) > largestFor(target)) return "tooBig";
    this.#informs.submit(pdu, target);
    return undefined;
  }

  /** Octets of the message around an inform to a target, at most. */
  #aroundInform({ version, securityName, contextName }: InformTarget): number {
    if (version === "v3") return AROUND_PDU.v3;
    return AROUND_PDU.v2c + (this.#communities.communityOf(securityName, contextName)?.length ?? 0);
  }

  /** Whether a target hears of anything at all in its context: it may, and there is what to send it with. */
  tells(target: NotificationTarget): boolean {
    const isKnown =
      target.version === "v3" || this.#communities.communityOf(target.securityName, target.contextName) !== undefined;
    return isKnown && isToldOf(target, this.#vacm);
  }

  /** Forgets informs under way to targets that are no longer among these. */
  retainInforms(targets: readonly Addressed[]): void {
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
    const message = encodeNotification(notification, target, {
      usm: this.#usm,
      vacm: this.#vacm,
      communities: this.#communities,
      tsmPrefix: this.#v3.tsmPrefix,
      id: this.#nextId(),
    });
    if (message === "invalidPrefix") this.#counters.snmpTsmInvalidPrefixes += 1;
    return message;
  }

  /** For request-ids and msgIDs of messages that begin here. */
  #nextId(): number {
    this.#notificationId = (this.#notificationId % 0x7fffffff) + 1;
    return this.#notificationId;
  }

  #compile(access: SnmpAccess): [CommunityTable, Vacm, ReadonlySet<number>] {
    this.#usm.setUsers(access.users);
    this.#remoteUsers = access.remoteUsers ?? [];
    this.#v3.tsmPrefix = access.prefixTlsNames ? "tls:" : "";
    const versions = new Set(access.versions.map((version) => messageVersion[version]));
    return [communityTable(access.communities), new Vacm(access.vacm), versions];
  }

  #answer(datagram: Buffer, peer: SnmpPeer, later: AnswerLater): Buffer | undefined {
    const opened = openMessage(datagram);
    if (opened.version === messageVersion.v3) return this.#v3.answer(datagram, opened.rest, peer, later);
    if (this.#versions.has(opened.version)) {
      return answerCommunity(datagram, opened, peer, later, this.#communities, this.#processor);
    }
    this.#counters.snmpInBadVersions += 1;
    return undefined;
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
