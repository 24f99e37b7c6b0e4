import { Fault, reasonOf } from "../../base/fault.js";
import type { CallLimit, Progress } from "../../inventory/hypervisor-call.js";
import type { Action } from "./action.js";
import type { ChangeJournal, ChangePlace, OpenChange } from "./change-journal.js";
import type { Call } from "./operation.js";
import { operationOf } from "./operations.js";
import { actionPath } from "./plan.js";
import type { Ports } from "./ports.js";

/** How a change ended. */
export type ChangeEnd =
  | { readonly result: "done" }
  /** Everything is as before; `fault` says why. */
  | { readonly result: "undone"; readonly fault: Fault }
  /** Some of it is done and cannot be taken back: the first `done` steps. */
  | { readonly result: "partial"; readonly done: number; readonly fault: Fault };

export interface RunMeans {
  readonly ports: Ports;
  readonly journal: ChangeJournal;
  /** For one call of a port. */
  readonly stepDeadlineMs: number;
  /** For one that takes long. */
  readonly longDeadlineMs: number;
  /** Ends every wait: nobody wants to know any more how it ends. */
  readonly surrender?: AbortSignal | undefined;
  /** What was done is being taken back. */
  readonly onUndo?: (() => void) | undefined;
  /** Ends the change: the step that is under way, and those before it are taken back. */
  readonly signal?: AbortSignal | undefined;
  /** `step` counts from 0. */
  readonly onProgress?: ((step: number, progress: Progress | undefined) => void) | undefined;
}

/**
 * Carries one change out, from wherever the journal has it. A step whose call failed or was never answered is looked at: what
 * happened after all counts as done. After a failure what was done is taken back, last first.
 *
 * Rejects when taking back fails, or the journal: the change is open then, and another run goes on where this one was.
 */
export class ChangeRun {
  readonly #change: OpenChange;
  readonly #means: RunMeans;
  #place: ChangePlace;

  constructor(change: OpenChange, means: RunMeans) {
    this.#change = change;
    this.#means = means;
    this.#place = change.place;
  }

  get place(): ChangePlace {
    return this.#place;
  }

  /** Carries out a change that the journal has since a moment ago. */
  async run(): Promise<ChangeEnd> {
    return this.#ended(await this.#forward(0));
  }

  /** Goes on with a change of an earlier run. */
  async resume(): Promise<ChangeEnd> {
    const place = this.#place;
    if (place.phase !== "ended") return this.#ended(await this.#resume());
    const { result, done, reason } = place;
    const fault = new Fault("driver-failed", reason);
    return result === "done" ? { result } : result === "undone" ? { result, fault } : { result, done, fault };
  }

  async #resume(): Promise<ChangeEnd> {
    const place = this.#place;
    if (place.phase === "ended") throw new Error("it is over");
    if (place.phase === "undoing") return this.#undo(place.left, new Fault("driver-failed", place.reason));
    const interrupted = new Fault("driver-failed", "the gateway stopped while it was carried out");
    if (place.begun === 0) return { result: "undone", fault: interrupted };
    const last = place.begun - 1;
    const isDone = await this.#happened(last);
    if (isDone && place.begun === this.#change.steps.length) return { result: "done" };
    const isPast = this.#change.steps.slice(0, isDone === false ? last : place.begun).some(({ final }) => final);
    // Beyond what cannot be taken back there is only forward; what nobody can tell is not done twice.
    if (isPast && isDone) return this.#forward(place.begun);
    if (isPast && isDone === false) return this.#forward(last);
    if (isPast) return { result: "partial", done: last, fault: interrupted };
    return this.#turnBack(place.begun, interrupted);
  }

  async #forward(first: number): Promise<ChangeEnd> {
    const { steps } = this.#change;
    for (let at = first; at < steps.length; at += 1) {
      if (this.#means.signal?.aborted) return this.#fail(at, new Fault("timeout", "cancelled"));
      await this.#reach({ phase: "doing", begun: at + 1 });
      this.#means.onProgress?.(at, undefined);
      const fault = await this.#perform((steps[at] as { action: Action }).action, at);
      if (fault === undefined || (!isRefusal(fault) && (await this.#happened(at)))) continue;
      return this.#fail(at, fault);
    }
    return { result: "done" };
  }

  /** After a failure in a step, or before it. */
  #fail(at: number, fault: Fault): Promise<ChangeEnd> | ChangeEnd {
    const { steps } = this.#change;
    if (steps.slice(0, at).some(({ final }) => final)) return { result: "partial", done: at, fault };
    const begun = this.#place.phase === "doing" ? this.#place.begun : 0;
    const failed = steps[at];
    if (begun > at && failed?.final && operationOf(failed.action).spoils) return { result: "partial", done: at, fault };
    // What was refused whole needs no undo; what looks like it may be somebody else's.
    const isWhole = failed !== undefined && isRefusal(fault) && !operationOf(failed.action).piecemeal;
    const left = isWhole ? Math.min(begun, at) : begun;
    return left === 0 ? { result: "undone", fault } : this.#turnBack(left, fault);
  }

  async #turnBack(begun: number, fault: Fault): Promise<ChangeEnd> {
    await this.#reach({ phase: "undoing", left: begun, reason: fault.message });
    return this.#undo(begun, fault);
  }

  async #undo(count: number, fault: Fault): Promise<ChangeEnd> {
    this.#means.onUndo?.();
    for (let left = count; left > 0; left -= 1) {
      if (left < count) await this.#reach({ phase: "undoing", left, reason: fault.message });
      const undo = this.#change.steps[left - 1]?.undo;
      if (undo) await this.#takeBack(undo);
    }
    return { result: "undone", fault };
  }

  /** @throws {Fault} when it is not as it was before the step */
  async #takeBack(undo: Action): Promise<void> {
    const operation = operationOf(undo);
    if ((await operation.isDone(undo, this.#call(undo))) === true) return;
    try {
      await operation.perform(undo, this.#call(undo));
    } catch (error) {
      if ((await operation.isDone(undo, this.#call(undo))) !== true) throw error;
    }
  }

  async #perform(action: Action, at: number): Promise<Fault | undefined> {
    try {
      const { signal, onProgress } = this.#means;
      await operationOf(action).perform(action, {
        ...this.#call(action),
        limit: { ...this.#limit(action), ...(signal && { signal }) },
        onProgress: (progress) => onProgress?.(at, progress),
      });
      return undefined;
    } catch (error) {
      return faultOf(error, action);
    }
  }

  /** Whether a step's action happened; `undefined` when nobody can tell, which includes a host that does not answer. */
  async #happened(at: number): Promise<boolean | undefined> {
    const { action } = this.#change.steps[at] as { action: Action };
    return operationOf(action).isDone(action, this.#call(action));
  }

  async #ended(end: ChangeEnd): Promise<ChangeEnd> {
    const done = end.result === "done" ? this.#change.steps.length : end.result === "partial" ? end.done : 0;
    const reason = end.result === "done" ? "" : end.fault.message;
    await this.#reach({ phase: "ended", result: end.result, done, reason });
    return end;
  }

  async #reach(place: ChangePlace): Promise<void> {
    await this.#means.journal.reach(this.#change.order.id, place);
    this.#place = place;
  }

  #limit(action: Action): CallLimit {
    return { deadlineMs: operationOf(action).long ? this.#means.longDeadlineMs : this.#means.stepDeadlineMs };
  }

  #call(action: Action): Call {
    const { ports, surrender } = this.#means;
    return { ports, limit: { ...this.#limit(action), ...(surrender && { signal: surrender }) }, onProgress: () => {} };
  }
}

/**
 * Whether the host said no. Something that looks like what was asked for may be there all the same: another disk of that name, or
 * what somebody else did meanwhile; it is none of ours.
 */
function isRefusal({ code }: Fault): boolean {
  return code === "exists" || code === "invalid" || code === "denied" || code === "unsupported";
}

function faultOf(error: unknown, action: Action): Fault {
  const path = actionPath(action);
  if (error instanceof Fault)
    return error.path === undefined ? new Fault(error.code, error.message, { path, cause: error }) : error;
  return new Fault("driver-failed", reasonOf(error), { path, cause: error });
}
