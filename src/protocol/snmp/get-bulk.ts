import { type Answer, BoundedList, failure, type ReadScope, success, tooBig } from "./answer.js";
import { errorStatus } from "./error-status.js";
import type { Oid } from "./object-source.js";
import type { BulkPdu } from "./pdu.js";
import type { PduVarBind } from "./var-bind.js";
import { VisibleCursor } from "./visible-cursor.js";

/**
 * Answers a GetBulkRequest-PDU with as many variable bindings as fit, so that any max-repetitions costs no more than one
 * full message.
 * @see RFC 3416, section 4.2.3
 */
export function getBulk({ varBinds: asked, nonRepeaters, maxRepetitions }: BulkPdu, scope: ReadScope): Answer {
  const list = new BoundedList(scope);
  const once = Math.max(0, Math.min(nonRepeaters, asked.length));
  const walkers = asked.map(({ oid }) => new Walker(oid, scope));
  const repeaters = walkers.slice(once);
  for (const walker of repetitions(walkers.slice(0, once), repeaters, maxRepetitions)) {
    if (list.isFull) break;
    const next = walker.next();
    if (next !== "outOfWork" && list.add(next)) continue;
    // A shortened list is a proper answer; an error remains only when not even the first variable binding was possible.
    if (list.varBinds.length > 0) break;
    return next === "outOfWork" ? failure(errorStatus.genErr, 1, asked) : tooBig(asked, scope);
  }
  return success(list.varBinds);
}

/** Whose turn it is: once for those that are not repeated, then round after round until one has brought nothing but ends. */
function* repetitions(once: readonly Walker[], repeaters: readonly Walker[], rounds: number): Generator<Walker> {
  yield* once;
  for (let round = 0; round < rounds; round++) {
    yield* repeaters;
    if (repeaters.every((walker) => walker.ended)) return;
  }
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
      return { oid: this.#oid, value: { type: next } };
    }
    this.#oid = next.oid;
    return next;
  }
}
