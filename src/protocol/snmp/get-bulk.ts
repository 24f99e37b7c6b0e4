import { type Answer, failure, type ReadScope } from "./answer.js";
import { errorStatus } from "./error-status.js";
import type { Oid } from "./object-source.js";
import type { BulkPdu } from "./pdu.js";
import { type PduVarBind, varBindSize } from "./var-bind.js";
import { VisibleCursor } from "./visible-cursor.js";

/**
 * Answers a GetBulkRequest-PDU with as many variable bindings as fit, so that any max-repetitions costs no more than one
 * full message.
 * @see RFC 3416, section 4.2.3
 */
export function getBulk(pdu: BulkPdu, scope: ReadScope): Answer {
  const asked = pdu.varBinds;
  const list = new BoundedList(scope);
  const nonRepeaters = Math.max(0, Math.min(pdu.nonRepeaters, asked.length));
  for (const { oid } of asked.slice(0, nonRepeaters)) {
    if (!list.take(new Walker(oid, scope))) return list.answer(asked);
  }
  const repeaters = asked.slice(nonRepeaters).map(({ oid }) => new Walker(oid, scope));
  if (repeaters.length === 0) return list.answer(asked);
  for (let repetition = 0; repetition < pdu.maxRepetitions; repetition++) {
    for (const walker of repeaters) if (!list.take(walker)) return list.answer(asked);
    if (repeaters.every((walker) => walker.ended)) break;
  }
  return list.answer(asked);
}

/** One walk through the objects, which knows what it was asked last. */
class Walker {
  readonly #cursor: VisibleCursor;
  #oid: Oid;
  ended = false;

  constructor(oid: Oid, { source, view, budget }: ReadScope) {
    this.#cursor = new VisibleCursor(source, view, budget, oid);
    this.#oid = oid;
  }

  next(): PduVarBind | "outOfWork" {
    const next = this.ended ? "endOfMibView" : this.#cursor.next();
    if (next === "outOfWork") return next;
    if (next === "endOfMibView") {
      this.ended = true;
      return { oid: this.#oid, value: { type: "endOfMibView" } };
    }
    this.#oid = next.oid;
    return next;
  }
}

/** Collects variable bindings until the message is full. */
class BoundedList {
  readonly #varBinds: PduVarBind[] = [];
  readonly #length: number;
  #octetsLeft: number;
  #ending: "complete" | "tooBig" | "genErr" = "complete";

  constructor({ listOctets, listLength }: ReadScope) {
    this.#octetsLeft = listOctets;
    this.#length = listLength;
  }

  /** @returns false when nothing more can be taken */
  take(walker: Walker): boolean {
    if (this.#varBinds.length === this.#length) return false;
    const varBind = walker.next();
    if (varBind === "outOfWork") {
      this.#ending = "genErr";
      return false;
    }
    this.#octetsLeft -= varBindSize(varBind);
    if (this.#octetsLeft < 0) {
      this.#ending = "tooBig";
      return false;
    }
    this.#varBinds.push(varBind);
    return true;
  }

  /** A shortened list is a proper answer; an error remains only when not even the first variable binding was possible. */
  answer(asked: readonly PduVarBind[]): Answer {
    if (this.#ending === "complete" || this.#varBinds.length > 0) {
      return { errorStatus: errorStatus.noError, errorIndex: 0, varBinds: this.#varBinds };
    }
    return this.#ending === "tooBig" ? failure(errorStatus.tooBig, 0, []) : failure(errorStatus.genErr, 1, asked);
  }
}
