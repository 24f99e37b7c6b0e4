import { dataText } from "../../../engine/change/data-text.js";
import { type PlanView, planLines } from "../../../engine/change/plan-view.js";
import type { OrderedAction } from "../../../engine/change/read-actions.js";
import { orderGateway } from "../../ask-gateway.js";
import { type ChangeAnswer, type ChangeOrder, cancelPath, changePath, type JobAnswer } from "../../change-orders.js";
import type { ClientOptions, ExitCode } from "../../command.js";
import { json, printable, type Terminal } from "../../terminal.js";
import { followJob } from "./follow-job.js";

export interface ChangeOptions extends ClientOptions {
  readonly dryRun?: true;
}

/** What a command is about, and what it says of its end. */
export interface Told {
  /** What the change is about, for people. */
  readonly name: string;
  /** The same, for programs: members of the JSON answer; asked again when the change was done. */
  readonly object: () => object | Promise<object>;
  /** What is so now; asked when the change was done. */
  readonly outcome: () => string | Promise<string>;
}

/** What goes on while the job does: a transfer. Never rejects; what fails on this side ends the job by `cancel`. */
export type Meanwhile = (cancel: () => Promise<unknown>) => Promise<void>;

/** Has the gateway do something and waits until it is done, or says what would be done. */
export async function carryOut(
  state: string,
  actions: readonly OrderedAction[],
  told: Told,
  { json: asJson, dryRun }: Pick<ChangeOptions, "json" | "dryRun">,
  terminal: Terminal,
  meanwhile?: Meanwhile,
): Promise<ExitCode> {
  const order: ChangeOrder = { actions: dataText(actions), dryRun: dryRun === true };
  const answer = await orderGateway<ChangeAnswer>(state, changePath, order, PLANNING_MS);
  if ("plan" in answer) {
    if (asJson) terminal.out(json({ ...(await told.object()), ...answer }));
    else sayPlan(answer.plan, terminal);
    return 0;
  }
  const { id } = answer.job;
  const cancel = () => orderGateway(state, cancelPath, { id }).catch(() => {}); // what follows tells how it ended
  const [job] = await Promise.all([followJob(state, answer.job, terminal), meanwhile?.(cancel)]);
  if (asJson) terminal.out(json({ ...(await told.object()), job }));
  else if (job.state === "done") terminal.out(`${printable(`${told.name}: ${await told.outcome()}`)}\n`);
  if (job.state === "done") return 0;
  terminal.err(`virtgate: ${printable(told.name)}: ${printable(failure(job))}\n`);
  return 1;
}

/** Planning asks the hosts, each call with a deadline of its own. */
const PLANNING_MS = 120_000;

function sayPlan(plan: PlanView, terminal: Terminal): void {
  if (plan.steps.length === 0 && plan.unneeded.length === 0) terminal.out("nothing to do\n");
  for (const line of planLines(plan)) terminal.out(`${printable(line)}\n`);
}

function failure({ state, fault, title }: JobAnswer): string {
  const reason = fault?.message ?? state;
  if (state === "partial") return `${reason}; part of "${title}" stays done: look at it with show, and ask again`;
  return reason;
}
