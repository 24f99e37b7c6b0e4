import { between, type Seed } from "./seed.js";

/** How busy something is over time, between 0 and 1, with its integral in closed form. */
export interface LoadCurve {
  /** The load at an instant, in seconds since 1970. */
  at(seconds: number): number;
  /** The integral of the load up to `seconds`, in seconds of full load; only differences have a meaning. */
  until(seconds: number): number;
}

const DAY = 86_400;
const WEEK = 7 * DAY;

/** Instants are counted from here, which keeps the integrals small enough to be exact to a fraction of a microsecond. */
const ORIGIN = Date.UTC(2026, 0, 1) / 1000;

/** Shorter swings, in seconds: they never fall into step with each other. */
const shortPeriods = [3607, 811, 173, 47, 13] as const;

interface Wave {
  readonly amplitude: number;
  readonly period: number;
  readonly phase: number;
}

/**
 * A load with the shape of a day: low at night, high in the afternoon, less on one or two days a week, and restless in between.
 * It is a constant and a sum of waves that each run from 0 to their amplitude, so its integral costs a few sines whatever the span.
 */
export function dailyCurve(seed: Seed): LoadCurve {
  const random = seed.random();
  const floor = between(random, 0.02, 0.12);
  const height = between(random, 0.25, 0.85);
  const peakHour = between(random, 12, 17);
  const day = between(random, 0.35, 0.6) * height;
  const week = between(random, 0.03, 0.12) * height;
  let rest = height - day - week;
  const waves: Wave[] = [
    { amplitude: day, period: DAY, phase: (peakHour * 3600) / DAY },
    { amplitude: week, period: WEEK, phase: 0.8 },
  ];
  for (const period of shortPeriods) {
    const amplitude = rest * between(random, 0.25, 0.6);
    rest -= amplitude;
    waves.push({ amplitude, period: period * between(random, 0.9, 1.1), phase: random() });
  }
  return curveOf(floor, waves);
}

function curveOf(floor: number, waves: readonly Wave[]): LoadCurve {
  const mean = waves.reduce((sum, { amplitude }) => sum + amplitude / 2, floor);
  return {
    at(seconds) {
      let load = floor;
      for (const wave of waves) load += (wave.amplitude / 2) * (1 + Math.cos(angle(seconds - ORIGIN, wave)));
      return load;
    },
    until(seconds) {
      const elapsed = seconds - ORIGIN;
      let total = mean * elapsed;
      for (const wave of waves) {
        total += ((wave.amplitude * wave.period) / (4 * Math.PI)) * Math.sin(angle(elapsed, wave));
      }
      return total;
    },
  };
}

/** Reduced to one turn first: sines of large angles lose digits. */
function angle(elapsed: number, { period, phase }: Wave): number {
  const turns = elapsed / period - phase;
  return 2 * Math.PI * (turns - Math.floor(turns));
}
