import { expect, test } from "vitest";
import { silentLog } from "../../../../src/base/log.js";
import { History } from "../../../../src/engine/history/history.js";
import { RecentHistory } from "../../../../src/engine/history/recent-history.js";
import type { Machine } from "../../../../src/inventory/machine.js";
import { RingFiles } from "../../../../src/store/ring-file.js";
import { disk, generation, hostGeneration, machine, nic, stillInventory } from "../../../support/generations.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const HOUR = 3_600_000;

/** The n-th machine as it was read at an instant: half of one CPU, 1000 octets of each kind in a second. */
function busy(n: number, at: number, changes: Partial<Machine> = {}): Machine {
  const moved = BigInt(Math.round(at)); // a thousand in a second
  return machine(n, {
    cpuTimeNs: BigInt(Math.round(at)) * 500_000n,
    memoryKiB: 1000 + n,
    disks: [disk(1, { counters: { readBytes: moved, writeBytes: moved * 2n } })],
    nics: [nic(1, { counters: { receivedBytes: moved * 3n, sentBytes: moved * 4n } })],
    readings: { state: at, statistics: at, document: 0 },
    ...changes,
  });
}

const shown = (...machines: readonly Machine[]) => generation(hostGeneration("kvm1", machines));
const first = { host: "kvm1", uuid: machine(1).uuid, index: 1 };

test("RecentHistory has the rates between two readings", async () => {
  const history = new RecentHistory();
  expect(history.read(first)).toBeUndefined();
  for (const at of [1000, 21_000, 41_000]) await history.sample(shown(busy(1, at)), 1_000_000 + at, at);
  expect(history.read(first)).toEqual({
    ...{ span: "10m", stepMs: 20_000, at: [1_001_000, 1_021_000, 1_041_000] },
    values: {
      cpuPercent: [null, 50, 50],
      memoryKiB: [1001, 1001, 1001],
      diskReadBytesPerS: [null, 1000, 1000],
      diskWriteBytesPerS: [null, 2000, 2000],
      receivedBytesPerS: [null, 3000, 3000],
      sentBytesPerS: [null, 4000, 4000],
    },
  });
});

test("RecentHistory invents nothing while a machine is off, away, or begins to count anew", async () => {
  const history = new RecentHistory();
  const steps: readonly Machine[] = [
    busy(1, 1000),
    busy(1, 21_000),
    busy(1, 21_000, { reachable: false }),
    busy(1, 61_000),
    busy(1, 81_000, { countersSince: 7 }),
    busy(1, 101_000, { countersSince: 7 }),
    busy(1, 101_000, { countersSince: 7, state: "stopped" }),
  ];
  for (const [at, one] of steps.entries()) await history.sample(shown(one), at, at * 20_000 + 1000);
  expect(history.read(first)?.values.cpuPercent).toEqual([null, 50, null, null, null, 50, null]);
  expect(history.read(first)?.values.memoryKiB).toEqual([1001, 1001, null, 1001, 1001, 1001, null]);
});

test("RecentHistory goes on with the last rate for as long as that is good, and takes a lost device for a gap", async () => {
  const history = new RecentHistory();
  await history.sample(shown(busy(1, 1000)), 0, 1000);
  for (const now of [21_000, 41_000, 61_000, 81_000, 101_000]) await history.sample(shown(busy(1, 21_000)), now, now);
  expect(history.read(first)?.values.cpuPercent).toEqual([null, 50, 50, 50, 50, null]);
  await history.sample(shown(busy(1, 121_000, { disks: [] })), 0, 121_000);
  expect(history.read(first)?.values.diskReadBytesPerS.at(-1)).toBeNull();
  expect(history.read(first)?.values.cpuPercent.at(-1)).toBe(50);
});

test("RecentHistory keeps ten minutes, and gives a machine that is new nothing of one that is gone", async () => {
  const history = new RecentHistory();
  for (let step = 0; step < 40; step++) await history.sample(shown(busy(1, step * 20_000)), step, step * 20_000);
  expect(history.read(first)?.at).toEqual(Array.from({ length: 30 }, (_, at) => at + 10));
  await history.sample(shown(), 40, 800_000);
  expect(history.read(first)).toBeUndefined();
  await history.sample(shown(busy(2, 820_000)), 41, 820_000);
  const second = { host: "kvm1", uuid: machine(2).uuid };
  expect(history.read(second)?.values.cpuPercent.every((value) => value === null)).toBe(true);
  expect(history.read(second)?.values.memoryKiB.filter((value) => value !== null)).toEqual([1002]);
});

/** A history that lives through `hours`, a sample every 20 s, of machines that are as busy as `busy` says. */
async function live(
  folder: string,
  clock: ManualClock,
  hours: number,
  ...numbers: readonly number[]
): Promise<History> {
  const inventory = stillInventory(shown());
  const files = await RingFiles.open(folder, 30 * 24 * HOUR, clock.now());
  const history = new History(inventory, files, clock, silentLog);
  for (let passed = 0; passed < hours * HOUR; passed += 20_000) {
    clock.advance(20_000);
    inventory.show(shown(...numbers.map((n) => busy(n, clock.monotonic()))));
    await history.sample();
  }
  return history;
}

test("History has means of five minutes and of hours in files, over a restart, with a gap where nobody looked", async () => {
  const folder = temporaryFolder();
  const clock = new ManualClock();
  await live(folder, clock, 2.5, 1, 70);
  clock.advance(2 * HOUR);
  const history = await live(folder, clock, 1.5, 1, 70);
  const day = await history.read(first, "24h");
  expect(day?.stepMs).toBe(300_000);
  const cpu = day?.values.cpuPercent ?? [];
  expect(cpu.length).toBeGreaterThanOrEqual(44);
  expect(cpu.length).toBeLessThanOrEqual(48);
  expect(cpu.every((value) => value === 50)).toBe(true);
  const gaps = (day?.at ?? []).filter((at, place, all) => place > 0 && at - (all[place - 1] ?? at) > 300_000);
  expect(gaps).toHaveLength(1);
  const month = await history.read({ host: "kvm1", uuid: machine(70).uuid, index: 70 }, "30d");
  expect(month?.stepMs).toBe(HOUR);
  expect(month?.at.length).toBeGreaterThanOrEqual(3);
  expect(month?.values.memoryKiB.every((value) => value === 1070)).toBe(true);
});

test("History gives a machine nothing of the one that had its number before", async () => {
  const folder = temporaryFolder();
  const history = await live(folder, new ManualClock(), 1, 1);
  const other = { ...first, uuid: machine(5).uuid };
  expect((await history.read(other, "24h"))?.values.cpuPercent.every((value) => value === null)).toBe(true);
  expect((await history.read({ ...first, host: "kvm2" }, "24h"))?.at).toEqual([]);
});

test("History goes on in memory while the disk refuses", async () => {
  const clock = new ManualClock();
  const refuse = () => Promise.reject(new Error("no space left"));
  const inventory = stillInventory(shown());
  const history = new History(inventory, { write: refuse, read: refuse }, clock, silentLog);
  for (let step = 0; step < 20; step++) {
    clock.advance(20_000);
    inventory.show(shown(busy(1, clock.monotonic())));
    await history.sample();
  }
  expect(history.recentCpu(first).slice(1)).toEqual(Array.from({ length: 19 }, () => 50));
});
