import fc from "fast-check";
import { expect, test } from "vitest";
import type { Machine } from "../../../src/inventory/machine.js";
import { MachineTable } from "../../../src/inventory/machine-table.js";
import { machine } from "../../support/generations.js";
import { uuidOf } from "../../support/inventory-builder.js";

/** Changes of some of nine machines: another name, or gone. */
const steps = fc.array(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.option(fc.string())), { maxLength: 4 }), {
  maxLength: 8,
});

test("MachineTable.with() gives what a plain map would, and keeps `members` exactly while nobody comes or goes", () => {
  fc.assert(
    fc.property(steps, (all) => {
      let table = MachineTable.empty;
      const model = new Map<string, Machine>();
      for (const step of all) {
        const changes = new Map(step.map(([n, name]) => [uuidOf(n), name === null ? undefined : machine(n, { name })]));
        const before = [...model.keys()].sort();
        for (const [uuid, one] of changes) {
          if (one) model.set(uuid, one);
          else model.delete(uuid);
        }
        const next = table.with(changes);
        const wanted = [...model.values()].sort((a, b) => a.index - b.index);
        expect(next.byIndex).toEqual(wanted);
        expect(next.members).toEqual(wanted.map(({ uuid }) => uuid));
        expect(next.size).toBe(model.size);
        for (let n = 1; n <= 9; n += 1) expect(next.get(uuidOf(n))).toBe(model.get(uuidOf(n)));
        const isSame = JSON.stringify(before) === JSON.stringify([...model.keys()].sort());
        if (!isSame) expect(next.members).not.toBe(table.members);
        else if (![...changes.values()].includes(undefined)) expect(next.members).toBe(table.members);
        table = next;
      }
    }),
  );
});
