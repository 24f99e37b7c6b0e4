import type { Pace } from "./collector.js";

/**
 * How drivers without events are watched: by the sweeps of `EachCollector` at this pace, and, since some load their list of
 * machines only when they are opened, on a connection that is replaced after this time.
 */
export const REOPEN_MS = 60_000;

/** Some of these drivers ask a distant server, or start a program, for every question. */
export function slowPace(pace: Pace): Pace {
  return {
    ...pace,
    stateMs: pace.stateMs * 5,
    statisticsMs: pace.statisticsMs * 3,
    monitorDeadlineMs: pace.monitorDeadlineMs * 5,
  };
}
