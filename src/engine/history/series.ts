/** What is remembered of a machine over time, in this order wherever it is stored. */
export const seriesNames = [
  "cpuPercent",
  "memoryKiB",
  "diskReadBytesPerS",
  "diskWriteBytesPerS",
  "receivedBytesPerS",
  "sentBytesPerS",
] as const;

export type SeriesName = (typeof seriesNames)[number];

/** How long ago the oldest point is at most. */
export const historySpans = ["10m", "24h", "30d"] as const;

export type HistorySpan = (typeof historySpans)[number];

/** A machine's past, oldest first. A value is `null` where nothing is known: it did not run, or its host did not answer. */
export interface Series {
  readonly span: HistorySpan;
  /** From one point to the next, milliseconds. */
  readonly stepMs: number;
  /** Wall time of each point, milliseconds: when it was measured, or the end of the time that it is the mean of. */
  readonly at: readonly number[];
  readonly values: Readonly<Record<SeriesName, readonly (number | null)[]>>;
}

/** Of what is known; NaN when nothing is. */
export function mean(values: readonly (number | undefined)[]): number {
  let count = 0;
  let total = 0;
  for (const value of values) {
    if (value === undefined || Number.isNaN(value)) continue;
    count += 1;
    total += value;
  }
  return count === 0 ? Number.NaN : total / count;
}

export function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** Values of every series, by its place among `seriesNames`. */
export function bySeries(values: (series: number) => readonly (number | null)[]): Series["values"] {
  return {
    cpuPercent: values(0),
    memoryKiB: values(1),
    diskReadBytesPerS: values(2),
    diskWriteBytesPerS: values(3),
    receivedBytesPerS: values(4),
    sentBytesPerS: values(5),
  };
}
