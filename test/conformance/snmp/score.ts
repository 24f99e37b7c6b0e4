import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { accessChecks } from "./access.js";
import { type Check, NotApplicable } from "./check.js";
import { lastingChecks } from "./lasting.js";
import { bulk, Manager } from "./manager.js";
import { notifyingChecks } from "./notifying.js";
import { readingChecks } from "./reading.js";
import { robustnessChecks } from "./robustness.js";
import { securityChecks } from "./security.js";
import type { Subject } from "./subject.js";
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
  readonly result: "ok" | "fail" | "left out";
  /** What was seen, what is wrong, or why it was left out. */
  readonly note: string;
}

/** Instances that a snapshot may have. */
const MOST = 20_000;

/** Makes the checks one after the other. @param effort how much of what can be done more often; 1 is usual */
export async function score(subject: Subject, chosen: readonly Check[], effort = 1): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const check of chosen) verdicts.push(await verdictOf(subject, check, effort));
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
    return { id, promise, result: error instanceof NotApplicable ? "left out" : "fail", note };
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

/** The verdicts of several agents side by side, as a Markdown table. */
export function scoreTable(columns: ReadonlyMap<string, readonly Verdict[]>): string {
  const names = [...columns.keys()];
  const lines = checks.map(({ id, promise }) => {
    const cells = names.map((name) => {
      const verdict = columns.get(name)?.find((one) => one.id === id);
      return verdict === undefined ? "" : verdict.note === "" ? verdict.result : `${verdict.result}: ${verdict.note}`;
    });
    return [id, promise, ...cells];
  });
  const kept = names.map((name) => {
    const all = columns.get(name) ?? [];
    const count = (result: Verdict["result"]): number => all.filter((one) => one.result === result).length;
    return `${count("ok")} ok, ${count("fail")} failed, ${count("left out")} left out`;
  });
  const rows = [["", "promise", ...names], ["---", "---", ...names.map(() => "---")], ...lines, ["", "", ...kept]];
  return rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`).join("");
}
