import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Fault } from "../../../../../src/base/fault.js";
import { EntryTexts } from "../../../../../src/schema/yang/data/entry-texts.js";
import { type Origin, OriginMarker } from "../../../../../src/schema/yang/data/origin.js";
import { readJsonData } from "../../../../../src/schema/yang/data/read-json-data.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import type { InnerData } from "../../../../../src/schema/yang/data/tree.js";
import { writeJsonData } from "../../../../../src/schema/yang/data/write-json-data.js";
import { writeXmlData } from "../../../../../src/schema/yang/data/write-xml-data.js";
import { withDefaults } from "../../../../../src/schema/yang/filter/with-defaults.js";
import type { ListNode } from "../../../../../src/schema/yang/schema-node.js";
import { TreeEvaluation } from "../../../../../src/schema/yang/xpath/tree-evaluation.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const ietf = (name: string) => readFileSync(new URL(`../../../../../yang/ietf/${name}.yang`, import.meta.url), "utf8");
const model = yangModule(
  "sys",
  `container system {
    leaf hostname { type string; } leaf port { type uint16; default 830; } leaf-list tag { type string; default "t"; }
    container clock { leaf zone { type string; } }
    anydata extra;
    leaf uptime { config false; type uint32; }
  }
  list interface { key name; leaf name { type string; } leaf mtu { type uint16; } leaf up { config false; type boolean; } }
  container seen { config false; leaf x { type string; } }`,
);
const schema = yangSchema(model, ietf("ietf-yang-metadata"), ietf("ietf-origin"));
const read = (text: string): InnerData => {
  const { tree, errors } = readXmlData(schema, schema.root, `<d>${text}</d>`);
  expect(errors).toEqual([]);
  return tree;
};
const completed = (tree: InnerData) => withDefaults(new TreeEvaluation(schema, tree), "report-all");

const intended = read(
  '<system xmlns="urn:sys"><hostname>a</hostname><tag>x</tag><extra><b>1</b></extra></system><interface xmlns="urn:sys"><name>eth0</name><mtu>1500</mtu></interface>',
);
const inUse = completed(
  read(
    `<system xmlns="urn:sys"><hostname>b</hostname><tag>x</tag><tag>y</tag><clock><zone>UTC</zone></clock><extra><b>1</b></extra><uptime>5</uptime></system>
    <interface xmlns="urn:sys"><name>eth0</name><mtu>1500</mtu><up>true</up></interface>
    <interface xmlns="urn:sys"><name>lo</name><mtu>9000</mtu><up>true</up></interface><seen xmlns="urn:sys"><x>1</x></seen>`,
  ),
);
const xmlOf = (tree: InnerData) =>
  [...writeXmlData(schema, tree)]
    .join("")
    .replaceAll(' xmlns:or="urn:ietf:params:xml:ns:yang:ietf-origin"', "")
    .replaceAll(' xmlns="urn:sys"', "");

test("OriginMarker.mark() says where configuration comes from, where it is not from where the node around is (RFC 8342, section 7)", () => {
  expect(xmlOf(new OriginMarker(schema).mark(inUse, intended))).toBe(
    '<system or:origin="or:intended"><hostname or:origin="or:system">b</hostname><port or:origin="or:default">830</port>' +
      '<tag>x</tag><tag or:origin="or:system">y</tag><clock or:origin="or:system"><zone>UTC</zone></clock>' +
      "<extra><b>1</b></extra><uptime>5</uptime></system>" +
      '<interface or:origin="or:intended"><name>eth0</name><mtu>1500</mtu><up>true</up></interface>' +
      '<interface or:origin="or:system"><name>lo</name><mtu>9000</mtu><up>true</up></interface>' +
      "<seen><x>1</x></seen>",
  );
});

test("OriginMarker.mark() writes as JSON what is read again, as XML too (RFC 7952, section 5)", () => {
  const marked = new OriginMarker(schema, "learned").mark(inUse, intended);
  const json = [...writeJsonData(schema, marked)].join("");
  const plain = JSON.parse(json);
  expect(plain["sys:system"]["@"]).toEqual({ "ietf-origin:origin": "ietf-origin:intended" });
  expect(plain["sys:system"]["@port"]).toEqual({ "ietf-origin:origin": "ietf-origin:default" });
  expect(plain["sys:system"]["@tag"]).toEqual([null, { "ietf-origin:origin": "ietf-origin:learned" }]);
  expect(plain["sys:interface"][1]["@"]).toEqual({ "ietf-origin:origin": "ietf-origin:learned" });
  const fromJson = readJsonData(schema, schema.root, json);
  expect(fromJson.errors).toEqual([]);
  const xml = [...writeXmlData(schema, marked)].join("");
  expect([...writeXmlData(schema, fromJson.tree)].join("")).toBe(xml);
  expect([...writeXmlData(schema, read(xml))].join("")).toBe(xml);
});

test("OriginMarker.mark() takes a default that somebody wants for intended, and a leaf-list's defaults for defaults", () => {
  const wanted = read('<system xmlns="urn:sys"><port>830</port></system>');
  expect(xmlOf(new OriginMarker(schema).mark(completed(wanted), wanted))).toBe(
    '<system or:origin="or:intended"><port>830</port><tag or:origin="or:default">t</tag></system>',
  );
});

test("OriginMarker.mark() gives the same objects for the same, and others where the intended changed", () => {
  const marker = new OriginMarker(schema);
  const list = schema.root.byName.get("interface")?.[0] as ListNode;
  const texts = new EntryTexts([list]);
  const entryOf = (tree: InnerData, name: string) => {
    const content = tree.slots[list.slot];
    return content?.kind === "entries" ? content.get(name) : undefined;
  };
  const first = marker.mark(inUse, intended);
  const second = marker.mark(inUse, intended);
  expect(entryOf(second, "lo")).toBe(entryOf(first, "lo"));
  const without = read('<interface xmlns="urn:sys"><name>lo</name></interface>');
  const third = marker.mark(inUse, without);
  expect(entryOf(third, "lo")).not.toBe(entryOf(first, "lo"));
  for (const tree of [first, second, third]) {
    expect([...writeXmlData(schema, tree, { texts })]).toEqual([...writeXmlData(schema, tree)]);
  }
});

test("OriginMarker adds to other metadata and refuses a schema without the annotation", () => {
  const origins: readonly Origin[] = ["dynamic", "unknown"];
  for (const origin of origins) {
    const marked = new OriginMarker(schema, origin).mark(inUse, read(""));
    expect(xmlOf(marked)).toContain(`<system or:origin="or:${origin}">`);
  }
  expect(() => new OriginMarker(yangSchema(model))).toThrow(Fault);
});
