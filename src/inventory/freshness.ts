import type { Host } from "./host.js";
import { isActive, type Machine } from "./machine.js";

/**
 * How far what is told of something can be relied on: `stale` facts are older than they should be, though their host answers;
 * `unreachable` ones are the last that were known of a host that does not.
 */
export type Freshness = "current" | "stale" | "unreachable";

/**
 * Longer than the longest periods that can be configured. That a machine or a daemon does not answer is noticed within seconds
 * by other means; this is for what nobody noticed.
 */
const STATE_MS = 200_000;
const STATISTICS_MS = 900_000;
const LIST_MS = 300_000;

/** @param monotonic now, on the clock of the machine's readings */
export function machineFreshness({ reachable, stuck, state, readings }: Machine, monotonic: number): Freshness {
  if (!reachable) return "unreachable";
  const { statistics } = readings;
  const late = isActive(state) && statistics !== undefined && monotonic - statistics > STATISTICS_MS;
  return stuck || late || monotonic - readings.state > STATE_MS ? "stale" : "current";
}

/** @param monotonic now, on the clock of the host's listing */
export function hostFreshness({ link, listedAt }: Host, monotonic: number): Freshness {
  if (link !== "up") return "unreachable";
  return listedAt !== undefined && monotonic - listedAt <= LIST_MS ? "current" : "stale";
}
