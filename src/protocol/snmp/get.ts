import { type Answer, failure, type ReadScope, success } from "./answer.js";
import { errorStatus } from "./error-status.js";
import type { Oid } from "./object-source.js";
import type { PduValue, PduVarBind } from "./var-bind.js";

/** Answers a GetRequest-PDU. @see RFC 3416, section 4.2.1; RFC 3584, section 4.2.2.1 */
export function get(asked: readonly PduVarBind[], scope: ReadScope): Answer {
  const found: PduVarBind[] = [];
  for (const { oid } of asked) {
    const value = read(oid, scope);
    if (scope.version1 && isUnknownToVersion1(value)) {
      return failure(errorStatus.noSuchName, found.length + 1, asked);
    }
    found.push({ oid, value });
  }
  return success(found, asked, scope);
}

/** What is not in the view looks like an object that was never implemented. */
function read(oid: Oid, { source, view }: ReadScope): PduValue {
  const value = view.includes(oid) ? source.get(oid) : "noSuchObject";
  return typeof value === "string" ? { type: value } : value;
}

function isUnknownToVersion1({ type }: PduValue): boolean {
  return type === "Counter64" || type === "noSuchObject" || type === "noSuchInstance";
}
