import type { Clock } from "../base/clock.js";
import type { MachineLook } from "../inventory/observation.js";
import type { Caller } from "./connection.js";
import type { DomainName } from "./driver-event.js";
import type { LibvirtDriver } from "./hypervisor.js";
import type { DomainNumbers } from "./state.js";
import type { Watched } from "./watched.js";

/** How often things are looked at, in milliseconds from the end of one look to the start of the next. */
export interface Pace {
  /** States, and what else asks no monitor. */
  readonly stateMs: number;
  /** All statistics. A host that needs long for them is asked more rarely. */
  readonly statisticsMs: number;
  /** The complete list with autostart, persistence and managed save. */
  readonly listMs: number;
  /** One question to monitors, of several machines or of one. */
  readonly monitorDeadlineMs: number;
}

/** A machine's state as a sweep read it. */
export interface SweptState extends DomainNumbers {
  readonly domain: DomainName;
}

/** What a collector is given by the watch of its host. */
export interface SweepScope {
  readonly clock: Clock;
  readonly hypervisor: LibvirtDriver;
  readonly pace: Pace;
  /** For statistics; questions may hang on it. */
  readonly statistics: Caller;
  /** For what must not be held up. */
  readonly control: Caller;
  /** Answers on `statistics` that came too late. */
  lateAnswers(): number;
  /** All machines known at present. */
  machines(): readonly Watched[];
  machine(uuid: string): Watched | undefined;
  /** The place in the order of events to remember when a call for states is sent. */
  mark(): number;
  /**
   * Takes what a sweep read, by a call sent at `mark`.
   * @param complete whether a machine that is not among `states` does not exist
   * @returns by UUID, the facts that may be delivered together with what else the sweep read of those machines
   */
  takeStates(states: readonly SweptState[], mark: number, complete: boolean): ReadonlyMap<string, MachineLook>;
  deliver(looks: readonly MachineLook[]): void;
}

/**
 * Sweeps over all machines of a host. Each resolves with the milliseconds that the daemon worked on it, waiting for what hangs
 * left out, and rejects only with what concerns the whole host.
 */
export interface Collector {
  sweepStates(): Promise<number>;
  sweepStatistics(): Promise<number>;
  /** Machines in quarantine. */
  readonly stuckCount: number;
}

/** Calls `action` for all of `items`, at most `width` at a time. */
export async function eachAtOnce<T>(
  items: readonly T[],
  width: number,
  action: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await action(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** Cuts a list into pieces of at most `size`. */
export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
