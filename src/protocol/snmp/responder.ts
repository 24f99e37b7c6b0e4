import { type Answer, failure, type ReadScope } from "./answer.js";
import type { SnmpCounters } from "./counters.js";
import { errorStatus, version1Status } from "./error-status.js";
import { get } from "./get.js";
import { getBulk } from "./get-bulk.js";
import { getNext } from "./get-next.js";
import type { ObjectSource, ObjectSources } from "./object-source.js";
import { type BulkPdu, type Pdu, type PlainPdu, plainPduSize } from "./pdu.js";
import type { SecurityLevel } from "./security.js";
import { planSet, type SetHandler, setAnswer } from "./set.js";
import { type SetOrigin, SetQueue } from "./set-queue.js";
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
  /** Told of what went wrong while a SetRequest took effect, and of defects in its test. */
  readonly onSetFailure: (error: unknown) => void;
}

/** A request as it came, with whom and what it can be told apart by. */
export interface Incoming {
  readonly pdu: Pdu;
  readonly requester: Requester;
  readonly envelope: Envelope;
  /** The rights that hold when it is carried out. */
  readonly vacm: () => Vacm;
  /** Asked for SetRequests only. */
  readonly origin: () => SetOrigin;
  /** Takes the answer to a SetRequest that had to be waited for. */
  readonly later: (response: Buffer) => void;
}

type ReadPdu = BulkPdu | (PlainPdu & { type: "GetRequest" | "GetNextRequest" });
type SetPdu = PlainPdu & { type: "SetRequest" };
type RequestPdu = ReadPdu | SetPdu;

/** Why there is no Response now: a counter that has not been increased yet, or it is for `later`. */
type NoResponse = "snmpUnknownPDUHandlers" | "snmpUnknownContexts" | "snmpSilentDrops" | "later";

/** The command responder: turns an authentic request into the message that answers it. @see RFC 3413, section 3.2 */
export class Responder {
  readonly #parts: ResponderParts;
  readonly #sets: SetQueue;

  constructor(parts: ResponderParts) {
    this.#parts = parts;
    this.#sets = new SetQueue(parts.onSetFailure);
  }

  /** Answers reading requests at once, and a SetRequest when it has taken effect. */
  respond(incoming: Incoming): Buffer | NoResponse {
    const { pdu, requester, envelope, vacm } = incoming;
    if (!isRequest(pdu)) return "snmpUnknownPDUHandlers";
    let answer: Answer;
    try {
      const source = this.#parts.sources.open(requester.contextName, requester);
      if (source === undefined) return "snmpUnknownContexts";
      if (pdu.type === "SetRequest") return this.#set(pdu, incoming);
      const view = vacm().view({ ...requester, viewType: "read" });
      answer =
        typeof view === "string"
          ? failure(errorStatus.authorizationError, 0, pdu.varBinds)
          : this.#read(pdu, requester, envelope, source, view);
    } catch (error) {
      this.#parts.onDefect(error);
      answer = failure(errorStatus.genErr, 0, pdu.varBinds);
    }
    return this.#seal(pdu, answer, requester, envelope);
  }

  #read(pdu: ReadPdu, requester: Requester, envelope: Envelope, source: ObjectSource, view: View): Answer {
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
    }
  }

  #set(pdu: SetPdu, { requester, envelope, vacm, origin, later }: Incoming): Buffer | NoResponse {
    const plan = () => {
      const view = vacm().view({ ...requester, viewType: "write" });
      return typeof view === "string"
        ? { errorStatus: errorStatus.authorizationError, errorIndex: 0 }
        : planSet(pdu.varBinds, view, this.#parts.setHandler, requester);
    };
    let immediate: Buffer | NoResponse = "later";
    let isWaited = false;
    this.#sets.submit(origin(), plan, (outcome) => {
      const response = this.#seal(pdu, setAnswer(pdu.varBinds, outcome), requester, envelope);
      if (!isWaited) immediate = response;
      else if (typeof response === "string") this.#parts.counters[response] += 1;
      else later(response);
    });
    isWaited = true;
    return immediate;
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
