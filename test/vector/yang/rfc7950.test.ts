import { describe, expect, test } from "vitest";
import { readStatements } from "../../../src/schema/yang/read-statements.js";
import type { LeafNode } from "../../../src/schema/yang/schema-node.js";
import type { YangType } from "../../../src/schema/yang/type.js";
import { compileBody, compileTexts, moduleOf, nodeAt } from "../../support/yang-text.js";

const argument = (text: string): string | undefined => readStatements({ name: "t", text }).argument;

describe("quoting (RFC 7950, section 6.1.3)", () => {
  test.each([
    ["k hello;", "hello"],
    ['k "hello";', "hello"],
    ["k 'hello';", "hello"],
    ['k "hel" + "lo";', "hello"],
    ["k 'hel' + \"lo\";", "hello"],
    ['k "\\"";', '"'],
    ["k '\"';", '"'],
    ['k "\\n";', "\n"],
    ["k '\\n';", "\\n"],
    ['k "first line\n   second line";', "first line\nsecond line"],
    ['k "first line\n" + "  second line";', "first line\n  second line"],
  ])("%j means %j", (text, meant) => {
    expect(argument(text)).toBe(meant);
  });
});

/** Whether a text of digits is in a type's range. */
function isIn(type: YangType, value: bigint): boolean {
  return "range" in type && type.range.parts.some(({ min, max }) => value >= min && value <= max);
}

describe("types (RFC 7950, section 9)", () => {
  test("a restricted range (section 9.2.5)", () => {
    const schema = compileBody(`typedef my-base { type int32 { range "1..4 | 10..20"; } }
      typedef my-type { type my-base { range "11..max"; } } leaf l { type my-type; }`);
    const { type } = nodeAt(schema, "l") as LeafNode;
    expect([1n, 4n, 10n, 11n, 20n, 21n].map((value) => isIn(type, value))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test("length and pattern, matched and inverted (section 9.4.7)", () => {
    const schema = compileBody(`leaf a { type string { length "0..4"; pattern "[0-9a-fA-F]*"; } }
      leaf b { type string { length "1..max"; pattern '[a-zA-Z_][a-zA-Z0-9\\-_.]*'; pattern '[xX][mM][lL].*' { modifier invert-match; } } }`);
    const passes = (name: string, text: string): boolean => {
      const { type } = nodeAt(schema, name) as LeafNode;
      return type.base === "string" && type.patterns.every(({ pattern, invert }) => pattern.matches(text) !== invert);
    };
    expect(["AB", "9A00"].map((text) => passes("a", text))).toEqual([true, true]);
    expect(["xx00"].map((text) => passes("a", text))).toEqual([false]);
    expect(["enabled"].map((text) => passes("b", text))).toEqual([true]);
    expect(["10-mbit", "xml-element"].map((text) => passes("b", text))).toEqual([false, false]);
  });

  test("an enumeration cut down (section 9.6.5)", () => {
    const schema =
      compileBody(`typedef my-base { type enumeration { enum white { value 1; } enum yellow { value 2; } enum red { value 3; } } }
      leaf l { type my-base { enum yellow; enum red { value 3; } } }`);
    expect((nodeAt(schema, "l") as LeafNode).type).toMatchObject({ enums: [{ value: 2 }, { value: 3 }] });
  });

  test("identities over modules (section 9.10.5)", () => {
    const base = moduleOf("identity crypto-alg;", "example-crypto-base");
    const des = moduleOf(
      `import example-crypto-base { prefix crypto; } identity des { base "crypto:crypto-alg"; } identity des3 { base "crypto:crypto-alg"; }`,
      "example-des",
    );
    const schema = compileTexts([
      base,
      des,
      moduleOf(
        'import example-crypto-base { prefix crypto; } identity aes { base "crypto:crypto-alg"; } leaf crypto { type identityref { base "crypto:crypto-alg"; } }',
      ),
    ]);
    const { type } = nodeAt(schema, "crypto") as LeafNode;
    expect(type.base === "identityref" && [...(type.bases[0]?.derived ?? [])].map(({ name }) => name)).toEqual(["aes"]);
  });

  test("leafrefs to keys, with a predicate (section 9.9.6)", () => {
    const schema =
      compileBody(`list interface { key "name"; leaf name { type string; } list address { key "ip"; leaf ip { type string; } } }
      container default-address { leaf ifname { type leafref { path "../../interface/name"; } }
        leaf address { type leafref { path "../../interface[name = current()/../ifname]" + "/address/ip"; } } }`);
    expect(nodeAt(schema, "default-address/address")).toMatchObject({ type: { target: { base: "string" } } });
  });
});

test("a grouping is in the namespace of who uses it (RFC 7950, section 7.13.5)", () => {
  const acme = moduleOf("grouping endpoint { leaf address { type string; } leaf port { type uint16; } }", "acme");
  const schema = compileTexts([
    acme,
    moduleOf("import acme { prefix acme; } container http-server { leaf name { type string; } uses acme:endpoint; }"),
  ]);
  expect(nodeAt(schema, "http-server/port").module.namespace).toBe("urn:m");
});

test("a choice is opened in instance data, its cases not (RFC 7950, section 7.9)", () => {
  const schema =
    compileBody(`container food { choice snack { case sports-arena { leaf pretzel { type empty; } leaf beer { type empty; } }
    case late-night { leaf chocolate { type enumeration { enum dark; enum milk; } } } } }`);
  const food = nodeAt(schema, "food");
  expect("dataChildren" in food && food.dataChildren.map(({ name, slot }) => [name, slot])).toEqual([
    ["pretzel", 0],
    ["beer", 1],
    ["chocolate", 2],
  ]);
});
