import { expect, test } from "vitest";
import { boundObjects } from "../../src/mapping/snmp/bound-objects.js";
import { ourLibrary } from "../support/mibs.js";

const { library } = ourLibrary();

test.each(Object.entries(boundObjects))(
  "every object of %s that is served is readable in the module",
  (module, groups) => {
    for (const bound of groups) {
      const objects = "columns" in bound ? bound.columns : bound.scalars;
      for (const { name } of [...objects, ...bound.omitted]) {
        const { value } = library.valueOf(module, name);
        expect([name, value.kind === "object" && value.access.startsWith("read")]).toEqual([name, true]);
      }
    }
  },
);

test.each([
  "VM-MIB",
  "SNMP-MPD-MIB",
  "SNMP-FRAMEWORK-MIB",
  "SNMP-TARGET-MIB",
  "SNMP-NOTIFICATION-MIB",
  "SNMP-USER-BASED-SM-MIB",
  "SNMP-VIEW-BASED-ACM-MIB",
  "SNMP-COMMUNITY-MIB",
  "SNMP-TSM-MIB",
  "SNMP-TLS-TM-MIB",
])("every readable object of %s has a source or a reason", (module) => {
  const known = new Map<string, string>();
  for (const bound of boundObjects[module] ?? []) {
    const objects = "columns" in bound ? bound.columns : bound.scalars;
    for (const { name } of objects) known.set(name, "source");
    for (const { name, reason } of bound.omitted) known.set(name, reason);
  }
  for (const value of library.module(module).values.values()) {
    if (value.kind !== "object" || !value.access.startsWith("read")) continue;
    expect([value.name, known.get(value.name) ?? ""]).toEqual([value.name, expect.stringMatching(/\S/)]);
  }
});

test("VM-MIB is served whole (RFC 7666, vmFullCompliances)", () => {
  const omitted = boundObjects["VM-MIB"]?.flatMap((bound) => bound.omitted.map(({ name }) => name));
  expect(omitted).toEqual([]);
});
