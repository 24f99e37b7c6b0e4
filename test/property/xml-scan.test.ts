import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError } from "../../src/base/fault.js";
import { readXml, type XmlCursor, type XmlHandler, type XmlLimits } from "../../src/codec/xml/read-xml.js";
import { scanXml } from "../../src/codec/xml/scan-xml.js";

type Reader = typeof readXml;

/** Everything that a reader tells, neighbouring texts joined; of a document that it refuses nothing but that. */
function told(read: Reader, document: Uint8Array | string, limits: Partial<XmlLimits> = {}): unknown {
  const events: unknown[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") events.push(text);
    text = "";
  };
  const handlerFor = (cursor: XmlCursor): XmlHandler => ({
    open(...opened) {
      flush();
      events.push(["open", ...opened]);
    },
    text(part) {
      text += part;
    },
    close() {
      flush();
      events.push(["close", cursor.namespaceOf("") ?? "", cursor.namespaceOf("p") ?? ""]);
    },
  });
  try {
    read(document, handlerFor, limits);
    return events;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return "refused";
  }
}

// biome-ignore format: read as a list
const pieces = [
  "<a>", "</a>", "<b x='1'>", "</b>", "<p:c xmlns:p='urn:p'>", "</p:c>", "<d/>", "<p:e/>", "<f xmlns=''/>", "<g xmlns='urn:g' y=\"2\">", "</g>", "</g >",
  "text", " ", "\n", "\r\n", "\r", "\t", "&amp;", "&lt;", "&#65;", "&#x42;", "&#0;", "&nope;", "&toString;", "&__proto__;", "&", ";", "]]>", "<![CDATA[<&]]>", "<![CDATA[", "<!-- c -->",
  "<!-- - -- -->", "<?pi x?>", "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml?>", "<!DOCTYPE a>", "<!x>", "<", ">", "/", "=", "'", "\"",
  "<h q='&lt;' r=\"a\tb\n\"/>", "<i z='<'/>", "<j k='1' k='2'/>", "<k xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>", "<1/>", "<a:b:c/>", "<:a/>", "<l xmlns:xml='x'/>",
  "<m xmlns:xmlns='x'/>", "<n xmlns:p=''/>", "<o xml:lang='en'/>", "\u0001", "é", "😀", "\ufeff", "<a x/>", "<a x=1/>", "<a x='1'y='2'/>", "<ä/>",
];

const document = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join("")),
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => `<r>${parts.join("")}</r>`),
  fc
    .array(
      fc.constantFrom(
        ...pieces.filter((piece) => /^<(?!!|\?|i|j|1|:|[lmn] |a:|a x)[^/]*\/>$|^[a-z &#;0-9]+;?$/.test(piece)),
      ),
      { maxLength: 8 },
    )
    .map((parts) => `<r xmlns:p="urn:p">${parts.join("")}</r>`),
);

test("scanXml() accepts and tells what readXml(), which is saxes, accepts and tells", () => {
  let accepted = 0;
  let count = 0;
  fc.assert(
    fc.property(document, (text) => {
      const expected = told(readXml, text);
      expect(told(scanXml, text)).toEqual(expected);
      count += 1;
      if (expected !== "refused") accepted += 1;
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(count / 20);
});

test("scanXml() refuses half a surrogate pair, with which saxes takes the next character along", () => {
  expect(told(scanXml, "<r>\ud800<a></r>")).toBe("refused");
  expect(told(scanXml, "<r>\ud83d\ude00</r>")).not.toBe("refused");
});

test("scanXml() holds to the limits", () => {
  for (const limits of [{ depth: 2 }, { nodes: 3 }, { attributeLength: 2 }, { octets: 10 }]) {
    const text = "<a><b c='123'><d/></b></a>";
    expect(told(scanXml, text)).not.toBe("refused");
    expect(told(scanXml, text, limits)).toBe("refused");
  }
  expect(told(scanXml, Buffer.from([0x3c, 0x61, 0x3e, 0xff]))).toBe("refused");
});
