import { type Answer, failure } from "./answer.js";
import { type ErrorStatus, errorStatus } from "./error-status.js";
import type { PduVarBind } from "./var-bind.js";
import type { View } from "./view.js";

/** Who sets, and where. */
export interface SetRequester {
  readonly securityName: string;
  readonly contextName: string;
}

/** What carries out a SetRequest whose objects are all in the requester's write view. */
export interface SetHandler {
  /** All of `varBinds` take effect, or none and the first error is told; `errorIndex` counts from one. */
  set(varBinds: readonly PduVarBind[], requester: SetRequester): { errorStatus: ErrorStatus; errorIndex: number };
}

/** An agent in which nothing can be written. */
export const readOnlyObjects: SetHandler = {
  set: (varBinds) =>
    varBinds.length === 0
      ? { errorStatus: errorStatus.noError, errorIndex: 0 }
      : { errorStatus: errorStatus.notWritable, errorIndex: 1 },
};

/** Answers a SetRequest-PDU. @see RFC 3416, section 4.2.5 */
export function set(asked: readonly PduVarBind[], view: View, handler: SetHandler, requester: SetRequester): Answer {
  const hidden = asked.findIndex(({ oid }) => !view.includes(oid));
  // All or nothing: one object out of view decides, and the handler need not know that there are views.
  if (hidden >= 0) return failure(errorStatus.noAccess, hidden + 1, asked);
  return { ...handler.set(asked, requester), varBinds: asked };
}
