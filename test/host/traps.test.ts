import { afterAll, beforeAll, describe, expect } from "vitest";
import { findVm } from "./support/agreement.js";
import { bringTo, bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { testMachine, whyImpossible } from "./support/machines.js";
import { type Notification, notification, TrapReceiver } from "./support/trap-receiver.js";
import { until } from "./support/until.js";
import { virsh } from "./support/virsh.js";
import { readVmTable, VM_NAME } from "./support/vm-mib.js";

const PORT = 16201;
const KVM_PORT = 16203;
const targets = `
[[snmp.target]]
name = "of-all-hosts"
address = "127.0.0.1:${PORT}"

[[snmp.target]]
name = "of-one-host"
address = "127.0.0.1:${KVM_PORT}"
context = "kvm1"
`;

let gateway: Gateway;
let receiver: TrapReceiver;
let receiverOfKvm: TrapReceiver;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.configured("traps", bothHosts({ more: targets }));
    receiver = await TrapReceiver.start(gateway, PORT);
    receiverOfKvm = await TrapReceiver.start(gateway, KVM_PORT);
  }),
);
afterAll(
  whenPossible(async () => {
    await receiver?.stop();
    await receiverOfKvm?.stop();
    await gateway?.stop();
  }),
);

/** What `act` makes the receiver hear about one machine, up to a notification of this name. */
async function caused(name: string, last: string, act: () => Promise<unknown>): Promise<readonly Notification[]> {
  const seen = about(name).length;
  await act();
  return await until(`${last} about ${name}`, () => {
    const since = about(name).slice(seen);
    return since.some((each) => each.name === last) && since;
  });
}

function about(name: string, by = receiver): readonly Notification[] {
  return by
    .received()
    .map(notification)
    .filter((each) => each.vmName === name);
}

/** Names with the state from which the machine came. */
function told(traps: readonly Notification[]): readonly string[] {
  return traps.map(({ name, vmOperState }) => `${name} from ${vmOperState}`);
}

/** A QEMU that is ended by force says so itself, or is gone before it could. */
const ENDED = [["vmShutdown from 4"], ["vmShuttingdown from 4", "vmShutdown from 10"]];
/** A start that takes its time is seen preparing. */
const STARTED = [["vmRunning from 11"], ["vmRunning from 3"]];

describe("v3 traps, as snmptrapd hears them", () => {
  hostTest("pausing and resuming a machine with virsh: vmPaused from running, vmRunning from paused", async () => {
    const seen = about("idle-1", receiverOfKvm).length;
    const paused = await caused("idle-1", "vmPaused", () => virsh("qemu", "suspend", "idle-1"));
    expect(told(paused)).toEqual(["vmPaused from 4"]);
    const resumed = await caused("idle-1", "vmRunning", () => virsh("qemu", "resume", "idle-1"));
    expect(told(resumed)).toEqual(["vmRunning from 8"]);
    const ofKvm = await until("both in the host's context", () => {
      const since = about("idle-1", receiverOfKvm).slice(seen);
      return since.length >= 2 && since;
    });
    expect(told(ofKvm)).toEqual(["vmPaused from 4", "vmRunning from 8"]);
  });

  hostTest("each comes authentic and private from its target's context and names the row of that context", async () => {
    const { uuid } = testMachine("idle-1");
    for (const [by, context] of [
      [receiver, ""],
      [receiverOfKvm, "kvm1"],
    ] as const) {
      const [vmIndex] = findVm(await readVmTable(gateway, context), "idle-1");
      expect(about("idle-1", by)[0]).toMatchObject({ vmIndex, vmName: "idle-1", vmUUID: uuid });
      const user = gateway.ready.user.snmpUser;
      for (const { security } of by.received())
        expect(security).toBe(`TRAP2, SNMP v3, user ${user}, context ${context}`);
    }
    const hosts = new Set(receiverOfKvm.received().map((trap) => notification(trap).vmName.startsWith("ct-")));
    expect(hosts.has(true), "a target of one host hears nothing of the other").toBe(false);
  });

  hostTest("stopping and starting a machine: vmShutdown from running, vmRunning from shutdown", async () => {
    const stopped = await caused("idle-2", "vmShutdown", () => virsh("qemu", "destroy", "idle-2"));
    expect(ENDED).toContainEqual(told(stopped));
    const started = await caused("idle-2", "vmRunning", () => virsh("qemu", "start", "idle-2"));
    expect(STARTED).toContainEqual(told(started));
  });

  hostTest("a container: vmShutdown, vmRunning, vmPaused, vmRunning", async (context) => {
    const why = whyImpossible("ct-box");
    if (why !== undefined) context.skip(why);
    const steps = [
      ["destroy", [["vmShutdown from 4"]]],
      ["start", STARTED],
      ["suspend", [["vmPaused from 4"]]],
      ["resume", [["vmRunning from 8"]]],
    ] as const;
    for (const [word, expected] of steps) {
      const [last = ""] = expected[0]?.[0]?.split(" ") ?? [];
      expect(expected).toContainEqual(told(await caused("ct-box", last, () => virsh("lxc", word, "ct-box"))));
    }
  });

  hostTest(
    "a guest that obeys its power button: vmShuttingdown, then vmShutdown from shuttingdown",
    async (context) => {
      const why = whyImpossible("booted");
      if (why !== undefined) context.skip(why);
      const traps = await caused("booted", "vmShutdown", () => virsh("qemu", "shutdown", "booted"));
      expect(told(traps)).toEqual(["vmShuttingdown from 4", "vmShutdown from 10"]);
      await bringTo(testMachine("booted"), "running");
    },
  );

  hostTest("saving and restoring: vmSuspended; vmResuming from suspended, vmRunning from resuming", async () => {
    const saved = await caused("idle-3", "vmSuspended", () => virsh("qemu", "managedsave", "idle-3"));
    expect(saved.at(-1)?.name).toBe("vmSuspended");
    const restored = await caused("idle-3", "vmRunning", () => virsh("qemu", "start", "idle-3"));
    expect(told(restored)).toEqual(["vmResuming from 6", "vmRunning from 7"]);
  });

  hostTest("a transient machine that ends: vmShutdown, then vmDeleted; its row is gone", async () => {
    const traps = await caused("transient", "vmDeleted", () => virsh("qemu", "destroy", "transient"));
    expect(ENDED).toContainEqual(told(traps.slice(0, -1)));
    expect(traps.at(-1)).toMatchObject({ name: "vmDeleted", vmPersistent: 3, vmOperState: 11 });
    await until("the row to go", async () => {
      return ![...(await readVmTable(gateway, "kvm1")).values()].some(
        (row) => String(row.get(VM_NAME)) === "transient",
      );
    });
    await bringTo(testMachine("transient"), "running");
  });

  hostTest("twenty pauses and resumes in a row: none lost, none twice, in order", async () => {
    const seen = about("idle-1").length;
    const rounds = Array.from({ length: 20 }, (_, step) => (step % 2 === 0 ? "suspend" : "resume"));
    for (const word of rounds) await virsh("qemu", word, "idle-1");
    const traps = await until("as many traps", () => {
      const since = about("idle-1").slice(seen);
      return since.length >= rounds.length && since;
    });
    expect(told(traps)).toEqual(rounds.map((word) => (word === "suspend" ? "vmPaused from 4" : "vmRunning from 8")));
  });
});
