import { isoTime } from "../../agent/console/host-view.js";
import { findStateDirectory, orderGateway } from "../ask-gateway.js";
import { cancelPath, giveUpPath, type JobAnswer, type JobsAnswer, jobsPath } from "../change-orders.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { type Colour, type Column, json, printable, table } from "../terminal.js";
import { followJob } from "./change/follow-job.js";

const colours: Readonly<Record<JobAnswer["state"], Colour | undefined>> = {
  ...{ running: "blue", waiting: "yellow", done: "green", undone: "yellow", partial: "red", refused: "red" },
};

const columns: readonly Column<JobAnswer>[] = [
  { title: "JOB", text: ({ id }) => id },
  { title: "STARTED", text: ({ startedAt }) => isoTime(startedAt) },
  { title: "WHO", text: ({ principal }) => principal },
  { title: "STATE", text: ({ state }) => state, colour: ({ state }) => colours[state] },
  { title: "WHAT", text: ({ title, fault }) => (fault === undefined ? title : `${title}: ${fault.message}`) },
];

export interface JobListOptions extends ClientOptions {
  readonly all?: true;
}

/** Shows the changes that go on, or the latest that ended, too. */
export async function listJobs(options: JobListOptions, { terminal, env }: CommandContext): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const answer = await orderGateway<JobsAnswer>(state, jobsPath, {});
  const jobs = answer.jobs.filter(({ endedAt }) => options.all || endedAt === undefined);
  terminal.out(options.json ? json({ jobs }) : table(terminal, columns, jobs));
  return 0;
}

export interface JobOptions extends ClientOptions {
  readonly dryRun?: true;
}

const verbs = {
  cancel: { path: cancelPath, would: "would be cancelled, and what it did taken back" },
  "give-up": { path: giveUpPath, would: "would be left as it is, neither finished nor taken back" },
} as const;

/** Has a change taken back while it goes on, or leaves one as it is that waits for a host. */
export async function endJob(
  verb: keyof typeof verbs,
  id: string,
  options: JobOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { path, would } = verbs[verb];
  if (options.dryRun) {
    const { jobs } = await orderGateway<JobsAnswer>(state, jobsPath, {});
    const job = jobs.find((one) => one.id === id && one.endedAt === undefined);
    if (options.json) terminal.out(json({ job: job ?? null }));
    else terminal.out(job ? `${printable(job.title)} ${would}\n` : `no such job goes on\n`);
    return 0;
  }
  const job = await followJob(state, await orderGateway<JobAnswer>(state, path, { id }), terminal);
  if (options.json) terminal.out(json({ job }));
  else terminal.out(`${printable(job.title)}: ${job.state}${job.fault ? `: ${printable(job.fault.message)}` : ""}\n`);
  return 0;
}
