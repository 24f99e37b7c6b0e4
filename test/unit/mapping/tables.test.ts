import { describe, expect, test } from "vitest";
import { lifecycles } from "../../../src/inventory/lifecycle.js";
import { machineStates } from "../../../src/inventory/machine.js";
import { faultTable } from "../../../src/mapping/fault.js";
import { announcement, lifecycle } from "../../../src/mapping/lifecycle.js";
import { adminState, machineState, operState } from "../../../src/mapping/machine-state.js";
import { vmEntry, vmNotifications } from "../../../src/schema/generated/vm-mib.js";
import { machine } from "../../support/generations.js";

const operStates = vmEntry.columns.vmOperState.named;

describe("machineState", () => {
  test("has a row for every state and no other", () => {
    expect(Object.keys(machineState).sort()).toEqual([...machineStates].sort());
  });

  // biome-ignore format: read as a table
  test.each([
    ["unknown", "unknown"], ["other", "other"], ["preparing", "preparing"], ["running", "running"],
    ["saving", "suspending"], ["saved", "suspended"], ["restoring", "resuming"], ["paused", "paused"],
    ["migrating", "migrating"], ["stopping", "shuttingdown"], ["stopped", "shutdown"], ["crashed", "crashed"],
    ["pm-suspended", "paused"],
  ] as const)("calls %s what VM-MIB calls %s (RFC 7666, object vmOperState)", (state, word) => {
    expect(machineState[state].vmOperState).toBe(operStates[word]);
  });

  test("operState() is unknown while the host cannot be reached", () => {
    expect(operState(machine(1))).toBe(operStates.running);
    expect(operState(machine(1, { reachable: false }))).toBe(operStates.unknown);
  });

  test("operState() takes a guest that suspended itself to disk as saved, to memory as paused", () => {
    expect(operState(machine(1, { state: "pm-suspended", reason: "disk" }))).toBe(operStates.suspended);
    expect(operState(machine(1, { state: "pm-suspended", reason: "unknown" }))).toBe(operStates.paused);
  });
});

test("adminState calls a saved machine suspended and a paused one paused (RFC 7666, object vmAdminState)", () => {
  const named = vmEntry.columns.vmAdminState.named;
  expect(Object.fromEntries(Object.entries(adminState).map(([state, row]) => [state, row.vmAdminState]))).toEqual({
    running: named.running,
    saved: named.suspended,
    paused: named.paused,
    stopped: named.shutdown,
  });
});

describe("lifecycle", () => {
  test("has a row for every lifecycle", () => {
    expect(Object.keys(lifecycle).sort()).toEqual([...lifecycles].sort());
  });

  test("uses every notification about one machine", () => {
    const used = new Set([
      ...Object.values(lifecycle).flatMap(({ snmp }) => snmp.filter((name) => name !== "by-state")),
      ...Object.values(announcement),
    ]);
    const all = Object.keys(vmNotifications.notifications).filter((name) => !name.startsWith("vmBulk"));
    expect([...used].filter((name) => name !== undefined).sort()).toEqual(all.sort());
  });

  test("announcement tells each state by the notification that RFC 7666 names for it", () => {
    for (const [word, number] of Object.entries(operStates)) {
      const name = `vm${word.charAt(0).toUpperCase()}${word.slice(1)}`;
      const expected = name in vmNotifications.notifications ? name : undefined;
      expect([word, announcement[number]]).toEqual([word, expected]);
    }
  });
});

test("faultTable has words that its four worlds know", () => {
  const netconf = new Set(["data-missing", "data-exists", "invalid-value", "in-use", "operation-not-supported"]);
  for (const word of ["access-denied", "operation-failed", "resource-denied"]) netconf.add(word);
  for (const [code, row] of Object.entries(faultTable)) {
    expect([code, row.snmp > 0 && row.snmp <= 18]).toEqual([code, true]);
    expect([code, netconf.has(row.netconf)]).toEqual([code, true]);
    expect([code, row.cim >= 1 && row.cim <= 28]).toEqual([code, true]);
    expect([code, row.http >= 400 && row.http < 600]).toEqual([code, true]);
  }
});
