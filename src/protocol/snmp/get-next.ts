import { type Answer, failure, type ReadScope, success } from "./answer.js";
import { errorStatus } from "./error-status.js";
import type { VarBind } from "./object-source.js";
import type { PduVarBind } from "./var-bind.js";
import { VisibleCursor } from "./visible-cursor.js";

/** Answers a GetNextRequest-PDU. @see RFC 3416, section 4.2.2; RFC 3584, section 4.2.2.2 */
export function getNext(asked: readonly PduVarBind[], scope: ReadScope): Answer {
  const found: PduVarBind[] = [];
  for (const { oid } of asked) {
    const next = nextServable(new VisibleCursor(scope.source, scope.view, scope.budget, oid), scope);
    if (next === "outOfWork") return failure(errorStatus.genErr, found.length + 1, asked);
    if (next !== "endOfMibView") found.push(next);
    else if (scope.version1) return failure(errorStatus.noSuchName, found.length + 1, asked);
    else found.push({ oid, value: { type: "endOfMibView" } });
  }
  return success(found, asked, scope);
}

/** SNMPv1 cannot carry a Counter64, so its walks pass over them. */
function nextServable(cursor: VisibleCursor, scope: ReadScope): VarBind | "endOfMibView" | "outOfWork" {
  for (;;) {
    const next = cursor.next();
    if (!scope.version1 || typeof next === "string" || next.value.type !== "Counter64") return next;
    if (!scope.budget.spend()) return "outOfWork";
  }
}
