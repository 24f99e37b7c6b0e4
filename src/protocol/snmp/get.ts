import { type Answer, BoundedList, failure, type ReadScope, success, tooBig } from "./answer.js";
import { errorStatus } from "./error-status.js";
import type { Oid } from "./object-source.js";
import type { PduValue, PduVarBind } from "./var-bind.js";

/** Answers a GetRequest-PDU. @see RFC 3416, section 4.2.1; RFC 3584, section 4.2.2.1 */
export function get(asked: readonly PduVarBind[], scope: ReadScope): Answer {
  const list = new BoundedList(scope);
  for (const [index, { oid }] of asked.entries()) {
    const value = read(oid, scope);
    if (scope.version1 && isUnknownToVersion1(value)) return failure(errorStatus.noSuchName, index + 1, asked);
    if (!list.add({ oid, value })) return tooBig(asked, scope);
  }
  return success(list.varBinds);
}

/** What is not in the view looks like an object that was never implemented. */
function read(oid: Oid, { source, view }: ReadScope): PduValue {
  const value = view.includes(oid) ? source.get(oid) : "noSuchObject";
  return typeof value === "string" ? { type: value } : value;
}

function isUnknownToVersion1({ type }: PduValue): boolean {
  return type === "Counter64" || type === "noSuchObject" || type === "noSuchInstance";
}
