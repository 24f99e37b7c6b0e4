import fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { snmpTargetParamsTable } from "../../../src/mapping/snmp/target-tables.js";
import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { cell, FrameworkBench, integer, text } from "../../support/framework.js";

/** The columns that a row must be given, with values that can be told apart, all of which go together. */
const required = {
  snmpTargetParamsMPModel: [3],
  snmpTargetParamsSecurityModel: [3],
  snmpTargetParamsSecurityName: ["a", "b", "c"],
  snmpTargetParamsSecurityLevel: [1, 2, 3],
} as const;
const STORAGE = "snmpTargetParamsStorageType";
const STATUS = "snmpTargetParamsRowStatus";
type Column = keyof typeof required | typeof STORAGE;

interface Wish {
  readonly row: "r1" | "r2";
  readonly column: Column | typeof STATUS | "lock";
  readonly value: number | string;
}

type ModelRow = { state: "waiting" | "ready" | "active" } & { [Name in Column]?: number | string };
interface Model {
  readonly rows: Map<string, ModelRow>;
  lock: number;
}

const FIRST_LOCK = 1073741824;

const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 4, arbitrary: status() },
  ...Object.entries(required).map(([column, values]) => ({
    weight: 2,
    arbitrary: wishOf(column as keyof typeof required, fc.constantFrom<number | string>(...values)),
  })),
  { weight: 2, arbitrary: wishOf(STORAGE, fc.constantFrom(1, 2, 3, 4, 5)) },
  { weight: 1, arbitrary: wishOf("lock", fc.constantFrom(0, 1, 2)) },
);

function status(): fc.Arbitrary<Wish> {
  return wishOf(STATUS, fc.constantFrom(1, 2, 3, 4, 5, 6));
}

function wishOf(column: Wish["column"], value: fc.Arbitrary<number | string>): fc.Arbitrary<Wish> {
  return fc.record({ row: fc.constantFrom("r1" as const, "r2" as const), column: fc.constant(column), value });
}

/** A request for one row that has all it takes, so that random wishes meet rows that exist. */
const whole: fc.Arbitrary<readonly Wish[]> = fc
  .record({
    row: fc.constantFrom("r1" as const, "r2" as const),
    status: fc.constantFrom(4, 5),
    name: fc.constantFrom("a", "b"),
  })
  .map(({ row, status: value, name }) => [
    { row, column: STATUS, value },
    { row, column: "snmpTargetParamsMPModel", value: 3 },
    { row, column: "snmpTargetParamsSecurityModel", value: 3 },
    { row, column: "snmpTargetParamsSecurityName", value: name },
    { row, column: "snmpTargetParamsSecurityLevel", value: 3 },
  ]);

const request: fc.Arbitrary<readonly Wish[]> = fc.oneof(
  { weight: 1, arbitrary: whole },
  { weight: 3, arbitrary: fc.array(wish, { minLength: 1, maxLength: 5 }) },
);
const sequence = fc.array(fc.record({ wishes: request, diskFails: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
});

/** What a request does to the model, by the words of the standard, without a thought for how the product does it. */
function modelled(model: Model, wishes: readonly Wish[]): Model | undefined {
  const rows = new Map([...model.rows].map(([name, row]) => [name, { ...row }]));
  let { lock } = model;
  for (const { column, value } of wishes) {
    if (column === STATUS && value === 3) return undefined;
    if (column !== "lock") continue;
    if (FIRST_LOCK + Number(value) !== lock) return undefined;
    lock += 1;
  }
  for (const name of ["r1", "r2"]) {
    const own = wishes.filter((one) => one.row === name && one.column !== "lock");
    if (own.length === 0) continue;
    if (new Set(own.map(({ column }) => column)).size !== own.length) return undefined;
    const order = own.find(({ column }) => column === STATUS)?.value;
    const cells = own.filter(({ column }) => column !== STATUS);
    const before = rows.get(name);
    if (order === 6) {
      if (cells.length > 0) return undefined;
      rows.delete(name);
      continue;
    }
    const creates = order === 4 || order === 5;
    if (creates === (before !== undefined)) return undefined;
    const staysActive = before?.state === "active" && order !== 2;
    if (staysActive && cells.some(({ column }) => column !== STORAGE)) return undefined;
    if (cells.some(({ column, value }) => column === STORAGE && value !== 2 && value !== 3)) return undefined;
    const row: ModelRow = before ?? { state: "waiting", [STORAGE]: 3 };
    for (const { column, value } of cells) row[column as Column] = value;
    const isWhole = Object.keys(required).every((column) => row[column as Column] !== undefined);
    if ((order === 1 || order === 2 || order === 4) && !isWhole) return undefined;
    if (order === 1 || order === 4) row.state = "active";
    else if (order !== undefined || row.state !== "active") row.state = isWhole ? "ready" : "waiting";
    rows.set(name, row);
  }
  return { rows, lock };
}

function varBind({ row, column, value }: Wish): PduVarBind {
  if (column === "lock") return { oid: [1, 3, 6, 1, 6, 3, 12, 1, 1, 0], value: integer(FIRST_LOCK + Number(value)) };
  return cell(column, [row], typeof value === "string" ? text(value) : integer(value));
}

const stateNumber = { active: 1, ready: 2, waiting: 3 } as const;

function shown(bench: FrameworkBench): unknown {
  return [...bench.framework.rows(snmpTargetParamsTable)].map(({ values }) => values);
}

function expected({ rows }: Model, only: (row: ModelRow) => boolean = () => true): unknown {
  return [...rows]
    .filter(([, row]) => only(row))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { state, ...cells }]) => ({ snmpTargetParamsName: name, ...cells, [STATUS]: stateNumber[state] }));
}

test("10,000 sequences of SetRequests do what a naive model does, all of each or nothing, and lasts what must (RFC 3416, RFC 2579)", async () => {
  await fc.assert(
    fc.asyncProperty(sequence, async (requests) => {
      const bench = await FrameworkBench.open();
      let model: Model = { rows: new Map(), lock: FIRST_LOCK };
      for (const { wishes, diskFails } of requests) {
        bench.store.refuse(diskFails ? new Fault("storage-failed", "full") : undefined);
        const outcome = await bench.set(...wishes.map(varBind));
        const next = modelled(model, wishes);
        if (outcome.startsWith("commitFailed")) expect([diskFails, next !== undefined]).toEqual([true, true]);
        else {
          expect([outcome === "noError", wishes]).toEqual([next !== undefined, wishes]);
          model = next ?? model;
        }
        expect(shown(bench)).toEqual(expected(model));
        expect(bench.framework.scalar("snmpTargetSpinLock")).toBe(model.lock);
      }
      const later = await bench.reopen();
      expect(shown(later)).toEqual(expected(model, (row) => row[STORAGE] === 3));
    }),
    { numRuns: 10_000 },
  );
});
