import { describe, expect, test } from "vitest";
import { hostFreshness, machineFreshness } from "../../../src/inventory/freshness.js";
import { nodesOf } from "../../../src/inventory/generation.js";
import type { Network } from "../../../src/inventory/network.js";
import { nicAddresses } from "../../../src/inventory/nic-addresses.js";
import type { Pool } from "../../../src/inventory/pool.js";
import { noResources, type ResourcesLook, resourcesAfter } from "../../../src/inventory/resources.js";
import { generation, hostGeneration, machine, nic } from "../../support/generations.js";
import { hostFacts, inventoryWith, listing, look } from "../../support/inventory-builder.js";

const pool = (name: string, changes: Partial<Pool> = {}): Pool => ({
  ...{ name, uuid: `pool-${name}`, type: "dir", state: "running", persistent: true, autostart: true, path: "/p" },
  ...{ capacityBytes: 9n, allocationBytes: 4n, availableBytes: 5n, volumes: [], volumesLeftOut: 0 },
  ...changes,
});

const network = (name: string, changes: Partial<Network> = {}): Network => ({
  ...{ name, uuid: `net-${name}`, active: true, persistent: true, autostart: true, bridge: "virbr0" },
  ...{ forwardMode: "nat", domain: undefined, addresses: [], leases: [] },
  ...changes,
});

const lease = (mac: string, address: string) => ({
  ...{ mac, family: "ipv4" as const, address, prefix: 24, hostname: undefined, clientId: undefined },
  expiresAt: undefined,
});

describe("resourcesAfter()", () => {
  test("keeps what a look did not show, and the identity of what it showed unchanged, with a new age", () => {
    const before = resourcesAfter(noResources, { pools: [pool("a")], networks: [network("n")] }, 10);
    const after = resourcesAfter(before, { pools: [pool("a")] }, 20);
    expect(after.pools?.value).toBe(before.pools?.value);
    expect(after.pools?.at).toBe(20);
    expect(after.networks).toBe(before.networks);
    expect(resourcesAfter(after, { pools: [pool("a", { allocationBytes: 5n })] }, 30).pools?.value).toHaveLength(1);
  });
});

describe("an inventory", () => {
  const told = (...looks: readonly ResourcesLook[]) => {
    const inventory = inventoryWith();
    return looks.map((resources, at) => {
      const step = inventory.apply("h", [{ kind: "resources", at, resources }], 1_000_000 + at, at);
      inventory.publish(step);
      return step.events.map((event) =>
        "pool" in event ? [event.kind, event.pool.name] : "network" in event ? [event.kind, event.network.name] : event,
      );
    });
  };

  test("tells of pools that come, go and stop, but not of their sizes, nor of those it finds at first", () => {
    expect(
      told(
        { pools: [pool("a"), pool("b")] },
        { pools: [pool("a", { allocationBytes: 6n, volumes: undefined }), pool("b")] },
        { pools: [pool("a", { state: "inactive" }), pool("c")] },
        { networks: [] },
      ),
    ).toEqual([
      [],
      [],
      [
        ["pool-changed", "a"],
        ["pool-added", "c"],
        ["pool-removed", "b"],
      ],
      [],
    ]);
  });

  test("tells of networks, but not of their leases", () => {
    expect(
      told(
        { networks: [network("n")] },
        { networks: [network("n", { leases: [lease("m", "192.0.2.1")] })] },
        { networks: [network("n", { active: false })] },
        { networks: [] },
      ),
    ).toEqual([[], [], [["network-changed", "n"]], [["network-removed", "n"]]]);
  });

  test("tells of a machine's limits, notes and snapshots, and ends what belongs to a run with the run", () => {
    const inventory = inventoryWith(listing(0, look(1, { agent: "connected", memoryUse: { residentKiB: 5 } })));
    const step = (facts: Parameters<typeof look>[1], tiers: readonly ["document" | "snapshots"] = ["document"]) => {
      const looks = [{ ...look(1, facts), tiers }];
      const next = inventory.apply("h", [{ kind: "looks", at: 1, looks, complete: false }], 1_000_001, 1);
      inventory.publish(next);
      return next.events.map(({ kind }) => kind);
    };
    expect(step({})).toEqual([]);
    expect(step({ notes: { slice: "blue" } })).toEqual(["machine-changed"]);
    expect(step({ notes: { slice: "blue" } })).toEqual([]);
    const snapshot = {
      name: "s",
      description: undefined,
      state: undefined,
      parent: undefined,
      createdAt: 1,
      current: true,
    };
    expect(step({ snapshots: [snapshot] }, ["snapshots"])).toEqual(["machine-changed"]);
    expect(step({ state: "stopped", domainId: undefined })).toContain("machine-state");
    const [stopped] = inventory.current().hosts.get("h")?.byIndex ?? [];
    expect(stopped).toMatchObject({ agent: undefined, memoryUse: {}, guest: { known: false }, snapshots: [snapshot] });
    expect(stopped?.readings).toMatchObject({ document: 1, snapshots: 1 });
  });
});

test("nicAddresses() has those of leases first, each address once", () => {
  const { host } = hostGeneration("kvm1", [], {
    resources: resourcesAfter(
      noResources,
      { networks: [network("n", { leases: [lease("aa", "192.0.2.1"), lease("bb", "192.0.2.2")] })] },
      1,
    ),
  });
  const told = (address: string) => ({ family: "ipv4", address, prefix: undefined, source: "arp" }) as const;
  const addresses = nicAddresses(host, nic(1, { mac: "aa", addresses: [told("192.0.2.1"), told("192.0.2.9")] }));
  expect(addresses.map(({ address, source }) => [address, source])).toEqual([
    ["192.0.2.1", "lease"],
    ["192.0.2.9", "arp"],
  ]);
  expect(nicAddresses(host, nic(1, { mac: "cc", addresses: [] }))).toEqual([]);
});

test("nodesOf() tells once what two hosts of one computer tell, as it was read last", () => {
  const resources = (at: number, ...pools: readonly Pool[]) => resourcesAfter(noResources, { pools }, at);
  const [node, other] = nodesOf(
    generation(
      hostGeneration("a", [], { resources: resources(5, pool("p", { state: "inactive" }), pool("q")) }),
      hostGeneration("b", [], { resources: resources(9, pool("p")) }),
      hostGeneration("c", [], { facts: { ...hostFacts, nodeUuid: "another" }, resources: resources(1, pool("p")) }),
    ),
  );
  expect(node?.hosts).toEqual(["a", "b"]);
  expect(node?.pools.map(({ name, state }) => [name, state])).toEqual([
    ["p", "running"],
    ["q", "running"],
  ]);
  expect(other?.pools).toHaveLength(1);
});

test("freshness is unreachable without a link, stale while something is stuck or nobody looked for long", () => {
  const read = (state: number, statistics: number) => ({ readings: { state, statistics, document: 0 } });
  expect(machineFreshness(machine(1, read(0, 0)), 10_000)).toBe("current");
  expect(machineFreshness(machine(1, { ...read(0, 0), reachable: false }), 10_000)).toBe("unreachable");
  expect(machineFreshness(machine(1, { ...read(0, 0), stuck: true }), 10_000)).toBe("stale");
  expect(machineFreshness(machine(1, read(0, 290_000)), 300_000)).toBe("stale");
  expect(machineFreshness(machine(1, read(1_000_000, 0)), 1_000_000)).toBe("stale");
  expect(machineFreshness(machine(1, { ...read(1_000_000, 0), state: "stopped" }), 1_000_000)).toBe("current");
  const { host } = hostGeneration("kvm1", [], { listedAt: 0 });
  expect([hostFreshness(host, 1000), hostFreshness(host, 400_000)]).toEqual(["current", "stale"]);
  expect(hostFreshness({ ...host, link: "down" }, 1000)).toBe("unreachable");
});
