import { describe, expect, test } from "vitest";
import { DecodeError, Fault } from "../../../src/base/fault.js";
import {
  attribute,
  child,
  childElements,
  childText,
  element,
  textOf,
  xmlnsNamespace,
} from "../../../src/codec/xml/element.js";
import { parseXml } from "../../../src/codec/xml/parse.js";
import { writeXml } from "../../../src/codec/xml/write.js";

function refusal(input: Uint8Array | string, limits = {}): DecodeError {
  try {
    parseXml(input, limits);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("parseXml()", () => {
  test("gives names, namespaces, attributes and children in order", () => {
    const root = parseXml('<a xmlns="urn:1" xmlns:p="urn:2" p:k="v" k="w">one<p:b/>two<c xmlns=""/></a>');
    expect(root).toMatchObject({ name: "a", local: "a", namespace: "urn:1" });
    expect(root.attributes).toEqual([
      { name: "xmlns", local: "xmlns", namespace: xmlnsNamespace, value: "urn:1" },
      { name: "xmlns:p", local: "p", namespace: xmlnsNamespace, value: "urn:2" },
      { name: "p:k", local: "k", namespace: "urn:2", value: "v" },
      { name: "k", local: "k", namespace: "", value: "w" },
    ]);
    expect(root.children.map((node) => (typeof node === "string" ? node : [node.local, node.namespace]))).toEqual([
      "one",
      ["b", "urn:2"],
      "two",
      ["c", ""],
    ]);
  });

  test("joins text around comments, CDATA and references", () => {
    expect(parseXml("<a>1&lt;<!-- x -->2<![CDATA[<3>]]>&#52;</a>").children).toEqual(["1<2<3>4"]);
  });

  test("accepts octets with a byte order mark and a declaration, and nothing but UTF-8", () => {
    expect(textOf(parseXml(Buffer.from('\uFEFF<?xml version="1.0" encoding="utf-8"?>\n<a>ä</a>\n')))).toBe("ä");
    expect(refusal('<?xml version="1.0" encoding="latin1"?><a/>').message).toContain("latin1");
    expect(refusal(Buffer.from([0x3c, 0x61, 0x3e, 0xff])).message).toContain("UTF-8");
  });

  test("refuses a document type declaration and undeclared entities", () => {
    expect(refusal('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').message).toContain("document type");
    expect(refusal("<a>&toString;</a>")).toBeInstanceOf(DecodeError);
    expect(refusal("<a>&__proto__;</a>")).toBeInstanceOf(DecodeError);
  });

  test("refuses what is not well-formed, with the octet where it showed", () => {
    const bad = [
      "",
      "  ",
      "a",
      "<a",
      "<a>",
      "<a></b>",
      "<a/><b/>",
      "<a b='1' b='2'/>",
      "<p:a/>",
      "<a p:b=''/>",
      "<a xmlns:p='u' p:5=''/>",
      "<p:5 xmlns:p='u'/>",
      "<a>\0</a>",
    ];
    for (const text of bad) expect(refusal(text), text).toBeInstanceOf(DecodeError);
    expect(refusal("<ä></ö>").offset).toBe(Buffer.byteLength("<ä></ö>"));
  });

  test("refuses what is beyond a limit", () => {
    expect(refusal("<a>12345</a>", { octets: 11 }).message).toContain("11");
    expect(refusal(`${"<a>".repeat(300)}${"</a>".repeat(300)}`).message).toContain("256");
    expect(parseXml(`${"<a>".repeat(256)}${"</a>".repeat(256)}`).local).toBe("a");
    expect(refusal(`<a>${"<b c=''/>".repeat(10)}</a>`, { nodes: 20 }).message).toContain("20");
    expect(parseXml(`<a>${"<b c=''/>".repeat(10)}</a>`, { nodes: 21 }).children).toHaveLength(10);
    expect(refusal(`<a b="${"c".repeat(65537)}"/>`).message).toContain("65536");
  });

  test("keeps names that objects inherit apart from properties", () => {
    const root = parseXml('<a constructor="1" __proto__="2" xmlns:__proto__="urn:p"><__proto__:toString/></a>');
    expect(attribute(root, "constructor")).toBe("1");
    expect(attribute(root, "__proto__")).toBe("2");
    expect(child(root, "toString", "urn:p")).toBeDefined();
  });
});

describe("helpers", () => {
  const root = parseXml("<a><b x='1'> t </b><b/><c xmlns='urn:c'>u</c></a>");

  test("child() and childElements() go by name and namespace", () => {
    expect(childElements(root)).toHaveLength(3);
    expect(childElements(root, "b")).toHaveLength(2);
    expect(child(root, "c")).toBeUndefined();
    expect(childText(root, "c", "urn:c")).toBe("u");
  });

  test("childText() trims, and tells empty from absent", () => {
    expect(childText(root, "b")).toBe("t");
    expect(childText(child(root, "b"), "z")).toBeUndefined();
    expect(childText(parseXml("<a><b/></a>"), "b")).toBe("");
  });

  test("attribute() of nothing is nothing", () => {
    expect(attribute(child(root, "b"), "x")).toBe("1");
    expect(attribute(child(root, "b"), "y")).toBeUndefined();
    expect(attribute(undefined, "x")).toBeUndefined();
  });
});

describe("writeXml()", () => {
  test("escapes so that the reader sees the same", () => {
    const root = element("a", { b: "\"<&>'\t\n\r" }, ["<&>\r\n]]>"]);
    expect(parseXml(writeXml(root))).toEqual(root);
  });

  test("declares namespaces where they are not in force", () => {
    const inner = element("p:c", {}, [], "urn:2");
    expect(writeXml(element("a", {}, [element("b", {}, [inner, inner], "urn:1"), element("d")], "urn:1"))).toBe(
      '<a xmlns="urn:1"><b><p:c xmlns:p="urn:2"/><p:c xmlns:p="urn:2"/></b><d xmlns=""/></a>',
    );
  });

  test("indents elements, and leaves an element with text as it is", () => {
    expect(
      writeXml(element("a", {}, [element("b", {}, ["t"]), element("c", {}, [element("d")])]), { indent: true }),
    ).toBe("<a>\n  <b>t</b>\n  <c>\n    <d/>\n  </c>\n</a>\n");
    expect(writeXml(element("a"), { declaration: true })).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<a/>');
  });

  test("refuses what XML cannot carry", () => {
    for (const text of ["\0", "\u001f", "\uFFFE", "\uD800", "a\uDC00"]) {
      expect(() => writeXml(element("a", {}, [text])), JSON.stringify(text)).toThrow(Fault);
      expect(() => writeXml(element("a", { b: text }))).toThrow(Fault);
    }
    for (const name of ["", "1", "a b", "a:b:c", ":a", "a>"])
      expect(() => writeXml(element(name)), name).toThrow(Fault);
  });

  test("refuses a prefix that would need two namespaces", () => {
    const other = { local: "x", namespace: "urn:2", value: "" };
    const attributes = [{ ...other, name: "p:x" }];
    expect(() => writeXml({ ...element("p:a", {}, [], "urn:1"), attributes })).toThrow(Fault);
    expect(() => writeXml(element("p:a"))).toThrow(Fault);
    expect(() => writeXml({ ...element("a"), attributes: [{ ...other, name: "x" }] })).toThrow(Fault);
  });
});
