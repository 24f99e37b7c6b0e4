import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadScope } from "../../../src/protocol/snmp/answer.js";
import { get } from "../../../src/protocol/snmp/get.js";
import { getBulk } from "../../../src/protocol/snmp/get-bulk.js";
import { getNext } from "../../../src/protocol/snmp/get-next.js";
import type { Oid, VarBind } from "../../../src/protocol/snmp/object-source.js";
import { compareOids } from "../../../src/protocol/snmp/oid.js";
import { type PduVarBind, varBindListSize } from "../../../src/protocol/snmp/var-bind.js";
import { View, type ViewFamily } from "../../../src/protocol/snmp/view.js";
import { WorkBudget } from "../../../src/protocol/snmp/visible-cursor.js";
import { listSource } from "../../support/snmp-list-source.js";
import { asking } from "../../support/snmp-manager.js";
import { closeOid, objects } from "./arbitraries.js";

const everything: ViewFamily[] = [{ subtree: [1], type: "included" }];
const families: fc.Arbitrary<ViewFamily[]> = fc.array(
  fc.record(
    { subtree: closeOid, type: fc.constantFrom("included", "excluded"), mask: fc.uint8Array({ maxLength: 1 }) },
    { requiredKeys: ["subtree", "type"] },
  ),
  { maxLength: 6 },
);

/** The view by the letter of the standard: all families that match, and of these the one that rules. */
function isVisible(given: readonly ViewFamily[], oid: Oid): boolean {
  const matching = given.filter(
    ({ subtree, mask }) =>
      subtree.length <= oid.length &&
      subtree.every((arc, i) => arc === oid[i] || ((mask?.[i >> 3] ?? 255) & (128 >> (i % 8))) === 0),
  );
  matching.sort((a, b) => a.subtree.length - b.subtree.length || compareOids(a.subtree, b.subtree));
  return matching.at(-1)?.type === "included";
}

/** Two rows of a view's table cannot have the same index. */
const distinctFamilies = families.map((given) => [
  ...new Map(given.map((family) => [family.subtree.join("."), family])).values(),
]);

function scope(list: readonly VarBind[], given: readonly ViewFamily[], limits: Partial<ReadScope> = {}): ReadScope {
  return {
    source: listSource(list),
    view: new View(given),
    budget: new WorkBudget(10000000),
    version1: false,
    listOctets: 1000000,
    listLength: 2000,
    ...limits,
  };
}

/** What follows `oid` in the naive way. */
function successor(list: readonly VarBind[], given: readonly ViewFamily[], oid: Oid): VarBind | undefined {
  return list.find((varBind) => compareOids(varBind.oid, oid) > 0 && isVisible(given, varBind.oid));
}

function naiveNext(list: readonly VarBind[], given: readonly ViewFamily[], oid: Oid): PduVarBind {
  return successor(list, given, oid) ?? { oid, value: { type: "endOfMibView" } };
}

describe("views", () => {
  test("View.includes() decides as the standard words it", () => {
    fc.assert(
      fc.property(distinctFamilies, closeOid, (given, oid) => {
        expect(new View(given).includes(oid)).toBe(isVisible(given, oid));
      }),
      { numRuns: 3000 },
    );
  });

  test("View.skip() never passes over what is in the view, and always goes forward", () => {
    fc.assert(
      fc.property(
        distinctFamilies,
        closeOid,
        fc.array(closeOid, { minLength: 1, maxLength: 30 }),
        (given, oid, others) => {
          const view = new View(given);
          fc.pre(!view.includes(oid));
          const place = view.skip(oid);
          if (place !== undefined) expect(compareOids(place, oid)).toBeGreaterThan(0);
          for (const other of others) {
            const between = compareOids(other, oid) > 0 && (place === undefined || compareOids(other, place) < 0);
            if (between) expect(isVisible(given, other), `${other} between ${oid} and ${place}`).toBe(false);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("reading operations against a naive model", () => {
  test("GETNEXT finds the successor of any OID", () => {
    fc.assert(
      fc.property(objects, distinctFamilies, fc.array(closeOid, { maxLength: 8 }), (list, given, oids) => {
        const answer = getNext(asking(...oids), scope(list, given));
        expect(answer.varBinds).toEqual(oids.map((oid) => naiveNext(list, given, oid)));
      }),
      { numRuns: 2000 },
    );
  });

  test("a walk by GETNEXT visits what GET answers, each once and in order", () => {
    fc.assert(
      fc.property(objects, distinctFamilies, (list, given) => {
        const reading = scope(list, given);
        const walked: PduVarBind[] = [];
        for (let oid: Oid = [0, 0]; ; ) {
          const [next] = getNext(asking(oid), reading).varBinds;
          if (next === undefined || next.value.type === "endOfMibView") break;
          walked.push(next);
          oid = next.oid;
        }
        expect(walked).toEqual(list.filter(({ oid }) => isVisible(given, oid)));
        expect(get(asking(...walked.map(({ oid }) => oid)), reading).varBinds).toEqual(walked);
      }),
      { numRuns: 500 },
    );
  });

  /** GETBULK without limits, as the standard's formula has it, in full repetitions. */
  function naiveBulk(
    list: readonly VarBind[],
    given: readonly ViewFamily[],
    n: number,
    m: number,
    oids: readonly Oid[],
  ) {
    const nonRepeaters = Math.max(0, Math.min(n, oids.length));
    const answers = oids.slice(0, nonRepeaters).map((oid) => naiveNext(list, given, oid));
    let last: readonly Oid[] = oids.slice(nonRepeaters);
    for (let repetition = 0; repetition < m; repetition++) {
      const row = last.map((oid) => naiveNext(list, given, oid));
      answers.push(...row);
      last = row.map(({ oid }) => oid);
    }
    return answers;
  }

  const counts = fc.integer({ min: -2, max: 12 });

  test("GETBULK gives what the formula gives, shortened only after a repetition of ends", () => {
    fc.assert(
      fc.property(
        objects,
        distinctFamilies,
        counts,
        counts,
        fc.array(closeOid, { maxLength: 6 }),
        (list, given, n, m, oids) => {
          const pdu = { type: "GetBulkRequest", requestId: 1, nonRepeaters: n, maxRepetitions: m } as const;
          const { varBinds } = getBulk({ ...pdu, varBinds: asking(...oids) }, scope(list, given));
          const naive = naiveBulk(list, given, n, m, oids);
          expect(varBinds).toEqual(naive.slice(0, varBinds.length));
          if (varBinds.length < naive.length) {
            const repeaters = oids.length - Math.max(0, Math.min(n, oids.length));
            expect(varBinds.slice(-repeaters).every(({ value }) => value.type === "endOfMibView")).toBe(true);
            expect(naive.slice(varBinds.length).every(({ value }) => value.type === "endOfMibView")).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("GETBULK fills its room: what is given fits, and one more would not", () => {
    fc.assert(
      fc.property(
        objects,
        fc.array(closeOid, { minLength: 1, maxLength: 4 }),
        fc.nat(2000),
        (list, oids, listOctets) => {
          const pdu = { type: "GetBulkRequest", requestId: 1, nonRepeaters: 1, maxRepetitions: 50 } as const;
          const asked = { ...pdu, varBinds: asking(...oids) };
          const full = getBulk(asked, scope(list, everything)).varBinds;
          const { varBinds, errorStatus } = getBulk(asked, scope(list, everything, { listOctets }));
          expect(varBinds).toEqual(full.slice(0, varBinds.length));
          expect(varBindListSize(varBinds)).toBeLessThanOrEqual(listOctets);
          if (varBinds.length < full.length) {
            expect(varBindListSize(full.slice(0, varBinds.length + 1))).toBeGreaterThan(listOctets);
          }
          expect(errorStatus).toBe(varBinds.length === 0 ? 1 : 0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
