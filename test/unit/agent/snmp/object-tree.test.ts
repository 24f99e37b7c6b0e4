import { describe, expect, test } from "vitest";
import { columnLeaves, type ObjectLeaf, ObjectTree, rowKey } from "../../../../src/agent/snmp/object-tree.js";
import { ListedRows } from "../../../../src/agent/snmp/rows.js";
import type { BoundTable } from "../../../../src/mapping/bind-table.js";
import type { Oid } from "../../../../src/protocol/snmp/object-source.js";
import type { IndexShape } from "../../../../src/schema/smi/shape.js";
import { walk } from "../../../support/contexts.js";

function leaf(...oid: number[]): ObjectLeaf<unknown> {
  return { oid, get: () => undefined, after: () => ({ next: () => undefined }) };
}

/** A table of texts, numbered by themselves. */
function texts(part: Omit<IndexShape, "name">): BoundTable<string> {
  return {
    entry: { name: "textEntry", oid: [1, 3, 1], index: [{ name: "text", ...part }], columns: {} },
    index: (text) => [text],
    columns: [
      {
        name: "length",
        shape: { id: 2, syntax: "Integer32", access: "read-only", description: "" },
        read: (text) => (text === "hidden" ? undefined : text.length),
      },
    ],
    omitted: [],
  };
}

describe("ObjectTree", () => {
  test("refuses a leaf that lies at or below another", () => {
    expect(() => new ObjectTree([leaf(1, 3, 6), leaf(1, 3, 7), leaf(1, 3, 6)])).toThrow(/1\.3\.6 is served twice/);
    expect(() => new ObjectTree([leaf(1, 3, 6, 1), leaf(1, 3)])).toThrow(TypeError);
    expect(() => new ObjectTree([leaf(1, 3, 60), leaf(1, 3, 6)])).not.toThrow();
  });

  test("without leaves knows no object and ends at once", () => {
    const source = new ObjectTree([]).source(undefined);
    expect(source.get([1, 3])).toBe("noSuchObject");
    expect(source.after([]).next()).toBeUndefined();
  });

  test("steps over rows that lack an object, and keeps saying that it has ended", () => {
    const table = texts({ syntax: "OctetString", text: "utf8" });
    const rows = new ListedRows(["hidden", "zz", "b", "a"], rowKey(table));
    const source = new ObjectTree(columnLeaves(table, () => rows)).source(undefined);
    expect(walk(source).map(({ oid }) => oid)).toEqual([
      [1, 3, 1, 2, 1, 97],
      [1, 3, 1, 2, 1, 98],
      [1, 3, 1, 2, 2, 122, 122],
    ]);
    const cursor = source.after([1, 3, 1, 2, 2, 122]);
    expect(cursor.next()?.oid).toEqual([1, 3, 1, 2, 2, 122, 122]);
    expect([cursor.next(), cursor.next()]).toEqual([undefined, undefined]);
  });
});

describe("rowKey() (RFC 2578, section 7.7)", () => {
  // biome-ignore format: read as a table
  test.each<[string, Omit<IndexShape, "name">, Oid]>([
    ["counts the octets of a text",               { syntax: "OctetString", text: "utf8" },                [3, 97, 0xc3, 0xbc]],
    ["leaves the count out where it is implied",  { syntax: "OctetString", text: "utf8", implied: true }, [97, 0xc3, 0xbc]],
  ])("%s", (_what, part, key) => {
    expect(rowKey(texts(part))("aü")).toEqual(key);
  });

  test("takes numbers as they are", () => {
    const table = { ...texts({ syntax: "Integer32" }), index: (text: string) => [text.length, 7] };
    expect(rowKey(table)("abc")).toEqual([3, 7]);
  });
});
