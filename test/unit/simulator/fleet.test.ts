import { describe, expect, test } from "vitest";
import type { Channel, ChannelServer } from "../../../src/base/channel.js";
import { Fault } from "../../../src/base/fault.js";
import { serveFleet, simulatedHosts } from "../../../src/simulator/fleet.js";
import { ManualClock } from "../../support/manual-clock.js";

/** Listeners in memory. */
function listeners(failAt?: string) {
  const open = new Map<string, (channel: Channel) => void>();
  const listen = async (path: string, onChannel: (channel: Channel) => void): Promise<ChannelServer> => {
    if (path === failAt) throw new Fault("exists", `${path} is taken`);
    open.set(path, onChannel);
    return { address: path, close: async () => void open.delete(path) };
  };
  return { open, listen };
}

describe("serveFleet()", () => {
  test("serves one host on the path itself", async () => {
    const { open, listen } = listeners();
    const fleet = await serveFleet({ path: "/x/sock", hosts: 1, seed: 1, clock: new ManualClock(), listen });
    expect([...open.keys()]).toEqual(["/x/sock"]);
    expect(fleet.hosts[0]?.uri).toBe("qemu+unix:///system?socket=/x/sock");
    await fleet.stop();
    await fleet.stop();
    expect(open.size).toBe(0);
  });

  test("serves several below it, the four hypervisors in turn", async () => {
    const { open, listen } = listeners();
    const fleet = await serveFleet({ path: "/x", hosts: 5, seed: 1, clock: new ManualClock(), listen });
    expect([...open.keys()]).toEqual(["/x/1.sock", "/x/2.sock", "/x/3.sock", "/x/4.sock", "/x/5.sock"]);
    expect(fleet.hosts.map(({ uri }) => uri)).toEqual([
      "qemu+unix:///system?socket=/x/1.sock",
      "lxc+unix:///system?socket=/x/2.sock",
      "xen+unix:///system?socket=/x/3.sock",
      "openvz+unix:///system?socket=/x/4.sock",
      "qemu+unix:///system?socket=/x/5.sock",
    ]);
    await fleet.stop();
  });

  test("leaves nothing behind when a path is taken", async () => {
    const { open, listen } = listeners("/x/2.sock");
    await expect(serveFleet({ path: "/x", hosts: 3, seed: 1, clock: new ManualClock(), listen })).rejects.toThrow(
      Fault,
    );
    expect(open.size).toBe(0);
  });

  test("refuses to serve nothing", async () => {
    const { listen } = listeners();
    for (const hosts of [0, -1, 1.5]) {
      await expect(serveFleet({ path: "/x", hosts, seed: 1, clock: new ManualClock(), listen })).rejects.toThrow(Fault);
    }
  });
});

describe("simulatedHosts()", () => {
  const hosts = simulatedHosts({ hosts: 8, seed: 1, clock: new ManualClock() });

  test("gives hosts, machines, UUIDs and MAC addresses of their own", () => {
    const machines = hosts.flatMap(({ state }) => [...state.registry.all()].filter(({ isControl }) => !isControl));
    const macs = machines.flatMap(({ definition }) => definition.facts.interfaces.map(({ mac }) => mac));
    for (const values of [
      hosts.map(({ name }) => name),
      machines.map(({ name }) => name),
      machines.map(({ uuid }) => uuid),
      macs,
    ]) {
      expect(new Set(values).size).toBe(values.length);
    }
  });

  test("puts on one computer the hypervisors that one kernel can have", () => {
    const nodes = hosts.map(({ state }) => state.node.uuid);
    expect(nodes[0]).toBe(nodes[1]);
    expect(nodes[4]).toBe(nodes[5]);
    expect(new Set(nodes).size).toBe(6);
  });

  test("mixes hypervisors as it is told", () => {
    const mixed = simulatedHosts({ hosts: 4, mix: ["qemu", "qemu", "xen"], seed: 1, clock: new ManualClock() });
    expect(mixed.map(({ name }) => name)).toEqual(["kvm1", "kvm2", "xen1", "kvm3"]);
  });
});

test("createSimulatedHost() of ten thousand machines lists them all, each with its own identity", () => {
  const [host] = simulatedHosts({ hosts: 1, machines: 10_000, seed: 1, clock: new ManualClock() });
  const machines = [...(host?.state.registry.all() ?? [])];
  expect(machines).toHaveLength(10_000);
  expect(new Set(machines.map(({ uuid }) => uuid)).size).toBe(10_000);
  expect(new Set(machines.map(({ name }) => name)).size).toBe(10_000);
});
