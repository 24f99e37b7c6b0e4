import { afterEach, describe, expect, test } from "vitest";
import { silentLog } from "../../../src/base/log.js";
import { OpeningGate } from "../../../src/driver/opening-gate.js";
import { lackOf } from "../../../src/driver/write/capability-table.js";
import { cpuMap } from "../../../src/driver/write/cpu-map.js";
import { createLibvirtHypervisor, type LibvirtHypervisor } from "../../../src/driver/write/libvirt-hypervisor.js";
import { hypervisorOperations } from "../../../src/inventory/hypervisor.js";
import type { Technology } from "../../../src/inventory/machine.js";
import { FakeLibvirt, type FakeLibvirtOptions } from "../../support/fake-libvirt.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";

const opened: LibvirtHypervisor[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** A hypervisor on a fake daemon with one machine that is off. */
function writing(options: FakeLibvirtOptions = {}, uri = "qemu+unix:///system?socket=/fake") {
  const clock = new ManualClock();
  const daemon: FakeLibvirt = new FakeLibvirt(clock, {
    ...options,
    more: {
      domainCreateWithFlags: ({ dom }) => {
        daemon.start(machine);
        return { dom: { ...dom, id: machine.id } };
      },
      domainDestroyFlags: () => {
        daemon.stop(machine);
        return {};
      },
      domainReset: () => ({}),
      ...options.more,
    },
  });
  const machine = daemon.add("one");
  const hypervisor = createLibvirtHypervisor({
    host: { name: "h", uri },
    ...{ clock, log: silentLog, dialer: daemon.dialer, gate: new OpeningGate() },
  });
  opened.push(hypervisor);
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await settled();
    }
  };
  return { clock, daemon, machine, hypervisor, pass };
}

const limit = { deadlineMs: 10_000 };

/** How a promise ended. */
function ending(promise: Promise<unknown>) {
  const outcome: { code?: string; message?: string; done?: boolean } = {};
  promise.then(
    () => {
      outcome.done = true;
    },
    (error: { code: string; message: string }) => Object.assign(outcome, { code: error.code, message: error.message }),
  );
  return outcome;
}

describe("a connection that is lost before the answer", () => {
  test("is no failure when the machine did start", async () => {
    const { daemon, machine, hypervisor, pass } = writing();
    daemon.hold("domainCreateWithFlags");
    const outcome = ending(hypervisor.start(machine.uuid, {}, limit));
    await settled();
    daemon.kill();
    await pass(1000);
    expect(outcome).toEqual({});
    daemon.down = undefined;
    await pass(1000);
    expect(outcome).toEqual({ done: true });
    expect(daemon.calls.filter((name) => name === "domainCreateWithFlags")).toHaveLength(1);
  });

  test("is one, and says so, when it did not", async () => {
    const { daemon, machine, hypervisor, pass } = writing({ more: { domainCreateWithFlags: ({ dom }) => ({ dom }) } });
    daemon.hold("domainCreateWithFlags");
    const outcome = ending(hypervisor.start(machine.uuid, {}, limit));
    await settled();
    daemon.kill();
    daemon.down = undefined;
    await pass(1000);
    expect(outcome).toMatchObject({ code: "unreachable", message: expect.stringContaining("start was not done") });
  });

  test("is one when nobody can tell afterwards, and when the daemon does not come back", async () => {
    const { daemon, machine, hypervisor, pass } = writing();
    daemon.start(machine);
    daemon.hold("domainReset");
    const reset = ending(hypervisor.reset(machine.uuid, limit));
    daemon.hold("domainDestroyFlags");
    const destroy = ending(hypervisor.destroy(machine.uuid, limit));
    await settled();
    daemon.kill();
    await pass(9000);
    expect(reset).toMatchObject({ code: "unreachable" });
    expect(destroy).toEqual({});
    await pass(2000);
    expect(destroy).toMatchObject({ code: "unreachable" });
  });
});

describe("an operation", () => {
  test("fails at once when the daemon is not there, and connects anew for the next", async () => {
    const { daemon, machine, hypervisor } = writing();
    daemon.down = "nobody listens";
    await expect(hypervisor.start(machine.uuid, {}, limit)).rejects.toMatchObject({
      code: "unreachable",
      path: "host/h",
    });
    daemon.down = undefined;
    await hypervisor.start(machine.uuid, {}, limit);
    expect(await hypervisor.machineStatus(machine.uuid, limit)).toMatchObject({
      state: "running",
      domainId: machine.id,
    });
  });

  test("ends at its deadline and when nobody wants it any more", async () => {
    const { daemon, machine, hypervisor, pass } = writing();
    daemon.hold("domainCreateWithFlags");
    const late = ending(hypervisor.start(machine.uuid, {}, { deadlineMs: 500 }));
    const giveUp = new AbortController();
    const given = ending(hypervisor.start(machine.uuid, {}, { ...limit, signal: giveUp.signal }));
    await settled();
    giveUp.abort();
    await settled();
    expect(given).toMatchObject({ code: "timeout" });
    expect(late).toEqual({});
    await pass(600);
    expect(late).toMatchObject({ code: "timeout" });
  });

  test("shares one connection, which is closed when it has long been idle", async () => {
    const { daemon, machine, hypervisor, pass } = writing();
    await Promise.all([1, 2, 3].map(() => hypervisor.machineStatus(machine.uuid, limit)));
    expect(daemon.dialled).toHaveLength(1);
    expect(daemon.connections).toBe(1);
    await pass(61_000);
    expect(daemon.connections).toBe(0);
  });

  test("goes to another connection when calls without an answer hold places of the first", async () => {
    const { daemon, machine, hypervisor, pass } = writing();
    daemon.hold("domainCreateWithFlags");
    for (let count = 0; count < 2; count++) {
      const outcome = ending(hypervisor.start(machine.uuid, {}, { deadlineMs: 100 }));
      await pass(200);
      expect(outcome).toMatchObject({ code: "timeout" });
    }
    expect(await hypervisor.machineStatus(machine.uuid, limit)).toMatchObject({ name: "one" });
    expect(daemon.dialled).toHaveLength(2);
  });

  test("that the technology lacks is refused before anything is sent", async () => {
    const { daemon, machine, hypervisor } = writing({}, "lxc+unix:///system?socket=/fake");
    expect(hypervisor.lacks("save")).toContain("LXC");
    expect(hypervisor.lacks("start")).toBeUndefined();
    await expect(hypervisor.save(machine.uuid, limit)).rejects.toMatchObject({ code: "unsupported", path: "host/h" });
    await expect(
      hypervisor.migrate(machine.uuid, { destinationUri: "lxc:///", live: true, persist: true }, limit),
    ).rejects.toMatchObject({ code: "unsupported" });
    expect(daemon.dialled).toEqual([]);
  });
});

describe("the capability table", () => {
  test("has an answer of every technology to every operation, in both scopes", () => {
    const all = [..."kvm qemu lxc xen openvz test esx vmware hyperv bhyve vz ch vbox other".split(" ")] as Technology[];
    for (const technology of all) {
      for (const operation of hypervisorOperations) {
        const [either, live, config] = [undefined, "live" as const, "config" as const].map((scope) =>
          lackOf(technology, operation, scope),
        );
        expect(either === undefined, `${technology} ${operation}`).toBe(live === undefined || config === undefined);
        for (const reason of [either, live, config]) expect(reason ?? "can").not.toBe("");
      }
    }
    expect(hypervisorOperations.filter((operation) => lackOf("kvm", operation) !== undefined)).toEqual([]);
    expect(lackOf("openvz", "undefine")).toContain("vzctl destroy");
    // As libvirt's own tables of these drivers have it.
    expect(lackOf("vz", "set-autostart")).toContain("Virtuozzo");
    expect(["save", "restore", "discard-saved"].map((operation) => lackOf("ch", operation as "save"))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("cpuMap()", () => {
  test("gives a bit for each CPU", () => {
    expect([...cpuMap("0-3,^2,8", 16)]).toEqual([0b1011, 1]);
    expect([...cpuMap(" 15 ", 16)]).toEqual([0, 0x80]);
  });

  test("refuses what is no set of the host's CPUs", () => {
    for (const text of ["", "x", "3-1", "0,,1", "16", "0,^0", "-1", "0-"]) {
      expect(() => cpuMap(text, 16), text).toThrow(expect.objectContaining({ code: "invalid" }));
    }
  });
});
