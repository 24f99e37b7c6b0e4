import { describe, expect, expectTypeOf, test } from "vitest";
import { bindScalars, bindTable, omit, type ValueOf } from "../../../src/mapping/bind-table.js";
import { snmpTrap } from "../../../src/schema/generated/snmpv2-mib.js";
import { vmCpuEntry, type vmEntry, vmNetworkEntry } from "../../../src/schema/generated/vm-mib.js";

interface Row {
  readonly index: number;
  readonly text: string;
}

const octets = Buffer.of(1);

describe("bindTable() compiles only", () => {
  test("with every readable column", () => {
    // @ts-expect-error vmCpuCoreTime has no row
    bindTable<Row>()(vmCpuEntry, (row) => [row.index, 1], {});
    expect.assertions(0);
  });

  test("with columns that the MIB has", () => {
    // @ts-expect-error vmCpuCoreTimes is misspelled
    bindTable<Row>()(vmCpuEntry, (row) => [row.index, 1], { vmCpuCoreTime: () => 1n, vmCpuCoreTimes: () => 1n });
    expect.assertions(0);
  });

  test("without columns that cannot be read", () => {
    // @ts-expect-error vmCpuIndex is not accessible
    bindTable<Row>()(vmCpuEntry, (row) => [row.index, 1], { vmCpuCoreTime: () => 1n, vmCpuIndex: () => 1 });
    expect.assertions(0);
  });

  test("with accessors of the column's type", () => {
    // @ts-expect-error a Counter64 is a bigint
    bindTable<Row>()(vmCpuEntry, (row) => [row.index, 1], { vmCpuCoreTime: () => 1 });
    bindTable<Row>()(vmNetworkEntry, (row) => [row.index, 1], {
      vmNetworkIfIndex: () => 0,
      vmNetworkParent: () => 0,
      // @ts-expect-error text is a string
      vmNetworkModel: () => octets,
      // @ts-expect-error octets are no text
      vmNetworkPhysAddress: (row) => row.text,
    });
    expect.assertions(0);
  });

  test("with as many index values as INDEX has, of the right types", () => {
    // @ts-expect-error two objects number the row
    bindTable<Row>()(vmCpuEntry, (row) => [row.index], { vmCpuCoreTime: () => 1n });
    // @ts-expect-error the second is a number
    bindTable<Row>()(vmCpuEntry, (row) => [row.index, row.text], { vmCpuCoreTime: () => 1n });
    expect.assertions(0);
  });

  test("with named numbers that the object knows", () => {
    type OperState = ValueOf<(typeof vmEntry)["columns"]["vmOperState"]>;
    expectTypeOf<4>().toExtend<OperState>();
    expectTypeOf<13>().not.toExtend<OperState>();
    expectTypeOf<number>().not.toExtend<OperState>();
    expect.assertions(0);
  });
});

test("bindTable() keeps columns in the order of their numbers, and omissions with their reasons", () => {
  const table = bindTable<Row>()(vmNetworkEntry, (row) => [row.index, 7], {
    vmNetworkPhysAddress: () => octets,
    vmNetworkModel: (row) => row.text,
    vmNetworkParent: omit("nobody knows"),
    vmNetworkIfIndex: () => undefined,
  });
  expect(table.columns.map(({ name }) => name)).toEqual(["vmNetworkIfIndex", "vmNetworkModel", "vmNetworkPhysAddress"]);
  expect(table.omitted.map(({ name, reason }) => [name, reason])).toEqual([["vmNetworkParent", "nobody knows"]]);
  expect(table.index({ index: 3, text: "" })).toEqual([3, 7]);
  expect(table.columns[1]?.read({ index: 3, text: "virtio" })).toBe("virtio");
});

test("bindScalars() leaves out what only notifications carry", () => {
  const bound = bindScalars<Row>()(snmpTrap, {});
  expect(bound.scalars).toEqual([]);
  expect(bound.omitted).toEqual([]);
});
