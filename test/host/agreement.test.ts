import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { type Bracket, expectAgreement, type VmTables } from "./support/agreement.js";
import { bringUpMachines, type Unavailable } from "./support/baseline.js";
import { readFacts, type VirshFacts } from "./support/facts.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { type Driver, EVERY_MACHINE } from "./support/machines.js";
import { until } from "./support/until.js";
import { machineNames, virsh } from "./support/virsh.js";
import { operStates, readVmScalar, readVmTables } from "./support/vm-mib.js";

const contexts = { qemu: "kvm1", lxc: "ct1" } as const;

let gateway: Gateway;
let unavailable: Unavailable;
const brackets = new Map<string, Bracket>();
const tables = new Map<Driver, VmTables>();

beforeAll(
  whenPossible(async () => {
    ({ unavailable } = await bringUpMachines());
    gateway = await Gateway.configured("agreement", bothHosts());
    await settle();
    const before = await readAll();
    await untilReadAfter(performance.now());
    for (const driver of ["qemu", "lxc"] as const) tables.set(driver, await readVmTables(gateway, contexts[driver]));
    const after = await readAll();
    for (const [name, facts] of before) brackets.set(name, { before: facts, after: after.get(name) ?? facts });
  }),
);
afterAll(whenPossible(async () => await gateway?.stop()));

async function readAll(): Promise<ReadonlyMap<string, VirshFacts>> {
  const all = new Map<string, VirshFacts>();
  for (const driver of ["qemu", "lxc"] as const) {
    for (const name of await machineNames(driver)) all.set(name, await readFacts(driver, name));
  }
  return all;
}

/** Waits until the gateway knows of every machine everything that it can know. */
function settle(): Promise<unknown> {
  return until("a first full look at every machine", async () => {
    const machines = await gateway.machines();
    return machines.length > 0 && machines.every(({ state, ages }) => isOff(state) || ages.statisticsMs !== undefined);
  });
}

/** Waits until everything that the gateway tells was read after an instant. */
function untilReadAfter(instant: number): Promise<unknown> {
  return until("statistics of every active machine from after virsh's", async () => {
    const asked = performance.now();
    const machines = await gateway.machines();
    return machines.every(({ state, ages: { statisticsMs = Number.POSITIVE_INFINITY, stateMs = 0 } }) => {
      return asked - stateMs > instant && (isOff(state) || asked - statisticsMs > instant);
    });
  });
}

function isOff(state: string): boolean {
  return state === "stopped" || state === "saved";
}

describe("virtgate agrees with virsh", () => {
  for (const { driver, name } of EVERY_MACHINE) {
    hostTest(`on every VM-MIB fact of ${driver} machine ${name}`, async (context) => {
      const why = unavailable.get(name);
      if (why !== undefined) context.skip(why);
      const bracket = brackets.get(name);
      const served = tables.get(driver);
      if (bracket === undefined || served === undefined) throw new Error(`virsh does not list ${name}`);
      expectAgreement(served, bracket);
    });
  }

  for (const driver of ["qemu", "lxc"] as const) {
    hostTest(`on which machines ${contexts[driver]} has, and how many`, async () => {
      const names = [...(tables.get(driver)?.vm.values() ?? [])].map((row) => String(row.get(2)));
      expect(names.sort()).toEqual([...(await machineNames(driver))].sort());
      expect(await readVmScalar(gateway, "vmNumber", contexts[driver])).toBe(names.length);
    });

    hostTest(`on the hypervisor of ${contexts[driver]}`, async () => {
      const context = contexts[driver];
      const version = /Running hypervisor: (\S+) (\S+)/.exec(await virsh(driver, "version")) ?? [];
      const kvm = (await virsh(driver, "capabilities")).includes("<domain type='kvm'/>");
      expect(String(await readVmScalar(gateway, "vmHvSoftware", context))).toBe(`${version[1]}${kvm ? "/KVM" : ""}`);
      expect(String(await readVmScalar(gateway, "vmHvVersion", context))).toBe(version[2]);
      expect(await readVmScalar(gateway, "vmHvObjectID", context)).toBe(".0.0");
      const earliest = upTimeCs();
      const upTime = await readVmScalar(gateway, "vmHvUpTime", context);
      // The kernel tells when it started in whole seconds.
      expect(upTime).toBeGreaterThanOrEqual(earliest - 100);
      expect(upTime).toBeLessThanOrEqual(upTimeCs() + 100);
      expect(await readVmScalar(gateway, "vmTableLastChange", context)).toBeLessThanOrEqual(upTimeCs());
      expect(await readVmScalar(gateway, "vmPerVMNotificationsEnabled", context)).toBe(1);
      expect(await readVmScalar(gateway, "vmBulkNotificationsEnabled", context)).toBe(2);
    });
  }

  hostTest("under one number per machine: dense, and the same in all tables", async () => {
    for (const { vm, cpu, affinity, storage, network } of tables.values()) {
      const numbers = [...vm.keys()].map(Number).sort((a, b) => a - b);
      expect(numbers).toEqual(numbers.map((_, position) => position + 1));
      for (const part of [cpu, affinity, storage, network]) {
        for (const index of part.keys()) expect(vm.has(index.split(".")[0] ?? "")).toBe(true);
      }
    }
  });
});

describe("virtgate agrees with virsh on what happens while it looks", () => {
  const name = "idle-3";

  async function readAround(): Promise<{ served: VmTables; bracket: Bracket }> {
    const before = await readFacts("qemu", name);
    await untilReadAfter(performance.now());
    const served = await readVmTables(gateway, contexts.qemu);
    return { served, bracket: { before, after: await readFacts("qemu", name) } };
  }

  hostTest("a machine that was stopped has no counters, no CPUs and no host devices any more", async () => {
    await virsh("qemu", "destroy", name);
    await until("it to be off", async () => (await operStates(gateway, contexts.qemu)).get(name) === 11);
    const { served, bracket } = await readAround();
    expect(bracket.before.active).toBe(false);
    expectAgreement(served, bracket);
  });

  hostTest("a machine that was started has its new device, and counts from its start", async () => {
    const before = performance.now();
    await virsh("qemu", "start", name);
    const started = performance.now();
    await until("it to run", async () => (await operStates(gateway, contexts.qemu)).get(name) === 4);
    const least = performance.now();
    const { served, bracket } = await readAround();
    const clockSlackMs = 50; // two clocks, and hundredths that are cut off
    expectAgreement(served, bracket, {
      leastCs: (least - started - clockSlackMs) / 10,
      mostCs: (performance.now() - before + clockSlackMs) / 10,
    });
  });
});

/** Of this computer's kernel, in hundredths of a second. */
function upTimeCs(): number {
  return Math.round(Number.parseFloat(readFileSync("/proc/uptime", "utf8")) * 100);
}
