import { expect, test } from "vitest";
import { dailyCurve } from "../../../src/simulator/time/load-curve.js";
import { seedOf } from "../../../src/simulator/time/seed.js";

const DAY = 86_400;
const start = Date.UTC(2026, 10, 2) / 1000;

test("dailyCurve() has an integral that agrees with the sum of its loads", () => {
  const curve = dailyCurve(seedOf(5));
  for (const [from, to] of [
    [start, start + 600],
    [start + 40_000, start + 41_000],
    [start - 400 * DAY, start - 400 * DAY + 300],
  ] as const) {
    const steps = 20_000;
    const width = (to - from) / steps;
    let sum = 0;
    for (let step = 0; step < steps; step++) sum += curve.at(from + (step + 0.5) * width) * width;
    expect(curve.until(to) - curve.until(from)).toBeCloseTo(sum, 4);
  }
});

test("dailyCurve() stays between idle and full", () => {
  let least = 1;
  let most = 0;
  for (let seed = 0; seed < 40; seed++) {
    const curve = dailyCurve(seedOf(seed));
    for (let second = 0; second < 2 * DAY; second += 97) {
      least = Math.min(least, curve.at(start + second));
      most = Math.max(most, curve.at(start + second));
    }
  }
  expect(least).toBeGreaterThan(0);
  expect(most).toBeLessThan(1);
});

test("dailyCurve() is busier in the afternoon than at night", () => {
  const share = (from: number, to: number, seed: number): number => {
    const curve = dailyCurve(seedOf(seed));
    return (curve.until(start + to * 3600) - curve.until(start + from * 3600)) / (to - from);
  };
  for (let seed = 0; seed < 20; seed++) expect(share(12, 18, seed)).toBeGreaterThan(share(0, 6, seed));
});
