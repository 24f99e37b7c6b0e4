import { describe, expect, test } from "vitest";
import { Fault } from "../../../../../src/base/fault.js";
import { parseXml } from "../../../../../src/codec/xml/parse.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import { writeXmlData } from "../../../../../src/schema/yang/data/write-xml-data.js";
import { filterBySubtree } from "../../../../../src/schema/yang/filter/subtree-filter.js";
import { type WithDefaultsMode, withDefaults } from "../../../../../src/schema/yang/filter/with-defaults.js";
import { filterByXPath } from "../../../../../src/schema/yang/filter/xpath-filter.js";
import { TreeEvaluation } from "../../../../../src/schema/yang/xpath/tree-evaluation.js";
import { XPath } from "../../../../../src/schema/yang/xpath/xpath.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const schema = yangSchema(
  yangModule(
    "f",
    `identity animal; identity owl { base animal; }
    container users {
      list user { key "name"; leaf name { type string; } leaf type { type string; default "plain"; }
        leaf kind { type identityref { base animal; } }
        container info { leaf dept { type int8; default 1; } leaf id { type int8; } } }
      leaf-list tag { type string; default "t"; }
    }
    container more { leaf x { type string; } leaf y { when "../x = 'on'"; type string; default "dy"; } }`,
  ),
);
const user = (name: string, rest = "") => `<user><name>${name}</name>${rest}</user>`;
const data = `<users xmlns="urn:f" xmlns:f="urn:f">${user("root", "<type>super</type><info><dept>1</dept><id>1</id></info>")}${user("fred", "<type>admin</type><kind>f:owl</kind><info><id>2</id></info>")}${user("barney", "<type>admin</type>")}</users>`;
const { tree, errors } = readXmlData(schema, schema.root, `<data>${data}<more xmlns="urn:f"><x>off</x></more></data>`);
const plain = (text: string) => text.replace(/ xmlns(:f)?="urn:f"/g, "");
const text = (of: typeof tree) => plain([...writeXmlData(schema, of)].join(""));

test("the document is without errors", () => expect(errors).toEqual([]));

describe("filterBySubtree() (RFC 6241, section 6)", () => {
  const all = text(tree);
  const filtered = (filter: string) =>
    text(filterBySubtree(schema, tree, parseXml(`<filter xmlns:p="urn:f">${filter}</filter>`)));
  // biome-ignore format: read as a table
  const rows: readonly [name: string, filter: string, result: string][] = [
    ["an empty filter selects nothing", "", ""],
    ["a selection node", '<more xmlns="urn:f"/>', "<more><x>off</x></more>"],
    ["everything by two", '<users xmlns="urn:f"/><more xmlns="urn:f"/>', all],
    ["a leaf of every entry, with the keys", '<users xmlns="urn:f"><user><type/></user></users>', `<users>${user("root", "<type>super</type>")}${user("fred", "<type>admin</type>")}${user("barney", "<type>admin</type>")}</users>`],
    ["content match on the key", '<users xmlns="urn:f"><user><name>barney</name></user></users>', `<users>${user("barney", "<type>admin</type>")}</users>`],
    ["content match with blanks and a selection", '<users xmlns="urn:f"><user><name> fred </name><type/></user></users>', `<users>${user("fred", "<type>admin</type>")}</users>`],
    ["content match on another leaf", '<users xmlns="urn:f"><user><type>admin</type><name/></user></users>', `<users>${user("fred", "<type>admin</type>")}${user("barney", "<type>admin</type>")}</users>`],
    ["two content matches are both needed", '<users xmlns="urn:f"><user><type>admin</type><name>root</name></user></users>', ""],
    ["an identity by whatever prefix", '<users xmlns="urn:f"><user><kind>p:owl</kind><name/></user></users>', `<users>${user("fred", "<kind>owl</kind>")}</users>`],
    ["two filters of one list are a union", '<users xmlns="urn:f"><user><name>root</name><type/></user><user><name>root</name><info><id/></info></user></users>', `<users>${user("root", "<type>super</type><info><id>1</id></info>")}</users>`],
    ["an attribute that nothing has", '<more xmlns="urn:f" a="b"/>', ""],
    ["a namespace that is not there", '<more xmlns="urn:z"/>', ""],
    ["no namespace is any", "<more><x/></more>", "<more><x>off</x></more>"],
    ["a content match beside a selection that means nothing", '<users xmlns="urn:f"><user><name>fred</name><nope/></user></users>', `<users>${user("fred")}</users>`],
    ["a content match beside one of another module", '<users xmlns="urn:f"><user><name>fred</name><type xmlns="urn:other"/></user></users>', `<users>${user("fred")}</users>`],
    ["a content match beside what is asked for in a leaf", '<users xmlns="urn:f"><user><name>fred</name><type><z/></type></user></users>', `<users>${user("fred")}</users>`],
    ["a content match that cannot be", '<more xmlns="urn:f"><x>off</x><nope>1</nope></more>', ""],
  ];
  for (const [name, filter, result] of rows) {
    test(name, () => expect(filtered(filter).replace("f:owl", "owl")).toBe(result.replace("f:owl", "owl")));
  }
  test("too many nodes are refused", () => {
    expect(() => filtered(`<users xmlns="urn:f">${"<user/>".repeat(10_001)}</users>`)).toThrow(Fault);
  });
});

describe("filterByXPath() (RFC 6241, section 8.9)", () => {
  const names = {
    moduleOf: (prefix: string) => (prefix === "f" ? schema.module("f") : undefined),
    unprefixed: undefined,
  };
  const filtered = (expression: string) =>
    text(filterByXPath(new TreeEvaluation(schema, tree), new XPath(expression, names)));
  test("nodes come with all above and the keys", () => {
    expect(filtered("/f:users/f:user[f:type='admin']/f:info/f:id | //f:x")).toBe(
      `<users>${user("fred", "<info><id>2</id></info>")}</users><more><x>off</x></more>`,
    );
  });
  test("the root is everything, nothing is nothing", () => {
    expect(filtered("/")).toBe(text(tree));
    expect(filtered("/users")).toBe("");
  });
  test("what selects no nodes is refused", () => {
    for (const expression of ["1", "string(/f:users)", "/f:users[", "/g:users"]) {
      expect(() => filtered(expression)).toThrow(Fault);
    }
  });
});

describe("withDefaults() (RFC 6243, section 3)", () => {
  const reported = (mode: WithDefaultsMode) =>
    text(withDefaults(new TreeEvaluation(schema, tree), mode)).replace("f:owl", "owl");
  test("explicit is what was set", () => expect(reported("explicit")).toBe(text(tree).replace("f:owl", "owl")));
  test("trim leaves out what equals the default", () => {
    expect(reported("trim")).toBe(text(tree).replace("f:owl", "owl").replace("<dept>1</dept>", ""));
  });
  test("report-all adds defaults in use, where every when holds", () => {
    const barney = user("barney", "<type>admin</type><info><dept>1</dept></info>");
    const all = reported("report-all");
    expect(all).toContain(barney);
    expect(all).toContain("<info><dept>1</dept><id>2</id></info>");
    expect(all).toContain("<tag>t</tag>");
    expect(all).not.toContain("<y>");
  });
  test("report-all-tagged marks what nobody set", () => {
    const all = reported("report-all-tagged");
    const tag =
      'xmlns:ietf-netconf-with-defaults="urn:ietf:params:xml:ns:netconf:default:1.0" ietf-netconf-with-defaults:default="true"';
    expect(all).toContain(`<info><dept ${tag}>1</dept><id>2</id></info>`);
    expect(all).toContain(`<tag ${tag}>t</tag>`);
    expect(all).toContain("<dept>1</dept><id>1</id>");
  });
});

describe("filters that name one entry of many", () => {
  const model = yangModule(
    "many",
    "list m { key id; leaf id { type string; } leaf v { type string; } leaf s { config false; type string; } }",
  );
  const many = yangSchema(model);
  const entries = Array.from({ length: 2000 }, (_, i) => `<m xmlns="urn:many"><id>${i}</id><v>v</v><s>s</s></m>`);
  const of = readXmlData(many, many.root, `<d>${entries.join("")}</d>`).tree;
  const content = of.slots[0];
  const looked = new Set<string>();
  if (content?.kind === "entries") {
    for (const [key, item] of content.entries()) {
      if (item.kind !== "inner") continue;
      const { slots } = item;
      Object.defineProperty(item, "slots", {
        get() {
          looked.add(key);
          return slots;
        },
      });
    }
  }
  const found = '<m xmlns="urn:many"><id>77</id><s>s</s></m>';

  test("by subtree, look at no other", () => {
    looked.clear();
    const filter = parseXml('<f xmlns="urn:many"><m><id>77</id><s/></m></f>');
    expect([...writeXmlData(many, filterBySubtree(many, of, filter))].join("")).toBe(found);
    expect([...looked]).toEqual(["77"]);
  });

  test("by XPath, look at no other", () => {
    looked.clear();
    const names = { moduleOf: () => many.module("many"), unprefixed: "any" as const, prefixOf: () => undefined };
    const xpath = new XPath("/m[id = '77']/s", names);
    expect([...writeXmlData(many, filterByXPath(new TreeEvaluation(many, of), xpath))].join("")).toBe(found);
    expect([...looked]).toEqual(["77"]);
  });
});
