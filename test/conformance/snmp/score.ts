import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { accessChecks } from "./access.js";
import { type Check, MOST, NotApplicable } from "./check.js";
import { lastingChecks } from "./lasting.js";
import { bulk, Manager } from "./manager.js";
import { notifyingChecks } from "./notifying.js";
import { readingChecks } from "./reading.js";
import { robustnessChecks } from "./robustness.js";
import { securityChecks } from "./security.js";
import type { Subject } from "./subject.js";
import { TooBusy } from "./timing.js";
import { tlsChecks } from "./tls.js";
import { writingChecks } from "./writing.js";

/** Every check in the order of its number. */
export const checks: readonly Check[] = [
  ...readingChecks,
  ...writingChecks,
  ...accessChecks,
  ...securityChecks,
  ...notifyingChecks,
  ...robustnessChecks,
  ...lastingChecks,
  ...tlsChecks,
].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

/** How one check ended. */
export interface Verdict {
  readonly id: string;
  readonly promise: string;
  /** "busy" where only the time was too long, on a computer that does too much else to tell. */
  readonly result: "ok" | "fail" | "left out" | "busy";
  /** What was seen, what is wrong, or why it was left out. */
  readonly note: string;
}

/** Makes the checks one after the other. @param effort how much of what can be done more often; 1 is usual @param tell of each */
export async function score(
  subject: Subject,
  chosen: readonly Check[],
  { effort = 1, tell }: { readonly effort?: number; readonly tell?: (verdict: Verdict) => void } = {},
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const check of chosen) {
    const verdict = await verdictOf(subject, check, effort);
    verdicts.push(verdict);
    tell?.(verdict);
  }
  return verdicts;
}

export async function verdictOf(subject: Subject, check: Check, effort = 1): Promise<Verdict> {
  const { id, promise } = check;
  let manager: Manager | undefined;
  try {
    manager = await Manager.open(subject);
    const snapshot = await snapshotOf(manager);
    const note = await check.run({ subject, manager, snapshot, effort });
    return { id, promise, result: "ok", note: note ?? "" };
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    const result = error instanceof NotApplicable ? "left out" : error instanceof TooBusy ? "busy" : "fail";
    return { id, promise, result, note };
  } finally {
    manager?.close();
  }
}

async function snapshotOf(manager: Manager): Promise<readonly PduVarBind[]> {
  const found: PduVarBind[] = [];
  while (found.length < MOST) {
    const { varBinds } = await manager.v2c(bulk(0, 50, found.at(-1)?.oid ?? [1, 3]));
    const some = varBinds.filter(({ value }) => value.type !== "endOfMibView");
    found.push(...some);
    if (some.length < varBinds.length || some.length === 0) break;
  }
  return found;
}
