import type { Clock } from "../../base/clock.js";
import { sleep } from "../../base/clock.js";
import { Fault, reasonOf } from "../../base/fault.js";
import type { Log } from "../../base/log.js";
import type { Store } from "../../base/store.js";
import type { InventoryReader } from "../../inventory/generation.js";
import type { Surroundings } from "../../inventory/observation.js";
import type { MachineTuning, TuningScope } from "../../inventory/tuning.js";
import type { AccessControl } from "../access/access-control.js";
import type { AccessSubject } from "../access/access-rules.js";
import type { Audit, AuditOutcome } from "../audit.js";
import type { ChangeFeed } from "../change-feed.js";
import { type Job, type JobEnd, Jobs } from "../jobs.js";
import { type Held, Locks } from "../locks.js";
import type { Action } from "./action.js";
import { authorise } from "./action-access.js";
import { Aftermath } from "./aftermath.js";
import { ChangeJournal, type ChangeOrder, type OpenChange } from "./change-journal.js";
import { type ChangeEnd, ChangeRun } from "./change-run.js";
import { actionPath, lockNames, type Plan, planActions, type Step, titleOf } from "./plan.js";
import type { Ports } from "./ports.js";
import { absentHost, readOnlyHost } from "./refusals.js";
import { World } from "./world.js";

/** What somebody wants: all of it, or none. */
export interface ChangeRequest {
  readonly subject: AccessSubject;
  /** Through what he asks: `cli`, `netconf`, … */
  readonly via: string;
  readonly actions: readonly Action[];
  /** For people; not given: what its steps do. */
  readonly title?: string;
  /** The slice on whose behalf it is done, which is held meanwhile. */
  readonly slice?: string;
}

export interface ChangeEngineParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly ports: Ports;
  readonly inventory: InventoryReader;
  readonly feed: ChangeFeed;
  readonly access: AccessControl;
  readonly audit: Audit;
  /** Whose an action's object is. */
  readonly ownerOf: (action: Action) => string | undefined;
  /** A machine is on another host now, and is still its owner's. */
  readonly moved: (host: string, uuid: string, destination: string) => Promise<void>;
  /** Asks for a fresh look at a machine. */
  readonly look: (host: string, uuid: string) => void;
  /** Asks for a fresh look at what changes rarely, and has no events. */
  readonly lookAround: (host: string, what: Surroundings) => void;
  /** Makes the identity of a change, never the same again. */
  readonly newId: () => string;
  /** How long the inventory may take to show what was done, before the change is called done without. */
  readonly shownMs?: number;
}

/** How long a change waits for others, and how long one call may take. */
const DEADLINE_MS = 60_000;
const LONG_DEADLINE_MS = 6 * 60 * 60 * 1000;
/** Between attempts to end a change whose host does not answer. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/**
 * The one way in which anything is changed, for every world: authorise, plan, apply step by step with the undo in the journal,
 * publish, audit. Whoever only wants to know what would happen asks for `preview`.
 */
export class ChangeEngine {
  readonly jobs: Jobs;
  readonly #parts: ChangeEngineParts;
  readonly #journal: ChangeJournal;
  readonly #locks: Locks;
  /** Changes of an earlier process, with what they hold. */
  #left: readonly { readonly change: OpenChange; readonly held: Held }[];
  readonly #running = new Set<Promise<unknown>>();
  #stopping = false;

  private constructor(parts: ChangeEngineParts, journal: ChangeJournal, locks: Locks, jobs: Jobs) {
    this.#parts = parts;
    this.#journal = journal;
    this.#locks = locks;
    this.jobs = jobs;
    this.#left = [];
  }

  /**
   * Reads what an earlier process left. Its objects are held from now on, `recover` ends the changes.
   * @throws {Fault} `storage-failed` when a record of the state directory is damaged
   */
  static async open(parts: ChangeEngineParts): Promise<ChangeEngine> {
    const journal = new ChangeJournal(parts.store);
    const open = await journal.open();
    const jobs = await Jobs.open(parts.store, (id) => open.some(({ order }) => order.id === id), parts.clock.now());
    const locks = new Locks(parts.clock);
    const engine = new ChangeEngine(parts, journal, locks, jobs);
    engine.#left = await Promise.all(
      open.map(async (change) => ({
        change,
        held: await locks.acquire(namesOf(change), `change ${change.order.id}, from before the restart`, 0),
      })),
    );
    return engine;
  }

  /** Finishes or takes back what an earlier process left, as soon as its hosts answer. Returns at once. */
  recover(): void {
    for (const { change, held } of this.#left) {
      this.#parts.log.warn("engine.change.recovering", { change: change.order.id, title: change.order.title });
      this.#track(this.#recover(change, held));
    }
    this.#left = [];
  }

  /**
   * What a change would do. Reads only.
   * @throws {Fault} why it is not possible
   */
  async preview(request: ChangeRequest): Promise<Plan> {
    this.#authorise(request);
    return this.#plan(request);
  }

  /**
   * A machine's settings right now, for whoever is about to change a part of them.
   * @throws {Fault} as `submit`, and as the port's reading operations
   */
  async readTuning(subject: AccessSubject, host: string, machine: string, scope: TuningScope): Promise<MachineTuning> {
    this.#authorise({ subject, via: "", actions: [{ do: "tune", host, machine, scope, tuning: {} }] });
    return this.#parts.ports.hypervisorOf(host).readTuning(machine, scope, { deadlineMs: DEADLINE_MS });
  }

  /**
   * Begins a change. Resolves as soon as it is known that it may be tried; what becomes of it, its job tells.
   * @throws {Fault} `absent` or `denied`; that is audited, too
   */
  async submit(request: ChangeRequest): Promise<Job> {
    if (this.#stopping) throw new Fault("busy", "the gateway is stopping");
    const { clock, newId } = this.#parts;
    const title = request.title ?? this.#titleOf(request.actions);
    const id = newId();
    try {
      this.#authorise(request);
    } catch (error) {
      await this.#tell(
        { id, principal: request.subject.name, via: request.via, at: clock.now(), title },
        request.actions,
        "refused",
        [],
        error,
      );
      throw error;
    }
    const job = await this.jobs.start({ id, title, principal: request.subject.name, startedAt: clock.now() });
    this.#track(this.#carryOut(request, job));
    return job;
  }

  /** Waits for the steps that are under way; what is left is ended by the next process. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.race([Promise.allSettled([...this.#running]), sleep(this.#parts.clock, 2000)]);
  }

  readonly #nameOf = (host: string, uuid: string): string | undefined =>
    this.#parts.inventory.current().hosts.get(host)?.machines.get(uuid)?.name;

  #titleOf([first, ...others]: readonly Action[]): string {
    if (first === undefined) return "nothing";
    const title = titleOf(first, this.#nameOf);
    return others.length === 0 ? title : `${title}, and ${others.length} more`;
  }

  #authorise({ actions, subject }: ChangeRequest): void {
    const { access, inventory, ownerOf } = this.#parts;
    if (actions.length === 0) throw new Fault("invalid", "a change of nothing");
    const { hosts } = inventory.current();
    const nodeOf = (name: string): string => hosts.get(name)?.host.facts?.nodeUuid ?? name;
    for (const action of actions) {
      authorise(action, subject, access, ownerOf(action), nodeOf);
      if (!("host" in action)) continue;
      for (const name of action.do === "migrate" ? [action.host, action.destination] : [action.host]) {
        const host = hosts.get(name)?.host;
        if (host === undefined) throw absentHost(name);
        if (!host.allowWrite) throw readOnlyHost(name);
      }
    }
  }

  #plan({ actions }: ChangeRequest): Promise<Plan> {
    return planActions(actions, new World(this.#parts.ports, { deadlineMs: DEADLINE_MS }, this.#nameOf));
  }

  async #carryOut(request: ChangeRequest, job: Job): Promise<void> {
    const { clock } = this.#parts;
    const { subject, via, actions, slice } = request;
    const order: ChangeOrder = {
      ...{ id: job.view.id, principal: subject.name, via, at: clock.now(), title: job.view.title },
      ...(slice !== undefined && { slice }),
    };
    let held: Held | undefined;
    try {
      held = await this.#locks.acquire(
        lockNames(actions, slice),
        `change ${order.id}: ${order.title}`,
        DEADLINE_MS,
        job.signal,
      );
      const plan = await this.#plan(request);
      if (plan.steps.length === 0) return await this.#end(order, actions, job, { result: "done" }, []);
      const steps = plan.steps.map(
        ({ action, undo, final }): Step => ({ action, ...(undo && { undo }), ...(final && { final }) }),
      );
      const change: OpenChange = { order, steps, place: { phase: "doing", begun: 0 } };
      await this.#journal.begin(change);
      const titles = plan.steps.map((step) => step.title);
      await this.#runToEnd(change, job, (run) => run.run(), titles);
    } catch (error) {
      // Nothing was begun: from there on, failures are ends or waits.
      await this.#refuse(order, actions, job, faultOf(error));
    } finally {
      held?.release();
    }
  }

  /** Whatever happens, whoever waits for the job is told. */
  async #refuse(order: ChangeOrder, actions: readonly Action[], job: Job, fault: Fault): Promise<void> {
    try {
      await this.#end(order, actions, job, { result: "undone", fault }, []);
    } finally {
      if (job.view.endedAt === undefined) job.end({ state: "undone", fault: tellable(fault) }, this.#parts.clock.now());
    }
  }

  async #recover(change: OpenChange, held: Held): Promise<void> {
    try {
      const job = this.jobs.get(change.order.id);
      await this.#runToEnd(change, job, (run) => run.resume(), []);
    } finally {
      held.release();
    }
  }

  /** Goes on until the change has ended, however long its hosts do not answer. */
  async #runToEnd(
    change: OpenChange,
    job: Job | undefined,
    first: (run: ChangeRun) => Promise<ChangeEnd>,
    titles: readonly string[],
  ): Promise<void> {
    const { clock, log } = this.#parts;
    const actions = change.steps.map(({ action }) => action);
    const aftermath = new Aftermath(actions, this.#parts);
    const means = {
      ...{
        ports: this.#parts.ports,
        journal: this.#journal,
        stepDeadlineMs: DEADLINE_MS,
        longDeadlineMs: LONG_DEADLINE_MS,
      },
      signal: job?.signal,
      surrender: job?.givenUp,
      onUndo: () => job?.reach({ doing: "taking back what was done" }),
      onProgress: (step: number, progress: JobViewProgress) =>
        job?.reach({ state: "running", doing: titles[step] ?? "", ...(progress && { progress }) }),
    };
    const run = new ChangeRun(change, means);
    let attempt = () => first(run);
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
      try {
        const end = await attempt();
        await this.#end(change.order, actions, job, end, end.result === "undone" ? [] : await aftermath.seen());
        aftermath.end();
        return;
      } catch (error) {
        const fault = faultOf(error);
        const gone = actions.find(
          (action) => "host" in action && !this.#parts.inventory.current().hosts.has(action.host),
        );
        if (gone) return await this.#abandon(change, actions, job, run, absentHost("host" in gone ? gone.host : ""));
        if (job?.givenUp.aborted) return await this.#abandon(change, actions, job, run, faultOf(job.givenUp.reason));
        log.warn("engine.change.waiting", { change: change.order.id, reason: fault.message });
        job?.reach({ state: "waiting", fault: tellable(fault) });
        await Promise.race([sleep(clock, delayMs), job && whenAborted(job.givenUp)].filter((one) => one !== undefined));
        if (this.#stopping) return aftermath.end();
        if (job?.givenUp.aborted) return await this.#abandon(change, actions, job, run, faultOf(job.givenUp.reason));
        attempt = () => new ChangeRun({ ...change, place: run.place }, means).resume();
      }
    }
  }

  /** Nobody can be asked any more to finish it or to take it back. */
  #abandon(
    change: OpenChange,
    actions: readonly Action[],
    job: Job | undefined,
    { place }: ChangeRun,
    fault: Fault,
  ): Promise<void> {
    const done = place.phase === "doing" ? place.begun : place.phase === "undoing" ? place.left : place.done;
    return this.#end(change.order, actions, job, { result: "partial", done, fault }, []);
  }

  /** The change is over: on disk, in the audit, and for whoever waits for its job. */
  async #end(
    order: ChangeOrder,
    actions: readonly Action[],
    job: Job | undefined,
    end: ChangeEnd,
    events: readonly number[],
  ): Promise<void> {
    const fault = end.result === "done" ? undefined : end.fault;
    const done = end.result === "done" ? actions.length : end.result === "partial" ? end.done : 0;
    for (const action of actions.slice(0, done)) {
      if (action.do === "migrate") await this.#parts.moved(action.host, action.machine, action.destination);
    }
    const at = this.#parts.clock.now();
    const jobEnd: JobEnd = { state: end.result, ...(fault && { fault: tellable(fault) }) };
    const writes = job ? this.jobs.endWrites(job, jobEnd, at) : [];
    const head = this.#parts.audit.has(order.id) ? [] : await this.#tell(order, actions, end.result, events, fault);
    await this.#journal.end(order.id, [...writes, ...head]);
    this.#parts.log.info("engine.change.ended", {
      change: order.id,
      title: order.title,
      result: end.result,
      ...(fault && { reason: fault.message }),
    });
    job?.end(jobEnd, at);
  }

  async #tell(
    order: ChangeOrder,
    actions: readonly Action[],
    outcome: AuditOutcome,
    events: readonly number[],
    error?: unknown,
  ) {
    const { audit, feed } = this.#parts;
    const { head } = await audit.append({
      ...{
        principal: order.principal,
        via: order.via,
        what: order.title,
        objects: [...new Set(actions.map(actionPath))],
        outcome,
      },
      ...(error !== undefined && { reason: reasonOf(error) }),
      ...{ change: order.id, events, sequence: feed.sequence },
    });
    return [head];
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    work
      .catch((error: unknown) => {
        this.#parts.log.error("engine.change.failed", { reason: reasonOf(error), stack: (error as Error).stack });
      })
      .finally(() => this.#running.delete(work));
  }
}

type JobViewProgress = Parameters<NonNullable<ConstructorParameters<typeof ChangeRun>[1]["onProgress"]>>[1];

function namesOf({ order, steps }: OpenChange): readonly string[] {
  return lockNames(
    steps.map(({ action }) => action),
    order.slice,
  );
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function faultOf(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault("driver-failed", reasonOf(error), { cause: error });
}

function tellable({ code, message, path }: Fault): NonNullable<JobEnd["fault"]> {
  return { code, message, ...(path !== undefined && { path }) };
}
