import fc from "fast-check";
import { expect, test } from "vitest";
import type { Machine } from "../../../src/inventory/machine.js";
import { MachineTable } from "../../../src/inventory/machine-table.js";
import { machine } from "../../support/generations.js";
import { uuidOf } from "../../support/inventory-builder.js";

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** From which of the tables made so far, and changes of some of nine machines: another name, or gone. */
const steps = fc.array(
  fc.record({
    from: fc.oneof(fc.constant(0), fc.nat(20)),
    changes: fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.option(fc.string(), { freq: 4 })), { maxLength: 4 }),
  }),
  { maxLength: 10 },
);

test("MachineTable.with() gives what a plain map would, keeps `members` exactly while nobody comes or goes, and changes no other table", () => {
  fc.assert(
    fc.property(steps, (all) => {
      /** Latest first, so that most steps go on with the latest. */
      const made = [{ table: MachineTable.empty, model: new Map<string, Machine>() }];
      for (const step of all) {
        const base = made[step.from % made.length] ?? made[0];
        if (base === undefined) throw new Error("nothing was made");
        const changes = new Map(
          step.changes.map(([n, name]) => [uuidOf(n), name === null ? undefined : machine(n, { name })]),
        );
        const model = new Map(base.model);
        for (const [uuid, one] of changes) {
          if (one) model.set(uuid, one);
          else model.delete(uuid);
        }
        const table = base.table.with(changes);
        const isSame = sortedKeys(base.model) === sortedKeys(model);
        if (!isSame) expect(table.members).not.toBe(base.table.members);
        else if (![...changes.values()].includes(undefined)) expect(table.members).toBe(base.table.members);
        made.unshift({ table, model });
        for (const each of made) expectSame(each.table, each.model);
      }
    }),
  );
});

function expectSame(table: MachineTable, model: ReadonlyMap<string, Machine>): void {
  const wanted = [...model.values()].sort((a, b) => a.index - b.index);
  expect(table.byIndex).toEqual(wanted);
  expect(table.members).toEqual(wanted.map(({ uuid }) => uuid));
  expect(table.size).toBe(model.size);
  for (const n of NUMBERS) expect(table.get(uuidOf(n))).toBe(model.get(uuidOf(n)));
}

function sortedKeys(model: ReadonlyMap<string, Machine>): string {
  return JSON.stringify([...model.keys()].sort());
}
