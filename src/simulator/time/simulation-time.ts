import type { Clock } from "../../base/clock.js";

/** The simulated world's own time: begins at the wall time of its creation and, unlike that, never jumps. */
export interface SimulationTime {
  /** Whole milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly clock: Clock;
}

/** Whole milliseconds, so that two readings either are of one instant or differ by enough for every counter to have moved. */
export function simulationTime(clock: Clock): SimulationTime {
  const offset = clock.now() - clock.monotonic();
  return { nowMs: () => Math.floor(offset + clock.monotonic()), clock };
}
