import { describe, expect, test } from "vitest";
import { parseXml } from "../../../../../src/codec/xml/parse.js";
import type { DataError } from "../../../../../src/schema/yang/data/data-error.js";
import { pathText } from "../../../../../src/schema/yang/data/path.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import { entriesAt, innerAt } from "../../../../../src/schema/yang/data/tree.js";
import { writeXmlData } from "../../../../../src/schema/yang/data/write-xml-data.js";
import { applyEdit } from "../../../../../src/schema/yang/edit/apply-edit.js";
import type { DefaultOperation } from "../../../../../src/schema/yang/edit/edit-node.js";
import { editOfTree } from "../../../../../src/schema/yang/edit/edit-of-tree.js";
import { readEdit } from "../../../../../src/schema/yang/edit/read-edit.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const schema = yangSchema(
  yangModule(
    "e",
    `container c {
      leaf a { type int8; } leaf d { type int8; default 5; }
      container plain { leaf x { type int8; } }
      container there { presence "p"; leaf y { type int8; } }
      list l { key "k"; leaf k { type string; } leaf v { type int8; } leaf w { type int8; } }
      list o { key "k j"; ordered-by user; leaf k { type string; } leaf j { type int8; } leaf v { type int8; } }
      leaf-list s { type int8; } leaf-list u { type string; ordered-by user; }
      choice ch { case one { leaf one { type int8; } leaf one-more { type int8; } } case two { leaf-list two { type int8; } } }
      anydata any;
      leaf now { config false; type int8; }
    }`,
  ),
);
const attributes = `xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:yang="urn:ietf:params:xml:ns:yang:1"
  xmlns:wd="urn:ietf:params:xml:ns:netconf:default:1.0" xmlns:e="urn:e"`;
const document = (inside: string) => `<config ${attributes}><c xmlns="urn:e">${inside}</c></config>`;
const treeOf = (inside: string) => {
  const { tree, errors } = readXmlData(schema, schema.root, `<data><c xmlns="urn:e">${inside}</c></data>`);
  expect(errors).toEqual([]);
  return tree;
};
const tell = (errors: readonly DataError[]) =>
  errors.map(({ tag, appTag, path, info }) => [tag, pathText(path), appTag, info.badAttribute ?? info.badElement]);

function edited(before: string, edit: string, defaultOperation: DefaultOperation = "merge") {
  const read = readEdit(schema, parseXml(document(edit)));
  const result = applyEdit(schema, treeOf(before), read.nodes, defaultOperation);
  const text = [...writeXmlData(schema, result.tree)].join("");
  return {
    errors: tell([...read.errors, ...result.errors]),
    text: text.replace(/^<c xmlns="urn:e">|<\/c>$/g, ""),
  };
}

const entry = (k: string, rest = "") => `<l><k>${k}</k>${rest}</l>`;
const ordered = (...keys: string[]) => keys.map((k) => `<o><k>${k}</k><j>1</j></o>`).join("");

describe("applyEdit() does what the operation says (RFC 6241, section 7.2)", () => {
  // biome-ignore format: read as a table
  const rows: readonly [name: string, before: string, edit: string, after: string, operation?: DefaultOperation][] = [
    ["merge sets a leaf",            "<a>1</a>", "<a>2</a>", "<a>2</a>"],
    ["merge keeps what it does not name", `<a>1</a>${entry("x", "<v>1</v>")}`, entry("x", "<w>2</w>"), `<a>1</a>${entry("x", "<v>1</v><w>2</w>")}`],
    ["create",                       "", '<a nc:operation="create">1</a>', "<a>1</a>"],
    ["delete",                       "<a>1</a>", '<a nc:operation="delete"/>', ""],
    ["delete of an entry",           entry("x") + entry("y"), '<l nc:operation="delete"><k>x</k></l>', entry("y")],
    ["delete of a value",            "<s>1</s><s>2</s>", '<s nc:operation="delete">1</s>', "<s>2</s>"],
    ["remove of what is not there",  "<a>1</a>", '<l nc:operation="remove"><k>x</k></l><s nc:operation="remove">1</s><there nc:operation="remove"/>', "<a>1</a>"],
    ["replace of an entry",          entry("x", "<v>1</v><w>1</w>"), '<l nc:operation="replace"><k>x</k><w>2</w></l>', entry("x", "<w>2</w>")],
    ["replace of a container",       "<a>1</a><plain><x>1</x></plain>", '<plain nc:operation="replace"/>', "<a>1</a>"],
    ["default replace is all there is", `<a>1</a>${entry("x")}`, "<d>3</d>", "<d>3</d>", "replace"],
    ["default none changes nothing", `<a>1</a>${entry("x", "<v>1</v>")}`, `<a>2</a>${entry("x", "<v>2</v>")}`, `<a>1</a>${entry("x", "<v>1</v>")}`, "none"],
    ["default none with a nested create", "", '<l><k>x</k><v nc:operation="create">1</v></l>', entry("x", "<v>1</v>"), "none"],
    ["default none with a nested delete", entry("x", "<v>1</v>"), '<l><k>x</k><v nc:operation="delete"/></l>', entry("x"), "none"],
    ["presence by merge",            "", "<there/>", "<there></there>"],
    ["another case (section 7.9)",   "<one>1</one><one-more>2</one-more>", "<two>1</two>", "<two>1</two>"],
    ["another case back",            "<two>1</two><two>2</two>", "<one>1</one>", "<one>1</one>"],
    ["create of an unset default",   "", '<d nc:operation="create">5</d>', "<d>5</d>"],
    ["the default attribute unsets (RFC 6243, section 4.5.2)", "<d>3</d>", '<d wd:default="true">5</d>', ""],
    ["anydata",                      "<any><q xmlns='urn:q'/></any>", "<any><r xmlns='urn:r'>1</r></any>", '<any><r xmlns="urn:r">1</r></any>'],
    ["insert last without a word",   ordered("a", "b"), ordered("c"), ordered("a", "b", "c")],
    ["insert first",                 ordered("a", "b"), '<o yang:insert="first"><k>c</k><j>1</j></o>', ordered("c", "a", "b")],
    ["insert before",                ordered("a", "b"), `<o yang:insert="before" yang:key="[e:k='b'][e:j='1']"><k>c</k><j>1</j></o>`, ordered("a", "c", "b")],
    ["insert after moves",           ordered("a", "b", "c"), `<o yang:insert="after" yang:key="[e:j='01'][e:k='c']"><k>a</k><j>1</j></o>`, ordered("b", "c", "a")],
    ["insert of values",             "<u>a</u><u>b</u>", '<u yang:insert="before" yang:value="a">b</u>', "<u>b</u><u>a</u>"],
    ["nothing by an empty edit",     "<a>1</a>", "", "<a>1</a>"],
  ];
  for (const [name, before, edit, after, operation] of rows) {
    test(name, () => expect(edited(before, edit, operation)).toEqual({ errors: [], text: after }));
  }
});

describe("readEdit() and applyEdit() refuse with the tags of RFC 6241, appendix A", () => {
  // biome-ignore format: read as a table
  const rows: readonly [name: string, before: string, edit: string, error: readonly unknown[], operation?: DefaultOperation][] = [
    ["create of a leaf that is there",  "<a>1</a>", '<a nc:operation="create">2</a>', ["data-exists", "/e:c/a"]],
    ["create of an entry that is there", entry("x"), '<l nc:operation="create"><k>x</k></l>', ["data-exists", "/e:c/l[k='x']"]],
    ["create of a value that is there", "<s>1</s>", '<s nc:operation="create">1</s>', ["data-exists", "/e:c/s[.='1']"]],
    ["delete of no leaf",               "", '<a nc:operation="delete"/>', ["data-missing", "/e:c/a"]],
    ["delete of an unset default",      "", '<d nc:operation="delete"/>', ["data-missing", "/e:c/d"]],
    ["delete of no entry",              "", '<l nc:operation="delete"><k>x</k></l>', ["data-missing", "/e:c/l[k='x']"]],
    ["delete of no value",              "", '<s nc:operation="delete">1</s>', ["data-missing", "/e:c/s[.='1']"]],
    ["none of no entry",                "", entry("x"), ["data-missing", "/e:c/l[k='x']"], "none"],
    ["an operation there is not",       "", '<a nc:operation="frob">1</a>', ["bad-attribute", "/e:c/a", undefined, "operation"]],
    ["an operation without namespace",  "", '<a operation="merge">1</a>', ["unknown-attribute", "/e:c/a", undefined, "operation"]],
    ["an operation on a key",           "", '<l><k nc:operation="delete">x</k></l>', ["bad-attribute", "/e:c/l[k='x']/k", undefined, "operation"]],
    ["create below delete",             entry("x"), '<l nc:operation="delete"><k>x</k><v nc:operation="create">1</v></l>', ["bad-attribute", "/e:c/l[k='x']/v", undefined, "operation"]],
    ["a leaf twice",                    "", "<a>1</a><a>1</a>", ["bad-element", "/e:c/a", undefined, "a"]],
    ["an entry twice",                  "", entry("x") + entry("x"), ["bad-element", "/e:c/l[k='x']", undefined, "l"]],
    ["no key",                          "", "<l><v>1</v></l>", ["missing-element", "/e:c/l", undefined, "k"]],
    ["state",                           "", "<now>1</now>", ["unknown-element", "/e:c", undefined, "now"]],
    ["an unknown node",                 "", "<nope/>", ["unknown-element", "/e:c", undefined, "nope"]],
    ["an unknown namespace",            "", '<a xmlns="urn:q">1</a>', ["unknown-namespace", "/e:c", undefined, "a"]],
    ["a wrong value",                   "", "<a>x</a>", ["invalid-value", "/e:c/a"]],
    ["a default that is none",          "", '<d wd:default="true">4</d>', ["invalid-value", "/e:c/d"]],
    ["insert where users do not order", "", '<s yang:insert="first">1</s>', ["unknown-attribute", "/e:c/s", undefined, "insert"]],
    ["insert nowhere",                  "", '<u yang:insert="there">1</u>', ["bad-attribute", "/e:c/u", undefined, "insert"]],
    ["insert before nothing said",      "", '<u yang:insert="before">1</u>', ["missing-attribute", "/e:c/u", undefined, "value"]],
    ["insert before what is not there (RFC 7950, section 15.7)", "", '<u yang:insert="before" yang:value="z">1</u>', ["bad-attribute", "/e:c/u[.='1']", "missing-instance", "value"]],
    ["a key for insert that is none",   "", `<o yang:insert="after" yang:key="[k='b']"><k>c</k><j>1</j></o>`, ["bad-attribute", "/e:c/o", undefined, "key"]],
  ];
  for (const [name, before, edit, error, operation] of rows) {
    test(name, () => {
      const [tag, path, appTag, bad] = error;
      expect(edited(before, edit, operation).errors).toEqual([[tag, path, appTag, bad]]);
    });
  }
  test("every error is told, not only the first", () => {
    expect(edited("", '<a>x</a><nope/><l nc:operation="delete"><k>q</k></l>').errors.length).toBe(3);
  });
});

test("applyEdit() copies only the path to what it changes", () => {
  const entries = Array.from({ length: 1000 }, (_, at) => entry(`k${at}`, "<v>1</v>")).join("");
  const before = treeOf(`${entries}<plain><x>1</x></plain>`);
  const { nodes } = readEdit(schema, parseXml(document(entry("k500", "<v>2</v>"))));
  const { tree } = applyEdit(schema, before, nodes);
  const [old, now] = [innerAt(before, 0), innerAt(tree, 0)];
  if (!old || !now) throw new Error("no container");
  const [oldEntries, entriesNow] = [old, now].map((inner) => entriesAt(inner, 4));
  const others = [...(oldEntries?.keys() ?? [])].filter((key) => key !== "k500");
  expect(others.length).toBe(999);
  for (const key of others) expect(entriesNow?.get(key)).toBe(oldEntries?.get(key));
  expect(entriesNow?.get("k500")).not.toBe(oldEntries?.get("k500"));
  expect(now.slots[2]).toBe(old.slots[2]);
});

test("applyEdit() that changes nothing gives the very same tree", () => {
  const before = treeOf(`<a>1</a>${entry("x", "<v>1</v>")}<s>1</s>`);
  expect(applyEdit(schema, before, editOfTree(before)).tree).toBe(before);
});
