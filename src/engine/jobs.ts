import { Fault, type FaultCode } from "../base/fault.js";
import type { Store, StoreWrite } from "../base/store.js";
import type { Progress } from "../inventory/hypervisor-call.js";

/** Where a job is. `waiting`: what it did could not be ended yet, and is tried again until it can be. */
export type JobState = "running" | "waiting" | "done" | "undone" | "partial" | "refused";

/** A piece of work that somebody asked for, as others see it. */
export interface JobView {
  readonly id: string;
  readonly title: string;
  /** Who asked. */
  readonly principal: string;
  readonly state: JobState;
  /** Wall time, milliseconds. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** What is being done, in words. */
  readonly doing?: string;
  readonly progress?: Progress;
  /** Why it did not end as asked, or why it waits. */
  readonly fault?: { readonly code: FaultCode; readonly message: string; readonly path?: string };
}

const PREFIX = "job/";
/** Ended ones that are remembered. */
const KEPT = 200;

/** What is told of a job's end. */
export type JobEnd = Pick<JobView, "state" | "fault">;

/** One job, for whoever does it. */
export class Job {
  readonly #abort = new AbortController();
  readonly #surrender = new AbortController();
  readonly #ended: Promise<JobView>;
  #resolve: (view: JobView) => void = () => {};
  #view: JobView;

  constructor(view: JobView) {
    this.#view = view;
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get view(): JobView {
    return this.#view;
  }

  /** Aborted by `cancel`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves when it is over, however it ended. */
  ended(): Promise<JobView> {
    return this.#ended;
  }

  /** Asks it to stop; what it did is taken back as far as that is possible. */
  cancel(): void {
    this.#abort.abort(new Fault("timeout", "cancelled"));
  }

  /** Aborted by `giveUp`. */
  get givenUp(): AbortSignal {
    return this.#surrender.signal;
  }

  /**
   * Leaves it as it is, neither done nor taken back, when it waits for something that may never come.
   * @throws {Fault} `invalid` when it does not wait
   */
  giveUp(by: string): void {
    const { state, title, fault } = this.#view;
    if (state !== "waiting") {
      const advice = state === "running" ? "; cancel it instead" : "";
      throw new Fault("invalid", `"${title}" does not wait for anything, it is ${state}${advice}`);
    }
    this.#surrender.abort(new Fault("driver-failed", `given up by ${by} while it waited: ${fault?.message ?? ""}`));
  }

  reach(place: Partial<Pick<JobView, "state" | "doing" | "progress" | "fault">>): void {
    this.#view = { ...this.#view, ...place };
  }

  end(end: JobEnd, at: number): void {
    const { doing: _doing, progress: _progress, fault: _fault, ...rest } = this.#view;
    this.#view = { ...rest, ...end, endedAt: at };
    this.#resolve(this.#view);
  }
}

/** The jobs of the gateway: those that run, and the latest that ended, over restarts. */
export class Jobs {
  readonly #store: Store;
  readonly #jobs: Map<string, Job>;

  private constructor(store: Store, jobs: Map<string, Job>) {
    this.#store = store;
    this.#jobs = jobs;
  }

  /**
   * @param isOpen whether the change of a job that ran when the gateway stopped goes on
   */
  static async open(store: Store, isOpen: (id: string) => boolean, now: number): Promise<Jobs> {
    const jobs = new Map<string, Job>();
    const writes: StoreWrite[] = [];
    for (const { key, value } of await store.list(PREFIX)) {
      const view = JSON.parse(value) as JobView;
      const job = new Job(view);
      jobs.set(view.id, job);
      if (view.endedAt !== undefined)
        job.end({ state: view.state, ...(view.fault && { fault: view.fault }) }, view.endedAt);
      else if (!isOpen(view.id)) {
        const fault = { code: "driver-failed", message: "the gateway stopped before it began; ask again" } as const;
        job.end({ state: "undone", fault }, now);
        writes.push({ key, value: JSON.stringify(job.view) });
      }
    }
    await store.write(writes);
    return new Jobs(store, jobs);
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** The latest first. */
  list(): readonly JobView[] {
    return [...this.#jobs.values()].map(({ view }) => view).sort((a, b) => b.startedAt - a.startedAt);
  }

  /** @throws {Fault} `storage-failed` */
  async start(view: Omit<JobView, "state">): Promise<Job> {
    const job = new Job({ ...view, state: "running" });
    await this.#store.write([{ key: PREFIX + view.id, value: JSON.stringify(job.view) }]);
    this.#jobs.set(view.id, job);
    return job;
  }

  /** What to write with a job's end, older ones forgotten on the way. */
  endWrites(job: Job, end: JobEnd, at: number): readonly StoreWrite[] {
    const { doing: _doing, progress: _progress, fault: _fault, ...rest } = job.view;
    const old = this.list()
      .filter(({ endedAt, id }) => endedAt !== undefined && id !== job.view.id)
      .slice(KEPT - 1);
    for (const { id } of old) this.#jobs.delete(id);
    return [
      { key: PREFIX + job.view.id, value: JSON.stringify({ ...rest, ...end, endedAt: at }) },
      ...old.map(({ id }) => ({ key: PREFIX + id, value: undefined })),
    ];
  }
}
