import { describe, expect, test } from "vitest";
import type { PlainValue } from "../../src/mapping/bind-table.js";
import { frameworkTables } from "../../src/mapping/snmp/framework-tables.js";
import type { SmiObject } from "../../src/schema/smi/module.js";
import { ourLibrary } from "../support/mibs.js";

const { modules, library } = ourLibrary();
const NON_VOLATILE = 3;

/** A default as the module has it, in the form of a value. */
function defaultOf(moduleName: string, { defaultValue, syntax }: SmiObject): PlainValue | undefined {
  if (defaultValue === undefined) return undefined;
  const { base, named, displayHint } = library.resolve(moduleName, syntax);
  const text = defaultValue.replace(/^\{\s*|\s*\}$/g, "");
  if (base === "ObjectIdentifier") return library.oidOf(moduleName, text);
  if (base === "Integer32") return named?.get(text) ?? Number(text);
  const octets = /^'([0-9a-fA-F]*)'[hH]$/.exec(text)?.[1];
  const value = octets === undefined ? text.replace(/^"|"$/g, "") : octets;
  return displayHint === "255t" ? value : Uint8Array.from(Buffer.from(value, "hex"));
}

describe.each(frameworkTables.map((table) => [table.name, table] as const))("%s", (_, table) => {
  const columns = new Map(table.entries.flatMap((entry) => Object.entries(entry.columns)));

  test("has the defaults of its module", () => {
    for (const [name, { access }] of columns) {
      const home = modules.find((module) => module.values.has(name));
      const value = home?.values.get(name);
      if (home === undefined || value?.kind !== "object") throw new TypeError(`no module has ${name}`);
      if (access === "not-accessible" || name in table.masked) continue;
      const own = defaultOf(home.name, value);
      // RFC 3584 leaves it to the agent how a community is kept that nobody said anything about.
      expect([name, table.defaults[name]]).toEqual([name, name === "snmpCommunityStorageType" ? NON_VOLATILE : own]);
    }
  });

  test("has a RowStatus, a StorageType, and rules for its own columns only", () => {
    expect(columns.get(table.rowStatus)?.type).toBe("RowStatus");
    expect(columns.get(table.storageType)?.type).toBe("StorageType");
    for (const name of [...Object.keys(table.masked), ...table.fixedWhileActive]) expect(columns.has(name)).toBe(true);
  });
});
