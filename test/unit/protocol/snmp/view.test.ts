import { describe, expect, test } from "vitest";
import type { ObjectSource, Oid, VarBind } from "../../../../src/protocol/snmp/object-source.js";
import { View, type ViewFamily } from "../../../../src/protocol/snmp/view.js";
import { VisibleCursor, WORK, WorkBudget } from "../../../../src/protocol/snmp/visible-cursor.js";
import { listSource } from "../../../support/snmp-list-source.js";

const table = [1, 3, 6, 1, 2, 1, 236, 1, 4, 1];

function included(subtree: Oid, mask?: Uint8Array): ViewFamily {
  return mask ? { subtree, mask, type: "included" } : { subtree, type: "included" };
}

function excluded(subtree: Oid, mask?: Uint8Array): ViewFamily {
  return { ...included(subtree, mask), type: "excluded" };
}

describe("View.includes() (RFC 3415, object vacmViewTreeFamilyTable)", () => {
  test("lets the longest family decide, and of two equally long the greater", () => {
    const view = new View([included([1, 3]), excluded([1, 3, 6]), included([1, 3, 6, 1])]);
    expect(view.includes([1, 3])).toBe(true);
    expect(view.includes([1, 3, 5])).toBe(true);
    expect(view.includes([1, 3, 6])).toBe(false);
    expect(view.includes([1, 3, 6, 1])).toBe(true);
    expect(view.includes([1])).toBe(false);
    const anySecond = Uint8Array.of(0b10111111);
    const equal = new View([included([1, 2, 9], anySecond), excluded([1, 3, 9], anySecond)]);
    expect(equal.includes([1, 7, 9])).toBe(false);
  });

  test("takes a masked sub-identifier for any, and missing bits for ones", () => {
    // Ten exact sub-identifiers, any column, row 5.
    const row5 = new View([included([...table, 0, 5], Uint8Array.of(0xff, 0xdf))]);
    expect(row5.includes([...table, 2, 5])).toBe(true);
    expect(row5.includes([...table, 17, 5])).toBe(true);
    expect(row5.includes([...table, 2, 6])).toBe(false);
    expect(row5.includes([...table, 2])).toBe(false);
    const short = new View([included([1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2], Uint8Array.of(0xff))]);
    expect(short.includes([...table, 3])).toBe(false);
  });

  test("includes nothing without families", () => {
    expect(new View([]).includes([1, 3])).toBe(false);
    expect(new View([]).skip([1, 3])).toBeUndefined();
  });
});

describe("View.skip()", () => {
  test("leaps over what is excluded and to the next family that includes", () => {
    const view = new View([included([1, 3, 6]), excluded([1, 3, 6, 2]), included([1, 3, 6, 2, 9]), included([1, 5])]);
    expect(view.skip([1, 2])).toEqual([1, 3, 6]);
    expect(view.skip([1, 3, 6, 2])).toEqual([1, 3, 6, 2, 9]);
    expect(view.skip([1, 3, 6, 2, 10])).toEqual([1, 3, 6, 3]);
    expect(view.skip([1, 4, 4294967295])).toEqual([1, 5]);
    expect(view.skip([1, 6])).toBeUndefined();
  });

  test("leaps from row to row through columns of any number", () => {
    const view = new View([included([...table, 0, 5], Uint8Array.of(0xff, 0xdf))]);
    expect(view.skip([...table, 2, 1])).toEqual([...table, 2, 5]);
    expect(view.skip([...table, 2, 6])).toEqual([...table, 3, 5]);
    expect(view.skip([...table, 4294967295, 6])).toBeUndefined();
  });

  test("needs no more than a few leaps where everything under a wildcard is taken back", () => {
    const anySecond = Uint8Array.of(0b10111111);
    const view = new View([included([1, 2, 9], anySecond), excluded([1, 3, 9], anySecond)]);
    const place = view.skip([1, 0]);
    expect(place?.slice(0, 1)).toEqual([1]);
    expect(view.includes(place as Oid)).toBe(false);
  });
});

describe("VisibleCursor", () => {
  const rows = 10000;
  const objects = Array.from({ length: rows }, (_, i): VarBind => {
    return { oid: [...table, 2, i + 1], value: { type: "Integer32", value: i } };
  });

  function counting(source: ObjectSource): { source: ObjectSource; steps: () => number } {
    let steps = 0;
    return {
      steps: () => steps,
      source: {
        get: source.get,
        after(oid) {
          const cursor = source.after(oid);
          return {
            next() {
              steps += 1;
              return cursor.next();
            },
          };
        },
      },
    };
  }

  test("costs the same however much is hidden", () => {
    const { source, steps } = counting(listSource(objects));
    const view = new View([included([...table, 2, 5]), included([...table, 2, 9999])]);
    const cursor = new VisibleCursor(source, view, new WorkBudget(100 * WORK.leap), [0]);
    expect([cursor.next(), cursor.next(), cursor.next()]).toMatchObject([
      { oid: [...table, 2, 5] },
      { oid: [...table, 2, 9999] },
      "endOfMibView",
    ]);
    expect(steps()).toBeLessThan(8);
  });

  test("gives up when its budget is spent", () => {
    const everyOther = objects.map(({ oid }, i) => (i % 2 ? included(oid) : excluded(oid)));
    const cursor = (steps: number) =>
      new VisibleCursor(listSource(objects), new View(everyOther.slice(0, 20)), new WorkBudget(steps * WORK.leap), [0]);
    const seen = (steps: number): unknown[] => {
      const walk = cursor(steps);
      return Array.from({ length: 11 }, () => walk.next());
    };
    expect(seen(11).slice(-2)).toMatchObject([{ oid: [...table, 2, 20] }, "endOfMibView"]);
    expect(seen(3).slice(0, 4)).toMatchObject([{}, {}, {}, "outOfWork"]);
  });
});
