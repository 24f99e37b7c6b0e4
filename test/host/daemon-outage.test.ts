import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { bringTo, bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { killLibvirt, startLibvirt } from "./support/libvirt-daemon.js";
import { testMachine } from "./support/machines.js";
import { end } from "./support/processes.js";
import { notification, TrapReceiver } from "./support/trap-receiver.js";
import { until } from "./support/until.js";
import { virsh } from "./support/virsh.js";
import { operStates, readVmTable, VM_NAME, VM_UUID } from "./support/vm-mib.js";

const PORT = 16202;
const UNKNOWN = 1;

let gateway: Gateway;
let receiver: TrapReceiver;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    const target = `[[snmp.target]]\nname = "nms"\naddress = "127.0.0.1:${PORT}"\n`;
    gateway = await Gateway.configured("daemon-outage", bothHosts({ more: target }));
    receiver = await TrapReceiver.start(gateway, PORT);
  }),
);
afterAll(
  whenPossible(async () => {
    await startLibvirt();
    await receiver.stop();
    await gateway.stop();
  }),
);

/** The last trap, caused on purpose: what was sent before it has arrived before it. */
async function trapsUntilSentinel(seen: number): Promise<readonly string[]> {
  await virsh("qemu", "suspend", "idle-1");
  const traps = await until("the trap that was caused on purpose", () => {
    const since = receiver.received().slice(seen).map(notification);
    return since.some(({ name, vmName }) => name === "vmPaused" && vmName === "idle-1") && since;
  });
  await virsh("qemu", "resume", "idle-1");
  await until("the trap after it", () => {
    return receiver
      .received()
      .slice(seen)
      .map(notification)
      .some(({ name, vmName }) => name === "vmRunning" && vmName === "idle-1");
  });
  return traps.map(({ name, vmName }) => `${name} ${vmName}`);
}

describe("kill -9 of libvirtd", () => {
  hostTest(
    "answers go on, with every row and an honest state; after the restart all is as virsh tells, without traps",
    async () => {
      const before = { states: await operStates(gateway, "kvm1"), rows: await identities() };
      const seen = receiver.received().length;
      await killLibvirt();
      await until("the states to be unknown", async () => {
        const states = [...(await operStates(gateway, "kvm1")).values()]; // every look is answered
        return states.every((state) => state === UNKNOWN);
      });
      expect(await identities()).toEqual(before.rows);

      await startLibvirt();
      const answers = performance.now();
      await until("the states from before", async () => {
        return (
          sameStates(await operStates(gateway, "kvm1"), before.states) && (await operStates(gateway, "ct1")).size > 0
        );
      });
      console.info(`states consistent ${Math.round(performance.now() - answers)} ms after libvirtd answered virsh`);
      expect(await identities()).toEqual(before.rows);
      expect(await trapsUntilSentinel(seen)).toEqual(["vmPaused idle-1"]);
    },
  );

  hostTest("a guest that dies meanwhile is told once, when libvirtd is back", async () => {
    const seen = receiver.received().length;
    const qemu = Number.parseInt(readFileSync("/run/libvirt/qemu/idle-2.pid", "utf8"), 10);
    await killLibvirt();
    await end(qemu, "SIGKILL");
    await startLibvirt();
    await until("the end of idle-2 to be told", () => {
      return receiver
        .received()
        .slice(seen)
        .map(notification)
        .some(({ vmName }) => vmName === "idle-2");
    });
    const traps = await trapsUntilSentinel(seen);
    expect(traps).toHaveLength(2);
    expect(traps[0]).toMatch(/^vm(Shutdown|Crashed) idle-2$/);
    const told = receiver
      .received()
      .slice(seen)
      .map(notification)
      .find(({ vmName }) => vmName === "idle-2");
    expect(told?.vmOperState).toBe(4); // it was running when it was last seen
    await bringTo(testMachine("idle-2"), "running");
  });

  hostTest("five kills in a row leave one connection that hears events", async () => {
    for (let round = 0; round < 5; round++) {
      await killLibvirt();
      await startLibvirt();
    }
    const wanted = await until("all states to be known again", async () => {
      const states = await operStates(gateway, "kvm1");
      return ![...states.values()].includes(UNKNOWN) && states;
    });
    expect(wanted.get("idle-1")).toBe(4);
    const seen = receiver.received().length;
    expect(await trapsUntilSentinel(seen)).toEqual(["vmPaused idle-1"]);
  });
});

/** vmIndex, UUID and name of every machine of both hosts. */
async function identities(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const context of ["kvm1", "ct1"]) {
    for (const [index, row] of await readVmTable(gateway, context)) {
      const uuid = row.get(VM_UUID);
      lines.push(`${context} ${index} ${Buffer.isBuffer(uuid) ? uuid.toString("hex") : uuid} ${row.get(VM_NAME)}`);
    }
  }
  return lines.sort();
}

function sameStates(some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): boolean {
  return some.size === others.size && [...some].every(([name, state]) => others.get(name) === state);
}
