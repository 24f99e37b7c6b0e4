import { errorStatus } from "./error-status.js";
import { commitSet, type SetOutcome, type SetStep } from "./set.js";

/** SetRequests that may wait for those before them. */
const MOST_WAITING = 64;
/** Of one principal; the rest is for others, so that they need displace nobody. */
const MOST_OF_PRINCIPAL = 32;
/** Repetitions of one request that are answered while it is being carried out. */
const MOST_REPEATERS = 8;

/** What became of a SetRequest, told to each of those who sent it, at once or later. */
type Listener = (outcome: SetOutcome) => void;

/** Whose a SetRequest is. */
export interface SetOrigin {
  /** The same for everything that one principal asks for. */
  readonly principal: string;
  /** The same for everything that comes from one place. */
  readonly source: string;
  /** The same for repetitions of one request, and for nothing else. */
  readonly identity: string;
}

interface Job {
  readonly origin: SetOrigin;
  readonly plan: () => SetOutcome | readonly SetStep[];
  readonly listeners: Listener[];
}

const tooMany: SetOutcome = { errorStatus: errorStatus.resourceUnavailable, errorIndex: 1 };

/**
 * Carries out SetRequests one after the other, so that each is tested against what the one before it has left. A request
 * that comes again before it was answered is carried out once and answered each time.
 *
 * Principals take turns. When too much waits, the latest request of the one who has most gives way, and of his requests one from
 * where most of them came, so that who writes much delays and displaces himself.
 */
export class SetQueue {
  readonly #onFailure: (error: unknown) => void;
  #current: Job | undefined;
  /** By principal, whose turn it is first; each has at least one. */
  readonly #waiting = new Map<string, Job[]>();
  #count = 0;

  /** @param onFailure told of what goes wrong after the test phase, and of defects in it */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /**
   * @param plan the test phase, which is called when it is this request's turn
   * @param listener told before this returns when nothing has to be waited for; never when a request was repeated too often
   */
  submit(origin: SetOrigin, plan: Job["plan"], listener: Listener): void {
    const same = this.#find(origin);
    if (same) {
      if (same.listeners.length < MOST_REPEATERS) same.listeners.push(listener);
      return;
    }
    const job = { origin, plan, listeners: [listener] };
    const own = this.#waiting.get(origin.principal);
    if (own) own.push(job);
    else this.#waiting.set(origin.principal, [job]);
    this.#count += 1;
    if (own !== undefined && own.length > MOST_OF_PRINCIPAL) this.#displace(own);
    else if (this.#count > MOST_WAITING) this.#displace(longest(this.#waiting.values()));
    if (this.#current === undefined) this.#work();
  }

  #find({ principal, identity }: SetOrigin): Job | undefined {
    const jobs = [...(this.#current ? [this.#current] : []), ...(this.#waiting.get(principal) ?? [])];
    return jobs.find((job) => job.origin.identity === identity);
  }

  /** Refuses the latest of a principal's requests from the source that most of them came from. */
  #displace(jobs: Job[]): void {
    const bySource = new Map<string, Job[]>();
    for (const job of jobs) bySource.set(job.origin.source, [...(bySource.get(job.origin.source) ?? []), job]);
    const displaced = longest(bySource.values()).at(-1);
    if (displaced === undefined) return;
    jobs.splice(jobs.indexOf(displaced), 1);
    if (jobs.length === 0) this.#waiting.delete(displaced.origin.principal);
    this.#count -= 1;
    this.#tell(displaced, tooMany);
  }

  /** Takes the first of whoever's turn it is, who then waits until all others had theirs. */
  #take(): Job | undefined {
    const [turn] = this.#waiting;
    if (turn === undefined) return undefined;
    const [principal, jobs] = turn;
    const job = jobs.shift();
    this.#count -= 1;
    this.#waiting.delete(principal);
    if (jobs.length > 0) this.#waiting.set(principal, jobs);
    return job;
  }

  /** Goes on until a request has to be waited for. */
  #work(): void {
    for (let job = this.#take(); job !== undefined; job = this.#take()) {
      this.#current = job;
      const steps = this.#test(job);
      if ("errorStatus" in steps || steps.length === 0) {
        this.#finish(job, "errorStatus" in steps ? steps : { errorStatus: errorStatus.noError, errorIndex: 0 });
        continue;
      }
      const committing = job;
      void commitSet(steps, this.#onFailure).then((outcome) => {
        this.#finish(committing, outcome);
        this.#work();
      });
      return;
    }
  }

  #test({ plan }: Job): SetOutcome | readonly SetStep[] {
    try {
      return plan();
    } catch (error) {
      this.#onFailure(error);
      return { errorStatus: errorStatus.genErr, errorIndex: 0 };
    }
  }

  #finish(job: Job, outcome: SetOutcome): void {
    this.#tell(job, outcome);
    this.#current = undefined;
  }

  #tell({ listeners }: Job, outcome: SetOutcome): void {
    for (const listener of listeners) {
      try {
        listener(outcome);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }
}

/** The latest of the longest lists. */
function longest(lists: Iterable<Job[]>): Job[] {
  let found: Job[] = [];
  for (const list of lists) if (list.length >= found.length) found = list;
  return found;
}
