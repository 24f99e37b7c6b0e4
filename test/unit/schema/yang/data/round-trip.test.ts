import { describe, expect, test } from "vitest";
import { pathText } from "../../../../../src/schema/yang/data/path.js";
import { readJsonData } from "../../../../../src/schema/yang/data/read-json-data.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import { writeJsonData } from "../../../../../src/schema/yang/data/write-json-data.js";
import { writeXmlData } from "../../../../../src/schema/yang/data/write-xml-data.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const other = yangModule(
  "other",
  `import main { prefix m; } identity base; identity blue { base base; } augment "/m:top" { leaf extra { type string; } }`,
  "o",
);
const main = yangModule(
  "main",
  `identity colour; identity red { base colour; }
  container top {
    leaf i8 { type int8 { range "-5..10 | 20"; } }
    leaf u64 { type uint64; }
    leaf dec { type decimal64 { fraction-digits 2; } }
    leaf text { type string { length "1..4"; } }
    leaf flag { type boolean; }
    leaf nothing { type empty; }
    leaf word { type enumeration { enum one; enum two; } }
    leaf marks { type bits { bit a; bit b; bit c; } }
    leaf octets { type binary { length "1..3"; } }
    leaf colour { type identityref { base colour; } }
    leaf either { type union { type int8; type enumeration { enum any; } } }
    leaf where { type instance-identifier { require-instance false; } }
    list user { key "name id"; ordered-by user; leaf name { type string; } leaf id { type uint8; } leaf more { type string; } }
    leaf-list names { type string; }
    container seen { presence "seen"; }
    container plain { leaf x { type string; } }
    anydata any;
    list log { config false; leaf line { type string; } }
    leaf-list counts { config false; type uint8; }
  }`,
);
const schema = yangSchema(main, other);

const xml = (inside: string) => `<data><top xmlns="urn:main">${inside}</top></data>`;
const readXml = (inside: string) => readXmlData(schema, schema.root, xml(inside));
const text = (inside: string) => [...writeXmlData(schema, readXml(inside).tree)].join("");
const json = (inside: string) => [...writeJsonData(schema, readXml(inside).tree)].join("");

describe("readXmlData() and the writers give canonical values", () => {
  // biome-ignore format: read as a table
  const rows: readonly [given: string, xml: string, json: string][] = [
    ["<i8> +07 </i8>",             "<i8>7</i8>",                   '"i8":7'],
    ["<i8>0x0a</i8>",              "<i8>10</i8>",                  '"i8":10'],
    ["<i8>-0</i8>",                "<i8>0</i8>",                   '"i8":0'],
    ["<u64>18446744073709551615</u64>", "<u64>18446744073709551615</u64>", '"u64":"18446744073709551615"'],
    ["<dec>+1.50</dec>",           "<dec>1.5</dec>",               '"dec":"1.5"'],
    ["<dec>-0.07</dec>",           "<dec>-0.07</dec>",             '"dec":"-0.07"'],
    ["<text>a&lt;&#x1F600;</text>", "<text>a&lt;😀</text>",        '"text":"a<😀"'],
    ["<flag>true</flag>",          "<flag>true</flag>",            '"flag":true'],
    ["<nothing/>",                 "<nothing></nothing>",          '"nothing":[null]'],
    ["<word>two</word>",           "<word>two</word>",             '"word":"two"'],
    ["<marks>c  a</marks>",        "<marks>a c</marks>",           '"marks":"a c"'],
    ["<octets>A A==</octets>",     "<octets>AA==</octets>",        '"octets":"AA=="'],
    ['<colour xmlns:q="urn:main">q:red</colour>', '<colour xmlns:m="urn:main">m:red</colour>', '"colour":"main:red"'],
    ["<either>5</either>",         "<either>5</either>",           '"either":5'],
    ["<either>any</either>",       "<either>any</either>",         '"either":"any"'],
    ["<seen/>",                    "<seen></seen>",                '"seen":{}'],
    ["<names>b</names><names>a</names>", "<names>b</names><names>a</names>", '"names":["b","a"]'],
    ["<log><line>x</line></log><log><line>x</line></log>", "<log><line>x</line></log><log><line>x</line></log>", '"log":[{"line":"x"},{"line":"x"}]'],
    ["<counts>1</counts><counts>1</counts>", "<counts>1</counts><counts>1</counts>", '"counts":[1,1]'],
    ['<where xmlns:q="urn:main">/q:top/q:user[q:id="1"][q:name="n"]/q:more</where>',
      '<where xmlns:m="urn:main">/m:top/m:user[m:name=\'n\'][m:id=\'1\']/m:more</where>',
      `"where":"/main:top/user[name='n'][id='1']/more"`],
    ["<any><q xmlns='urn:other'>1</q></any>", '<any><q xmlns="urn:other">1</q></any>', '"any":{"other:q":"1"}'],
    ["<extra xmlns='urn:other'>e</extra>", '<extra xmlns="urn:other">e</extra>', '"other:extra":"e"'],
  ];
  for (const [given, asXml, asJson] of rows) {
    test(given, () => {
      expect(readXml(given).errors).toEqual([]);
      expect(text(given)).toBe(`<top xmlns="urn:main">${asXml}</top>`);
      const written = json(given);
      expect(written).toBe(`{"main:top":{${asJson}}}`);
      const again = readJsonData(schema, schema.root, written);
      expect(again.errors).toEqual([]);
      expect([...writeJsonData(schema, again.tree)].join("")).toBe(written);
    });
  }
  test("a container without presence that is empty is none (RFC 7950, section 7.5.1)", () => {
    expect(text("<plain/>")).toBe("");
  });
});

describe("readXmlData() says what is wrong and where", () => {
  // biome-ignore format: read as a table
  const rows: readonly [given: string, tag: string, path: string, info?: object][] = [
    ["<i8>11</i8>",                      "invalid-value",     "/main:top/i8"],
    ["<i8>x</i8>",                       "invalid-value",     "/main:top/i8"],
    ["<dec>1.234</dec>",                 "invalid-value",     "/main:top/dec"],
    ["<text></text>",                    "invalid-value",     "/main:top/text"],
    ["<octets>AAAAAA==</octets>",        "invalid-value",     "/main:top/octets"],
    ["<octets>A</octets>",               "invalid-value",     "/main:top/octets"],
    ["<colour>red2</colour>",            "invalid-value",     "/main:top/colour"],
    ['<colour xmlns:o="urn:other">o:blue</colour>', "invalid-value", "/main:top/colour"],
    ["<marks>a a</marks>",               "invalid-value",     "/main:top/marks"],
    ["<nope/>",                          "unknown-element",   "/main:top", { badElement: "nope" }],
    ['<i8 xmlns="urn:x">1</i8>',         "unknown-namespace", "/main:top", { badElement: "i8", badNamespace: "urn:x" }],
    ["<i8>1</i8><i8>1</i8>",             "bad-element",       "/main:top/i8", { badElement: "i8" }],
    ["<plain><x>1</x></plain><plain><x>1</x></plain>", "bad-element", "/main:top/plain", { badElement: "plain" }],
    ["<user><name>n</name></user>",      "missing-element",   "/main:top/user", { badElement: "id" }],
    ["<user><name>n</name><id>1</id></user><user><id>01</id><name>n</name></user>", "data-exists", "/main:top/user[name='n'][id='1']"],
    ["<names>a</names><names>a</names>", "data-exists",       "/main:top/names[.='a']"],
    ["<i8><deep/></i8>",                 "unknown-element",   "/main:top", { badElement: "deep" }],
    ["words",                            "invalid-value",     "/main:top"],
    ['<i8 xmlns:o="urn:other" o:a="1">1</i8>', "unknown-attribute", "/main:top/i8", { badAttribute: "a", badElement: "i8" }],
    ["<where>/top</where>",              "invalid-value",     "/main:top/where"],
  ];
  for (const [given, tag, path, info = {}] of rows) {
    test(given, () => {
      const { errors } = readXml(given);
      expect(errors.map((error) => [error.tag, pathText(error.path), error.info])).toContainEqual([tag, path, info]);
    });
  }
});

describe("metadata in JSON (RFC 7952, section 5.2)", () => {
  const annotated = yangSchema(
    `module ietf-yang-metadata { namespace "urn:ietf:params:xml:ns:yang:ietf-yang-metadata"; prefix md; extension annotation { argument name; } }`,
    yangModule(
      "notes",
      `import ietf-yang-metadata { prefix md; } md:annotation by { type string; }
      container c { leaf l { type string; } leaf-list v { type string; } anydata any; anyxml raw; }`,
    ),
  );
  const again = (text: string) => {
    const { tree, errors } = readJsonData(annotated, annotated.root, text);
    return errors.length > 0 ? errors.map(({ message }) => message) : [...writeJsonData(annotated, tree)].join("");
  };
  const by = '{"notes:by":"me"}';

  test.each([
    `{"notes:c":{"@":${by},"l":"a","@l":${by}}}`,
    `{"notes:c":{"v":["a","b","c"],"@v":[null,${by},null]}}`,
    `{"notes:c":{"any":{"@":${by},"x":"1"}}}`,
    `{"notes:c":{"any":{"@":${by}}}}`,
    `{"notes:c":{"raw":"text","@raw":${by}}}`,
  ])("comes out where it went in: %s", (text) => {
    expect(again(text)).toBe(text);
  });

  test("of an anydata is the same as in XML", () => {
    const document = '<d><c xmlns="urn:notes" xmlns:n="urn:notes"><any n:by="me"><x>1</x></any></c></d>';
    const { tree } = readXmlData(annotated, annotated.root, document);
    expect([...writeJsonData(annotated, tree)].join("")).toBe(`{"notes:c":{"any":{"@":${by},"x":"1"}}}`);
  });

  test("of a value that is not there is an error", () => {
    expect(again(`{"notes:c":{"v":["a"],"@v":[null,${by}]}}`)).toEqual(["metadata of a node that is not there"]);
    expect(again(`{"notes:c":{"any":{"@":{"notes:none":1}}}}`)).toEqual(["no module declares notes:none"]);
  });
});

test.each([
  ["2.50", "2.5"],
  ["+02.500", "2.5"],
  ["-0.0", "0.0"],
  ["7", "7.0"],
])("a decimal64 of one fraction digit takes %s for %s (RFC 7950, section 9.3)", (written, canonical) => {
  const decimals = yangSchema(
    yangModule("d", `leaf l { type decimal64 { fraction-digits 1; } default "${written}"; }`),
  );
  const { tree, errors } = readXmlData(decimals, decimals.root, `<d><l xmlns="urn:d">${written}</l></d>`);
  expect(errors).toEqual([]);
  expect([...writeXmlData(decimals, tree)].join("")).toContain(`>${canonical}<`);
});
