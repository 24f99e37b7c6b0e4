import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError } from "../../src/base/fault.js";
import { element, type XmlElement, type XmlNode } from "../../src/codec/xml/element.js";
import { parseXml } from "../../src/codec/xml/parse.js";
import { writeXml } from "../../src/codec/xml/write.js";

const name = fc.stringMatching(/^[A-Za-z_äλ][-A-Za-z0-9_.ä]{0,8}$/).filter((text) => !/^xml/i.test(text));
/** Anything XML can carry; `fc.string` of whole characters never makes half a surrogate pair. */
const text = fc
  .string({ unit: "binary", maxLength: 20 })
  .map((value) => value.replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "?"));
const namespace = fc.constantFrom("", "urn:one", 'urn:two&<>"');

const tree = fc.letrec<{ element: XmlElement; node: XmlNode }>((tie) => ({
  element: fc
    .tuple(name, fc.dictionary(name, text, { maxKeys: 4 }), fc.array(tie("node"), { maxLength: 4 }), namespace)
    .map(([tag, attributes, children, uri]) => element(tag, attributes, joined(children), uri)),
  node: fc.oneof({ depthSize: "small", withCrossShrink: true }, text, tie("element")),
})).element;

/** Neighbouring texts are one text once they are written. */
function joined(nodes: readonly XmlNode[]): XmlNode[] {
  const result: XmlNode[] = [];
  for (const node of nodes) {
    const last = result.at(-1);
    if (typeof node === "string" && typeof last === "string") result[result.length - 1] = last + node;
    else result.push(node);
  }
  return result;
}

test("writeXml() then parseXml() gives the same names, values and texts", () => {
  fc.assert(
    fc.property(tree, (root) => {
      const read = parseXml(writeXml(root));
      expect(bare(read)).toEqual(bare(root));
      expect(parseXml(writeXml(read))).toEqual(read);
    }),
  );
});

/** Without the declarations that the writer added. */
function bare(root: XmlElement): unknown {
  return {
    name: root.local,
    namespace: root.namespace,
    attributes: root.attributes.filter((held) => held.namespace === "").map((held) => [held.name, held.value]),
    children: root.children.map((node) => (typeof node === "string" ? node : bare(node))),
  };
}

test("parseXml() of any text gives a tree or a DecodeError with a place in the input", () => {
  const fragments = fc.array(
    fc.oneof(
      fc.constantFrom("<a>", "</a>", "<a", " b='", "'", ">", "/>", "&", ";", "<!--", "-->", "<![CDATA[", "]]>", "<?"),
      text,
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fragments, (parts) => {
      const input = parts.join("");
      try {
        expect(parseXml(writeXml(parseXml(input)))).toEqual(parseXml(input));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        expect((error as DecodeError).offset).toBeLessThanOrEqual(Buffer.byteLength(input));
      }
    }),
  );
});

test("parseXml() of any octets gives a tree or a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (input) => {
      try {
        parseXml(input);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
  );
});
