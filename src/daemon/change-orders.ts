import { sleep } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { HttpRoute } from "../base/http.js";
import { dataText } from "../engine/change/data-text.js";
import { type PlanView, planView } from "../engine/change/plan-view.js";
import { type OrderedAction, readActions } from "../engine/change/read-actions.js";
import type { Job, JobView } from "../engine/jobs.js";
import { orderRoute } from "./control-order.js";
import { gatewayOwner, type WriteService } from "./write-service.js";

export const changePath = "/v1/change";
export const tuningPath = "/v1/tuning";
export const jobsPath = "/v1/jobs";
export const jobPath = "/v1/job";
export const cancelPath = "/v1/job/cancel";
export const giveUpPath = "/v1/job/give-up";

/** Longest time that a question about a job is left open while it goes on. */
const LONGEST_WAIT_MS = 10_000;

/** What a command wants done, all of it or nothing. */
export interface ChangeOrder {
  /** The list of actions as `dataText` writes it. */
  readonly actions: string;
  readonly dryRun: boolean;
}

/** A job, its sizes as decimal strings. */
export interface JobAnswer extends Omit<JobView, "progress"> {
  readonly progress?: { readonly done: string; readonly total?: string };
}

/** With a dry run what would be done, else the job that does it. */
export type ChangeAnswer = { readonly plan: PlanView } | { readonly job: JobAnswer };

/** The latest first. */
export interface JobsAnswer {
  readonly jobs: readonly JobAnswer[];
}

/** A machine's settings as they are, as `dataText` writes them. */
export interface TuningAnswer {
  readonly tuning: string;
}

/** What commands want changed, and what becomes of it. */
export function changeOrders(writes: WriteService): readonly HttpRoute[] {
  const { engine, transfers } = writes;
  const requireJob = (order: unknown): Job => {
    const { id } = Object(order) as { readonly id?: unknown };
    const job = typeof id === "string" ? engine.jobs.get(id) : undefined;
    if (job === undefined) throw new Fault("absent", "there is no such job; it may have ended long ago");
    return job;
  };
  return [
    orderRoute(changePath, async (order): Promise<ChangeAnswer> => {
      const { actions: text, dryRun } = Object(order) as Partial<Record<keyof ChangeOrder, unknown>>;
      const actions = readActions(typeof text === "string" ? text : "");
      const request = { subject: gatewayOwner(), via: "cli", actions };
      if (dryRun === true) return { plan: planView(await engine.preview(request)) };
      const job = await engine.submit(request);
      void job.ended().then(() => {
        for (const id of transfersOf(actions)) transfers.close(id);
      });
      return { job: jobAnswer(job.view) };
    }),
    orderRoute(tuningPath, async (order): Promise<TuningAnswer> => {
      const { host, machine, scope } = Object(order) as Readonly<Record<string, unknown>>;
      if (typeof host !== "string" || typeof machine !== "string" || (scope !== "live" && scope !== "config")) {
        throw new Fault("invalid", "the order names no machine's settings");
      }
      return { tuning: dataText(await engine.readTuning(gatewayOwner(), host, machine, scope)) };
    }),
    orderRoute(jobsPath, async (): Promise<JobsAnswer> => ({ jobs: engine.jobs.list().map(jobAnswer) })),
    orderRoute(jobPath, async (order): Promise<JobAnswer> => {
      const job = requireJob(order);
      const { waitMs } = Object(order) as { readonly waitMs?: unknown };
      const wait = typeof waitMs === "number" ? Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS) : 0;
      await Promise.race([job.ended(), sleep(writes.clock, wait)]);
      return jobAnswer(job.view);
    }),
    orderRoute(cancelPath, async (order): Promise<JobAnswer> => {
      const job = requireJob(order);
      job.cancel();
      return jobAnswer(job.view);
    }),
    orderRoute(giveUpPath, async (order): Promise<JobAnswer> => {
      const job = requireJob(order);
      job.giveUp(gatewayOwner().name);
      await job.ended();
      return jobAnswer(job.view);
    }),
  ];
}

function transfersOf(actions: readonly OrderedAction[]): readonly string[] {
  return actions.flatMap((action) => ("transfer" in action ? [action.transfer] : []));
}

function jobAnswer({ progress, ...job }: JobView): JobAnswer {
  if (progress === undefined) return job;
  const { done, total } = progress;
  return { ...job, progress: { done: done.toString(), ...(total !== undefined && { total: total.toString() }) } };
}
