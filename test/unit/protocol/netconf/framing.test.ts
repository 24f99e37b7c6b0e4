import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DecodeError } from "../../../../src/base/fault.js";
import { framed, MessageFramer, OversizedMessage } from "../../../../src/protocol/netconf/framing.js";

const LIMIT = 1000;

function drain(framer: MessageFramer): string[] {
  const messages: string[] = [];
  for (let one = framer.next(); one !== undefined; one = framer.next()) messages.push(one.toString());
  return messages;
}

function feed(framer: MessageFramer, octets: Buffer, cuts: readonly number[]): string[] {
  const found: string[] = [];
  let at = 0;
  for (const cut of [...cuts, octets.length]) {
    framer.push(octets.subarray(at, at + cut));
    at += cut;
    found.push(...drain(framer));
  }
  return found;
}

function chunked(limit = LIMIT): MessageFramer {
  const framer = new MessageFramer(limit);
  framer.useChunks();
  return framer;
}

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const cuts = fc.array(fc.nat(12), { maxLength: 80 });

describe("MessageFramer, end-of-message framing (RFC 6242, section 4.3)", () => {
  test("gives back what was put together, however it is cut", () => {
    const message = text.filter((one) => !one.includes("]"));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), cuts, (messages, where) => {
        const octets = Buffer.concat(messages.map((one) => framed("1.0", one, true)));
        expect(feed(new MessageFramer(LIMIT), octets, where)).toEqual(messages);
      }),
    );
  });

  test("keeps what looks like the beginning of a marker", () => {
    const framer = new MessageFramer(LIMIT);
    expect(feed(framer, Buffer.from("a]]b]]>]c]]>]]]]>]]>rest"), [2, 1, 1, 3, 2])).toEqual(["a]]b]]>]c]]>]]"]);
    expect(framer.isInside).toBe(true);
  });

  test("takes a message of exactly the limit, and refuses one octet more", () => {
    const framer = new MessageFramer(LIMIT);
    framer.push(Buffer.from(`${"x".repeat(LIMIT)}]]>]]>`));
    expect(framer.next()).toHaveLength(LIMIT);
    framer.push(Buffer.from(`${"x".repeat(LIMIT + 1)}]]>]]>`));
    expect(() => framer.next()).toThrow(OversizedMessage);
  });

  test("refuses a message without an end as soon as it is too long", () => {
    const framer = new MessageFramer(LIMIT);
    for (let count = 0; count < LIMIT; count += 1) {
      framer.push(Buffer.from("x"));
      expect(framer.next()).toBeUndefined();
    }
    framer.push(Buffer.from("xxxxxx"));
    expect(() => framer.next()).toThrow(OversizedMessage);
  });

  test("is not inside of a message after white space", () => {
    const framer = new MessageFramer(LIMIT);
    framer.push(Buffer.from("<a/>]]>]]>\n "));
    expect(drain(framer)).toEqual(["<a/>"]);
    expect(framer.isInside).toBe(false);
  });
});

describe("MessageFramer, chunked framing (RFC 6242, section 4.2)", () => {
  test("gives back what was put together, however it is chunked and cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { maxLength: 5 }),
        cuts,
        (messages, where) => {
          const octets = Buffer.concat(
            messages.flatMap((pieces) => pieces.map((piece, at) => framed("1.1", piece, at === pieces.length - 1))),
          );
          expect(feed(chunked(), octets, where)).toEqual(messages.map((pieces) => pieces.join("")));
        },
      ),
    );
  });

  test("joins characters that are cut by chunks, and leaves the other marker alone", () => {
    const octets = Buffer.from("é]]>]]>");
    const parts = [...octets].map((octet) => Buffer.concat([Buffer.from("\n#1\n"), Buffer.from([octet])]));
    const framer = chunked();
    framer.push(Buffer.concat([...parts, Buffer.from("\n##\n")]));
    expect(drain(framer)).toEqual(["é]]>]]>"]);
  });

  test.each([
    ["a size with a leading zero", "\n#01\na\n##\n"],
    ["a size of 0", "\n#0\n\n##\n"],
    ["a size above the largest", "\n#4294967296\n"],
    ["a size of very many digits", `\n#${"1".repeat(11)}`],
    ["a negative size", "\n#-1\n"],
    ["words for a size", "\n#abc\n"],
    ["a size without a line feed", "\n#3abc"],
    ["something before the first chunk", "x\n#1\na\n##\n"],
    ["the other framing", "<rpc/>]]>]]>"],
    ["an end without a chunk", "\n##\n"],
    ["an end without a line feed", "\n#1\na\n##x"],
  ])("refuses %s", (_, octets) => {
    const framer = chunked();
    framer.push(Buffer.from(octets));
    expect(() => drain(framer)).toThrow(DecodeError);
  });

  test("refuses a message that is too long before its chunk comes", () => {
    const framer = chunked();
    framer.push(Buffer.from(`\n#600\n${"x".repeat(600)}`));
    expect(framer.next()).toBeUndefined();
    framer.push(Buffer.from("\n#401\n"));
    expect(() => framer.next()).toThrow(OversizedMessage);
  });

  test("goes on with chunks in what followed the hello in the same piece", () => {
    const framer = new MessageFramer(LIMIT);
    framer.push(Buffer.concat([framed("1.0", "<hello/>", true), framed("1.1", "<rpc/>", true)]));
    expect(framer.next()?.toString()).toBe("<hello/>");
    framer.useChunks();
    expect(framer.next()?.toString()).toBe("<rpc/>");
  });
});
