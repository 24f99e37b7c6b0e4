import { describe, expect, test } from "vitest";
import {
  affectedVmsVarBind,
  dueNotifications,
  vmTrapOid,
  vmVarBinds,
} from "../../../../src/agent/snmp/vm-notification.js";
import type { InventoryEvent } from "../../../../src/inventory/event.js";
import type { Lifecycle } from "../../../../src/inventory/lifecycle.js";
import type { MachineState } from "../../../../src/inventory/machine.js";
import { bulkForm } from "../../../../src/mapping/lifecycle.js";
import { machine } from "../../../support/generations.js";

type StateEvent = Extract<InventoryEvent, { readonly kind: "machine-state" }>;

function changed(from: MachineState, to: MachineState, lifecycle: Lifecycle): StateEvent {
  return {
    kind: "machine-state",
    sequence: 1,
    at: 0,
    host: "kvm1",
    before: machine(1, { state: from }),
    machine: machine(1, { state: to }),
    lifecycle,
  };
}

function removed(lifecycle: Lifecycle, state: MachineState = "stopped"): InventoryEvent {
  return { kind: "machine-removed", sequence: 1, at: 0, host: "kvm1", machine: machine(1, { state }), lifecycle };
}

const due = (event: InventoryEvent): unknown => dueNotifications(event).map(({ name, from }) => [name, from]);

describe("dueNotifications()", () => {
  // biome-ignore format: read as a table
  test.each<[MachineState, MachineState, Lifecycle, unknown[]]>([
    ["stopped",  "running",      "booted",            [["vmRunning", 11]]],
    ["saved",    "running",      "started-restored",  [["vmResuming", 6], ["vmRunning", 7]]],
    ["restoring", "running",     "started-restored",  [["vmRunning", 7]]],
    ["preparing", "running",     "booted",            [["vmRunning", 11]]],
    ["preparing", "running",     "observed",          [["vmRunning", 11]]],
    ["crashed",  "running",      "booted",            [["vmRunning", 11]]],
    ["stopped",  "paused",       "booted",            [["vmPaused", 11]]],
    ["preparing", "paused",      "booted",            [["vmPaused", 11]]],
    ["preparing", "stopped",     "failed",            []],
    ["restoring", "running",     "started-restored",  [["vmRunning", 7]]],
    ["preparing", "running",     "started-restored",  [["vmResuming", 6], ["vmRunning", 7]]],
    ["saved",    "paused",       "started-restored",  [["vmResuming", 6], ["vmPaused", 7]]],
    ["restoring", "paused",      "started-restored",  [["vmPaused", 7]]],
    ["stopped",  "migrating",    "started-migrated",  [["vmMigrating", 11]]],
    ["saving",   "saved",        "saved",             [["vmSuspended", 5]]],
    ["stopped",  "running",      "started-migrated",  [["vmMigrating", 11], ["vmRunning", 9]]],
    ["running",  "paused",       "paused",            [["vmPaused", 4]]],
    ["running",  "paused",       "paused-error",      [["vmPaused", 4]]],
    ["running",  "migrating",    "paused-migrating",  [["vmMigrating", 4]]],
    ["paused",   "running",      "resumed",           [["vmRunning", 8]]],
    ["running",  "stopping",     "shutting-down",     [["vmShuttingdown", 4]]],
    ["stopping", "stopped",      "shut-down",         [["vmShutdown", 10]]],
    ["running",  "stopped",      "destroyed",         [["vmShutdown", 4]]],
    ["running",  "saved",        "saved",             [["vmSuspended", 4]]],
    ["running",  "crashed",      "crashed",           [["vmCrashed", 4]]],
    ["running",  "pm-suspended", "pm-suspended",      [["vmPaused", 4]]],
    ["running",  "stopped",      "observed",          [["vmShutdown", 4]]],
    ["running",  "saving",       "observed",          [["vmSuspending", 4]]],
    ["running",  "preparing",    "observed",          []],
    ["stopped",  "stopped",      "redefined",         []],
    ["paused",   "running",      "resumed-migrated",  [["vmRunning", 8]]],
    ["paused",   "migrating",    "resumed-migrated",  [["vmMigrating", 8]]],
  ])("from %s to %s by %s carries the state before (RFC 7666)", (from, to, lifecycle, expected) => {
    expect(due(changed(from, to, lifecycle))).toEqual(expected);
  });

  test("tells the state in which a machine was last seen, not that its host was out of reach since", () => {
    const before = machine(1, { state: "running", reachable: false });
    const event: InventoryEvent = { ...changed("running", "stopped", "observed"), ...{ before } };
    expect(due(event)).toEqual([["vmShutdown", 4]]);
    const gone: InventoryEvent = { ...removed("observed"), ...{ machine: before } };
    expect(due(gone)).toEqual([["vmDeleted", 4]]);
  });

  test("says of a transient machine that moved away only that it is gone, of another that it is shut down", () => {
    const moved = (persistent: boolean): InventoryEvent => ({
      ...{ kind: "machine-state", sequence: 1, at: 0, host: "kvm1", lifecycle: "stopped-migrated" },
      before: machine(1, { state: "migrating", persistent }),
      machine: machine(1, { state: "stopped", persistent }),
    });
    expect(due(moved(false))).toEqual([]);
    expect(due(moved(true))).toEqual([["vmShutdown", 9]]);
  });

  test("tells of a machine that is gone, whatever took it away", () => {
    for (const lifecycle of ["undefined", "observed", "stopped-migrated", "shut-down"] as const) {
      expect(due(removed(lifecycle))).toEqual([["vmDeleted", 11]]);
    }
    expect(due(removed("undefined", "running"))).toEqual([["vmDeleted", 4]]);
  });

  test("tells of a machine that comes to light as it starts, but not of one that is found or defined", () => {
    const added = (lifecycle: Lifecycle): InventoryEvent => ({
      kind: "machine-added",
      sequence: 1,
      at: 0,
      host: "kvm1",
      machine: machine(1),
      lifecycle,
    });
    expect(due(added("booted"))).toEqual([["vmRunning", 11]]);
    expect(due(added("started-migrated"))).toEqual([
      ["vmMigrating", 11],
      ["vmRunning", 9],
    ]);
    expect(due(added("defined"))).toEqual([]);
    expect(due(added("observed"))).toEqual([]);
  });

  test("tells of nothing else", () => {
    const common = { sequence: 1, at: 0, host: "kvm1" };
    const one = machine(1);
    expect(due({ ...common, kind: "machine-added", machine: one, lifecycle: "defined" })).toEqual([]);
    expect(due({ ...common, kind: "machine-changed", machine: one, before: one })).toEqual([]);
    expect(due({ ...common, kind: "machine-stuck", machine: one })).toEqual([]);
    expect(due({ ...common, kind: "host-down", reason: "gone" })).toEqual([]);
  });
});

describe("affectedVmsVarBind()", () => {
  const list = (...indexes: number[]): string => {
    const { oid, value } = affectedVmsVarBind(indexes);
    expect(oid).toEqual([1, 3, 6, 1, 2, 1, 236, 1, 11, 0]);
    return value.type === "OctetString" ? Buffer.from(value.value).toString("hex") : value.type;
  };

  test("has vmIndex 8k+1 as the highest bit of octet k (RFC 7666, textual convention VirtualMachineList)", () => {
    expect(list(1)).toBe("80");
    expect(list(8)).toBe("01");
    expect(list(9)).toBe("0080");
    expect(list(10, 1, 10, 16)).toBe("8041");
    expect(list()).toBe("");
  });

  test("is as long as the greatest number needs", () => {
    expect(list(10_000)).toHaveLength(2 * 1250);
  });
});

test("every notification about one machine has its bulk form, ten further on (RFC 7666, object vmNotifications)", () => {
  const forms = Object.entries(bulkForm);
  expect(forms).toHaveLength(10);
  for (const [single, bulk] of forms) {
    expect(bulk).toBe(single.replace("vm", "vmBulk"));
    expect(vmTrapOid(bulk).at(-1)).toBe((vmTrapOid(single as keyof typeof bulkForm).at(-1) ?? 0) + 10);
  }
});

test("vmTrapOid() is below vmNotifications (RFC 7666)", () => {
  expect(vmTrapOid("vmRunning")).toEqual([1, 3, 6, 1, 2, 1, 236, 0, 1]);
  expect(vmTrapOid("vmDeleted")).toEqual([1, 3, 6, 1, 2, 1, 236, 0, 10]);
});

test("vmVarBinds() has the objects of the notification in order, with the number of the context", () => {
  const entry = [1, 3, 6, 1, 2, 1, 236, 1, 4, 1];
  const one = machine(1, { name: "web", persistent: false });
  expect(vmVarBinds({ name: "vmDeleted", machine: one, from: 11 }, 42)).toEqual([
    { oid: [...entry, 2, 42], value: { type: "OctetString", value: Buffer.from("web") } },
    {
      oid: [...entry, 3, 42],
      value: { type: "OctetString", value: Buffer.from("00000000000040008000000000000001", "hex") },
    },
    { oid: [...entry, 6, 42], value: { type: "Integer32", value: 11 } },
    { oid: [...entry, 8, 42], value: { type: "Integer32", value: 3 } },
  ]);
  expect(vmVarBinds({ name: "vmRunning", machine: one, from: 8 }, 7)).toHaveLength(3);
});
