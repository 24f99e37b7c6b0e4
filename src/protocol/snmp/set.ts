import { type Answer, failure } from "./answer.js";
import { type ErrorStatus, errorStatus } from "./error-status.js";
import type { SecurityModel } from "./security.js";
import type { PduVarBind } from "./var-bind.js";
import type { View } from "./view.js";

/** Who sets, and where. */
export interface SetRequester {
  readonly securityModel: SecurityModel;
  readonly securityName: string;
  readonly contextName: string;
}

/** How a SetRequest ended; `errorIndex` counts from one. */
export interface SetOutcome {
  readonly errorStatus: ErrorStatus;
  readonly errorIndex: number;
}

/** Part of a change that has been found possible. */
export interface SetStep {
  /** The variable binding that is to blame when it fails, counted from one. */
  readonly errorIndex: number;
  /** Lets the change take effect, durably where it has to last. Must leave nothing behind when it rejects. */
  commit(): Promise<void>;
  /** Takes back what `commit` did. */
  undo(): Promise<void>;
}

/** What carries out a SetRequest whose objects are all in the requester's write view. */
export interface SetHandler {
  /**
   * Tests every variable binding against this moment, and changes nothing. No other plan is asked for until the steps have
   * been taken, so that what was found possible stays so.
   */
  plan(varBinds: readonly PduVarBind[], requester: SetRequester): SetOutcome | readonly SetStep[];
}

const setSucceeded: SetOutcome = { errorStatus: errorStatus.noError, errorIndex: 0 };

/** An agent in which nothing can be written. */
export const readOnlyObjects: SetHandler = {
  plan: (varBinds) => (varBinds.length === 0 ? [] : { errorStatus: errorStatus.notWritable, errorIndex: 1 }),
};

/** The first phase of a SetRequest-PDU. @see RFC 3416, section 4.2.5 */
export function planSet(
  asked: readonly PduVarBind[],
  view: View,
  handler: SetHandler,
  requester: SetRequester,
): SetOutcome | readonly SetStep[] {
  const hidden = asked.findIndex(({ oid }) => !view.includes(oid));
  // All or nothing: one object out of view decides, and the handler need not know that there are views.
  if (hidden >= 0) return { errorStatus: errorStatus.noAccess, errorIndex: hidden + 1 };
  return handler.plan(asked, requester);
}

/**
 * The second phase: the steps one after the other; when one fails, those before it are taken back.
 * @param onFailure told of each step that could not be taken, or not be taken back
 * @see RFC 3416, section 4.2.5
 */
export async function commitSet(steps: readonly SetStep[], onFailure: (error: unknown) => void): Promise<SetOutcome> {
  const taken: SetStep[] = [];
  for (const step of steps) {
    try {
      await step.commit();
      taken.unshift(step);
    } catch (error) {
      onFailure(error);
      const undone = await undoAll(taken, onFailure);
      return undone
        ? { errorStatus: errorStatus.commitFailed, errorIndex: step.errorIndex }
        : { errorStatus: errorStatus.undoFailed, errorIndex: 0 };
    }
  }
  return setSucceeded;
}

/** The Response to a SetRequest: it repeats the request's list whatever became of it. */
export function setAnswer(asked: readonly PduVarBind[], { errorStatus: status, errorIndex }: SetOutcome): Answer {
  return failure(status, errorIndex, asked);
}

/** @returns false when something could not be taken back; everything else has been even then */
async function undoAll(steps: readonly SetStep[], onFailure: (error: unknown) => void): Promise<boolean> {
  let undone = true;
  for (const step of steps) {
    try {
      await step.undo();
    } catch (error) {
      onFailure(error);
      undone = false;
    }
  }
  return undone;
}
