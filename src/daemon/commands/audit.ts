import { isoTime } from "../../agent/console/host-view.js";
import type { AuditRecord, AuditVerdict } from "../../engine/audit.js";
import { findStateDirectory, orderGateway } from "../ask-gateway.js";
import { type AuditAnswer, auditPath, verifyAuditPath } from "../audit-orders.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { type Colour, type Column, json, table } from "../terminal.js";

export interface AuditOptions extends ClientOptions {
  readonly limit: number;
  readonly verify?: true;
}

const VERIFY_TIMEOUT_MS = 10 * 60 * 1000;

const outcomeColours: Readonly<Record<AuditRecord["outcome"], Colour>> = {
  done: "green",
  undone: "yellow",
  partial: "red",
  refused: "red",
};

const columns: readonly Column<AuditRecord>[] = [
  { title: "LINE", align: "right", text: ({ number }) => String(number) },
  { title: "TIME", text: ({ at }) => isoTime(at) },
  { title: "WHO", text: ({ principal }) => principal },
  { title: "VIA", text: ({ via }) => via },
  { title: "OUTCOME", text: ({ outcome }) => outcome, colour: ({ outcome }) => outcomeColours[outcome] },
  { title: "EVENTS", text: ({ events }) => events.join(",") || "-" },
  { title: "WHAT", text: ({ what, reason }) => (reason === undefined ? what : `${what}: ${reason}`) },
];

/** Shows who did what, or checks that nobody changed what is written there. */
export async function audit(options: AuditOptions, { terminal, env }: CommandContext): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  if (!options.verify) {
    const answer = await orderGateway<AuditAnswer>(state, auditPath, { limit: options.limit });
    terminal.out(options.json ? json(answer) : table(terminal, columns, answer.records));
    return 0;
  }
  const verdict = await orderGateway<AuditVerdict>(state, verifyAuditPath, {}, VERIFY_TIMEOUT_MS);
  const { lines, broken } = verdict;
  if (options.json) terminal.out(json(verdict));
  else if (broken === undefined) terminal.out(`all ${lines} lines are as they were written\n`);
  if (broken === undefined) return 0;
  terminal.err(
    `virtgate: line ${broken.line} of the audit: ${broken.reason}; the ${lines} lines before it are as they were written. Compare audit/audit.jsonl in the state directory with a backup\n`,
  );
  return 1;
}
