import { DecodeError } from "../../base/fault.js";
import type { BerReader } from "../../codec/ber/ber-reader.js";
import { reportOid } from "./counters.js";
import { type MessageGuard, tsmGuard, usmGuard } from "./message-guard.js";
import {
  decodeScopedPdu,
  encodeScopedPdu,
  levelOf,
  messageFlag,
  readV3Message,
  type ScopedPdu,
  scopedPduSize,
  TSM,
  USM,
  type V3Message,
} from "./message-v3.js";
import { decodePdu, type PlainPdu, pduType, peekRequestId } from "./pdu.js";
import type { SnmpPeer } from "./peer.js";
import { type AnswerLater, octetLimit, type ProcessorParts, setOrigin } from "./processor-parts.js";
import type { Envelope } from "./responder.js";
import type { SetOrigin } from "./set-queue.js";
import type { Usm } from "./usm.js";

/** Stands for the engine that is asked, whoever it is. @see RFC 5343, section 3.1 */
const LOCAL_ENGINE_ID = Buffer.from("8000000006", "hex");

/** An SNMPv3 message with the octets that it was read from. */
interface Received {
  readonly message: V3Message;
  readonly datagram: Buffer;
  readonly peer: SnmpPeer;
}

/** The SNMPv3 message processing model for messages to this engine. @see RFC 3412, section 7.2 */
export class V3Processor {
  readonly #parts: ProcessorParts;
  readonly #usm: Usm;
  /** What security names of the Transport Security Model begin with. @see RFC 5591, object snmpTsmConfigurationUsePrefix */
  tsmPrefix = "";

  constructor(parts: ProcessorParts, usm: Usm) {
    this.#parts = parts;
    this.#usm = usm;
  }

  /** @throws {DecodeError} */
  answer(datagram: Buffer, rest: BerReader, peer: SnmpPeer, later: AnswerLater): Buffer | undefined {
    const message = readV3Message(rest);
    const { counters } = this.#parts;
    if (message.securityModel !== USM && message.securityModel !== TSM) {
      counters.snmpUnknownSecurityModels += 1;
      return undefined;
    }
    if ((message.flags & messageFlag.priv) !== 0 && (message.flags & messageFlag.auth) === 0) {
      counters.snmpInvalidMsgs += 1;
      return undefined;
    }
    const received = { message, datagram, peer };
    return message.securityModel === USM ? this.#answerUsm(received, later) : this.#answerTsm(received, later);
  }

  #answerUsm(received: Received, later: AnswerLater): Buffer | undefined {
    const { message, datagram, peer } = received;
    const verdict = this.#usm.open(message, datagram);
    const guard = usmGuard(this.#usm, message, verdict.security);
    if (!verdict.ok) {
      const { statistic } = verdict;
      if (statistic === "usmStatsUnknownUserNames" || statistic === "usmStatsWrongDigests") {
        this.#parts.onAuthenticationFailure?.(peer);
      }
      return this.#report(statistic, received, guard, plainScopedPdu(message));
    }
    if (!this.#admits(guard, peer)) return undefined;
    return this.#respond(received, guard, decodeScopedPdu(verdict.scopedPdu, verdict.padded), later);
  }

  /** The transport has told who sends, and protects everything to the utmost. @see RFC 5591, section 5.2 */
  #answerTsm(received: Received, later: AnswerLater): Buffer | undefined {
    const { message, peer } = received;
    if (message.securityParameters.length > 0) throw new DecodeError("security parameters where none may be");
    const name = peer.stream?.tlsName;
    if (name === undefined) {
      this.#parts.counters.snmpTsmInvalidCaches += 1;
      return undefined;
    }
    const guard = tsmGuard(message, this.tsmPrefix + name, levelOf(message.flags));
    if (!this.#admits(guard, peer)) return undefined;
    return this.#respond(received, guard, decodeScopedPdu(message.data), later);
  }

  /** Charges a message to whom it is from. A certificate has proved who that is at any level. */
  #admits({ level, securityModel, securityName }: MessageGuard, { address }: SnmpPeer): boolean {
    const { admission, counters } = this.#parts;
    const isProven = level !== "noAuthNoPriv" || securityModel === TSM;
    if (isProven ? admission.admitsAuthentic(address, securityName) : admission.admitsNamed(address, securityName)) {
      return true;
    }
    counters.rateLimited += 1;
    return false;
  }

  #respond(received: Received, guard: MessageGuard, scoped: ScopedPdu, later: AnswerLater): Buffer | undefined {
    const { counters, responder, vacm } = this.#parts;
    const { contextEngineId } = scoped;
    if (!contextEngineId.equals(this.#usm.engineId) && !contextEngineId.equals(LOCAL_ENGINE_ID)) {
      return this.#report("snmpUnknownPDUHandlers", received, guard, scoped);
    }
    const requester = {
      securityModel: guard.securityModel,
      securityName: guard.securityName,
      securityLevel: guard.level,
      contextName: scoped.contextName.toString("utf8"),
    };
    const pdu = decodePdu(scoped.pduOctets);
    const envelope = this.#envelope(received, guard, scoped);
    const origin = (): SetOrigin => setOrigin(received.peer, requester, scoped.pduOctets);
    const response = responder.respond({ pdu, requester, envelope, vacm, origin, later });
    if (typeof response !== "string") return response;
    if (response === "later") return undefined;
    if (response !== "snmpSilentDrops") return this.#report(response, received, guard, scoped);
    counters.snmpSilentDrops += 1;
    return undefined;
  }

  #envelope({ message, datagram, peer }: Received, guard: MessageGuard, scoped: ScopedPdu): Envelope {
    const { contextEngineId, contextName } = scoped;
    const { unauthenticatedFactor } = this.#parts.limits;
    const factor = guard.level === "noAuthNoPriv" ? unauthenticatedFactor : Number.POSITIVE_INFINITY;
    return {
      octetLimit: Math.min(message.msgMaxSize, octetLimit(peer, datagram, factor, this.#parts)),
      sizeOf: (pduOctets) => guard.sizeOf(scopedPduSize(contextEngineId, contextName, pduOctets)),
      seal: (pdu) => guard.seal(encodeScopedPdu(contextEngineId, contextName, pdu)),
    };
  }

  /** Counts, and tells the sender if it wants to be told. @see RFC 3412, section 7.1, step 3 */
  #report(
    counter: keyof typeof reportOid,
    { message, datagram, peer }: Received,
    guard: MessageGuard,
    scoped: Partial<ScopedPdu>,
  ): Buffer | undefined {
    const { counters, limits } = this.#parts;
    counters[counter] += 1;
    const { pduOctets = new Uint8Array(0), contextName = new Uint8Array(0) } = scoped;
    if ((message.flags & messageFlag.reportable) === 0 || isUnconfirmed(pduOctets)) return undefined;
    // What got past the security model has been charged to its name. A stale message, though authentic, proves nothing: whoever
    // has heard one could repeat it for ever, and use up the manager's bucket.
    if (counter.startsWith("usmStats") && !this.#parts.admission.admitsStranger(peer.address)) {
      counters.rateLimited += 1;
      return undefined;
    }
    const pdu: PlainPdu = {
      type: "Report",
      requestId: peekRequestId(pduOctets) ?? 0,
      errorStatus: 0,
      errorIndex: 0,
      varBinds: [{ oid: reportOid[counter], value: { type: "Counter32", value: counters[counter] } }],
    };
    const report = guard.seal(encodeScopedPdu(this.#usm.engineId, contextName, pdu));
    const isProven = guard.level !== "noAuthNoPriv" || peer.stream !== undefined;
    if (!isProven && report.length > limits.unauthenticatedFactor * datagram.length) {
      counters.amplificationDrops += 1;
      return undefined;
    }
    return report;
  }
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
