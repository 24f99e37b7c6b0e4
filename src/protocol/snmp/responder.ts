import { type Answer, failure, type ReadScope } from "./answer.js";
import type { SnmpCounters } from "./counters.js";
import { errorStatus, version1Status } from "./error-status.js";
import { get } from "./get.js";
import { getBulk } from "./get-bulk.js";
import { getNext } from "./get-next.js";
import type { ObjectSource, ObjectSources } from "./object-source.js";
import { type BulkPdu, type Pdu, type PlainPdu, plainPduSize } from "./pdu.js";
import type { SecurityLevel } from "./security.js";
import { type SetHandler, set } from "./set.js";
import type { Vacm, VacmRequest } from "./vacm.js";
import type { View } from "./view.js";
import { WorkBudget } from "./visible-cursor.js";

/** Who asks, as the security models found out. */
export interface Requester {
  readonly securityModel: VacmRequest["securityModel"];
  readonly securityName: string;
  readonly securityLevel: SecurityLevel;
  readonly contextName: string;
}

/** How an answer travels: the message around a Response-PDU, and how large it may become. */
export interface Envelope {
  readonly octetLimit: number;
  /** Octets of the message around a PDU of `pduOctets`. */
  sizeOf(pduOctets: number): number;
  seal(pdu: PlainPdu): Buffer;
}

/** Bounds on the work that one request can cause. */
export interface RequestLimits {
  /** Variable bindings in an answer. */
  readonly varBinds: number;
  /** What may be spent on passing over instances that are hidden or cannot be sent, in units of `WORK`. */
  readonly work: number;
}

interface ResponderParts {
  readonly sources: ObjectSources;
  readonly counters: SnmpCounters;
  readonly limits: RequestLimits;
  readonly setHandler: SetHandler;
  /** Told of defects; the request is answered with genErr. */
  readonly onDefect: (error: unknown) => void;
}

type RequestPdu = BulkPdu | (PlainPdu & { type: "GetRequest" | "GetNextRequest" | "SetRequest" });

/** The command responder: turns an authentic request into the message that answers it. @see RFC 3413, section 3.2 */
export class Responder {
  readonly #parts: ResponderParts;

  constructor(parts: ResponderParts) {
    this.#parts = parts;
  }

  /** @returns which counter tells why there is no Response; the counter has not been increased yet */
  respond(
    pdu: Pdu,
    requester: Requester,
    envelope: Envelope,
    vacm: Vacm,
  ): Buffer | "snmpUnknownPDUHandlers" | "snmpUnknownContexts" | "snmpSilentDrops" {
    if (!isRequest(pdu)) return "snmpUnknownPDUHandlers";
    let answer: Answer;
    try {
      const source = this.#parts.sources.open(requester.contextName);
      if (source === undefined) return "snmpUnknownContexts";
      const viewType = pdu.type === "SetRequest" ? "write" : "read";
      const view = vacm.view({ ...requester, viewType });
      answer =
        typeof view === "string"
          ? failure(errorStatus.authorizationError, 0, pdu.varBinds)
          : this.#perform(pdu, requester, envelope, source, view);
    } catch (error) {
      this.#parts.onDefect(error);
      answer = failure(errorStatus.genErr, 0, pdu.varBinds);
    }
    return this.#seal(pdu, answer, requester, envelope);
  }

  #perform(pdu: RequestPdu, requester: Requester, envelope: Envelope, source: ObjectSource, view: View): Answer {
    const scope: ReadScope = {
      source,
      view,
      budget: new WorkBudget(this.#parts.limits.work),
      version1: requester.securityModel === 1,
      listOctets: roomForList(pdu.requestId, envelope),
      listLength: this.#parts.limits.varBinds,
    };
    switch (pdu.type) {
      case "GetRequest":
        return get(pdu.varBinds, scope);
      case "GetNextRequest":
        return getNext(pdu.varBinds, scope);
      case "GetBulkRequest":
        return getBulk(pdu, scope);
      case "SetRequest":
        return set(pdu.varBinds, view, this.#parts.setHandler, requester);
    }
  }

  #seal(pdu: RequestPdu, answer: Answer, requester: Requester, envelope: Envelope): Buffer | "snmpSilentDrops" {
    const version1 = requester.securityModel === 1;
    const { requestId } = pdu;
    const status = version1 ? version1Status(answer.errorStatus) : answer.errorStatus;
    let message = envelope.seal({ type: "Response", requestId, ...answer, errorStatus: status });
    if (message.length > envelope.octetLimit && !version1) {
      message = envelope.seal({
        type: "Response",
        requestId,
        errorStatus: errorStatus.tooBig,
        errorIndex: 0,
        varBinds: [],
      });
    }
    if (message.length > envelope.octetLimit) return "snmpSilentDrops";
    this.#parts.counters.varBinds += answer.varBinds.length;
    return message;
  }
}

function isRequest(pdu: Pdu): pdu is RequestPdu {
  switch (pdu.type) {
    case "GetRequest":
    case "GetNextRequest":
    case "GetBulkRequest":
    case "SetRequest":
      return true;
    default:
      return false;
  }
}

/** The most octets a list may have for the whole message to stay within its limit. */
function roomForList(requestId: number, envelope: Envelope): number {
  const excess = (listOctets: number): number =>
    envelope.sizeOf(plainPduSize(requestId, 0, 0, listOctets)) - envelope.octetLimit;
  let room = -excess(0);
  // Headers grow with what they hold, so the first guess is at most some octets too high, then some too low.
  for (let over = excess(room); over > 0; over = excess(room)) room -= over;
  while (excess(room + 1) <= 0) room += 1;
  return room;
}
