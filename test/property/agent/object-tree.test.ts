import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SnmpContexts } from "../../../src/agent/snmp/contexts.js";
import { rowKey } from "../../../src/agent/snmp/object-tree.js";
import { objectReader } from "../../../src/agent/snmp/object-value.js";
import type { Generation } from "../../../src/inventory/generation.js";
import type { Machine } from "../../../src/inventory/machine.js";
import type { BoundTable } from "../../../src/mapping/bind-table.js";
import { vmCpuAffinityTable, vmCpuTable } from "../../../src/mapping/snmp/vm-cpu-table.js";
import { vmNetworkTable } from "../../../src/mapping/snmp/vm-network-table.js";
import { vmStorageTable } from "../../../src/mapping/snmp/vm-storage-table.js";
import { vmTable } from "../../../src/mapping/snmp/vm-table.js";
import type { Oid, VarBind } from "../../../src/protocol/snmp/object-source.js";
import { compareOids } from "../../../src/protocol/snmp/oid.js";
import { contextsOver, requireContext, walk } from "../../support/contexts.js";
import { generationArbitrary } from "../../support/generation-arbitrary.js";
import { affinity, stillInventory } from "../../support/generations.js";
import { ManualClock } from "../../support/manual-clock.js";

function contextsOf(shown: Generation): { contexts: SnmpContexts; show: (next: Generation) => void } {
  const inventory = stillInventory(shown);
  return { contexts: contextsOver(inventory, new ManualClock()), show: inventory.show };
}

/** Every cell of a table, computed one by one and sorted afterwards. */
function cells<Row>(table: BoundTable<Row>, rows: readonly Row[]): readonly VarBind[] {
  const keyOf = rowKey(table);
  return table.columns.flatMap((column) => {
    const read = objectReader(column);
    return rows.flatMap((row): VarBind[] => {
      const value = read(row);
      return value === undefined ? [] : [{ oid: [...table.entry.oid, column.shape.id, ...keyOf(row)], value }];
    });
  });
}

/** All instances of VM-MIB's tables in a context, in order: what the tree must give. */
function model(contextName: string, shown: Generation): readonly VarBind[] {
  const only = contextName === "" && shown.hosts.size === 1 ? [...shown.hosts.values()][0] : undefined;
  const part = only ?? shown.hosts.get(contextName);
  const machines: readonly Machine[] = part
    ? part.byIndex
    : [...shown.hosts.values()].flatMap(({ byIndex }) => byIndex);
  const now = new ManualClock().now();
  const rows = machines.map((machine) => ({ machine, index: part ? machine.index : machine.gatewayIndex, now }));
  return [
    ...cells(vmTable, rows),
    ...cells(
      vmCpuTable,
      rows.flatMap((row) => row.machine.vcpus.map((part) => ({ ...row, part }))),
    ),
    ...cells(
      vmCpuAffinityTable,
      rows.flatMap((row) => {
        const { vcpus, vcpuCount = 0, vcpuAffinity = affinity() } = row.machine;
        const known = vcpuAffinity.maps.map((_, number) => number).filter((number) => number < vcpuCount);
        const virtuals = vcpus.length > 0 ? vcpus.map(({ number }) => number) : known;
        const physicals = Array.from({ length: vcpuAffinity.physicalCount }, (_, number) => number);
        return virtuals.flatMap((virtual) => physicals.map((physical) => ({ ...row, virtual, physical })));
      }),
    ),
    ...cells(
      vmStorageTable,
      rows.flatMap((row) => row.machine.disks.map((part) => ({ ...row, part }))),
    ),
    ...cells(
      vmNetworkTable,
      rows.flatMap((row) => row.machine.nics.map((part) => ({ ...row, part }))),
    ),
  ].sort((a, b) => compareOids(a.oid, b.oid));
}

const TABLES: Oid = [1, 3, 6, 1, 2, 1, 236, 1, 4];
const AFTER_TABLES: Oid = [1, 3, 6, 1, 2, 1, 236, 1, 9];
const isInTables = ({ oid }: VarBind): boolean => compareOids(oid, TABLES) > 0 && compareOids(oid, AFTER_TABLES) < 0;

const cases = generationArbitrary().chain((shown) =>
  fc.tuple(fc.constant(shown), fc.constantFrom("", ...shown.hosts.keys())),
);

/** Near an instance: cut, made longer, a little before or after. */
const nearby = fc.tuple(
  fc.nat(),
  fc.nat({ max: 4 }),
  fc.constantFrom(-1, 0, 1),
  fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
);

describe("the objects of a context", () => {
  test("are walked in strictly increasing order, each as GET answers it", () => {
    fc.assert(
      fc.property(cases, ([shown, contextName]) => {
        const source = requireContext(contextsOf(shown).contexts, contextName);
        const found = walk(source);
        for (const [i, { oid, value }] of found.entries()) {
          const before = found[i - 1];
          if (before) expect(compareOids(before.oid, oid)).toBeLessThan(0);
          expect(source.get(oid)).toEqual(value);
        }
      }),
    );
  });

  test("are those that the tables give one by one", () => {
    fc.assert(
      fc.property(cases, ([shown, contextName]) => {
        const found = walk(requireContext(contextsOf(shown).contexts, contextName));
        expect(found.filter(isInTables)).toEqual(model(contextName, shown));
      }),
    );
  });

  test("are found from any object identifier, by GETNEXT and by GET", () => {
    fc.assert(
      fc.property(cases, fc.array(nearby, { maxLength: 20 }), ([shown, contextName], places) => {
        const source = requireContext(contextsOf(shown).contexts, contextName);
        const all = walk(source);
        for (const [at, cut, change, more] of places) {
          const start = [...(all[at % all.length]?.oid ?? [])];
          start.length -= Math.min(cut, start.length - 1);
          start[start.length - 1] = Math.max(0, (start.at(-1) ?? 0) + change);
          const oid = [...start, ...more];
          const next = all.find((one) => compareOids(one.oid, oid) > 0);
          expect(source.after(oid).next()).toEqual(next);
          const here = all.find((one) => compareOids(one.oid, oid) === 0);
          if (here) expect(source.get(oid)).toEqual(here.value);
          else expect(source.get(oid)).toMatch(/^noSuch(Object|Instance)$/);
        }
      }),
    );
  });

  test("never go backwards, and those that stay are all seen, while the inventory changes between two steps", () => {
    fc.assert(
      fc.property(generationArbitrary(1), generationArbitrary(1), fc.nat({ max: 5 }), (first, second, pause) => {
        const { contexts, show } = contextsOf(first);
        const seen: VarBind[] = [];
        let last: Oid = [];
        for (let step = 0; ; step += 1) {
          show(Math.floor(step / (pause + 1)) % 2 === 0 ? first : second);
          const next = requireContext(contexts, "").after(last).next();
          if (next === undefined) break;
          expect(compareOids(last, next.oid)).toBeLessThan(0);
          seen.push(next);
          last = next.oid;
        }
        const names = new Set(seen.map(({ oid }) => oid.join(".")));
        const inSecond = new Set(model("", second).map(({ oid }) => oid.join(".")));
        const stayed = model("", first).filter(({ oid }) => inSecond.has(oid.join(".")));
        for (const { oid } of stayed) expect([oid.join("."), names.has(oid.join("."))]).toEqual([oid.join("."), true]);
      }),
    );
  });
});
