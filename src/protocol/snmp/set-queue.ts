import { errorStatus } from "./error-status.js";
import { commitSet, type SetOutcome, type SetStep } from "./set.js";

/** SetRequests that may wait for those before them. */
const MOST_WAITING = 32;
/** Repetitions of one request that are answered while it is being carried out. */
const MOST_REPEATERS = 8;

/** What became of a SetRequest, told to each of those who sent it, at once or later. */
type Listener = (outcome: SetOutcome) => void;

interface Job {
  readonly identity: string;
  readonly plan: () => SetOutcome | readonly SetStep[];
  readonly listeners: Listener[];
}

/**
 * Carries out SetRequests one after the other, so that each is tested against what the one before it has left. A request
 * that comes again before it was answered is carried out once and answered each time.
 */
export class SetQueue {
  readonly #onFailure: (error: unknown) => void;
  /** The one that is being carried out, then those that wait. */
  readonly #jobs: Job[] = [];

  /** @param onFailure told of what goes wrong after the test phase, and of defects in it */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /**
   * @param identity the same for repetitions of one request, and for nothing else
   * @param plan the test phase, which is called when it is this request's turn
   * @param listener told before this returns when nothing has to be waited for; never when a request was repeated too often
   */
  submit(identity: string, plan: Job["plan"], listener: Listener): void {
    const same = this.#jobs.find((job) => job.identity === identity);
    if (same) {
      if (same.listeners.length < MOST_REPEATERS) same.listeners.push(listener);
      return;
    }
    if (this.#jobs.length > MOST_WAITING) {
      listener({ errorStatus: errorStatus.resourceUnavailable, errorIndex: 1 });
      return;
    }
    const isIdle = this.#jobs.length === 0;
    this.#jobs.push({ identity, plan, listeners: [listener] });
    if (isIdle) this.#work();
  }

  /** Goes on until a request has to be waited for. */
  #work(): void {
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      const steps = this.#test(job);
      if ("errorStatus" in steps || steps.length === 0) {
        this.#finish("errorStatus" in steps ? steps : { errorStatus: errorStatus.noError, errorIndex: 0 });
        continue;
      }
      void commitSet(steps, this.#onFailure).then((outcome) => {
        this.#finish(outcome);
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

  #finish(outcome: SetOutcome): void {
    const done = this.#jobs.shift();
    for (const listener of done?.listeners ?? []) {
      try {
        listener(outcome);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }
}
