import { describe, expect, test } from "vitest";
import { dueNotifications } from "../../src/agent/snmp/vm-notification.js";
import { lifecycles } from "../../src/inventory/lifecycle.js";
import { machineStates } from "../../src/inventory/machine.js";
import { bulkForm } from "../../src/mapping/lifecycle.js";
import { vmNotifications } from "../../src/schema/generated/vm-mib.js";
import { contextsOver, requireContext, walk } from "../support/contexts.js";
import { generation, hostGeneration, machine, stillInventory } from "../support/generations.js";
import { ourLibrary } from "../support/mibs.js";

const { library } = ourLibrary();

/** What a group of VM-MIB has. */
function membersOf(group: string): readonly string[] {
  const { value } = library.valueOf("VM-MIB", group);
  if (value.kind !== "group") throw new TypeError(`${group} is no group`);
  return value.members;
}

const statement = library.valueOf("VM-MIB", "vmFullCompliances").value;
const [own] = statement.kind === "compliance" ? statement.modules : [];
if (own === undefined) throw new TypeError("VM-MIB states no compliance");

/** What is sent about machines that go through everything that can happen to them. */
function sendable(): ReadonlySet<string> {
  const names = new Set<string>();
  const common = { sequence: 1, at: 0, host: "kvm1" };
  for (const lifecycle of lifecycles) {
    for (const state of machineStates) {
      const one = machine(1, { state });
      const events = [
        { ...common, kind: "machine-state", machine: one, before: machine(1, { state: "unknown" }), lifecycle },
        { ...common, kind: "machine-removed", machine: one, lifecycle },
      ] as const;
      for (const { name } of events.flatMap(dueNotifications)) names.add(name).add(bulkForm[name]);
    }
  }
  return names;
}

describe("vmFullCompliances (RFC 7666)", () => {
  const shown = requireContext(contextsOver(stillInventory(generation(hostGeneration("kvm1", [machine(1)])))), "kvm1");
  const served = new Set(walk(shown).map(({ oid }) => oid.join(".")));

  test("has six mandatory groups and three optional ones", () => {
    expect(own.mandatory).toHaveLength(6);
    expect(own.conditional).toHaveLength(3);
  });

  test.each(own.mandatory)("serves every object of %s", (group) => {
    for (const name of membersOf(group)) {
      const prefix = `${library.oidOf("VM-MIB", name).join(".")}.`;
      expect([name, [...served].some((oid) => oid.startsWith(prefix))]).toEqual([name, true]);
    }
  });

  test("sends every notification of the optional groups, and the object that only they carry", () => {
    const names = sendable();
    const optional = own.conditional.flatMap(membersOf);
    expect(optional.filter((name) => name !== "vmAffectedVMs" && !names.has(name))).toEqual([]);
    expect([...names].sort()).toEqual(Object.keys(vmNotifications.notifications).sort());
    expect(optional).toContain("vmAffectedVMs");
  });
});
