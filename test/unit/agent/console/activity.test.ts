import { expect, test } from "vitest";
import { ActivityTracker } from "../../../../src/agent/console/activity.js";
import type { Machine } from "../../../../src/inventory/machine.js";
import { fixtureGeneration, fixtureHost, fixtureMachine } from "../../../support/fixture-gateway.js";

/** The machine as a reading at `at` shows it. */
function reading(at: number, changes: Partial<Machine> = {}): Machine {
  return fixtureMachine({ readings: { state: at, statistics: at, document: 0 }, ...changes });
}

function observe(tracker: ActivityTracker, ...machines: Machine[]): Promise<void> {
  return tracker.observe(fixtureGeneration([[fixtureHost(), machines]]));
}

test("ActivityTracker.of() is unknown until two readings are known", async () => {
  const tracker = new ActivityTracker();
  const machine = reading(1_000, { cpuTimeNs: 0n });
  expect(tracker.of(machine).cpuPercent).toBeUndefined();
  await observe(tracker, machine);
  await observe(tracker, machine);
  expect(tracker.of(machine).cpuPercent).toBeUndefined();
  await observe(tracker, reading(3_000, { cpuTimeNs: 3_000_000_000n }));
  expect(tracker.of(machine).cpuPercent).toBe(150);
});

test("ActivityTracker.of() sums devices, per second", async () => {
  const tracker = new ActivityTracker();
  const devices = (octets: bigint): Partial<Machine> => ({
    disks: fixtureMachine().disks.flatMap((disk) => [
      { ...disk, counters: { readBytes: octets } },
      { ...disk, target: "vdb", counters: { readBytes: octets * 3n, writeBytes: octets } },
    ]),
  });
  await observe(tracker, reading(0, devices(0n)));
  await observe(tracker, reading(2_000, devices(1_000n)));
  expect(tracker.of(reading(0))).toMatchObject({
    diskReadBytesPerS: 2_000,
    diskWriteBytesPerS: 500,
    receivedBytesPerS: 0,
  });
});

test("ActivityTracker.of() forgets what is older than 20 s", async () => {
  const tracker = new ActivityTracker();
  for (let at = 0; at <= 60_000; at += 2_000)
    await observe(tracker, reading(at, { cpuTimeNs: at < 30_000 ? 0n : BigInt(at - 30_000) * 1_000_000n }));
  expect(tracker.of(reading(0)).cpuPercent).toBe(100);
});

test("ActivityTracker.of() starts anew with each run, and never goes below zero", async () => {
  const tracker = new ActivityTracker();
  await observe(tracker, reading(0, { cpuTimeNs: 9_000_000_000n }));
  await observe(tracker, reading(2_000, { cpuTimeNs: 1_000n, countersSince: 5 }));
  expect(tracker.of(reading(0)).cpuPercent).toBeUndefined();
  await observe(tracker, reading(4_000, { cpuTimeNs: 0n, countersSince: 5 }));
  expect(tracker.of(reading(0)).cpuPercent).toBeUndefined();
});

test("ActivityTracker.observe() drops machines that stopped or are gone", async () => {
  const tracker = new ActivityTracker();
  await observe(tracker, reading(0, { cpuTimeNs: 0n }));
  await observe(tracker, reading(2_000, { cpuTimeNs: 1_000_000_000n }));
  await observe(tracker, reading(2_000, { state: "stopped" }));
  expect(tracker.of(reading(0)).cpuPercent).toBeUndefined();
});

test("ActivityTracker.of() tells two hosts' machines of one UUID apart", async () => {
  const tracker = new ActivityTracker();
  const both = (at: number, one: bigint, other: bigint) => [
    reading(at, { cpuTimeNs: one }),
    reading(at, { host: "kvm2", cpuTimeNs: other }),
  ];
  await observe(tracker, ...both(0, 0n, 0n));
  await observe(tracker, ...both(1_000, 1_000_000_000n, 500_000_000n));
  expect(tracker.of(reading(0)).cpuPercent).toBe(100);
  expect(tracker.of(reading(0, { host: "kvm2" })).cpuPercent).toBe(50);
});
