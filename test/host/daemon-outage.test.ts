import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { bringTo, bringUpMachines } from "./support/baseline.js";
import { readFacts } from "./support/facts.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { killLibvirt, startLibvirt } from "./support/libvirt-daemon.js";
import { testMachine } from "./support/machines.js";
import { end } from "./support/processes.js";
import { type Notification, notification, TrapReceiver } from "./support/trap-receiver.js";
import { until } from "./support/until.js";
import { machineNames, virsh } from "./support/virsh.js";
import { operStates, readVmTable, VM_NAME, VM_UUID } from "./support/vm-mib.js";

const PORT = 16202;
const UNKNOWN = 1;
const SENTINEL = "idle-1";

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
beforeEach(whenPossible(startLibvirt));
afterAll(
  whenPossible(async () => {
    await startLibvirt();
    await receiver?.stop();
    await gateway?.stop();
  }),
);

/** All traps since `seen`, up to one that is caused on purpose: what was sent before it has arrived before it. */
async function trapsUntilSentinel(seen: number): Promise<readonly Notification[]> {
  const since = () => receiver.received().slice(seen).map(notification);
  const about = (name: string) => (trap: Notification) => trap.name === name && trap.vmName === SENTINEL;
  await virsh("qemu", "suspend", SENTINEL);
  const traps = await until("the trap that was caused on purpose", () => since().some(about("vmPaused")) && since());
  expect(told(traps.slice(-1))).toEqual([`vmPaused ${SENTINEL}`]);
  await virsh("qemu", "resume", SENTINEL);
  await until("the trap after it", () => since().some(about("vmRunning")));
  return traps.slice(0, -1);
}

function told(traps: readonly Notification[]): readonly string[] {
  return traps.map(({ name, vmName }) => `${name} ${vmName}`);
}

/**
 * Machines that virsh now tells another state of: only these may have been told. (libvirt 9 itself comes back with a paused
 * container as running.)
 */
async function changedSince(before: ReadonlyMap<string, number>): Promise<readonly string[]> {
  return [...(await virshStates())]
    .filter(([name, state]) => before.get(name) !== state)
    .map(([name]) => name)
    .sort();
}

/** Waits until the gateway tells the states that virsh tells. */
async function untilConsistent(): Promise<void> {
  const wanted = await virshStates();
  await until("the states that virsh tells", async () => {
    const [qemu, lxc] = [await operStates(gateway, "kvm1"), await operStates(gateway, "ct1")];
    return sameStates(new Map([...qemu, ...lxc]), wanted);
  });
}

describe("kill -9 of libvirtd", () => {
  hostTest("answers go on; after the restart all is as virsh tells, without false traps", async () => {
    const identitiesBefore = await identities();
    const statesBefore = await virshStates();
    const seen = receiver.received().length;
    await killLibvirt();
    await until("the states to be unknown", async () => {
      const states = [...(await operStates(gateway, "kvm1")).values()]; // every look is answered
      return states.length > 0 && states.every((state) => state === UNKNOWN);
    });
    expect(await identities()).toEqual(identitiesBefore);

    await startLibvirt();
    const answers = performance.now();
    await until("the states to be known again", async () => {
      const states = [...(await operStates(gateway, "kvm1")).values(), ...(await operStates(gateway, "ct1")).values()];
      return !states.includes(UNKNOWN);
    });
    console.info(`all states known ${Math.round(performance.now() - answers)} ms after libvirtd answered virsh`);
    await untilConsistent();
    expect(await identities()).toEqual(identitiesBefore);
    const traps = await trapsUntilSentinel(seen);
    expect(traps.map(({ vmName }) => vmName).sort()).toEqual(await changedSince(statesBefore));
  });

  hostTest("a guest that dies meanwhile is told once, when libvirtd is back", async () => {
    const statesBefore = await virshStates();
    const seen = receiver.received().length;
    const qemu = Number.parseInt(readFileSync("/run/libvirt/qemu/idle-2.pid", "utf8"), 10);
    await killLibvirt();
    await end(qemu, "SIGKILL");
    await startLibvirt();
    await untilConsistent();
    const traps = await trapsUntilSentinel(seen);
    expect(traps.map(({ vmName }) => vmName).sort()).toEqual(await changedSince(statesBefore));
    const death = traps.find(({ vmName }) => vmName === "idle-2");
    expect(death?.name).toMatch(/^vm(Shutdown|Crashed)$/); // libvirt cannot know which
    expect(death?.vmOperState, "the state it came from is the one it was last seen in").toBe(4);
    await bringTo(testMachine("idle-2"), "running");
  });

  hostTest("five kills in a row leave one connection that hears events", async () => {
    for (let round = 0; round < 5; round++) {
      await killLibvirt();
      await startLibvirt();
    }
    await untilConsistent();
    expect(await trapsUntilSentinel(receiver.received().length)).toEqual([]);
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

/** vmOperState of every machine by name, as `virsh` tells. */
async function virshStates(): Promise<ReadonlyMap<string, number>> {
  const states = new Map<string, number>();
  for (const driver of ["qemu", "lxc"] as const) {
    for (const name of await machineNames(driver)) states.set(name, (await readFacts(driver, name)).operState);
  }
  return states;
}

function sameStates(some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): boolean {
  return some.size === others.size && [...some].every(([name, state]) => others.get(name) === state);
}
