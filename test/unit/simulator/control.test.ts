import { describe, expect, test } from "vitest";
import { simulatedHosts } from "../../../src/simulator/fleet.js";
import { SettableClock } from "../../../src/simulator/time/settable-clock.js";
import type { ControlledWorld } from "../../../src/simulator/truth/control-orders.js";
import { serveControl } from "../../../src/simulator/truth/serve-control.js";
import { ManualClock } from "../../support/manual-clock.js";
import { pairedChannels, settled } from "../../support/paired-channels.js";
import { connectTo, eventWords } from "../../support/simulator-client.js";

interface MachineTold {
  readonly uuid: string;
  readonly name: string;
  readonly id: number;
  readonly document: string;
  readonly cpu: { readonly timeNs: string };
  readonly memory: { readonly residentKiB: number };
  readonly nics: readonly { readonly receivedBytes: string }[];
  readonly disks: readonly { readonly writeRequests: string }[];
}

interface HostTold {
  readonly driver: string;
  readonly machines: readonly MachineTold[];
  readonly pools: readonly unknown[];
  readonly networks: readonly { readonly leases: readonly unknown[] }[];
}

/** All that an answer may have; which it has depends on the order. */
type Told = HostTold &
  MachineTold & { readonly hosts: readonly HostTold[]; readonly nowMs: number; readonly error: string };

/** Someone who gives orders to a fleet. */
function controlOf(world: ControlledWorld) {
  const [ours, theirs] = pairedChannels();
  serveControl(world, theirs);
  let text = "";
  const onData = (octets: Buffer): void => {
    text += octets.toString("utf8");
  };
  ours.listen({ onData, onDrain: () => {}, onClose: () => {} });
  /** What was answered since it was last asked for. */
  const heard = (): Told[] => {
    const lines = text.split("\n").slice(0, -1);
    text = "";
    return lines.map((line) => JSON.parse(line));
  };
  const told = async (line: string): Promise<Told> => {
    ours.write(Buffer.from(`${line}\n`));
    await settled();
    return heard()[0] as Told;
  };
  const send = (fields: object): boolean => ours.write(Buffer.from(`${JSON.stringify(fields)}\n`));
  return { told, send, heard, order: (fields: object): Promise<Told> => told(JSON.stringify(fields)) };
}

/** A fleet, someone who gives it orders, and a client of its first host. */
async function world() {
  const base = new ManualClock();
  const clock = new SettableClock(base);
  const hosts = simulatedHosts({ hosts: 4, machines: 5, seed: 1, clock, wireClock: base });
  const control = controlOf({ hosts, clock });
  const [kvm, , , openvz] = hosts;
  if (!kvm || !openvz) throw new Error("there are four hosts");
  return { base, clock, hosts, kvm, openvz, ...control, client: await connectTo(kvm, base) };
}

describe("serveControl()", () => {
  test("tells the truth that clients are told, at the same instant", async () => {
    const { order, client } = await world();
    const truth = await order({ do: "truth", host: "kvm1" });
    const { retStats } = await client.call("connectGetAllDomainStats", { doms: [], stats: 0, flags: 0 });
    expect(truth.machines).toHaveLength(retStats.length);
    for (const { dom, params } of retStats) {
      const value = (field: string) => params.find((one) => one.field === field)?.value;
      const machine = truth.machines.find(({ uuid }) => uuid === dom.uuid);
      expect(machine).toMatchObject({ name: dom.name, state: value("state.state"), reason: value("state.reason") });
      if (dom.id < 0) continue;
      expect(machine?.id).toBe(dom.id);
      expect(machine?.cpu.timeNs).toBe(String(value("cpu.time")));
      expect(machine?.nics[0]?.receivedBytes).toBe(String(value("net.0.rx.bytes")));
      expect(machine?.disks[0]?.writeRequests).toBe(String(value("block.0.wr.reqs")));
      expect(machine?.memory.residentKiB).toBe(Number(value("balloon.rss")));
    }
    const one = await order({ do: "truth", host: "kvm1", machine: "web-1" });
    const { document, ...facts } = one;
    expect(facts).toEqual(truth.machines.find(({ name }) => name === "web-1"));
    const dom = await client.domain("web-1");
    expect(document).toBe((await client.call("domainGetXmlDesc", { dom, flags: 0 })).xml);
    const all = await order({ do: "truth" });
    expect(all.hosts.map(({ driver }) => driver)).toEqual(["qemu", "lxc", "xen", "openvz"]);
    expect(all.hosts[0]?.pools[0]).toMatchObject({ name: "default", active: true });
    expect(all.hosts[0]?.networks[0]?.leases.length).toBeGreaterThan(0);
  });

  test("moves time forward, and all counters with it", async () => {
    const { order } = await world();
    const cpu = async () => BigInt((await order({ do: "truth", host: "kvm1", machine: "web-1" })).cpu.timeNs);
    const before = await cpu();
    const { nowMs } = await order({ do: "time" });
    expect((await order({ do: "skip", ms: 3_600_000 })).nowMs - nowMs).toBe(3_600_000);
    expect(await cpu()).toBeGreaterThan(before);
  });

  test("switches what can be wrong with a host", async () => {
    const { order, client } = await world();
    const dom = await client.domain("web-1");
    await order({ do: "fail-call", host: "kvm1", call: "domainGetInfo", error: "INTERNAL_ERROR" });
    await expect(client.call("domainGetInfo", { dom })).rejects.toThrow("made to fail");
    await order({ do: "fail-call", host: "kvm1", call: "domainGetInfo" });
    await client.call("domainGetInfo", { dom });
    await order({ do: "old-daemon", host: "kvm1", release: "0.9.12" });
    await expect(client.call("connectListAllDomains", { needResults: 1, flags: 0 })).rejects.toThrow(
      "unknown procedure: 273",
    );
    expect((await client.call("connectGetLibVersion", {})).libVer).toBe(9012n);
    await order({ do: "old-daemon", host: "kvm1" });
    expect((await client.call("connectListAllDomains", { needResults: 1, flags: 0 })).ret).toBe(5);
    const guestTime = async () => (await client.call("domainGetTime", { dom, flags: 0 })).seconds;
    const right = await guestTime();
    await order({ do: "jump-clock", host: "kvm1", ms: -86_400_000 });
    expect(right - (await guestTime())).toBe(86_400n);
    await order({ do: "crash-machine", host: "kvm1", machine: "web-1" });
    expect(await client.call("domainGetState", { dom, flags: 0 })).toEqual({ state: 5, reason: 3 });
    await order({ do: "disconnect", host: "kvm1" });
    await expect(client.call("domainGetInfo", { dom })).rejects.toThrow();
  });

  test("loses many hosts at once and brings them back", async () => {
    const { base, hosts, kvm, order, client } = await world();
    const refused = async () => {
      const tries = hosts.map((host) =>
        connectTo(host, base).then(
          () => false,
          () => true,
        ),
      );
      return Promise.all(tries);
    };
    await order({ do: "lose", host: ["kvm1", "xen1"] });
    await expect(client.call("connectGetType", {})).rejects.toThrow();
    expect(await refused()).toEqual([true, false, true, false]);
    await order({ do: "lose", host: "*" });
    expect(await refused()).toEqual([true, true, true, true]);
    await order({ do: "return", host: "*" });
    expect(await refused()).toEqual([false, false, false, false]);
    // Nothing is switched when one of them does not exist.
    expect((await order({ do: "lose", host: ["kvm1", "kvm9"] })).error).toMatch(/called kvm9/);
    expect(kvm.faults.refusing).toBe(false);
  });

  test.each([
    ["{", /one line of JSON/],
    ["[]", /JSON object/],
    ['{"do":"dance"}', /"do" is one of hosts, truth/],
    ['{"do":"hang"}', /"host" is missing/],
    ['{"do":"hang","host":"kvm9"}', /no simulated host is called kvm9/],
    ['{"do":"slow","host":"kvm1","ms":-1}', /"ms" is a number from 0/],
    ['{"do":"truth","host":"kvm1","machine":"nobody"}', /no machine nobody/],
    ['{"do":"old-daemon","host":"kvm1","release":"7"}', /"release" is one of 0\.9\.12/],
    ['{"do":"fail-call","host":"kvm1","call":"noCall"}', /no call is named/],
    ['{"do":"fail-machine","host":"kvm1","machine":"test-1","x":1}', /no machine test-1/],
  ])("says what is wrong with %s, and goes on", async (line, message) => {
    const { told, order } = await world();
    expect((await told(line)).error).toMatch(message);
    expect((await order({ do: "hosts" })).hosts).toHaveLength(4);
  });
});

describe("orders that let things happen", () => {
  test("move a machine to another host, and answer when it is there, those after it in their turn", async () => {
    const base = new ManualClock();
    const clock = new SettableClock(base);
    const hosts = simulatedHosts({ hosts: 3, mix: ["qemu", "qemu", "lxc"], machines: 5, seed: 1, clock });
    const { order, send, heard } = controlOf({ hosts, clock });
    const [source, destination] = hosts;
    if (!source || !destination) throw new Error("there are three hosts");
    const here = await connectTo(source, base, { eventIds: [0] });
    const there = await connectTo(destination, base, { eventIds: [0] });
    send({ do: "move-machine", host: "kvm1", machine: "web-1", to: "kvm2" });
    await settled();
    expect(heard()).toEqual([]);
    send({ do: "skip", ms: 10_000 });
    await settled();
    expect(heard()).toMatchObject([{}, { nowMs: expect.any(Number) }]);
    expect(eventWords(here.events)).toEqual(["web-1: 3/1", "web-1: 5/3", "web-1: 1/0"]);
    expect(eventWords(there.events)).toEqual(["web-1: 2/1", "web-1: 0/0", "web-1: 4/1"]);
    expect(await order({ do: "move-machine", host: "kvm1", machine: "db-1", to: "lxc1" })).toMatchObject({
      error: expect.stringContaining("their drivers do not do that"),
    });
    expect(await order({ do: "move-machine", host: "kvm1", machine: "web-1", to: "kvm2" })).toMatchObject({
      code: "absent",
    });
  });

  test("fill a pool until nothing is left and machines stop, and clear it so that they go on", async () => {
    const { clock, kvm, order } = await world();
    const { registry, node } = kvm.state;
    const pool = node.storage.poolNamed("default");
    if (!pool) throw new Error("there is such a pool");
    const states = () => [...registry.all()].map(({ condition: { state, reason } }) => `${state}/${reason}`);
    const before = states();
    const { available, capacity } = pool.sizes();
    await order({ do: "fill-pool", host: "kvm1", pool: "default", ms: 3_600_000 });
    await order({ do: "skip", ms: 1_800_000 });
    expect(Number(pool.sizes().available) / Number(available)).toBeCloseTo(0.5, 2);
    expect(states()).toEqual(before);
    clock.skip(1_800_000);
    expect(pool.sizes()).toMatchObject({ available: 0n, capacity });
    expect(states()).not.toEqual(before);
    const stopped = states().filter((word) => word === "3/5").length;
    expect(stopped).toBeGreaterThan(0);
    await order({ do: "clear-pool", host: "kvm1" });
    expect(states().filter((word) => word === "3/5")).toEqual([]);
    expect(states().filter((word) => word === "1/5")).toHaveLength(stopped);
    expect(pool.sizes().available).toBeGreaterThan(0n);
    expect((await order({ do: "fill-pool", host: "kvm1", pool: "nowhere", ms: 1 })).error).toMatch(/no active pool/);
  });

  test("start, pause and stop machines as an operator would", async () => {
    const { kvm, order } = await world();
    const web = kvm.state.registry.named("web-1");
    const seen: string[] = [];
    for (const act of ["suspend", "resume", "destroy", "start"]) {
      await order({ do: `${act}-machine`, host: "kvm1", machine: "web-1" });
      seen.push(`${web?.condition.state}/${web?.condition.reason}`);
    }
    expect(seen).toEqual(["3/1", "1/5", "5/2", "1/1"]);
    expect(await order({ do: "start-machine", host: "kvm1", machine: "web-1" })).toMatchObject({
      error: expect.stringContaining("already running"),
    });
  });
});

test("a migration from host to host moves a machine within a fleet, and tells how far it is", async () => {
  const base = new ManualClock();
  const known = new Map<string, ReturnType<typeof simulatedHosts>[number]>();
  const peerAt = (uri: string) => known.get(uri)?.state;
  const hosts = simulatedHosts({ hosts: 2, mix: ["qemu"], machines: 5, seed: 1, clock: base, peerAt });
  const [source, destination] = hosts;
  if (!source || !destination) throw new Error("there are two hosts");
  known.set("qemu://there/system", destination);
  const client = await connectTo(source, base, { eventIds: [0] });
  const there = await connectTo(destination, base, { eventIds: [0] });
  const dom = await client.domain("web-1");
  const args = { dom, params: [], cookieIn: Buffer.alloc(0), flags: 1 | 2 | 8 | 16 };
  const moved = client.call("domainMigratePerform3Params", { ...args, dconnuri: "qemu://there/system" });
  await settled();
  base.advance(200);
  const { params } = await client.call("domainGetJobStats", { dom, flags: 0 });
  expect(params.find(({ field }) => field === "time_elapsed")?.value).toBe(200n);
  expect((await there.call("domainLookupByUuid", { uuid: dom.uuid })).dom.name).toBe("web-1");
  base.advance(5000);
  await moved;
  expect(source.state.registry.withUuid(dom.uuid)).toBeUndefined();
  expect(destination.state.registry.withUuid(dom.uuid)).toMatchObject({
    persistent: true,
    condition: { state: 1, reason: 2 },
  });
  // Aborted, it stays, and nothing of it is left behind there.
  const other = await client.domain("db-1");
  const back = client.call("domainMigratePerform3Params", { ...args, dom: other, dconnuri: "qemu://there/system" });
  await settled();
  await client.call("domainAbortJob", { dom: other });
  await expect(back).rejects.toThrow("canceled by client");
  expect(source.state.registry.withUuid(other.uuid)?.condition.state).toBe(1);
  expect(destination.state.registry.withUuid(other.uuid)).toBeUndefined();
});
