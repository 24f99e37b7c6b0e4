import { Fault } from "../../base/fault.js";
import type { LifecycleAction } from "../../engine/change/action.js";
import { planLines } from "../../engine/change/plan-view.js";
import { findStateDirectory, orderGateway } from "../ask-gateway.js";
import {
  cancelPath,
  type JobAnswer,
  jobPath,
  type LifecycleAnswer,
  type LifecycleOrder,
  lifecyclePath,
} from "../change-orders.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { findOneMachine } from "../one-machine.js";
import { programWords } from "../program.js";
import { json, printable, type Terminal } from "../terminal.js";

export interface LifecycleOptions extends ClientOptions {
  readonly dryRun?: true;
}

/** What is quicker than this needs no word of its progress. */
const PATIENCE_MS = 1000;

/** Asks a machine for something, and waits until it is so. */
export async function lifecycle(
  action: LifecycleAction,
  text: string,
  options: LifecycleOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const machine = await findOneMachine(state, text);
  const { host, uuid } = machine;
  const dryRun = options.dryRun === true;
  const order: LifecycleOrder = { host, machine: uuid, action, dryRun };
  const answer = await orderGateway<LifecycleAnswer>(state, lifecyclePath, order);
  if ("plan" in answer) {
    if (options.json) terminal.out(json({ machine: { host, name: machine.name, uuid }, ...answer }));
    else for (const line of planLines(answer.plan)) terminal.out(`${printable(line)}\n`);
    return 0;
  }
  const job = await follow(state, answer.job, terminal);
  const after = await findOneMachine(state, `${host}/${uuid}`).catch((error: unknown) => {
    if (error instanceof Fault && error.code === "absent") return undefined; // one that nobody defined ends with its run
    throw error;
  });
  if (options.json) terminal.out(json({ machine: { host, name: machine.name, uuid, state: after?.state }, job }));
  else if (job.state === "done") terminal.out(`${printable(machine.name)}: ${outcome(action, after?.state)}\n`);
  if (job.state === "done") return 0;
  terminal.err(`virtgate: ${printable(machine.name)}: ${printable(job.fault?.message ?? job.state)}\n`);
  return 1;
}

function outcome(action: LifecycleAction, state: string | undefined): string {
  const now = state ?? "gone";
  return action === "shutdown" || action === "reboot"
    ? `asked to ${action === "reboot" ? "restart" : "shut down"}, now ${now}`
    : now;
}

/** Waits for a job's end, and says what it does if that takes long. The first Ctrl-C takes it back, the next one leaves it alone. */
async function follow(state: string, first: JobAnswer, terminal: Terminal): Promise<JobAnswer> {
  const cancel = (): void => {
    terminal.err("taking it back; Ctrl-C again leaves it to the gateway\n");
    orderGateway(state, cancelPath, { id: first.id }).catch(() => {}); // what follows tells whether it is over
  };
  process.once("SIGINT", cancel);
  try {
    let told = "";
    for (let job = first; ; ) {
      if (job.endedAt !== undefined) return job;
      job = await orderGateway<JobAnswer>(state, jobPath, { id: job.id, waitMs: PATIENCE_MS });
      const line = job.endedAt === undefined ? progressLine(job) : "";
      if (line !== "" && line !== told) terminal.err(`${printable(line)}\n`);
      told = line;
    }
  } finally {
    process.off("SIGINT", cancel);
  }
}

function progressLine({ id, title, state, doing, progress, fault }: JobAnswer): string {
  if (state === "waiting") {
    return `${title}: ${fault?.message ?? "waiting"}; it goes on by itself, ${programWords()} audit tells how it ended (${id})`;
  }
  const { done, total } = progress ?? {};
  const part = done === undefined ? "" : total === undefined ? `, ${done} so far` : `, ${percent(done, total)} %`;
  return `${doing || title}${part} …`;
}

function percent(done: string, total: string): number {
  return total === "0" ? 100 : Number((BigInt(done) * 100n) / BigInt(total));
}
