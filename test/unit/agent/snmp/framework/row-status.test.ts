import { beforeEach, describe, expect, test } from "vitest";
import { Fault } from "../../../../../src/base/fault.js";
import { snmpNotifyTable } from "../../../../../src/mapping/snmp/notification-tables.js";
import { snmpTargetAddrTable, snmpTargetParamsTable } from "../../../../../src/mapping/snmp/target-tables.js";
import { cell, FrameworkBench, integer, keyOf, octets, pointer, text } from "../../../../support/framework.js";

const ACTIVE = 1;
const NOT_IN_SERVICE = 2;
const NOT_READY = 3;
const CREATE_AND_GO = 4;
const CREATE_AND_WAIT = 5;
const DESTROY = 6;

let bench: FrameworkBench;
beforeEach(async () => {
  bench = await FrameworkBench.open();
});

const row = ["p1"];
const status = (value: number) => cell("snmpTargetParamsRowStatus", row, integer(value));
const model = cell("snmpTargetParamsMPModel", row, integer(3));
const securityModel = cell("snmpTargetParamsSecurityModel", row, integer(3));
const name = (value = "admin") => cell("snmpTargetParamsSecurityName", row, text(value));
const level = cell("snmpTargetParamsSecurityLevel", row, integer(3));
const all = [model, securityModel, name(), level];
const storage = (value: number) => cell("snmpTargetParamsStorageType", row, integer(value));
const now = (column = "snmpTargetParamsRowStatus") => bench.value(snmpTargetParamsTable, row, column);

/** Brings the row into a state by the shortest way. */
async function bring(state: "absent" | "notReady" | "notInService" | "active"): Promise<void> {
  if (state === "notReady") expect(await bench.set(status(CREATE_AND_WAIT), model)).toBe("noError");
  if (state === "notInService") expect(await bench.set(status(CREATE_AND_WAIT), ...all)).toBe("noError");
  if (state === "active") expect(await bench.set(status(CREATE_AND_GO), ...all)).toBe("noError");
}

describe("RowStatus (RFC 2579)", () => {
  // biome-ignore format: read as the standard's table
  test.each([
    ["absent",       CREATE_AND_GO,   "inconsistentValue 1", undefined],
    ["absent",       CREATE_AND_WAIT, "noError",             NOT_READY],
    ["absent",       ACTIVE,          "inconsistentValue 1", undefined],
    ["absent",       NOT_IN_SERVICE,  "inconsistentValue 1", undefined],
    ["absent",       DESTROY,         "noError",             undefined],
    ["absent",       NOT_READY,       "wrongValue 1",        undefined],
    ["notReady",     CREATE_AND_GO,   "inconsistentValue 1", NOT_READY],
    ["notReady",     CREATE_AND_WAIT, "inconsistentValue 1", NOT_READY],
    ["notReady",     ACTIVE,          "inconsistentValue 1", NOT_READY],
    ["notReady",     NOT_IN_SERVICE,  "inconsistentValue 1", NOT_READY],
    ["notReady",     DESTROY,         "noError",             undefined],
    ["notInService", CREATE_AND_GO,   "inconsistentValue 1", NOT_IN_SERVICE],
    ["notInService", CREATE_AND_WAIT, "inconsistentValue 1", NOT_IN_SERVICE],
    ["notInService", ACTIVE,          "noError",             ACTIVE],
    ["notInService", NOT_IN_SERVICE,  "noError",             NOT_IN_SERVICE],
    ["notInService", DESTROY,         "noError",             undefined],
    ["active",       CREATE_AND_GO,   "inconsistentValue 1", ACTIVE],
    ["active",       CREATE_AND_WAIT, "inconsistentValue 1", ACTIVE],
    ["active",       ACTIVE,          "noError",             ACTIVE],
    ["active",       NOT_IN_SERVICE,  "noError",             NOT_IN_SERVICE],
    ["active",       DESTROY,         "noError",             undefined],
  ] as const)("%s, set to %i: %s", async (before, value, outcome, after) => {
    await bring(before);
    expect(await bench.set(status(value))).toBe(outcome);
    expect(now()).toBe(after);
  });

  test("a column alone makes no row, but makes one that waits ready", async () => {
    expect(await bench.set(model)).toBe("inconsistentName 1");
    await bring("notReady");
    expect(await bench.set(securityModel, name())).toBe("noError");
    expect(now()).toBe(NOT_READY);
    expect(await bench.set(level)).toBe("noError");
    expect(now()).toBe(NOT_IN_SERVICE);
  });

  test("a waiting row may be completed and put to use in one request, in any order", async () => {
    await bring("notReady");
    expect(await bench.set(level, status(ACTIVE), name(), securityModel)).toBe("noError");
    expect(now()).toBe(ACTIVE);
  });

  test("createAndGo takes the values that come with it, in any order, and the defaults for the rest", async () => {
    expect(await bench.set(level, name(), securityModel, model, status(CREATE_AND_GO))).toBe("noError");
    expect(now("snmpTargetParamsStorageType")).toBe(3);
    expect(await bench.set(cell("snmpNotifyRowStatus", ["n"], integer(CREATE_AND_GO)))).toBe("noError");
    expect(bench.value(snmpNotifyTable, ["n"], "snmpNotifyType")).toBe(1);
  });

  test("destroy goes with no other column, and reports it", async () => {
    await bring("active");
    expect(await bench.set(status(DESTROY), name("x"))).toBe("inconsistentValue 2");
    expect(now()).toBe(ACTIVE);
  });

  test("columns that rule where messages go change only out of use (RFC 3413)", async () => {
    await bring("active");
    expect(await bench.set(name("other"))).toBe("inconsistentValue 1");
    expect(await bench.set(name("other"), status(NOT_IN_SERVICE))).toBe("noError");
    expect(now("snmpTargetParamsSecurityName")).toBe("other");
  });

  test("the same column twice in one request is refused at the second", async () => {
    expect(await bench.set(status(CREATE_AND_WAIT), name("a"), name("b"))).toBe("inconsistentValue 3");
    expect(now()).toBeUndefined();
  });

  test("a table takes 1,024 rows", async () => {
    const make = (i: number) => cell("snmpNotifyRowStatus", [`n${i}`], integer(CREATE_AND_GO));
    for (let i = 0; i < 1024; i += 1) expect(await bench.set(make(i))).toBe("noError");
    expect(await bench.set(make(1024))).toBe("resourceUnavailable 1");
    expect(await bench.set(cell("snmpNotifyRowStatus", ["n5"], integer(DESTROY)))).toBe("noError");
    expect(await bench.set(make(1024))).toBe("noError");
  });
});

describe("StorageType (RFC 2579)", () => {
  test.each([1, 4, 5])("cannot be set to %i", async (value) => {
    expect(await bench.set(status(CREATE_AND_WAIT), storage(value))).toBe("inconsistentValue 2");
  });

  test("volatile rows are gone after a restart, others stay, and a row can change from one to the other", async () => {
    await bring("active");
    const kept = await bench.reopen();
    expect(kept.value(snmpTargetParamsTable, row, "snmpTargetParamsSecurityName")).toBe("admin");
    expect(await bench.set(storage(2))).toBe("noError");
    expect([...(await bench.reopen()).framework.rows(snmpTargetParamsTable)]).toEqual([]);
    expect(now()).toBe(ACTIVE);
    expect(await bench.set(storage(3))).toBe("noError");
    expect([...(await bench.reopen()).framework.rows(snmpTargetParamsTable)]).toEqual([
      ...bench.framework.rows(snmpTargetParamsTable),
    ]);
  });

  test("rows of the configuration are readOnly, and hide a manager's row of the same name while they are there", async () => {
    await bring("active");
    const key = keyOf(snmpTargetParamsTable, row);
    const values = { ...bench.framework.rows(snmpTargetParamsTable).get(key)?.values };
    const configured = { ...values, snmpTargetParamsSecurityName: "file", snmpTargetParamsStorageType: 5 };
    bench.framework.configure(new Map([[snmpTargetParamsTable, [{ key, values: configured }]]]));
    expect(now("snmpTargetParamsSecurityName")).toBe("file");
    expect(await bench.set(status(DESTROY))).toBe("notWritable 1");
    expect(await bench.set(name("x"))).toBe("notWritable 1");
    bench.framework.configure(new Map());
    expect(now("snmpTargetParamsSecurityName")).toBe("admin");
  });
});

describe("a SetRequest", () => {
  const address = (column: string, value: Parameters<typeof cell>[2], index = "t") => cell(column, [index], value);

  // biome-ignore format: read as a table
  test.each([
    ["what cannot be set",               { oid: [1, 3, 6, 1, 2, 1, 1, 1, 0], value: text("x") },              "notWritable"],
    ["an index",                         { oid: [1, 3, 6, 1, 6, 3, 12, 1, 3, 1, 1, 65], value: text("x") },    "notWritable"],
    ["another type",                     address("snmpTargetAddrTAddress", integer(1)),                       "wrongType"],
    ["a Counter32 for an Integer32",     address("snmpTargetAddrRetryCount", { type: "Counter32", value: 1 }), "wrongType"],
    ["nothing",                          address("snmpTargetAddrRetryCount", { type: "Null" }),               "wrongType"],
    ["too much text",                    address("snmpTargetAddrTagList", text("x".repeat(256))),             "wrongLength"],
    ["too little",                       address("snmpTargetAddrParams", text("")),                           "wrongLength"],
    ["a number out of range",            address("snmpTargetAddrRetryCount", integer(256)),                   "wrongValue"],
    ["a number between ranges",          address("snmpTargetAddrMMS", integer(100)),                          "wrongValue"],
    ["a number without a name",          cell("snmpNotifyType", ["n"], integer(3)),                           "wrongValue"],
    ["text that is no UTF-8",            address("snmpTargetAddrTagList", octets("c0af")),                    "wrongValue"],
    ["tags with two spaces",             address("snmpTargetAddrTagList", text("a  b")),                      "wrongValue"],
    ["a tag with a space",               cell("snmpNotifyTag", ["n"], text("a b")),                           "wrongValue"],
    ["an unknown transport",             address("snmpTargetAddrTDomain", pointer(1, 3, 6, 1, 6, 1, 5)),      "wrongValue"],
    ["an unknown security model",        cell("snmpTargetParamsSecurityModel", ["p"], integer(99)),           "wrongValue"],
    ["a name that no row can have",      address("snmpTargetAddrRetryCount", integer(1), "x".repeat(33)),     "noCreation"],
    ["a scalar by another instance",     { oid: [1, 3, 6, 1, 6, 3, 12, 1, 1, 1], value: integer(0) },         "noCreation"],
    ["a row that is not there",          address("snmpTargetAddrRetryCount", integer(1)),                     "inconsistentName"],
  ] as const)("is refused for %s (RFC 3416, section 4.2.5)", async (_, varBind, error) => {
    const before = await bench.store.list("");
    const good = cell("snmpNotifyRowStatus", ["good"], integer(CREATE_AND_GO));
    expect(await bench.set(varBind)).toBe(`${error} 1`);
    expect(await bench.set(good, varBind)).toBe(`${error} 2`);
    expect(await bench.store.list("")).toEqual(before);
    expect([...bench.framework.rows(snmpNotifyTable)]).toEqual([]);
  });

  test("cannot put an address to use that does not fit its transport", async () => {
    const domain = address("snmpTargetAddrTDomain", pointer(1, 3, 6, 1, 6, 1, 1));
    const params = address("snmpTargetAddrParams", text("p"));
    const go = address("snmpTargetAddrRowStatus", integer(CREATE_AND_GO));
    const at = (hex: string) => address("snmpTargetAddrTAddress", octets(hex));
    expect(await bench.set(go, domain, params, at("c0000201"))).toBe("inconsistentValue 4");
    expect(await bench.set(go, domain, params, at("c000020100a2"), address("snmpTargetAddrTMask", octets("ff")))).toBe(
      "inconsistentValue 5",
    );
    expect(await bench.set(go, domain, params, at("c000020100a2"))).toBe("noError");
    expect(bench.value(snmpTargetAddrTable, ["t"], "snmpTargetAddrMMS")).toBe(484);
  });

  test("cannot put parameters to use that contradict each other", async () => {
    const version1 = cell("snmpTargetParamsMPModel", row, integer(0));
    expect(await bench.set(status(CREATE_AND_GO), version1, securityModel, name(), level)).toBe("inconsistentValue 3");
    const community = cell("snmpTargetParamsSecurityModel", row, integer(1));
    expect(await bench.set(status(CREATE_AND_GO), version1, community, name(), level)).toBe("inconsistentValue 5");
  });

  test("is on disk before it counts, and counts for nothing when the disk refuses (commitFailed)", async () => {
    const release = bench.store.hold();
    const pending = bench.set(status(CREATE_AND_GO), ...all);
    expect(now()).toBeUndefined();
    release();
    expect(await pending).toBe("noError");
    expect(now()).toBe(ACTIVE);
    bench.store.refuse(new Fault("storage-failed", "no space left"));
    expect(await bench.set(status(NOT_IN_SERVICE), name("other"))).toBe("commitFailed 1");
    expect(now()).toBe(ACTIVE);
    expect(now("snmpTargetParamsSecurityName")).toBe("admin");
    bench.store.refuse(undefined);
    expect(await bench.set(status(NOT_IN_SERVICE))).toBe("noError");
  });

  test("tells who listens of each change, once it counts", async () => {
    let told = 0;
    bench.framework.onChange(() => {
      told += 1;
      expect(now()).toBe(ACTIVE);
    });
    await bring("active");
    expect(told).toBe(1);
  });
});

describe("locks (RFC 2579, TestAndIncr)", () => {
  const lock = (value: number) => ({ oid: [1, 3, 6, 1, 6, 3, 12, 1, 1, 0], value: integer(value) });
  const FIRST = 1073741824;

  test("take their own value only, and grow by it", async () => {
    expect(bench.framework.scalar("snmpTargetSpinLock")).toBe(FIRST);
    expect(await bench.set(lock(FIRST + 1))).toBe("inconsistentValue 1");
    expect(await bench.set(lock(FIRST))).toBe("noError");
    expect(await bench.set(lock(FIRST))).toBe("inconsistentValue 1");
    expect(bench.framework.scalar("snmpTargetSpinLock")).toBe(FIRST + 1);
  });

  test("stop everything that comes with them", async () => {
    expect(await bench.set(status(CREATE_AND_GO), ...all, lock(7))).toBe("inconsistentValue 6");
    expect(now()).toBeUndefined();
    expect(await bench.set(lock(FIRST), status(CREATE_AND_GO), ...all)).toBe("noError");
    expect(now()).toBe(ACTIVE);
  });

  test("are not grown by a request that fails", async () => {
    expect(await bench.set(lock(FIRST), model)).toBe("inconsistentName 2");
    expect(bench.framework.scalar("snmpTargetSpinLock")).toBe(FIRST);
  });
});

test("snmpEnableAuthenTraps lasts (RFC 3418)", async () => {
  const enable = (value: number) => ({ oid: [1, 3, 6, 1, 2, 1, 11, 30, 0], value: integer(value) });
  expect(bench.framework.scalar("snmpEnableAuthenTraps")).toBe(2);
  expect(await bench.set(enable(3))).toBe("wrongValue 1");
  expect(await bench.set(enable(1))).toBe("noError");
  expect((await bench.reopen()).framework.scalar("snmpEnableAuthenTraps")).toBe(1);
});

test.each([
  ["snmp/row/snmpNotifyEntry/110", "{}"],
  ["snmp/row/snmpNotifyEntry/110", "not JSON"],
  ["snmp/row/snmpNotifyEntry/110", '{"snmpNotifyRowStatus":4}'],
  ["snmp/row/snmpNotifyEntry/110", '{"snmpNotifyRowStatus":1,"snmpNotifyType":7}'],
  ["snmp/row/snmpNotifyEntry/110", '{"snmpNotifyRowStatus":1,"snmpNotifyTag":{"octets":"0"}}'],
  ["snmp/row/snmpNotifyEntry/1100", '{"snmpNotifyRowStatus":1}'],
  ["snmp/row/snmpNotifyEntry/", '{"snmpNotifyRowStatus":1}'],
  ["snmp/scalar/snmpEnableAuthenTraps", "3"],
])("FrameworkTables refuse the damaged record %s: %s", async (key, value) => {
  await bench.store.write([{ key, value }]);
  await expect(bench.reopen()).rejects.toThrow(
    expect.objectContaining({ code: "invalid", message: expect.stringContaining(key) }),
  );
});
