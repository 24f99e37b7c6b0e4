import fc from "fast-check";
import { expect, test } from "vitest";
import { RunCounters } from "../../../src/simulator/machine/run-counters.js";
import { dailyCurve } from "../../../src/simulator/time/load-curve.js";
import { seedOf } from "../../../src/simulator/time/seed.js";

/** From a millisecond to a month between two acts. */
const wait = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2_592_000_000 }));
const act = fc.oneof(fc.constantFrom("read", "pause", "resume" as const), fc.integer({ min: 1, max: 8 }));

test("RunCounters never goes back, whatever is done to the machine and however long it takes", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 0, max: Date.UTC(2040, 0, 1) }),
      fc.array(fc.tuple(wait, act), { maxLength: 30 }),
      (seed, startedMs, steps) => {
        const part = (name: string) => dailyCurve(seedOf(seed, name));
        const workload = { cpu: part("c"), network: part("n"), storage: part("s") };
        const counters = new RunCounters(() => workload, 2, startedMs);
        let now = startedMs;
        let paused = false;
        let before = { ...counters.usage(now), total: counters.cpuSeconds(now) };
        for (const [waitMs, what] of steps) {
          now += waitMs;
          const after = { ...counters.usage(now), total: counters.cpuSeconds(now) };
          for (const key of ["seconds", "cpu", "network", "storage", "total"] as const) {
            if (paused) expect(after[key]).toBe(before[key]);
            // A counter of nanoseconds has moved by at least one.
            else expect(after[key] - before[key]).toBeGreaterThan(1e-9);
          }
          expect(after.seconds).toBeGreaterThanOrEqual(after.cpu);
          before = after;
          if (what === "pause") {
            counters.pause(now);
            paused = true;
          } else if (what === "resume") {
            counters.resume(now);
            paused = false;
          } else if (typeof what === "number") {
            counters.setVcpuCount(what, now);
            expect(counters.vcpuSeconds(now)).toHaveLength(what);
          }
          expect(counters.cpuSeconds(now)).toBeCloseTo(before.total, 6);
          before = { ...before, total: counters.cpuSeconds(now) };
        }
      },
    ),
  );
});
