import { sleep } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { HttpRoute } from "../base/http.js";
import type { LifecycleAction } from "../engine/change/action.js";
import { lifecycleActions } from "../engine/change/action.js";
import { type PlanView, planView } from "../engine/change/plan-view.js";
import type { JobView } from "../engine/jobs.js";
import { orderRoute } from "./control-order.js";
import { gatewayOwner, type WriteService } from "./write-service.js";

export const lifecyclePath = "/v1/machine/lifecycle";
export const jobPath = "/v1/job";
export const cancelPath = "/v1/job/cancel";

/** Longest time that a question about a job is left open while it goes on. */
const LONGEST_WAIT_MS = 10_000;

/** What `virtgate start|…` orders. */
export interface LifecycleOrder {
  readonly host: string;
  readonly machine: string;
  readonly action: LifecycleAction;
  readonly dryRun: boolean;
}

/** A job, its sizes as decimal strings. */
export interface JobAnswer extends Omit<JobView, "progress"> {
  readonly progress?: { readonly done: string; readonly total?: string };
}

/** With a dry run what would be done, else the job that does it. */
export type LifecycleAnswer = { readonly plan: PlanView } | { readonly job: JobAnswer };

/** What the lifecycle commands order, and what becomes of it. */
export function changeOrders(writes: WriteService): readonly HttpRoute[] {
  const { engine } = writes;
  const requireJob = (order: unknown) => {
    const { id } = Object(order) as { readonly id?: unknown };
    const job = typeof id === "string" ? engine.jobs.get(id) : undefined;
    if (job === undefined) throw new Fault("absent", "there is no such job; it may have ended long ago");
    return job;
  };
  return [
    orderRoute(lifecyclePath, async (text): Promise<LifecycleAnswer> => {
      const { host, machine, action, dryRun } = checkLifecycle(text);
      const request = { subject: gatewayOwner(), via: "cli", actions: [{ do: action, host, machine } as const] };
      if (dryRun) return { plan: planView(await engine.preview(request)) };
      return { job: jobAnswer((await engine.submit(request)).view) };
    }),
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
  ];
}

function checkLifecycle(order: unknown): LifecycleOrder {
  const { host, machine, action, dryRun } = Object(order) as Partial<Record<keyof LifecycleOrder, unknown>>;
  const known = lifecycleActions.find((one) => one === action);
  if (typeof host !== "string" || typeof machine !== "string" || known === undefined) {
    throw new Fault("invalid", "the order names no machine, or nothing that can be done to one");
  }
  return { host, machine, action: known, dryRun: dryRun === true };
}

function jobAnswer({ progress, ...job }: JobView): JobAnswer {
  if (progress === undefined) return job;
  const { done, total } = progress;
  return { ...job, progress: { done: done.toString(), ...(total !== undefined && { total: total.toString() }) } };
}
