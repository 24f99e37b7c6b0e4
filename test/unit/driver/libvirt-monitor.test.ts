import { afterEach, describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { type Log, silentLog } from "../../../src/base/log.js";
import { seededRandom } from "../../../src/base/random.js";
import { createLibvirtMonitor, type LibvirtMonitorOptions } from "../../../src/driver/libvirt-monitor.js";
import { OpeningGate } from "../../../src/driver/opening-gate.js";
import type { HostMonitor, MachineLook, Observation } from "../../../src/inventory/observation.js";
import { FakeLibvirt, type FakeLibvirtOptions, type FakeMachine } from "../../support/fake-libvirt.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";

const running: HostMonitor[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((monitor) => monitor.stop()));
});

interface Setup extends FakeLibvirtOptions {
  readonly uri?: string;
  readonly machines?: readonly string[];
  readonly options?: Partial<LibvirtMonitorOptions>;
}

/** A monitor on a fake daemon, started, its first list read. */
async function watching(setup: Setup = {}) {
  const clock = new ManualClock();
  const daemon = new FakeLibvirt(clock, setup);
  const machines = (setup.machines ?? []).map((name) => daemon.addRunning(name));
  const seen: Observation[] = [];
  const monitor = createLibvirtMonitor({
    host: { name: "h", uri: setup.uri ?? "qemu+unix:///system?socket=/fake", allowWrite: false },
    ...{ clock, log: silentLog, random: seededRandom(1), dialer: daemon.dialer, gate: new OpeningGate() },
    ...setup.options,
  });
  running.push(monitor);
  monitor.start((observations) => {
    for (const observation of observations) seen.push(observation);
  });
  await settled();
  return {
    ...{ clock, daemon, machines, seen, monitor },
    /** What was reported since the last call. */
    fresh: () => seen.splice(0),
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 50) {
        clock.advance(50);
        await settled();
      }
    },
  };
}

function looksAt(observations: readonly Observation[], machine: FakeMachine): readonly MachineLook[] {
  return observations
    .flatMap((observation) => (observation.kind === "looks" ? observation.looks : []))
    .filter((look) => look.uuid === machine.uuid);
}

/** States as the inventory would show them, in order. */
function states(observations: readonly Observation[], machine: FakeMachine): readonly (string | undefined)[] {
  const all = observations.flatMap((observation) => {
    if (observation.kind === "lifecycle") return observation.uuid === machine.uuid ? [observation.state] : [];
    return looksAt([observation], machine).flatMap((look) => look.facts.state ?? []);
  });
  return all.filter((state, at) => state !== all[at - 1]);
}

const kinds = (observations: readonly Observation[]) =>
  observations.map((observation) => (observation.kind === "looks" ? "looks" : observation.kind));

const lxc: Setup = {
  ...{ uri: "lxc+unix:///system?socket=/fake", driver: "LXC", type: "lxc" },
  lacks: ["connectGetAllDomainStats"],
};

describe("a monitor's first contact", () => {
  test("reports the link, every machine with its document, then that this was all", async () => {
    const { seen, machines } = await watching({ machines: ["a", "b"] });
    expect(seen[0]).toMatchObject({
      kind: "link",
      up: true,
      facts: { driver: "QEMU", libvirtVersion: "9.0.0", hypervisorVersion: "7.2.19", hostname: "box", local: false },
    });
    const before = seen.slice(
      0,
      seen.findIndex(({ kind }) => kind === "listed"),
    );
    for (const machine of machines) {
      expect(looksAt(before, machine)).toEqual([
        expect.objectContaining({
          tiers: ["state", "document"],
          facts: expect.objectContaining({
            ...{
              name: machine.name,
              kind: "vm",
              technology: "kvm",
              state: "running",
              reason: "booted",
              domainId: machine.id,
            },
            ...{ persistent: true, autostart: false, osType: "hvm", memoryMaximumKiB: 1024 },
          }),
          disks: [expect.objectContaining({ target: "vda", path: `/${machine.name}.img`, source: "file" })],
          nics: [expect.objectContaining({ target: `tap-${machine.name}`, source: "br0", sourceKind: "bridge" })],
        }),
      ]);
    }
    expect(seen.find(({ kind }) => kind === "listed")).toMatchObject({ uuids: machines.map(({ uuid }) => uuid) });
  });

  test("registers for events before it lists", async () => {
    const { daemon } = await watching();
    expect(daemon.calls.indexOf("connectDomainEventCallbackRegisterAny")).toBeLessThan(
      daemon.calls.indexOf("connectListAllDomains"),
    );
    expect(daemon.connections).toBe(2);
  });

  test("reads statistics at once, disks and interfaces by their names in the document", async () => {
    const { seen, machines, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    await pass(2000);
    const looks = looksAt(seen, a);
    const measured = looks.find((look) => look.tiers.includes("statistics"));
    expect(measured?.facts).toMatchObject({ cpuTimeNs: 0n, memoryKiB: 1024 });
    expect(measured?.diskCounters?.get("vda")).toEqual({ readRequests: 7n, capacityBytes: 4096n });
    const cheap = looks.find((look) => look.nicCounters);
    expect(cheap?.nicCounters?.get("52:54:00:00:00:01")).toEqual({ receivedBytes: 10n, sentPackets: 20n });
  });

  test("asks the drivers that have no bulk call machine by machine", async () => {
    const { seen, machines, daemon } = await watching({
      ...{ uri: "lxc+unix:///system?socket=/fake", driver: "LXC", type: "lxc", machines: ["box"] },
      lacks: ["connectGetAllDomainStats"],
    });
    const [box] = machines as [FakeMachine];
    const measured = looksAt(seen, box).find((look) => look.tiers.includes("statistics"));
    expect(measured?.facts).toMatchObject({ cpuTimeNs: 0n, vcpuCount: 1 });
    expect(measured?.facts).not.toHaveProperty("memoryKiB");
    expect(measured?.nicCounters?.get("52:54:00:00:00:01")).toMatchObject({ receivedBytes: 1n, sentDrops: 8n });
    expect(measured?.nicCounters?.get("52:54:00:00:00:01")).not.toHaveProperty("receivedDrops"); // -1 is unknown
    expect(daemon.calls).not.toContain("connectGetAllDomainStats");
    expect(looksAt(seen, box)[0]?.facts).toMatchObject({ kind: "container", technology: "lxc" });
  });

  test("takes states from the bulk call and statistics one by one where the driver has no more to it", async () => {
    const { seen, machines, daemon, pass } = await watching({
      ...{ uri: "test+unix:///default?socket=/fake", driver: "TEST", type: "test", machines: ["a"] },
    });
    const [a] = machines as [FakeMachine];
    await pass(2100);
    const measured = looksAt(seen, a).find((look) => look.tiers.includes("statistics"));
    expect(measured?.facts).toMatchObject({ cpuTimeNs: 0n, memoryKiB: 1024 });
    expect(daemon.calls).toContain("connectGetAllDomainStats");
  });

  test("reads disks and processors of Xen guests, and leaves out Xen's own domain", async () => {
    const clock = new ManualClock();
    const daemon = new FakeLibvirt(clock, { driver: "Xen", type: "xen" });
    daemon.add("Domain-0", { uuid: "00000000-0000-0000-0000-000000000000", id: 0, state: 1 });
    const guest = daemon.addRunning("guest");
    const seen: Observation[] = [];
    const monitor = createLibvirtMonitor({
      host: { name: "x", uri: "xen+unix:///system?socket=/fake", allowWrite: false },
      ...{ clock, log: silentLog, random: seededRandom(1), dialer: daemon.dialer, gate: new OpeningGate() },
    });
    running.push(monitor);
    monitor.start((observations) => seen.push(...observations));
    await settled();
    await settled();
    expect(seen.find(({ kind }) => kind === "listed")).toMatchObject({ uuids: [guest.uuid] });
    const measured = looksAt(seen, guest).find((look) => look.tiers.includes("statistics"));
    expect(measured?.diskCounters?.get("vda")).toEqual({
      readRequests: 1n,
      readBytes: 2n,
      writeRequests: 3n,
      writeBytes: 4n,
    });
    expect(measured?.facts.vcpus).toEqual([{ number: 0, timeNs: 9n }]);
  });

  test("takes numbers of local devices only from a host that is here", async () => {
    const local = {
      bootTime: async () => 1234,
      neighbours: async () => new Map(),
      interfaceIndexes: async () => new Map([["tap-a", 7]]),
    };
    const { seen, machines } = await watching({ machines: ["a"], options: { local } });
    const [a] = machines as [FakeMachine];
    expect(seen[0]).toMatchObject({ facts: { local: true, upSince: 1234 } });
    expect(looksAt(seen, a)[0]?.ifIndexes?.get("tap-a")).toBe(7);
  });
});

describe("a monitor's events", () => {
  test("reports a change at once, with the state that it implies, then looks", async () => {
    const { daemon, machines, fresh } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.stop(a);
    await settled();
    const seen = fresh();
    expect(seen[0]).toMatchObject({ kind: "lifecycle", uuid: a.uuid, lifecycle: "destroyed", state: "stopped" });
    expect(looksAt(seen, a)[0]).toMatchObject({ facts: { state: "stopped", domainId: undefined, vcpus: [] } });
  });

  test("tells a stop and a start within 50 ms apart, and reads the machine twice at most", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.calls.length = 0;
    daemon.stop(a);
    daemon.start(a);
    await pass(200);
    const seen = fresh();
    expect(seen.filter(({ kind }) => kind === "lifecycle")).toMatchObject([
      { lifecycle: "destroyed", state: "stopped" },
      { lifecycle: "booted", state: "running" },
    ]);
    expect(states(seen, a)).toEqual(["stopped", "running"]);
    expect(looksAt(seen, a).at(-1)).toMatchObject({ facts: { domainId: a.id } });
    expect(daemon.calls.filter((name) => name === "domainLookupByUuid").length).toBeLessThanOrEqual(2);
  });

  test("does not count a state that was read before the event", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    await pass(1950);
    fresh();
    daemon.hold("connectGetAllDomainStats");
    await pass(100); // the sweep has read "running" and its answer is under way
    daemon.stop(a);
    await settled();
    daemon.release("connectGetAllDomainStats");
    await pass(100);
    expect(states(fresh(), a)).toEqual(["stopped"]);
  });

  test("takes QEMU's early resume as part of the start", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    daemon.stop(a);
    await pass(100);
    fresh();
    Object.assign(a, { id: 9, state: 1, reason: 1 });
    daemon.emit(a, 4, 0);
    await settled();
    daemon.emit(a, 2, 0);
    await pass(300);
    const seen = fresh();
    expect(seen.filter(({ kind }) => kind === "lifecycle")).toMatchObject([{ lifecycle: "booted" }]);
  });

  test("announces a machine that was defined, and forgets it when it is undefined", async () => {
    const { daemon, fresh } = await watching();
    fresh();
    const a = daemon.add("a");
    daemon.emit(a, 0, 0);
    await settled();
    const announced = fresh();
    expect(announced[0]).toMatchObject({ kind: "lifecycle", uuid: a.uuid, lifecycle: "defined" });
    expect(looksAt(announced, a)[0]).toMatchObject({ facts: { name: "a", state: "stopped" } });
    daemon.machines.delete(a.uuid);
    daemon.emit(a, 1, 0);
    await settled();
    expect(fresh()).toMatchObject([{ kind: "gone", uuid: a.uuid, lifecycle: "undefined" }]);
  });

  test("keeps a running machine whose definition was removed, as transient, until it stops", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    a.persistent = false;
    daemon.emit(a, 1, 0);
    await pass(100);
    expect(looksAt(fresh(), a).at(-1)).toMatchObject({ facts: { persistent: false, state: "running" } });
    daemon.stop(a);
    await pass(100);
    expect(kinds(fresh())).toEqual(["lifecycle", "gone"]);
  });

  test("reports nothing that an event overtook while the rest of the machine was read", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.hold("domainGetVcpuPinInfo");
    Object.assign(a, { state: 3, reason: 1 });
    daemon.emit(a, 3, 0);
    await settled();
    expect(daemon.held.get("domainGetVcpuPinInfo")).toHaveLength(1);
    Object.assign(a, { state: 1, reason: 5 });
    daemon.emit(a, 4, 0);
    await settled();
    daemon.release("domainGetVcpuPinInfo");
    await pass(300);
    expect(states(fresh(), a)).toEqual(["paused", "running"]);
  });

  test("reads the sizes of a stopped machine's disks, which its monitor told before", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.stop(a);
    await pass(100);
    expect(looksAt(fresh(), a).at(-1)?.diskCounters).toEqual(
      new Map([["vda", { allocationBytes: 1024n, capacityBytes: 4096n, physicalBytes: 2048n }]]),
    );
  });

  test("hears out why a machine is gone before it is", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.machines.delete(a.uuid);
    daemon.emit(a, 6, 0);
    await pass(20);
    expect(fresh()).toMatchObject([{ kind: "lifecycle", lifecycle: "shutting-down" }]);
    daemon.emit(a, 5, 1);
    await pass(200);
    expect(fresh()).toMatchObject([
      { kind: "lifecycle", lifecycle: "destroyed", state: "stopped" },
      { kind: "gone", lifecycle: "destroyed" },
    ]);
  });

  test("reads the document again after a device event, even while it is being read", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.hold("domainGetXmlDesc");
    daemon.emitDeviceAdded(a);
    await settled();
    a.document = { ...a.document, interfaces: [] };
    daemon.emitDeviceAdded(a);
    await settled();
    daemon.release("domainGetXmlDesc");
    await pass(200);
    expect(looksAt(fresh(), a).at(-1)?.nics).toEqual([]);
  });

  test("a change nobody announced is reported after a second look", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    Object.assign(a, { state: 3, reason: 1 });
    daemon.calls.length = 0;
    await pass(3000);
    expect(states(fresh(), a)).toEqual(["paused"]);
    expect(daemon.calls).toContain("domainGetState");
  });

  test("a machine that vanished unannounced is found out", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a", "b"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.machines.delete(a.uuid);
    await pass(3000);
    expect(fresh()).toContainEqual(expect.objectContaining({ kind: "gone", uuid: a.uuid }));
  });

  test("the list of every minute brings what was edited of a machine that is off, and reads no document of one that runs", async () => {
    const { daemon, fresh, pass } = await watching({ machines: ["runs"] });
    const off = daemon.add("off");
    daemon.emit(off, 0, 0);
    await pass(100);
    off.document = { ...off.document, vcpuCount: 5, memoryKiB: 4096, currentMemoryKiB: 2048 };
    fresh();
    daemon.calls.length = 0;
    await pass(61_000);
    expect(looksAt(fresh(), off)).toContainEqual(
      expect.objectContaining({
        facts: expect.objectContaining({ vcpuCount: 5, memoryKiB: 2048, memoryMaximumKiB: 4096 }),
      }),
    );
    expect(daemon.calls.filter((name) => name === "domainGetXmlDesc")).toHaveLength(1);
  });

  test("the list of every minute brings autostart and managed save, which have no events", async () => {
    const { daemon, fresh, pass } = await watching();
    const a = daemon.add("a");
    daemon.emit(a, 0, 0);
    await pass(100);
    Object.assign(a, { autostart: true, managedSave: true });
    fresh();
    await pass(61_000);
    expect(looksAt(fresh(), a)).toContainEqual(
      expect.objectContaining({ facts: expect.objectContaining({ autostart: true, state: "saved" }) }),
    );
  });
});

describe("a machine that hangs", () => {
  const names = Array.from({ length: 20 }, (_, at) => `m${at}`);

  test("is found, set apart and reported; no other machine's statistics get older than 10 s", async () => {
    const { daemon, machines, fresh, pass, clock } = await watching({ machines: names });
    const stuck = machines[3] as FakeMachine;
    await pass(12_000);
    const last = new Map<string, number>();
    let oldest = 0;
    const note = (observations: readonly Observation[]): void => {
      for (const { uuid } of machines) {
        const read = observations.some(
          (observation) =>
            observation.kind === "looks" &&
            observation.looks.some((look) => look.uuid === uuid && look.tiers.includes("statistics")),
        );
        if (read) last.set(uuid, clock.monotonic());
        if (uuid !== stuck.uuid) oldest = Math.max(oldest, clock.monotonic() - (last.get(uuid) ?? clock.monotonic()));
      }
    };
    note(fresh());
    stuck.hung = true;
    let reported: readonly Observation[] = [];
    for (let second = 0; second < 60; second += 1) {
      await pass(1000);
      const seen = fresh();
      reported = [...reported, ...seen];
      note(seen);
    }
    const flags = machines.filter((machine) => looksAt(reported, machine).some((look) => look.stuck));
    expect(flags).toEqual([stuck]);
    expect(oldest).toBeLessThanOrEqual(10_000);
    expect(looksAt(reported, stuck).filter((look) => look.tiers.includes("state")).length).toBeGreaterThan(20);
    expect(stuck.waiting).toHaveLength(1);

    daemon.revive(stuck);
    await pass(3000);
    const revived = looksAt(fresh(), stuck);
    expect(revived.some((look) => look.stuck === false)).toBe(true);
    expect(revived.some((look) => look.tiers.includes("statistics"))).toBe(true);
  });

  test("several that hang make the statistics connection be replaced, and nothing else", async () => {
    const { machines, fresh, pass, monitor, daemon } = await watching({ machines: names });
    const stuck = [machines[1], machines[2], machines[9], machines[17]] as FakeMachine[];
    for (const machine of stuck) machine.hung = true;
    fresh();
    await pass(60_000);
    const seen = fresh();
    expect(machines.filter((machine) => looksAt(seen, machine).some((look) => look.stuck))).toEqual(stuck);
    expect(kinds(seen)).not.toContain("link");
    expect(monitor.counters()).toMatchObject({ stuck: 4, connects: 1 });
    for (const machine of stuck) expect(machine.waiting.length).toBeLessThanOrEqual(1);
    expect(daemon.connections).toBe(2);
    await pass(10_000);
    const healthy = machines.filter((machine) => !stuck.includes(machine));
    const later = fresh();
    for (const machine of healthy) {
      expect(looksAt(later, machine).some((look) => look.tiers.includes("statistics"))).toBe(true);
    }
  });

  test("is released when it stops", async () => {
    const { daemon, machines, fresh, pass, monitor } = await watching({ machines: ["a", "b"] });
    const [a] = machines as [FakeMachine];
    a.hung = true;
    await pass(15_000);
    expect(monitor.counters()).toMatchObject({ stuck: 1 });
    fresh();
    daemon.stop(a);
    await pass(3000);
    expect(looksAt(fresh(), a).some((look) => look.stuck === false)).toBe(true);
    expect(monitor.counters()).toMatchObject({ stuck: 0 });
  });

  test("a daemon that hangs as a whole puts no machine into quarantine", async () => {
    const { daemon, machines, fresh, pass, monitor } = await watching({ machines: ["a", "b"] });
    fresh();
    daemon.hold("connectGetAllDomainStats");
    daemon.hold("connectGetLibVersion");
    await pass(9000);
    expect(monitor.counters()).toMatchObject({ stuck: 0 });
    for (const machine of machines) expect(looksAt(fresh(), machine).some((look) => look.stuck)).toBe(false);
  });
});

describe("a daemon that stalls", () => {
  const questions = ["connectGetAllDomainStats", "connectGetLibVersion", "domainGetState", "connectOpen"] as const;

  test("for less than its host counts as lost is asked for states again within three periods", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    await pass(1900);
    for (const name of questions) daemon.hold(name);
    await pass(5500);
    for (const name of questions) daemon.release(name);
    await pass(100);
    fresh();
    await pass(6500);
    const seen = fresh();
    expect(kinds(seen)).not.toContain("link");
    expect(looksAt(seen, a).filter((look) => look.tiers.includes("state")).length).toBeGreaterThanOrEqual(1);
  });

  test.each([
    ["QEMU", { machines: ["a", "b"] }],
    ["QEMU without machines", {}],
    ["LXC", { ...lxc, machines: ["a", "b"] }],
    ["LXC without machines", lxc],
  ])("is a link that is down within 15 s, and up at once when it goes on: %s", async (_, setup) => {
    const { daemon, fresh, pass } = await watching(setup);
    fresh();
    for (const name of questions) daemon.hold(name);
    await pass(15_000);
    expect(fresh().filter(({ kind }) => kind === "link")).toMatchObject([{ up: false }]);
    await pass(12_000);
    for (const name of questions) daemon.release(name);
    await pass(5000);
    expect(fresh().filter(({ kind }) => kind === "link")).toMatchObject([{ up: true }]);
  });
});

describe("a connection that ends", () => {
  test("is reported at once and made anew when the daemon is back, within 5 s", async () => {
    const { daemon, machines, fresh, pass } = await watching({ machines: ["a"] });
    const [a] = machines as [FakeMachine];
    fresh();
    daemon.kill();
    await settled();
    expect(fresh()).toMatchObject([{ kind: "link", up: false, reason: expect.stringContaining("closed") }]);
    await pass(60_000);
    fresh();
    daemon.down = undefined;
    await pass(5000);
    const seen = fresh();
    expect(seen[0]).toMatchObject({ kind: "link", up: true });
    expect(looksAt(seen, a)[0]).toMatchObject({ tiers: ["state", "document"] });
    expect(seen.some(({ kind }) => kind === "listed")).toBe(true);
    daemon.stop(a);
    await settled();
    expect(fresh()).toContainEqual(expect.objectContaining({ kind: "lifecycle", lifecycle: "destroyed" }));
  });

  test("a driver that the daemon lost ends it as well", async () => {
    const { daemon, fresh } = await watching();
    fresh();
    daemon.loseDriver();
    await settled();
    expect(fresh()).toMatchObject([{ kind: "link", up: false }]);
  });

  test("a host that was never there is reported down once, with the reason, and tried again", async () => {
    const clock = new ManualClock();
    const daemon = new FakeLibvirt(clock);
    daemon.down = "nobody listens";
    const seen: Observation[] = [];
    const monitor = createLibvirtMonitor({
      host: { name: "h", uri: "qemu:///system", allowWrite: false },
      ...{ clock, log: silentLog, random: seededRandom(1), dialer: daemon.dialer, gate: new OpeningGate() },
    });
    running.push(monitor);
    monitor.start((observations) => seen.push(...observations));
    await settled();
    expect(daemon.dialled[0]).toBe("/run/libvirt/virtqemud-sock-ro");
    expect(daemon.dialled).toContain("/run/libvirt/libvirt-sock-ro");
    for (let i = 0; i < 100; i += 1) {
      clock.advance(200);
      await settled();
    }
    expect(seen).toEqual([{ kind: "link", up: false, reason: "nobody listens" }]);
    expect(daemon.dialled.length).toBeGreaterThan(12);
  });

  test("ten daemons that let nobody in keep no other host waiting, and are tried more and more rarely", async () => {
    const clock = new ManualClock();
    const gate = new OpeningGate();
    const watch = (daemon: FakeLibvirt, sink: (observations: readonly Observation[]) => void): void => {
      const monitor = createLibvirtMonitor({
        host: { name: "h", uri: "qemu:///system", allowWrite: false },
        ...{ clock, log: silentLog, random: () => 1, dialer: daemon.dialer, gate },
      });
      running.push(monitor);
      monitor.start(sink);
    };
    const hung = Array.from({ length: 10 }, () => new FakeLibvirt(clock));
    for (const daemon of hung) {
      daemon.hold("connectOpen");
      watch(daemon, () => {});
    }
    const seen: Observation[] = [];
    watch(new FakeLibvirt(clock), (observations) => seen.push(...observations));
    const pass = async (seconds: number): Promise<void> => {
      for (let passed = 0; passed < seconds * 5; passed += 1) {
        clock.advance(200);
        await settled();
      }
    };
    await pass(4);
    expect(seen[0]).toMatchObject({ kind: "link", up: true });
    await pass(126);
    for (const daemon of hung) expect(daemon.dialled).toHaveLength(3); // at 0, 40 and 90 s
  });

  test("names the socket that came furthest", async () => {
    const clock = new ManualClock();
    const dial = async (path: string) => {
      const code = path.endsWith("virtqemud-sock") ? "ECONNREFUSED" : "ENOENT";
      throw new Fault("unreachable", `${path}: ${code}`, { cause: Object.assign(new Error(code), { code }) });
    };
    const { seen } = await watching({
      uri: "qemu:///system",
      options: {
        ...{
          clock,
          dialer: (socket) => ({ address: "s", dial: () => dial(socket.via === "unix" ? socket.path : "") }),
        },
      },
    });
    expect(seen).toMatchObject([{ up: false, reason: "/run/libvirt/virtqemud-sock: ECONNREFUSED" }]);
  });

  test("that fails for one reason and another by turns is warned of once for each, and again when it was up", async () => {
    const warned: string[] = [];
    const log: Log = { ...silentLog, warn: (_, fields) => void warned.push(String(fields?.["reason"])) };
    const { daemon, pass, fresh } = await watching({ machines: ["a"], options: { log } });
    daemon.kill();
    for (let turn = 0; turn < 10; turn += 1) {
      daemon.down = turn % 2 === 0 ? "reset" : "broken pipe";
      await pass(4000);
    }
    expect(warned.filter((reason) => reason === "reset")).toHaveLength(1);
    expect(warned.filter((reason) => reason === "broken pipe")).toHaveLength(1);
    expect(fresh().filter(({ kind }) => kind === "link").length).toBeGreaterThan(5);
    daemon.down = undefined;
    await pass(5000);
    daemon.kill();
    daemon.down = "reset";
    await pass(5000);
    expect(warned.filter((reason) => reason === "reset")).toHaveLength(2);
  });

  test("a URI that cannot work is a reason, not an error", async () => {
    const { seen } = await watching({ uri: "qemu+ext://box/system" });
    expect(seen).toMatchObject([{ kind: "link", up: false, reason: expect.stringContaining("ext") }]);
  });

  test("stop() ends everything, and nothing is reported after it", async () => {
    const { daemon, machines, monitor, fresh, pass } = await watching({ machines: ["a"] });
    await monitor.stop();
    fresh();
    expect(daemon.connections).toBe(0);
    daemon.stop(machines[0] as FakeMachine);
    await pass(10_000);
    expect(fresh()).toEqual([]);
  });

  test("stop() does not wait for an opening that hangs", async () => {
    const clock = new ManualClock();
    const daemon = new FakeLibvirt(clock);
    daemon.hold("connectOpen");
    const monitor = createLibvirtMonitor({
      host: { name: "h", uri: "qemu:///system", allowWrite: false },
      ...{ clock, log: silentLog, random: seededRandom(1), dialer: daemon.dialer, gate: new OpeningGate() },
    });
    monitor.start(() => {});
    await settled();
    expect(daemon.calls).toContain("connectOpen");
    await monitor.stop();
    await settled();
    expect(daemon.connections).toBe(0);
  });
});

describe("drivers without events", () => {
  test("are opened anew each minute to see what came and went, without a word of it", async () => {
    const { daemon, machines, fresh, pass } = await watching({
      ...{ uri: "openvz+unix:///system?socket=/fake", driver: "OpenVZ", type: "openvz", machines: ["101"] },
      lacks: ["connectGetAllDomainStats", "connectDomainEventCallbackRegisterAny"],
    });
    const [old] = machines as [FakeMachine];
    daemon.calls.length = 0;
    await pass(500);
    Object.assign(old, { state: 5, id: -1 });
    fresh();
    await pass(12_000);
    expect(states(fresh(), old)).toContain("stopped");
    const created = daemon.addRunning("102");
    await pass(62_000);
    const seen = fresh();
    expect(daemon.calls.filter((name) => name === "connectOpen").length).toBeGreaterThanOrEqual(2);
    expect(looksAt(seen, created)[0]).toMatchObject({ facts: { name: "102", kind: "container" } });
    expect(seen.every((observation) => observation.kind !== "link" || observation.up)).toBe(true);
  });
});

test("look() reads a machine again, or all of them", async () => {
  const { daemon, machines, monitor, pass } = await watching({ machines: ["a"] });
  await pass(200);
  daemon.calls.length = 0;
  monitor.look(machines[0]?.uuid);
  await settled();
  expect(daemon.calls).toContain("domainGetState");
  monitor.look();
  await settled();
  expect(daemon.calls).toContain("connectListAllDomains");
});

test("counters() sums over connections", async () => {
  const { daemon, monitor, pass } = await watching({ machines: ["a"] });
  const before = monitor.counters()["calls"] ?? 0;
  expect(before).toBeGreaterThan(20);
  daemon.kill();
  daemon.down = undefined;
  await pass(5000);
  expect(monitor.counters()).toMatchObject({ connects: 2 });
  expect(monitor.counters()["calls"]).toBeGreaterThan(before);
});
