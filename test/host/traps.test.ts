import { afterAll, beforeAll, describe, expect } from "vitest";
import { findVm } from "./support/agreement.js";
import { bringTo, bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { testMachine, whyImpossible } from "./support/machines.js";
import { type Notification, notification, TrapReceiver } from "./support/trap-receiver.js";
import { until } from "./support/until.js";
import { virsh } from "./support/virsh.js";
import { readVmTable } from "./support/vm-mib.js";

const PORT = 16201;
const target = `
[[snmp.target]]
name = "nms"
address = "127.0.0.1:${PORT}"
`;

let gateway: Gateway;
let receiver: TrapReceiver;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.configured("traps", bothHosts({ more: target }));
    receiver = await TrapReceiver.start(gateway, PORT);
  }),
);
afterAll(
  whenPossible(async () => {
    await receiver.stop();
    await gateway.stop();
  }),
);

/** Notifications about one machine that `act` causes, until there are as many as expected. */
async function caused(name: string, count: number, act: () => Promise<unknown>): Promise<readonly Notification[]> {
  const seen = about(name).length;
  await act();
  return await until(`${count} traps about ${name}`, () => {
    const since = about(name).slice(seen);
    return since.length >= count && since;
  });
}

function about(name: string): readonly Notification[] {
  return receiver
    .received()
    .map(notification)
    .filter((each) => each.vmName === name);
}

describe("v3 traps, as snmptrapd hears them", () => {
  hostTest("pausing and resuming a machine with virsh: vmPaused from running, vmRunning from paused", async () => {
    const { uuid } = testMachine("idle-1");
    const [vmIndex] = findVm(await readVmTable(gateway, "kvm1"), "idle-1");
    const common = { vmIndex, vmName: "idle-1", vmUUID: uuid };
    expect(await caused("idle-1", 1, () => virsh("qemu", "suspend", "idle-1"))).toEqual([
      { ...common, name: "vmPaused", vmOperState: 4 },
    ]);
    expect(await caused("idle-1", 1, () => virsh("qemu", "resume", "idle-1"))).toEqual([
      { ...common, name: "vmRunning", vmOperState: 8 },
    ]);
  });

  hostTest("stopping and starting a machine: vmShutdown from running, vmRunning from shutdown", async () => {
    const stopped = await caused("idle-2", 1, () => virsh("qemu", "destroy", "idle-2"));
    expect(stopped.map(({ name, vmOperState }) => [name, vmOperState])).toEqual([["vmShutdown", 4]]);
    const started = await caused("idle-2", 1, () => virsh("qemu", "start", "idle-2"));
    expect(started.map(({ name, vmOperState }) => [name, vmOperState])).toEqual([["vmRunning", 11]]);
  });

  hostTest("a container: vmShutdown, vmRunning, vmPaused, vmRunning", async () => {
    const steps = ["destroy", "start", "suspend", "resume"].map((word) => () => virsh("lxc", word, "ct-box"));
    const why = whyImpossible("ct-box");
    if (why !== undefined) return;
    const names: string[] = [];
    for (const step of steps) names.push(...(await caused("ct-box", 1, step)).map(({ name }) => name));
    expect(names).toEqual(["vmShutdown", "vmRunning", "vmPaused", "vmRunning"]);
  });

  hostTest(
    "a guest that obeys its power button: vmShuttingdown, then vmShutdown from shuttingdown",
    async (context) => {
      const why = whyImpossible("booted");
      if (why !== undefined) context.skip(why);
      const traps = await caused("booted", 2, () => virsh("qemu", "shutdown", "booted"));
      expect(traps.map(({ name, vmOperState }) => [name, vmOperState])).toEqual([
        ["vmShuttingdown", 4],
        ["vmShutdown", 10],
      ]);
      await bringTo(testMachine("booted"), "running");
    },
  );

  hostTest("saving and restoring: vmSuspended, vmResuming, vmRunning", async () => {
    const saved = await caused("idle-3", 1, () => virsh("qemu", "managedsave", "idle-3"));
    expect(saved.at(-1)?.name).toBe("vmSuspended");
    const restored = await caused("idle-3", 2, () => virsh("qemu", "start", "idle-3"));
    expect(restored.map(({ name }) => name)).toEqual(["vmResuming", "vmRunning"]);
  });

  hostTest("a transient machine that ends: vmShutdown, then vmDeleted; its row is gone", async () => {
    const traps = await caused("transient", 2, () => virsh("qemu", "destroy", "transient"));
    expect(traps.map(({ name, vmPersistent }) => [name, vmPersistent])).toEqual([
      ["vmShutdown", undefined],
      ["vmDeleted", 3],
    ]);
    await until("the row to go", async () => {
      return ![...(await readVmTable(gateway, "kvm1")).values()].some((row) => String(row.get(2)) === "transient");
    });
    await bringTo(testMachine("transient"), "running");
  });

  hostTest("ten stops and starts in a row: none lost, none twice, in order", async () => {
    const steps = Array.from({ length: 10 }, (_, step) => (step % 2 === 0 ? "suspend" : "resume"));
    const traps = await caused("idle-1", 10, async () => {
      for (const step of steps) await virsh("qemu", step, "idle-1");
    });
    expect(traps.map(({ name }) => name)).toEqual(steps.map((step) => (step === "suspend" ? "vmPaused" : "vmRunning")));
  });
});
