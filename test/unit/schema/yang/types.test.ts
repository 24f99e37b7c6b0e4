import { describe, expect, test } from "vitest";
import type { LeafNode } from "../../../../src/schema/yang/schema-node.js";
import type { YangType } from "../../../../src/schema/yang/type.js";
import { compileBody, compileTexts, moduleOf, nodeAt, refusalOf } from "../../../support/yang-text.js";

function typeOf(type: string, definitions = ""): YangType {
  return (nodeAt(compileBody(`${definitions} leaf l { ${type} }`), "l") as LeafNode).type;
}

describe("integers and decimals", () => {
  test("have the bounds of their base, or narrower ones", () => {
    expect(typeOf("type uint8;")).toMatchObject({ base: "uint8", range: { parts: [{ min: 0n, max: 255n }] } });
    expect(typeOf("type int64;")).toMatchObject({ range: { parts: [{ min: -(2n ** 63n), max: 2n ** 63n - 1n }] } });
    expect(typeOf('type int8 { range "min..-1 | 5 | 10..max"; }')).toMatchObject({
      range: {
        parts: [
          { min: -128n, max: -1n },
          { min: 5n, max: 5n },
          { min: 10n, max: 127n },
        ],
      },
    });
    expect(typeOf("type decimal64 { fraction-digits 2; range '-1.5..max'; }")).toMatchObject({
      fractionDigits: 2,
      range: { parts: [{ min: -150n, max: 2n ** 63n - 1n }] },
    });
  });

  test("are narrowed step by step; min and max are the base's", () => {
    const type = typeOf(
      "type b { range 'min..7'; }",
      "typedef a { type int8 { range 1..10; } } typedef b { type a { range 5..max; } }",
    );
    expect(type).toMatchObject({
      base: "int8",
      range: { parts: [{ min: 5n, max: 7n }] },
      writtenAs: "b",
      typedef: { module: "m", name: "b" },
    });
  });

  test("keep what a restriction says of itself", () => {
    const type = typeOf("type int8 { range 1..2 { error-message no; error-app-tag tag; } }");
    expect(type).toMatchObject({ range: { errorMessage: "no", errorAppTag: "tag" } });
  });

  test.each([
    ["type int8 { range 5..4; }", "not in ascending order"],
    ["type int8 { range '1..5|5..6'; }", "not in ascending order"],
    ["type int8 { range 1..128; }", "allows what its base type does not"],
    ["type int8 { range 1.5..2; }", '"1.5" is no bound'],
    ["type int8 { range x; }", "the argument"],
    ["type int8 { length 1; }", "length may not stand in the type int8"],
    ["type decimal64;", "the type decimal64 needs a fraction-digits"],
    ["type decimal64 { fraction-digits 19; }", "the argument"],
    ["type decimal64 { fraction-digits 1; range 0.25; }", "is no bound"],
  ])("refuse %s", (type, reason) => {
    expect(refusalOf(moduleOf(`leaf l { ${type} }`)).reason).toContain(reason);
  });

  test("refuse to be widened", () => {
    const { reason, at } = refusalOf(
      moduleOf("typedef a { type int8 { range '1..3|7..9'; } } leaf l { type a { range 3..7; } }"),
    );
    expect(reason).toContain("allows what its base type does not");
    expect(at).toMatch(/^range 3\.\.7/);
  });
});

describe("strings and binary", () => {
  test("have lengths and all patterns of the chain", () => {
    const type = typeOf(
      "type a { length 2..4; pattern 'x.*' { modifier invert-match; error-app-tag t; } }",
      "typedef a { type string { length 1..5; pattern '[a-z]*'; } }",
    );
    expect(type).toMatchObject({ length: { parts: [{ min: 2, max: 4 }] } });
    if (type.base !== "string") throw new Error("not a string");
    expect(type.patterns.map(({ pattern, invert, errorAppTag }) => [pattern.source, invert, errorAppTag])).toEqual([
      ["[a-z]*", false, undefined],
      ["x.*", true, "t"],
    ]);
    expect(typeOf("type binary { length 1..max; }")).toMatchObject({ length: { parts: [{ min: 1 }] } });
  });

  test.each([
    ["type string { length 5..1; }", "not in ascending order"],
    ["type string { length -1; }", "the argument"],
    ["type string { range 1; }", "range may not stand in the type string"],
    ["type string { pattern '('; }", "pattern, character 1: this parenthesis is never closed"],
    ["type binary { pattern 'a'; }", "pattern may not stand in the type binary"],
  ])("refuse %s", (type, reason) => {
    expect(refusalOf(moduleOf(`leaf l { ${type} }`)).reason).toContain(reason);
  });
});

describe("enumerations and bits", () => {
  test("number what has no number from the highest on (RFC 7950, section 9.6.4.2)", () => {
    expect(typeOf("type enumeration { enum a; enum b { value 7; } enum c { value -3; } enum d; }")).toMatchObject({
      enums: [
        { name: "a", value: 0 },
        { name: "b", value: 7 },
        { name: "c", value: -3 },
        { name: "d", value: 8 },
      ],
    });
    expect(typeOf("type enumeration { enum a { value -5; } enum b; }")).toMatchObject({
      enums: [{ value: -5 }, { value: -4 }],
    });
    expect(typeOf("type bits { bit a { position 3; } bit b; bit c { position 0; } }")).toMatchObject({
      bits: [
        { name: "c", position: 0 },
        { name: "a", position: 3 },
        { name: "b", position: 4 },
      ],
    });
  });

  test("can be cut down to some names, which keep their numbers", () => {
    const type = typeOf(
      "type e { enum c; enum a { value 0; } }",
      "typedef e { type enumeration { enum a; enum b; enum c; } }",
    );
    expect(type).toMatchObject({
      enums: [
        { name: "c", value: 2 },
        { name: "a", value: 0 },
      ],
    });
  });

  test("can be cut down to names that a feature takes away elsewhere", () => {
    const definitions = "feature f; typedef e { type enumeration { enum a; enum b { if-feature 'not f'; } } }";
    expect(typeOf("type e { enum a; enum b; }", definitions)).toMatchObject({
      enums: [{ name: "a" }, { name: "b", value: 1 }],
    });
    expect(typeOf("type e;", definitions)).toMatchObject({ enums: [{ name: "a" }] });
  });

  test.each([
    ["type enumeration;", "the type enumeration needs a enum"],
    ["type enumeration { enum a; enum a; }", "the enum a is there already"],
    ["type enumeration { enum a; enum b { value 0; } }", "the value 0 is taken already"],
    ["type enumeration { enum a { value 2147483647; } enum b; }", "the enum b needs a value"],
    ["type enumeration { enum ' a'; }", "begins or ends with white space"],
    ["type enumeration { enum ''; }", "is empty"],
    ["type enumeration { enum a { value 2147483648; } }", "is not an integer between"],
    ["type bits { bit a; bit b { position 0; } }", "the position 0 is taken already"],
    ["type bits { bit a { position 4294967295; } bit b; }", "the bit b needs a position"],
    ["type e { enum x; }", "the base type has no enum x"],
    ["type e { enum a { value 4; } }", "in the base type, a is 0"],
  ])("refuse %s", (type, reason) => {
    expect(refusalOf(moduleOf(`typedef e { type enumeration { enum a; } } leaf l { ${type} }`)).reason).toContain(
      reason,
    );
  });
});

describe("leafrefs", () => {
  const list = "list a { key k; leaf k { type int8; } leaf o { type leafref { path ../k; } } }";

  test("have the type that they lead to, by way of other leafrefs", () => {
    const schema = compileBody(
      `${list} leaf x { type leafref { path /m:a/m:o; } } leaf y { type leafref { path ../x; require-instance false; } }`,
    );
    expect(nodeAt(schema, "x")).toMatchObject({
      type: { base: "leafref", requireInstance: true, target: { base: "int8" } },
    });
    expect(nodeAt(schema, "y")).toMatchObject({ type: { requireInstance: false, target: { base: "int8" } } });
  });

  test("may say which entry of a list they mean", () => {
    const schema =
      compileBody(`${list} leaf n { type leafref { path /a/k; } } leaf x { type leafref { path "/a[k = current()/../n]/o"; } }
      leaf d { type leafref { path "deref(../n)/../o"; } }`);
    expect(nodeAt(schema, "x")).toMatchObject({ type: { target: { base: "int8" } } });
    expect(nodeAt(schema, "d")).toMatchObject({ type: { target: { base: "int8" } } });
  });

  test("in typedefs and groupings mean the nodes of who uses them", () => {
    const other = moduleOf(
      "typedef t { type leafref { path ../x; } } grouping g { leaf r { type leafref { path ../x; } } }",
      "a",
    );
    const schema = compileTexts([
      other,
      moduleOf("import a { prefix a; } leaf x { type int16; } leaf y { type a:t; } uses a:g;"),
    ]);
    expect(nodeAt(schema, "y")).toMatchObject({ type: { target: { base: "int16" } } });
    expect(nodeAt(schema, "r")).toMatchObject({ type: { target: { base: "int16" } } });
  });

  test("reach from operations and notifications into data, and stay inside", () => {
    const schema =
      compileBody(`leaf x { type int16; } rpc r { input { leaf i { type leafref { path /x; } } leaf j { type leafref { path ../i; } } } }
      notification n { leaf o { type leafref { path "../../x"; } } leaf p { type leafref { path "/n/o"; } } }`);
    const types = [
      ...(schema.root.operations[0]?.input.children ?? []),
      ...(schema.root.notifications[0]?.children ?? []),
    ];
    expect(types.map((leaf) => leaf.kind === "leaf" && leaf.type.base === "leafref" && leaf.type.target.base)).toEqual([
      "int16",
      "int16",
      "int16",
      "int16",
    ]);
  });

  test.each([
    ["leaf x { type leafref; }", "the type leafref needs a path"],
    ["leaf x { type leafref { path /a/; } }", "is no path of a leafref"],
    ["leaf x { type leafref { path 'a'; } }", "is no path of a leafref"],
    ["leaf x { type leafref { path '/a[k=1]/o'; } }", "is no path of a leafref"],
    ["leaf x { type leafref { path /a/none; } }", "leads to no leaf or leaf-list"],
    ["leaf x { type leafref { path /a; } }", "leads to no leaf or leaf-list"],
    ["leaf x { type leafref { path ../../../a/k; } }", "leads to no leaf or leaf-list"],
    ["leaf x { type leafref { path '/a[o = current()/../x]/k'; } }", "leads to no leaf or leaf-list"],
    ["leaf x { type leafref { path ../y; } } leaf y { type leafref { path ../x; } }", "leads back to itself"],
    ["leaf x { type leafref { path ../y; } } leaf y { type string; config false; }", "from configuration to state"],
    [
      "yang-version 1; leaf x { type leafref { path ../y; require-instance true; } } leaf y { type string; }",
      "in YANG version 1",
    ],
  ])("refuse %s", (body, reason) => {
    expect(refusalOf(moduleOf(body.startsWith("yang-version") ? body : `${list} ${body}`)).reason).toContain(reason);
  });
});

describe("unions, identityrefs and the rest", () => {
  test("unions keep the order and nesting of their members", () => {
    const type = typeOf(
      "type union { type int8; type u; type leafref { path ../k; } }",
      "typedef u { type union { type boolean; type empty; } } leaf k { type int16; }",
    );
    expect(type).toMatchObject({
      members: [
        { base: "int8" },
        { base: "union", members: [{ base: "boolean" }, { base: "empty" }] },
        { base: "leafref", target: { base: "int16" } },
      ],
    });
  });

  test("identityrefs have one base or several", () => {
    expect(typeOf("type identityref { base a; base b; }", "identity a; identity b;")).toMatchObject({
      bases: [{ name: "a" }, { name: "b" }],
    });
  });

  test("defaults are values as the module writes them", () => {
    const definitions = "identity a; identity b { base a; } leaf k { type int8; }";
    for (const [type, value] of [
      ["type identityref { base a; }", "m:b"],
      ["type union { type int8; type string { pattern 'x'; } }", "x"],
      ["type leafref { path ../k; }", "7"],
      ["type int8", "0x1f"],
      ["type bits { bit a; bit b; }", "b a"],
      ["type binary { length 1; }", "AA=="],
      ["type instance-identifier", "/m:k"],
      ["type decimal64 { fraction-digits 2; }", "1.5"],
    ]) {
      expect(
        () => typeOf(`${type}${type?.endsWith("}") ? "" : ";"} default "${value}";`, definitions),
        value,
      ).not.toThrow();
    }
  });

  test.each([
    ["type union;", "the type union needs a type"],
    ["type identityref;", "the type identityref needs a base"],
    ["type identityref { base x; }", "there is no identity x"],
    ["type boolean { range 1; }", "range may not stand in the type boolean"],
    ["type t { base a; }", "base may not stand in the type t"],
    ["type identityref { base a; } default a;", "is no value"],
    ["type union { type int8; type boolean; } default x;", "is no value"],
    ["type empty; default '';", "the type empty has no default"],
    ["type strong;", "there is no typedef strong"],
    ["type c;", "is defined by itself"],
  ])("refuse %s", (type, reason) => {
    expect(
      refusalOf(
        moduleOf(
          `identity a; typedef t { type identityref { base a; } } leaf l { ${type} } typedef c { type d; } typedef d { type c; }`,
        ),
      ).reason,
    ).toContain(reason);
  });

  test.each([
    ["typedef int8 { type string; }", "int8 is a built-in type"],
    ["typedef a { type string; } typedef a { type string; }", "the typedef a is there already"],
    ["typedef a { type int8; default 300; }", "300 is outside"],
    ["typedef a { type string; } container c { typedef a { type string; } }", "the typedef a is there already"],
    ["container c { typedef a { type string; } } leaf l { type a; }", "there is no typedef a"],
    ["yang-version 1; leaf l { type union { type int8; type empty; } }", "a union has no empty in YANG version 1"],
    [
      "yang-version 1; typedef e { type enumeration { enum a; } } leaf l { type e { enum a; } }",
      "may not restrict a derived type",
    ],
    [`leaf l { ${"type union { ".repeat(60)}type int8;${" }".repeat(60)} } `, ""],
  ])("typedefs: %s", (body, reason) => {
    if (reason === "") expect(() => compileBody(body)).not.toThrow();
    else expect(refusalOf(moduleOf(body)).reason).toContain(reason);
  });
});
