import { describe, expect, test } from "vitest";
import { Fault } from "../../../../../src/base/fault.js";
import { pathOf } from "../../../../../src/schema/yang/data/located.js";
import { pathText } from "../../../../../src/schema/yang/data/path.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import { XPathLimitFault } from "../../../../../src/schema/yang/xpath/evaluation.js";
import { TreeEvaluation } from "../../../../../src/schema/yang/xpath/tree-evaluation.js";
import { namesIn, XPath } from "../../../../../src/schema/yang/xpath/xpath.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const schema = yangSchema(
  yangModule(
    "x",
    `identity animal; identity bird { base animal; } identity owl { base bird; }
    container a {
      list item {
        key "name"; leaf name { type string; } leaf size { type int32; } leaf group { type string; }
        leaf kind { type identityref { base animal; } }
        leaf colour { type enumeration { enum red { value 5; } enum blue { value 7; } } }
        leaf marks { type bits { bit one; bit two; } }
        list part { key "x y"; leaf x { type string; } leaf y { type uint8; } leaf z { type string; } }
      }
      leaf ref { type leafref { path "../item/name"; } }
      leaf where { type instance-identifier; }
      leaf usual { type string; default "there"; }
      container none { leaf deep { type uint8; default 3; } }
      choice c { default one; case one { leaf in-one { type string; default "1"; } } case two { leaf in-two { type string; } } }
      leaf-list tag { type string; }
      leaf text { type string; }
      leaf seldom { when "../text = 'x'"; type string; default "s"; }
    }`,
  ),
);
const items = Array.from({ length: 20 }, (_, at) => {
  const group = `g${at % 3}`;
  return `<item><name>n${at}</name><size>${at}</size><group>${group}</group>
    <part><x>p</x><y>1</y><z>zz${at}</z></part><part><x>p</x><y>2</y></part></item>`;
}).join("");
const { tree, errors } = readXmlData(
  schema,
  schema.root,
  `<data><a xmlns="urn:x" xmlns:x="urn:x">${items}
    <item><name>last</name><kind>x:owl</kind><colour>blue</colour><marks>two</marks></item>
    <ref>n3</ref><where>/x:a/x:item[x:name='n4']/x:size</where><tag>t1</tag><tag>t2</tag><text>  a  b </text></a></data>`,
);
const [module] = schema.modules;
if (!module) throw new Error("no module");
const names = namesIn({ module, prefixes: new Map([["x", module]]) });

const evaluate = (text: string, mostSteps?: number): unknown => {
  const evaluation = new TreeEvaluation(schema, tree, mostSteps === undefined ? {} : { mostSteps });
  const value = new XPath(text, names).evaluate(evaluation);
  return typeof value === "object" ? value.map((node) => pathText(pathOf(node))) : value;
};

test("the document is without errors", () => expect(errors).toEqual([]));

describe("XPath gives what the standard says", () => {
  // biome-ignore format: read as a table
  const rows: readonly [text: string, value: unknown][] = [
    ["1 + 2 * 3 - 4 div 2",                 5],
    ["-5 mod 3",                            -2],
    ["5 - -1",                              6],
    ["1 = 1.0 and 'a' != 'b' or false()",   true],
    ["string(1 div 0)",                     "Infinity"],
    ["string(0.1 + 0.2)",                   "0.30000000000000004"],
    ["string(1000000000000000000000000)",   "1000000000000000000000000"],
    ["string(1 div 10000000)",              "0.0000001"],
    ["string(number('1e3'))",               "NaN"],
    ["substring('12345', 1.5, 2.6)",        "234"],
    ["substring('12345', 0 div 0, 3)",      ""],
    ["substring('12345', -42, 1 div 0)",    "12345"],
    ["substring-before('1999/04', '/')",    "1999"],
    ["substring-after('1999/04', '/')",     "04"],
    ["substring-before('abc', 'x')",        ""],
    ["translate('--aaa--', 'abc-', 'ABC')", "AAA"],
    ["normalize-space(/a/text)",            "a b"],
    ["string-length('a😀')",                2],
    ["concat('a', 1, true())",              "a1true"],
    ["round(-2.5) + floor(1.9) + ceiling(1.1)", 1],
    ["count(/a/item)",                      21],
    ["count(//z)",                          20],
    ["sum(/a/item/size)",                   190],
    ["count(/a/item[group = 'g1'])",        7],
    ["count(/x:a/x:item[group = 'g0'][size > 10])", 3],
    ["/a/item[name = 'n7']/size",           ["/x:a/item[name='n7']/size"]],
    ["/a/item[2]",                          ["/x:a/item[name='n1']"]],
    ["/a/item[last()]/name",                ["/x:a/item[name='last']/name"]],
    ["/a/item[position() = 20]/name = 'n19'", true],
    ["(/a/item[size > 17] | /a/item[size = 1])/name", ["n1", "n18", "n19"].map((name) => `/x:a/item[name='${name}']/name`)],
    ["/a/item[name='n3']/part[x='p'][y='1']/z", ["/x:a/item[name='n3']/part[x='p'][y='1']/z"]],
    ["/a/item[name='n3']/part[y='2' and x='p']", ["/x:a/item[name='n3']/part[x='p'][y='2']"]],
    ["/a/item[size = 5]/preceding-sibling::item[1]/name", ["/x:a/item[name='n4']/name"]],
    ["/a/item[size = 18]/following-sibling::*[1]/name", ["/x:a/item[name='n19']/name"]],
    ["/a/item[name='n2']/size/ancestor::*",  ["/x:a", "/x:a/item[name='n2']"]],
    ["count(/a/item/part/..)",              20],
    ["count(/a/item[name='n1']/following::part)", 36],
    ["count(/a/item[name='n1']/preceding::part)", 2],
    ["local-name(/a/*[1])",                 "item"],
    ["name(/a)",                            "x:a"],
    ["namespace-uri(/a)",                   "urn:x"],
    ["/a/tag[. = 't2']",                    ["/x:a/tag[.='t2']"]],
    ["/a/tag = 't2' and /a/tag != 't2'",    true],
    ["/a/item/size > 18",                   true],
    ["/a/item/size < /a/item/size",         true],
    ["/a/nothing = 'x'",                    false],
    ["not(/a/item[name = 'zz'])",           true],
    ["/a/usual",                            ["/x:a/usual"]],
    ["/a/usual = 'there' and /a/none/deep = 3", true],
    ["/a/in-one = '1'",                     true],
    ["boolean(/a/seldom)",                  false],
    ["deref(/a/ref)",                       ["/x:a/item[name='n3']/name"]],
    ["deref(/a/ref)/../size = 3",           true],
    ["deref(/a/where)",                     ["/x:a/item[name='n4']/size"]],
    ["derived-from(/a/item/kind, 'x:animal')", true],
    ["derived-from(/a/item/kind, 'x:owl')", false],
    ["derived-from-or-self(/a/item/kind, 'x:owl')", true],
    ["/a/item/kind = 'x:owl'",              true],
    ["string(/a/item/kind)",                "x:owl"],
    ["enum-value(/a/item/colour)",          7],
    ["bit-is-set(/a/item/marks, 'two') and not(bit-is-set(/a/item/marks, 'one'))", true],
    ["re-match('abc', '[a-c]+') and not(re-match('abcd', '[a-c]+'))", true],
    ["current()/a/item[name = current()/a/ref]/size", ["/x:a/item[name='n3']/size"]],
    ["*[local-name() = 'a']/ref",           ["/x:a/ref"]],
    ["x:*/ref/text()",                      ["/x:a/ref"]],
    ["/a/item[name='n1']/attribute::q",     []],
    ["string(/a/item[name='n0'])",          "n00g0p1zz0p2"],
  ];
  for (const [text, value] of rows) test(text, () => expect(evaluate(text)).toEqual(value));
});

describe("XPath refuses what is none", () => {
  const rows = [
    "",
    "/a/",
    "1 +",
    "a[",
    "a]",
    "foo()",
    "count()",
    "count(1)",
    "q:a",
    "$v",
    "a b",
    "'x",
    "(1)/a",
    "1 | 2",
    "a::b",
    "child::",
    "#",
  ];
  for (const text of rows) test(text, () => expect(() => evaluate(text)).toThrow(Fault));
  test("an expression that is too deep or too long", () => {
    expect(() => evaluate(`${"(".repeat(5000)}1${")".repeat(3000)}`)).toThrow(Fault);
    expect(() => evaluate(`1${" ".repeat(9000)}`)).toThrow(Fault);
    expect(() => evaluate(`1${"+1".repeat(3000)}`)).toThrow(Fault);
    expect(evaluate(`1${"+1".repeat(400)}`)).toBe(401);
  });
});

test("XPath stops when it takes more steps than it may", () => {
  expect(() => evaluate("count(//*[count(//*[count(//*) > 1]) > 1])", 100_000)).toThrow(XPathLimitFault);
});
