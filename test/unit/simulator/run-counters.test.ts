import { expect, test } from "vitest";
import { RunCounters } from "../../../src/simulator/machine/run-counters.js";
import type { LoadCurve } from "../../../src/simulator/time/load-curve.js";

/** Full load at all times, so that seconds of load are seconds. */
const full: LoadCurve = { at: () => 1, until: (seconds) => seconds };
const workload = { cpu: full, network: full, storage: full };

test("RunCounters.usage() counts from the start and stands still while paused", () => {
  const counters = new RunCounters(() => workload, 1, 10_000);
  expect(counters.usage(12_000)).toEqual({ seconds: 2, cpu: 2, network: 2, storage: 2 });
  counters.pause(15_000);
  expect(counters.usage(99_000).seconds).toBe(5);
  counters.resume(100_000);
  expect(counters.usage(101_000).seconds).toBe(6);
});

test("RunCounters.resume() of a running machine changes nothing", () => {
  const counters = new RunCounters(() => workload, 1, 0);
  counters.resume(5000);
  expect(counters.usage(8000).seconds).toBe(8);
});

test("RunCounters.vcpuSeconds() begins at zero for a processor that is plugged later", () => {
  const counters = new RunCounters(() => workload, 1, 0);
  counters.setVcpuCount(2, 10_000);
  const [first = 0, second = 0] = counters.vcpuSeconds(10_000);
  expect(first).toBeGreaterThan(0);
  expect(second).toBe(0);
  expect(counters.vcpuSeconds(20_000)[1]).toBeGreaterThan(0);
});

test("RunCounters.cpuSeconds() keeps what an unplugged processor has used", () => {
  const counters = new RunCounters(() => workload, 2, 0);
  const before = counters.cpuSeconds(10_000);
  counters.setVcpuCount(1, 10_000);
  expect(counters.vcpuCount).toBe(1);
  expect(counters.cpuSeconds(10_000)).toBeCloseTo(before, 9);
});

test("RunCounters does not ask for the workload before it is read", () => {
  let asked = 0;
  const counters = new RunCounters(
    () => {
      asked += 1;
      return workload;
    },
    1,
    0,
  );
  expect(asked).toBe(0);
  counters.usage(1);
  expect(asked).toBe(1);
});
