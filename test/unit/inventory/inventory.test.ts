import { describe, expect, test } from "vitest";
import { nodesOf } from "../../../src/inventory/generation.js";
import { IndexAllocator } from "../../../src/inventory/index-allocator.js";
import { Inventory, type InventoryStep } from "../../../src/inventory/inventory.js";
import type { Lifecycle } from "../../../src/inventory/lifecycle.js";
import type { MachineState } from "../../../src/inventory/machine.js";
import type { Observation } from "../../../src/inventory/observation.js";
import { hostFacts, hostSettings, inventoryWith, listing, look, uuidOf } from "../../support/inventory-builder.js";

const WALL = 2_000_000;

function step(inventory: Inventory, at: number, ...observations: Observation[]): InventoryStep {
  const next = inventory.apply("h", observations, WALL + at, at);
  inventory.publish(next);
  return next;
}

function kinds({ events }: InventoryStep): string[] {
  return events.map((event) => event.kind);
}

function machine(inventory: Inventory, n: number) {
  const found = inventory.current().hosts.get("h")?.machines.get(uuidOf(n));
  if (!found) throw new Error(`machine ${n} is not there`);
  return found;
}

describe("Inventory.apply()", () => {
  test("leaves earlier generations as they were", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const before = inventory.current();
    step(inventory, 10, { kind: "looks", at: 10, looks: [look(2)], complete: false });
    expect(before.hosts.get("h")?.machines.size).toBe(1);
    expect(inventory.current().hosts.get("h")?.machines.size).toBe(2);
    expect(inventory.current().revision).toBeGreaterThan(before.revision);
  });

  test("a complete listing removes what it does not name; an incomplete one nothing", () => {
    const off = { state: "stopped", reason: "shutdown" } as const;
    const inventory = inventoryWith(listing(0, look(1, off), look(2)));
    expect(kinds(step(inventory, 10, { kind: "looks", at: 10, looks: [look(1, off)], complete: false }))).toEqual([]);
    expect(kinds(step(inventory, 20, { kind: "listed", at: 20, uuids: [uuidOf(2)] }))).toEqual(["machine-removed"]);
    expect(inventory.current().hosts.get("h")?.members).toEqual([uuidOf(2)]);
  });

  test("a machine that is gone without having been seen to stop has stopped; one that was moving went elsewhere", () => {
    const inventory = inventoryWith(listing(0, look(1), look(2, { state: "migrating", reason: "migration" })));
    const { events } = step(inventory, 20, { kind: "gone", at: 20, uuid: uuidOf(1) });
    expect(events).toMatchObject([
      { kind: "machine-state", before: { state: "running" }, machine: { state: "stopped" }, lifecycle: "observed" },
      { kind: "machine-removed", machine: { state: "stopped" } },
    ]);
    expect(kinds(step(inventory, 30, { kind: "gone", at: 30, uuid: uuidOf(2) }))).toEqual(["machine-removed"]);
  });

  test("announces a change of state once, by the event that told of it", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const paused = step(
      inventory,
      5,
      { kind: "lifecycle", at: 5, uuid: uuidOf(1), name: "m", lifecycle: "paused", state: "paused", reason: "user" },
      { kind: "looks", at: 6, looks: [look(1, { state: "paused", reason: "user" })], complete: false },
    );
    expect(paused.events).toMatchObject([
      { kind: "machine-state", lifecycle: "paused", before: { state: "running" }, machine: { state: "paused" } },
    ]);
    expect(machine(inventory, 1)).toMatchObject({ state: "paused", adminState: "paused" });
  });

  test("forgets at a stop what the run counted, and keeps how large the disks are", () => {
    const disk = {
      device: "disk",
      source: "file",
      format: "raw",
      path: "/d",
      bus: "virtio",
      readOnly: false,
      limits: undefined,
    } as const;
    const nic = {
      mac: "52:54:00:00:00:01",
      model: "virtio",
      target: "vnet0",
      source: "br0",
      bridge: undefined,
      limits: undefined,
    } as const;
    const inventory = inventoryWith(
      listing(0, {
        ...look(1),
        disks: [{ ...disk, target: "vda" }],
        nics: [{ ...nic, sourceKind: "bridge" }],
        diskCounters: new Map([["vda", { capacityBytes: 8n, readRequests: 5n }]]),
        nicCounters: new Map([[nic.mac, { receivedBytes: 7n }]]),
      }),
    );
    expect(machine(inventory, 1).disks[0]?.counters).toEqual({ capacityBytes: 8n, readRequests: 5n });
    step(inventory, 5, {
      ...{ kind: "lifecycle", at: 5, uuid: uuidOf(1), name: "m" },
      ...{ lifecycle: "destroyed", state: "stopped", reason: "destroyed" },
    });
    expect(machine(inventory, 1).disks[0]?.counters).toEqual({ capacityBytes: 8n });
    expect(machine(inventory, 1).nics[0]?.counters).toEqual({});
  });

  test("keeps a stop and a start that fall together apart", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const { events } = step(
      inventory,
      5,
      {
        kind: "lifecycle",
        at: 5,
        uuid: uuidOf(1),
        name: "m",
        lifecycle: "destroyed",
        state: "stopped",
        reason: "destroyed",
      },
      { kind: "lifecycle", at: 6, uuid: uuidOf(1), name: "m", lifecycle: "booted", state: "running", reason: "booted" },
    );
    expect(events.map((event) => "machine" in event && event.machine.state)).toEqual(["stopped", "running"]);
    expect(machine(inventory, 1)).toMatchObject({
      startedAt: WALL + 6,
      countersSince: WALL + 6,
      adminState: "running",
    });
  });

  test("a restored machine goes on with the run that was saved, also after a restart of the gateway in between", () => {
    const inventory = inventoryWith(listing(0, look(1, { state: "stopped", reason: "shutdown", domainId: undefined })));
    const event = (at: number, lifecycle: Lifecycle, state: MachineState): Observation => ({
      ...{ kind: "lifecycle", at, uuid: uuidOf(1), name: "machine-1", lifecycle, state },
    });
    step(inventory, 5, event(5, "booted", "running"), listing(5, look(1)));
    step(inventory, 50, event(50, "saved", "saved"));
    expect(machine(inventory, 1)).toMatchObject({ state: "saved", startedAt: WALL + 5, domainId: undefined });

    const later = new Inventory(new IndexAllocator());
    later.indexes.load([...inventory.indexes.takeChanged().values()].flatMap((record) => record ?? []));
    later.publish(later.configure([hostSettings("h")], WALL));
    const saved = look(1, { state: "saved", reason: "saved", domainId: undefined });
    step(later, 60, { kind: "link", up: true, facts: hostFacts }, listing(60, saved));
    for (const one of [inventory, later]) {
      step(one, 90, event(90, "started-restored", "running"));
      expect(machine(one, 1)).toMatchObject({ startedAt: WALL + 5, countersSince: WALL + 90 });
    }
    step(inventory, 95, event(95, "saved", "saved"), event(96, "booted", "running"));
    expect(machine(inventory, 1)).toMatchObject({ startedAt: WALL + 96 }); // its image was thrown away
  });

  test("takes a change that no event told of as observed", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const { events } = step(
      inventory,
      5,
      listing(5, look(1, { state: "stopped", reason: "shutdown", domainId: undefined })),
    );
    expect(events).toMatchObject([{ kind: "machine-state", lifecycle: "observed" }]);
    expect(machine(inventory, 1)).toMatchObject({ adminState: "stopped", domainId: undefined, startedAt: undefined });
  });

  test("a machine that an event announced comes with that event, whether in the same step or a later one", () => {
    const inventory = inventoryWith(listing(0));
    const booted = {
      kind: "lifecycle",
      at: 5,
      uuid: uuidOf(1),
      name: "m",
      lifecycle: "booted",
      state: "running",
    } as const;
    expect(kinds(step(inventory, 5, booted))).toEqual([]);
    const { events } = step(inventory, 6, { kind: "looks", at: 6, looks: [look(1), look(2)], complete: false });
    expect(events).toMatchObject([
      { kind: "machine-added", lifecycle: "booted", machine: { startedAt: WALL + 6 } },
      { kind: "machine-added", lifecycle: "observed", machine: { startedAt: undefined } },
    ]);
  });

  test("a lost link keeps the last facts, marked unreachable, and is no change of state", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const down = step(inventory, 5, { kind: "link", up: false, reason: "connection reset" });
    expect(kinds(down)).toEqual(["host-down"]);
    expect(machine(inventory, 1)).toMatchObject({ state: "running", reachable: false });
    expect(kinds(step(inventory, 6, { kind: "link", up: false, reason: "refused" }))).toEqual([]);
    const up = step(inventory, 9, { kind: "link", up: true, facts: hostFacts }, listing(9, look(1)));
    expect(kinds(up)).toEqual(["host-up"]);
    expect(machine(inventory, 1).reachable).toBe(true);
  });

  test("a new domain id without an event is a new run: counters start anew, its start is not known", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    step(inventory, 5, listing(5, look(1, { domainId: 77 })));
    expect(machine(inventory, 1)).toMatchObject({ countersSince: WALL + 5, startedAt: undefined });
  });

  test("merges counters and descriptions of devices, and tells of changed descriptions only", () => {
    const vda = {
      target: "vda",
      device: "disk",
      source: "file",
      format: "qcow2",
      path: "/a",
      bus: "virtio",
      readOnly: false,
      limits: undefined,
    } as const;
    const inventory = inventoryWith(listing(0, look(1)));
    const document = { tiers: ["document"], disks: [vda] } as const;
    expect(
      kinds(step(inventory, 1, { kind: "looks", at: 1, looks: [look(1, {}, document)], complete: false })),
    ).toEqual([]);
    const counters = new Map([["vda", { readBytes: 5n }]]);
    const measured = look(1, {}, { tiers: ["statistics"], diskCounters: counters });
    expect(kinds(step(inventory, 2, { kind: "looks", at: 2, looks: [measured], complete: false }))).toEqual([]);
    expect(machine(inventory, 1)).toMatchObject({
      disks: [{ target: "vda", index: 1, counters: { readBytes: 5n } }],
      readings: { state: 0, document: 1, statistics: 2 },
    });
    const moved = look(1, {}, { tiers: ["document"], disks: [{ ...vda, path: "/b" }] });
    expect(kinds(step(inventory, 3, { kind: "looks", at: 3, looks: [moved], complete: false }))).toEqual([
      "machine-changed",
    ]);
    expect(machine(inventory, 1).disks[0]?.counters).toEqual({ readBytes: 5n });
  });

  test("observations of a host that is not configured change nothing", () => {
    const inventory = inventoryWith();
    const before = inventory.current();
    expect(inventory.apply("stranger", [listing(0, look(1))], WALL, 0)).toEqual({ generation: before, events: [] });
  });
});

describe("Inventory.configure()", () => {
  test("a changed URI is another host under the same name: its machines go", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const next = inventory.configure([{ ...hostSettings("h"), uri: "lxc:///system" }], WALL);
    expect(kinds(next)).toEqual(["machine-removed", "host-removed", "host-added"]);
    expect(next.generation.hosts.get("h")?.machines.size).toBe(0);
  });

  test("keeps the machines of hosts that stay, in the order of the configuration", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const next = inventory.configure([hostSettings("a"), { ...hostSettings("h"), allowWrite: true }], WALL);
    expect(kinds(next)).toEqual(["host-added"]);
    expect([...next.generation.hosts.keys()]).toEqual(["a", "h"]);
    expect(next.generation.hosts.get("h")).toMatchObject({ host: { allowWrite: true, complete: true } });
    expect(next.generation.hosts.get("h")?.byIndex).toHaveLength(1);
  });
});

test("hosts with the same UUID share a node; machines of all hosts come in the order of their gateway number", () => {
  const inventory = new Inventory(new IndexAllocator());
  inventory.publish(inventory.configure([hostSettings("b"), hostSettings("a")], WALL));
  for (const [name, n] of [
    ["b", 2],
    ["a", 1],
    ["b", 3],
  ] as const) {
    inventory.publish(
      inventory.apply(
        name,
        [
          { kind: "link", up: true, facts: hostFacts },
          { kind: "looks", at: 0, looks: [look(n)], complete: false },
        ],
        WALL,
        0,
      ),
    );
  }
  expect(nodesOf(inventory.current())).toMatchObject([{ id: hostFacts.nodeUuid, hostname: "box", hosts: ["b", "a"] }]);
  const order = [...inventory.current().hosts.values()]
    .flatMap(({ byIndex }) => byIndex)
    .sort((a, b) => a.gatewayIndex - b.gatewayIndex)
    .map((one) => [one.host, one.index, one.gatewayIndex]);
  expect(order).toEqual([
    ["b", 1, 1],
    ["a", 1, 2],
    ["b", 2, 3],
  ]);
});
