import { type Answer, BoundedList, failure, type ReadScope, success, tooBig } from "./answer.js";
import { errorStatus } from "./error-status.js";
import type { VarBind } from "./object-source.js";
import type { PduVarBind } from "./var-bind.js";
import { VisibleCursor, WORK } from "./visible-cursor.js";

/** Answers a GetNextRequest-PDU. @see RFC 3416, section 4.2.2; RFC 3584, section 4.2.2.2 */
export function getNext(asked: readonly PduVarBind[], scope: ReadScope): Answer {
  const list = new BoundedList(scope);
  for (const [index, { oid }] of asked.entries()) {
    const next = nextServable(new VisibleCursor(scope.source, scope.view, scope.budget, oid), scope);
    if (next === "outOfWork") return failure(errorStatus.genErr, index + 1, asked);
    if (next === "endOfMibView" && scope.version1) return failure(errorStatus.noSuchName, index + 1, asked);
    const found = next === "endOfMibView" ? ({ oid, value: { type: next } } as const) : next;
    if (!list.add(found)) return tooBig(asked, scope);
  }
  return success(list.varBinds);
}

/** SNMPv1 cannot carry a Counter64, so its walks pass over them. */
function nextServable(cursor: VisibleCursor, scope: ReadScope): VarBind | "endOfMibView" | "outOfWork" {
  for (;;) {
    const next = cursor.next();
    if (!scope.version1 || typeof next === "string" || next.value.type !== "Counter64") return next;
    if (!scope.budget.spend(WORK.step)) return "outOfWork";
  }
}
