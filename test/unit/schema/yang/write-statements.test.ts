import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import { readStatements } from "../../../../src/schema/yang/read-statements.js";
import { readYin } from "../../../../src/schema/yang/read-yin.js";
import { writeStatements } from "../../../../src/schema/yang/write-statements.js";
import { writeYin } from "../../../../src/schema/yang/write-yin.js";
import type { YinExtensions } from "../../../../src/schema/yang/yin-argument.js";

const read = (text: string) => readStatements({ name: "m.yang", text });

describe("writeStatements()", () => {
  test("lays statements out and quotes where it must", () => {
    const text = `module m{namespace urn:m;prefix m;leaf a{type string{pattern "\\\\d+\\"x";length "1 .. 2";}description "one\n two
      'three'";}container c;}`;
    expect(writeStatements(read(text))).toBe(`module m {
  namespace "urn:m";
  prefix m;
  leaf a {
    type string {
      pattern '\\d+"x';
      length "1 .. 2";
    }
    description
      "one
       two
       'three'";
  }
  container c;
}
`);
  });

  test("puts long texts on a line of their own", () => {
    const long = "word ".repeat(25).trim();
    expect(writeStatements(read(`a { description "${long}"; }`))).toBe(`a {\n  description\n    "${long}";\n}\n`);
  });

  test.each([
    "",
    " ",
    "a  \nb",
    "a\t\nb",
    "\n",
    "'\"",
    "\\n",
    "+",
    "a+b",
    "//x",
    "a\n\n  b",
    "\u{1F600}",
    "a;b",
    "{",
    "a\r",
  ])("writes %j so that it is read again", (argument) => {
    const place = { source: { name: "", text: "" }, offset: 0 };
    const statement = { prefix: "p", keyword: "k", argument, children: [], place };
    expect(read(writeStatements(statement)).argument).toBe(argument);
  });
});

describe("YIN", () => {
  const extensions: YinExtensions = {
    namespaceOf: (prefix) => ({ m: "urn:m", o: "urn:o" })[prefix],
    argumentOf: (_, keyword) =>
      ({ note: { name: "text", isElement: true }, tag: { name: "value", isElement: false } })[keyword],
  };
  const text = `module m { namespace "urn:m"; prefix m; import other { prefix o; }
    organization "a & b"; leaf a { type string; o:note "long <text>"; o:tag t; o:flag; } rpc r { input { leaf b { type int8; } } } }`;

  test("writeYin() puts arguments where YIN has them (RFC 7950, section 13)", () => {
    expect(writeYin(read(text), extensions)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<module xmlns="urn:ietf:params:xml:ns:yang:yin:1" xmlns:m="urn:m" xmlns:o="urn:o" name="m">
  <namespace uri="urn:m"/>
  <prefix value="m"/>
  <import module="other">
    <prefix value="o"/>
  </import>
  <organization>
    <text>a &amp; b</text>
  </organization>
  <leaf name="a">
    <type name="string"/>
    <o:note>
      <o:text>long &lt;text&gt;</o:text>
    </o:note>
    <o:tag value="t"/>
    <o:flag/>
  </leaf>
  <rpc name="r">
    <input>
      <leaf name="b">
        <type name="int8"/>
      </leaf>
    </input>
  </rpc>
</module>
`);
  });

  test("readYin() reads it again", () => {
    const yin = writeYin(read(text), extensions);
    expect(writeStatements(readYin({ name: "m.yin", text: yin }, extensions))).toBe(writeStatements(read(text)));
  });

  test("writeYin() needs to know the modules of extensions", () => {
    expect(() => writeYin(read("module m { prefix m; x:y; }"), extensions)).toThrow(Fault);
  });

  test.each([
    ["<module/>", "no prefix is declared for the namespace"],
    ['<module xmlns="urn:ietf:params:xml:ns:yang:yin:1"/>', "module needs the attribute name"],
    ['<module xmlns="urn:ietf:params:xml:ns:yang:yin:1" name="m">text</module>', "text between the elements of module"],
    [
      '<module xmlns="urn:ietf:params:xml:ns:yang:yin:1" name="m"><contact/></module>',
      "contact needs the element text",
    ],
    ["<module", "m.yin"],
  ])("readYin() refuses %s", (yin, reason) => {
    if (reason === "m.yin") expect(() => readYin({ name: "m.yin", text: yin }, extensions)).toThrow();
    else expect(() => readYin({ name: "m.yin", text: yin }, extensions)).toThrow(reason);
  });
});
