import { describe, expect, test } from "vitest";
import { codecOf } from "../../../../src/codec/xdr/codec.js";
import { InternTable } from "../../../../src/codec/xdr/intern-table.js";
import { XdrReader } from "../../../../src/codec/xdr/reader.js";
import {
  charArray,
  charText,
  fixedCharText,
  float64,
  int8,
  int32,
  int64,
  list,
  opaque,
  optional,
  type Shape,
  string,
  struct,
  uint8,
  uint16,
  uint32,
  uint64,
} from "../../../../src/codec/xdr/shape.js";
import { XdrWriter } from "../../../../src/codec/xdr/writer.js";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

function decode<T>(shape: Shape<T>, octets: Buffer): T {
  const reader = new XdrReader(octets);
  const value = codecOf(shape).decode(reader);
  reader.end();
  return value;
}

function encode<T>(shape: Shape<T>, value: T): string {
  const writer = new XdrWriter(1 << 16, 4);
  codecOf(shape).encode(writer, value);
  return writer.take().toString("hex");
}

const both: {
  readonly name: string;
  readonly shape: Shape<unknown>;
  readonly wire: string;
  readonly value: unknown;
}[] = [
  { name: "an int", shape: int32, wire: "ffffffff", value: -1 },
  { name: "an unsigned int", shape: uint32, wire: "ffffffff", value: 4294967295 },
  { name: "a hyper as bigint even when small", shape: int64, wire: "ffffffff fffffffe", value: -2n },
  { name: "a hyper whose lower half has the top bit", shape: int64, wire: "00000000 80000000", value: 2147483648n },
  { name: "an unsigned hyper", shape: uint64, wire: "ffffffff ffffffff", value: 18446744073709551615n },
  { name: "libvirt's unlimited memory", shape: uint64, wire: "001fffff ffffffff", value: 9007199254740991n },
  { name: "a double", shape: float64, wire: "3ff80000 00000000", value: 1.5 },
  { name: "a char in four octets, sign-extended", shape: int8, wire: "fffffffe", value: -2 },
  { name: "an unsigned char in four octets", shape: uint8, wire: "000000ff", value: 255 },
  { name: "an unsigned short in four octets", shape: uint16, wire: "0000ffff", value: 65535 },
  { name: "a string without padding", shape: string(8), wire: "00000004 61626364", value: "abcd" },
  { name: "a string with padding", shape: string(8), wire: "00000005 61626364 65000000", value: "abcde" },
  { name: "an empty string", shape: string(8), wire: "00000000", value: "" },
  {
    name: "a string that is longer in octets than in characters",
    shape: string(8),
    wire: "00000002 c3a90000",
    value: "é",
  },
  { name: "opaque data", shape: opaque(8), wire: "00000003 00ff8000", value: hex("00ff80") },
  {
    name: "an array of char, four octets each",
    shape: charArray(8),
    wire: "00000002 00000041 ffffffff",
    value: hex("41ff"),
  },
  { name: "text in an array of char", shape: charText(8), wire: "00000003 00000068 00000069 00000000", value: "hi" },
  { name: "text in a fixed array of char", shape: fixedCharText(3), wire: "00000068 00000000 00000000", value: "h" },
  { name: "absence", shape: optional(int32), wire: "00000000", value: undefined },
  { name: "presence", shape: optional(int32), wire: "00000001 00000007", value: 7 },
  { name: "a list", shape: list(uint32, 4), wire: "00000002 00000001 00000002", value: [1, 2] },
  {
    name: "a struct",
    shape: struct({ a: int32, b: optional(string(4)) }),
    wire: "00000001 00000001 00000001 7a000000",
    value: { a: 1, b: "z" },
  },
];

describe("codecOf()", () => {
  for (const { name, shape, wire, value } of both) {
    test(`decodes ${name} (RFC 4506, section 4)`, () => expect(decode(shape, hex(wire))).toEqual(value));
    test(`encodes ${name} (RFC 4506, section 4)`, () => expect(encode(shape, value)).toBe(hex(wire).toString("hex")));
    test(`refuses ${name} when it is cut anywhere`, () => {
      const octets = hex(wire);
      for (let cut = 0; cut < octets.length; cut++) {
        expect(() => decode(shape, octets.subarray(0, cut))).toThrow(expect.objectContaining({ name: "DecodeError" }));
      }
    });
  }

  const refused: {
    readonly name: string;
    readonly shape: Shape<unknown>;
    readonly wire: string;
    readonly offset: number;
  }[] = [
    { name: "a string longer than its type", shape: string(3), wire: "00000004 61626364", offset: 0 },
    {
      name: "a string that announces more than there is",
      shape: string(0xffff_ffff),
      wire: "fffffff0 61626364",
      offset: 0,
    },
    {
      name: "a list that announces more than there is",
      shape: list(uint64, 0xffff_ffff),
      wire: "00000002 00000000 00000000",
      offset: 0,
    },
    { name: "a list longer than its type", shape: list(uint32, 1), wire: "00000002 00000000 00000000", offset: 0 },
    { name: "a presence of two", shape: optional(int32), wire: "00000002 00000000", offset: 0 },
    { name: "an unsigned char of 256", shape: uint8, wire: "00000100", offset: 0 },
    { name: "an unsigned char below zero", shape: uint8, wire: "ffffffff", offset: 0 },
    { name: "a character wider than a char", shape: charArray(2), wire: "00000001 00000100", offset: 4 },
    { name: "what is left over", shape: int32, wire: "00000001 00000002", offset: 4 },
  ];
  for (const { name, shape, wire, offset } of refused) {
    test(`refuses ${name}`, () => {
      expect(() => decode(shape, hex(wire))).toThrow(expect.objectContaining({ name: "DecodeError", offset }));
    });
  }

  const unfit: {
    readonly name: string;
    readonly shape: Shape<unknown>;
    readonly value: unknown;
    readonly says: string;
  }[] = [
    { name: "a fraction as int", shape: int32, value: 1.5, says: "1.5 is no 32-bit integer" },
    { name: "2^31 as int", shape: int32, value: 2 ** 31, says: "2147483648 is no 32-bit integer" },
    { name: "-1 as unsigned int", shape: uint32, value: -1, says: "-1 is no unsigned 32-bit integer" },
    { name: "2^63 as hyper", shape: int64, value: 2n ** 63n, says: "9223372036854775808 is no 64-bit integer" },
    { name: "a number as hyper", shape: int64, value: 5, says: "5 is no 64-bit integer" },
    { name: "256 as unsigned char", shape: uint8, value: 256, says: "256 is not in 0..255" },
    {
      name: "a text that is too long in octets",
      shape: string(3),
      value: "éé",
      says: "a text of 4 octets is longer than 3",
    },
    { name: "a list that is too long", shape: list(int32, 1), value: [1, 2], says: "2 elements are more than 1" },
    {
      name: "text that leaves no room for NUL",
      shape: charText(2),
      value: "ab",
      says: "a text is longer than 1 octets",
    },
    { name: "text with a NUL inside an array of char", shape: charText(9), value: "a\0b", says: "a text contains NUL" },
    {
      name: "a missing member",
      shape: struct({ a: struct({ b: string(4) }) }),
      value: { a: {} },
      says: "a: b: undefined is no text",
    },
    { name: "octets that are none", shape: opaque(4), value: "abc", says: "abc are no octets" },
  ];
  for (const { name, shape, value, says } of unfit) {
    test(`refuses to encode ${name}`, () => {
      expect(() => encode(shape, value)).toThrow(
        expect.objectContaining({ name: "Fault", code: "invalid", message: says }),
      );
    });
  }

  test("skips padding whatever it holds", () => expect(decode(string(4), hex("00000001 61ffffff"))).toBe("a"));

  test("gives octets that share no memory with the packet", () => {
    const packet = hex("00000001 61000000");
    const octets = decode(opaque(4), packet);
    packet.fill(0);
    expect(octets).toEqual(hex("61"));
  });
});

test("XdrWriter refuses to pass its limit, at any value", () => {
  const writer = new XdrWriter(8);
  writer.int32(1);
  expect(() => writer.string("abcde", 9)).toThrow(expect.objectContaining({ code: "invalid" }));
});

test("InternTable.text() tells texts with the same hash apart and forgets none", () => {
  const table = new InternTable();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20_000; i++) {
      const octets = Buffer.from(`....net.${i}.rx.bytes\0\0\0`);
      const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
      expect(table.text(view, 4, octets.length - 7)).toBe(`net.${i}.rx.bytes`);
    }
  }
});
