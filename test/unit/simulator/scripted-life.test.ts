import { expect, test } from "vitest";
import { serveFleet, simulatedHosts } from "../../../src/simulator/fleet.js";
import type { SimulatedDriver } from "../../../src/simulator/host/driver-profile.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { cpuStatistics } from "../../../src/simulator/machine/machine-statistics.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";
import { connectTo, eventWords } from "../../support/simulator-client.js";

const HOUR_MS = 3_600_000;

async function storyOf(driver: SimulatedDriver, seed: number, hours: number): Promise<readonly string[]> {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver, seed, clock, life: true });
  const client = await connectTo(host, clock, { eventIds: [0, 1] });
  for (let hour = 0; hour < hours; hour++) {
    clock.advance(HOUR_MS);
    await settled();
  }
  host.stop();
  return eventWords(client.events);
}

test.each(["qemu", "lxc", "xen"] as const)(
  "ScriptedLife is lively but calm, and the same for the same seed (%s)",
  async (driver) => {
    const story = await storyOf(driver, 3, 4);
    expect(story.length).toBeGreaterThan(4 * 60);
    expect(story.length).toBeLessThan(4 * 60 * 8);
    expect(await storyOf(driver, 3, 4)).toEqual(story);
    expect(await storyOf(driver, 4, 4)).not.toEqual(story);
  },
);

test("ScriptedLife brings boots, shutdowns, pauses and crashes, and keeps most machines running", async () => {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver: "qemu", clock, life: true });
  const client = await connectTo(host, clock, { eventIds: [0] });
  let running = 0;
  const looks = 24 * 4;
  for (let look = 0; look < looks; look++) {
    clock.advance(HOUR_MS / 4);
    await settled();
    for (const machine of host.state.registry.all()) if (machine.condition.state === 1) running += 1;
  }
  const kinds = new Set(eventWords(client.events).map((word) => word.split(": ")[1]));
  for (const kind of ["2/0", "5/0", "3/0", "4/0", "5/5", "3/2"]) expect(kinds).toContain(kind);
  expect([...host.state.registry.all()].some(({ snapshots }) => snapshots.size > 0)).toBe(true);
  expect([...host.state.registry.all()]).toHaveLength(12);
  expect(running / (looks * 12)).toBeGreaterThan(0.6);
});

test("ScriptedLife lets the pool fill up and somebody make room again", async () => {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver: "qemu", clock, life: true });
  const pool = host.state.node.storage.poolNamed("default");
  let least = 1;
  let fullLooks = 0;
  for (let look = 0; look < 48 * 12; look++) {
    clock.advance(HOUR_MS / 12);
    const { available, capacity } = pool?.sizes() ?? { available: 0n, capacity: 1n };
    const free = Number(available) / Number(capacity);
    least = Math.min(least, free);
    if (free < 0.01) fullLooks += 1;
  }
  host.stop();
  expect(least).toBeLessThan(0.001);
  expect(fullLooks).toBeGreaterThan(1);
  expect(fullLooks).toBeLessThan(12 * 4);
});

test("the hosts that are served with nothing configured look alive over a day: busy by day, calm at night", () => {
  const clock = new ManualClock();
  const hosts = simulatedHosts({ hosts: 4, seed: 1, life: true, clock });
  expect(hosts.map(({ name }) => name)).toEqual(["kvm1", "lxc1", "xen1", "openvz1"]);
  const untilHour = (24 - ((clock.now() / HOUR_MS) % 24)) % 24;
  clock.advance(untilHour * HOUR_MS);
  const byHour: number[] = [];
  let before = new Map<string, bigint>();
  for (let hour = 0; hour <= 24; hour++) {
    const now = new Map<string, bigint>();
    let used = 0;
    for (const { state } of hosts)
      for (const machine of state.registry.all()) {
        const { timeNs } = cpuStatistics(machine, state.nowMs());
        const last = before.get(machine.uuid);
        // What was started anew counts anew.
        if (last !== undefined && timeNs > last) used += Number(timeNs - last) / 1e9;
        now.set(machine.uuid, timeNs);
      }
    if (hour > 0) byHour.push(used);
    before = now;
    clock.advance(HOUR_MS);
  }
  for (const host of hosts) host.stop();
  const mean = (from: number, to: number) => byHour.slice(from, to).reduce((sum, one) => sum + one, 0) / (to - from);
  expect(mean(12, 18)).toBeGreaterThan(mean(0, 6) * 1.2);
  expect(Math.min(...byHour)).toBeGreaterThan(0);
  const kinds = hosts.map(
    ({ state }) => new Set([...state.registry.all()].map(({ condition }) => condition.state)).size,
  );
  expect(Math.max(...kinds)).toBeGreaterThan(1);
});

test("a fleet with life moves machines between hosts of one kind, the same ones for the same seed", async () => {
  const story = async (seed: number): Promise<readonly string[]> => {
    const clock = new ManualClock();
    const listen = async () => ({ address: "", close: async () => {} });
    const mix = ["qemu", "qemu", "xen", "lxc"] as const;
    const fleet = await serveFleet({ path: "/x", hosts: 4, mix, machines: 6, seed, clock, life: true, listen });
    const moved: string[] = [];
    const place = new Map<string, string>();
    for (let minute = 0; minute < 120; minute++) {
      clock.advance(60_000);
      await settled();
      for (const { host } of fleet.hosts)
        for (const { name, run } of host.state.registry.all()) {
          if (run === undefined) continue;
          const before = place.get(name);
          if (before !== undefined && before !== host.name) moved.push(`${minute} ${name} ${before} ${host.name}`);
          place.set(name, host.name);
        }
    }
    await fleet.stop();
    return moved;
  };
  const first = await story(5);
  expect(first.length).toBeGreaterThan(3);
  for (const one of first) expect(one).toMatch(/kvm1 kvm2$|kvm2 kvm1$/);
  expect(await story(5)).toEqual(first);
});

test("SimulatedHost.stop() ends the script", async () => {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver: "qemu", clock, life: true });
  const states = () => [...host.state.registry.all()].map(({ condition }) => condition);
  host.stop();
  clock.advance(60_000);
  const before = states();
  clock.advance(24 * HOUR_MS);
  expect(states()).toEqual(before);
});
