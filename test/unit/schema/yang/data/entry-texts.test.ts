import { describe, expect, test } from "vitest";
import { parseXml } from "../../../../../src/codec/xml/parse.js";
import type { EntryMap } from "../../../../../src/schema/yang/data/entry-map.js";
import { EntryTexts } from "../../../../../src/schema/yang/data/entry-texts.js";
import { inTurns } from "../../../../../src/schema/yang/data/in-turns.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import { type InnerData, innerAt } from "../../../../../src/schema/yang/data/tree.js";
import { writeJsonData } from "../../../../../src/schema/yang/data/write-json-data.js";
import { writeXmlData } from "../../../../../src/schema/yang/data/write-xml-data.js";
import { applyEdit } from "../../../../../src/schema/yang/edit/apply-edit.js";
import { readEdit } from "../../../../../src/schema/yang/edit/read-edit.js";
import type { ContainerNode, ListNode } from "../../../../../src/schema/yang/schema-node.js";
import { ManualClock } from "../../../../support/manual-clock.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const schema = yangSchema(
  yangModule(
    "k",
    `container all { list one { key id; leaf id { type uint32; } leaf text { type string; }
      list part { key id; leaf id { type string; } } container sub { leaf x { type int8; } } } leaf-list v { type uint32; } }
     list top { key id; leaf id { type string; } }`,
  ),
  yangModule("more", 'import k { prefix k; } augment "/k:all/k:one/k:sub" { leaf extra { type string; } }'),
);
const all = schema.root.byName.get("all")?.[0] as ContainerNode;
const one = all.byName.get("one")?.[0] as ListNode;
const top = schema.root.byName.get("top")?.[0] as ListNode;

const entry = (i: number) =>
  `<one><id>${i}</id><text>é &amp; "${i}"</text><part><id>a</id></part><sub><x>${i % 100}</x><extra xmlns="urn:more">😀</extra></sub></one>`;
const read = (count: number, rest = ""): InnerData => {
  const entries = Array.from({ length: count }, (_, i) => entry(i)).join("");
  const { tree, errors } = readXmlData(
    schema,
    schema.root,
    `<d><all xmlns="urn:k">${entries}${rest}</all><top xmlns="urn:k"><id>t</id></top></d>`,
  );
  expect(errors).toEqual([]);
  return tree;
};
const changed = (tree: InnerData, i: number): InnerData => {
  const edit = parseXml(`<config><all xmlns="urn:k"><one><id>${i}</id><text>new</text></one></all></config>`);
  return applyEdit(schema, tree, readEdit(schema, edit).nodes).tree;
};
const writers = { xml: writeXmlData, json: writeJsonData };

describe.each(["xml", "json"] as const)("EntryTexts of %s", (format) => {
  const write = (tree: InnerData, texts?: EntryTexts) =>
    [...writers[format](schema, tree, texts ? { texts } : {})].join("");

  test("change nothing of what is written, the first time, the second time and after an edit", () => {
    const texts = new EntryTexts([one, top]);
    let tree = read(200);
    const before = write(tree);
    expect(write(tree, texts)).toBe(before);
    expect(write(tree, texts)).toBe(before);
    tree = changed(tree, 77);
    expect(write(tree, texts)).toBe(write(tree));
    expect(write(tree, texts)).not.toBe(before);
  });

  test("serve one tree beside the other, also when an entry's parent is what is written", () => {
    const texts = new EntryTexts([one, top]);
    const tree = read(20);
    const inner = innerAt(tree, all.slot) as InnerData;
    expect(write(tree, texts)).toBe(write(tree));
    expect(write(inner, texts)).toBe(write(inner));
  });

  test("are made once for an entry that stays the same object", () => {
    const texts = new EntryTexts([one]);
    const tree = read(100);
    write(tree, texts);
    // Whoever looks into an entry now is found out.
    const entries = innerAt(tree, all.slot)?.slots[one.slot] as EntryMap<InnerData>;
    const looked = new Set<InnerData>();
    for (const item of entries.values()) {
      const { slots } = item;
      Object.defineProperty(item, "slots", {
        get() {
          looked.add(item);
          return slots;
        },
      });
    }
    write(tree, texts);
    expect(looked.size).toBe(0);
    const after = changed(tree, 3);
    looked.clear();
    write(after, texts);
    expect(looked.size).toBe(0);
    write(after);
    expect(looked.size).toBe(99);
  });
});

describe.each(["xml", "json"] as const)("parts of %s", (format) => {
  test("are small, also of a leaf-list that is long", () => {
    const values = Array.from({ length: 50_000 }, (_, i) => `<v>${i}</v>`).join("");
    const parts = [...writers[format](schema, read(1, values))];
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) expect(part.length).toBeLessThan(70_000);
  });
});

describe("inTurns()", () => {
  const parts = Array.from({ length: 40 }, (_, i) => `${i},`);

  test("gives all parts in their order and lets others have a turn when time has passed", async () => {
    const clock = new ManualClock();
    let turns = 0;
    let isOver = false;
    const other = () => {
      turns += 1;
      if (!isOver) setImmediate(other);
    };
    setImmediate(other);
    const got: string[] = [];
    for await (const part of inTurns(parts, clock)) {
      got.push(part);
      clock.advance(3);
    }
    isOver = true;
    expect(got).toEqual(parts);
    // Every second part is five milliseconds or more after the last turn.
    expect(turns).toBeGreaterThanOrEqual(20);
  });

  test("gives none while no time has passed", async () => {
    let turns = 0;
    setImmediate(() => {
      turns += 1;
    });
    for await (const _ of inTurns(parts, new ManualClock())) expect(turns).toBe(0);
  });

  test("makes a part only when it is asked for, and stops when nobody asks", async () => {
    let made = 0;
    let isClosed = false;
    function* making() {
      try {
        for (const part of parts) {
          made += 1;
          yield part;
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const part of inTurns(making(), new ManualClock())) if (part === "3,") break;
    expect(made).toBe(4);
    expect(isClosed).toBe(true);
  });
});
