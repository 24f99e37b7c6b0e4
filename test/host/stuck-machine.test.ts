import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway, type MachineLine } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { isAlive } from "./support/processes.js";
import { until } from "./support/until.js";
import { virsh } from "./support/virsh.js";
import { operStates } from "./support/vm-mib.js";

/** The promise: whatever is stuck, the statistics of every other machine are never older. */
const OLDEST_MS = 10_000;
const STATISTICS_MS = 3000;
/** How often every other machine must have been read anew before a machine that is stuck counts as harmless. */
const SWEEPS = 4;

let gateway: Gateway;
/** What this computer adds by itself, with nothing stuck, to the age that the interval allows. */
let slownessMs = 0;
const stopped = new Set<number>();

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.configured("stuck-machine", bothHosts({ statisticsIntervalMs: STATISTICS_MS }));
    await until("statistics of every running machine", async () => {
      return (await gateway.machines()).filter(isRunning).every(({ ages }) => ages.statisticsMs !== undefined);
    });
    slownessMs = Math.max(0, ...[...(await watchOthers([])).values()].map((age) => age - STATISTICS_MS));
    console.info("oldest statistics with nothing stuck, ms:", STATISTICS_MS + slownessMs);
  }),
);
afterEach(() => {
  for (const pid of stopped) continueProcess(pid);
});
afterAll(whenPossible(async () => await gateway?.stop()));

function isRunning({ state }: MachineLine): boolean {
  return state === "running";
}

function qemuPid(name: string): number {
  return Number.parseInt(readFileSync(`/run/libvirt/qemu/${name}.pid`, "utf8"), 10);
}

function stopProcess(pid: number): void {
  stopped.add(pid);
  process.kill(pid, "SIGSTOP");
}

function continueProcess(pid: number): void {
  stopped.delete(pid);
  if (isAlive(pid)) process.kill(pid, "SIGCONT");
}

/**
 * Looks at all machines until those named are known to be stuck and every other running one was read `SWEEPS` times since.
 * @returns the greatest age of statistics seen among the others, by name
 */
async function watchOthers(stuck: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const oldest = new Map<string, number>();
  const readings = new Map<string, { count: number; at: number }>();
  await until(`${stuck.join(", ")} to be known as stuck and the others to be read ${SWEEPS} times`, async () => {
    const asked = performance.now();
    const machines = await gateway.machines();
    for (const { name, ages } of machines.filter((each) => isRunning(each) && !stuck.includes(each.name))) {
      const age = ages.statisticsMs ?? Number.POSITIVE_INFINITY;
      oldest.set(name, Math.max(oldest.get(name) ?? 0, age));
      const last = readings.get(name) ?? { count: 0, at: asked - age };
      // Two looks at the same reading differ by less than the time that a look takes.
      if (asked - age > last.at + 1500) readings.set(name, { count: last.count + 1, at: asked - age });
      else readings.set(name, last);
    }
    const known = stuck.every((name) => machines.find((each) => each.name === name)?.stuck === true);
    return known && [...readings.values()].every(({ count }) => count >= SWEEPS);
  });
  return oldest;
}

async function expectRecovery(names: readonly string[]): Promise<void> {
  const since = performance.now();
  await until(`${names.join(", ")} to recover`, async () => {
    const asked = performance.now();
    const machines = (await gateway.machines()).filter(({ name }) => names.includes(name));
    return machines.every(({ stuck, ages }) => !stuck && asked - (ages.statisticsMs ?? asked) > since);
  });
}

describe("a QEMU that is stopped with SIGSTOP", () => {
  hostTest("leaves every other machine's statistics no older than 10 s, states fresh, and recovers", async () => {
    const pid = qemuPid("idle-1");
    stopProcess(pid);
    const oldest = await watchOthers(["idle-1"]);
    console.info("oldest statistics seen, ms:", Object.fromEntries(oldest));
    for (const [name, age] of oldest) expect(age, name).toBeLessThanOrEqual(OLDEST_MS + slownessMs);

    await virsh("qemu", "suspend", "idle-2");
    await until("idle-2 to be paused", async () => (await operStates(gateway, "kvm1")).get("idle-2") === 8);
    await virsh("qemu", "resume", "idle-2");
    await until("idle-2 to run", async () => (await operStates(gateway, "kvm1")).get("idle-2") === 4);

    continueProcess(pid);
    await expectRecovery(["idle-1"]);
  });

  hostTest("four at once are as harmless, and all recover", async () => {
    const names = ["idle-1", "idle-2", "idle-3", "transient"];
    const pids = names.map(qemuPid);
    for (const pid of pids) stopProcess(pid);
    const oldest = await watchOthers(names);
    console.info("oldest statistics seen, ms:", Object.fromEntries(oldest));
    for (const [name, age] of oldest) expect(age, name).toBeLessThanOrEqual(OLDEST_MS + slownessMs);
    for (const pid of pids) continueProcess(pid);
    await expectRecovery(names);
  });

  hostTest("is told by doctor and by hosts, with its name", async () => {
    const pid = qemuPid("idle-3");
    stopProcess(pid);
    await until("idle-3 to be known as stuck", async () => {
      return (await gateway.machines()).find(({ name }) => name === "idle-3")?.stuck === true;
    });
    expect((await gateway.command("hosts", "--json")).stdout).toContain("idle-3");
    expect((await gateway.command("doctor", "--json")).stdout).toContain("idle-3");
    continueProcess(pid);
    await expectRecovery(["idle-3"]);
  });
});
