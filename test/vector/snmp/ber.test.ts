import { describe, expect, test } from "vitest";
import { DecodeError } from "../../../src/base/fault.js";
import { BerReader } from "../../../src/codec/ber/ber-reader.js";
import { BerWriter } from "../../../src/codec/ber/ber-writer.js";
import { hex } from "../../support/hex.js";

const COUNTER32 = 0x41;
const COUNTER64 = 0x46;

/** Reads one element and requires that nothing follows. */
function whole<T>(digits: string, read: (reader: BerReader) => T): T {
  const reader = new BerReader(hex(digits));
  const value = read(reader);
  reader.end();
  return value;
}

function written(write: (writer: BerWriter) => void): string {
  const writer = new BerWriter(200);
  write(writer);
  return writer.finish().toString("hex");
}

describe("integers", () => {
  const integers: readonly [string, number][] = [
    ["020100", 0],
    ["02017f", 127],
    ["02020080", 128],
    ["020180", -128],
    ["0202ff7f", -129],
    ["020300ffff", 65535],
    ["02047fffffff", 2147483647],
    ["020480000000", -2147483648],
    ["0201ff", -1],
  ];
  test.each(integers)("BerReader.integer() and BerWriter.integer() agree on %s", (digits, value) => {
    expect(whole(digits, (reader) => reader.integer())).toBe(value);
    expect(written((writer) => writer.integer(value))).toBe(digits);
  });

  test.each([
    ["020400000005", 5],
    ["0202ffff", -1],
    ["02820001 07", 7],
    ["0284 00000001 07", 7],
  ])("BerReader.integer() accepts the longer form %s", (digits, value) => {
    expect(whole(digits, (reader) => reader.integer())).toBe(value);
  });

  const unsigneds: readonly [string, number][] = [
    ["410100", 0],
    ["41020080", 128],
    ["4105 00ffffffff", 4294967295],
    ["4105 0080000000", 2147483648],
  ];
  test.each(unsigneds)("BerReader.unsigned() and BerWriter.unsigned() agree on %s", (digits, value) => {
    expect(whole(digits, (reader) => reader.unsigned(COUNTER32))).toBe(value);
    expect(written((writer) => writer.unsigned(value, COUNTER32))).toBe(hex(digits).toString("hex"));
  });

  test("BerWriter.unsigned() counts modulo 2^32", () => {
    expect(written((writer) => writer.unsigned(2 ** 32 + 5, COUNTER32))).toBe("410105");
    expect(written((writer) => writer.unsigned(3 * 2 ** 32 - 1, COUNTER32))).toBe("410500ffffffff");
  });

  const unsigned64s: readonly [string, bigint][] = [
    ["460100", 0n],
    ["4605 00ffffffff", 2n ** 32n - 1n],
    ["4605 0100000000", 2n ** 32n],
    ["4607 1fffffffffffff", 2n ** 53n - 1n],
    ["4607 20000000000001", 2n ** 53n + 1n],
    ["4608 7fffffffffffffff", 2n ** 63n - 1n],
    ["4609 008000000000000000", 2n ** 63n],
    ["4609 00ffffffffffffffff", 2n ** 64n - 1n],
  ];
  test.each(unsigned64s)("BerReader.unsigned64() and BerWriter.unsigned64() agree on %s", (digits, value) => {
    expect(whole(digits, (reader) => reader.unsigned64(COUNTER64))).toBe(value);
    expect(written((writer) => writer.unsigned64(value, COUNTER64))).toBe(hex(digits).toString("hex"));
  });

  const refused: readonly [string, string, (reader: BerReader) => number | bigint][] = [
    ["no content", "0200", (reader: BerReader) => reader.integer()],
    ["five octets", "02050000000001", (reader: BerReader) => reader.integer()],
    ["another tag", "040101", (reader: BerReader) => reader.integer()],
    ["a cut end", "020401", (reader: BerReader) => reader.integer()],
    ["no length", "02", (reader: BerReader) => reader.integer()],
    ["nothing at all", "", (reader: BerReader) => reader.integer()],
    ["a trailing octet", "02010100", (reader: BerReader) => reader.integer()],
    ["a negative counter", "410180", (reader: BerReader) => reader.unsigned(COUNTER32)],
    ["a counter of 2^32", "41050100000000", (reader: BerReader) => reader.unsigned(COUNTER32)],
    ["a counter of six octets", "4106000000000001", (reader: BerReader) => reader.unsigned(COUNTER32)],
    ["a negative 64-bit counter", "4608ffffffffffffffff", (reader: BerReader) => reader.unsigned64(COUNTER64)],
    ["a counter of 2^64", "4609010000000000000000", (reader: BerReader) => reader.unsigned64(COUNTER64)],
    ["a counter of ten octets", "460a00000000000000000001", (reader: BerReader) => reader.unsigned64(COUNTER64)],
  ];
  test.each(refused)("BerReader refuses an integer with %s", (_, digits, read) => {
    expect(() => whole(digits, read)).toThrow(DecodeError);
  });
});

describe("lengths", () => {
  test.each([
    ["indefinite", "3080 0000"],
    ["of five octets", "0485 0000000001 61"],
    ["reserved", "04ff 61"],
    ["beyond the input", "0403 6162"],
    ["of 2^32-1", "0484 ffffffff 61"],
    ["cut short", "0482 00"],
  ])("BerReader refuses a length that is %s", (_, digits) => {
    const reader = new BerReader(hex(digits));
    expect(() => reader.octetString(reader.nextTag)).toThrow(DecodeError);
  });

  test("BerReader refuses a tag number above 30", () => {
    const reader = new BerReader(hex("1f 81 01 00"));
    expect(() => reader.element()).toThrow(DecodeError);
  });

  test.each([0, 127, 128, 255, 256, 65535, 65536])(
    "an octet string of %i octets survives, and shares memory",
    (length) => {
      const writer = new BerWriter(length + 8);
      writer.octets(Buffer.alloc(length, 7));
      const message = writer.finish();
      const value = new BerReader(message).octetString();
      expect(value.equals(Buffer.alloc(length, 7))).toBe(true);
      expect(value.buffer).toBe(message.buffer);
    },
  );

  test("BerReader.enter() confines its reader to the element", () => {
    const outer = new BerReader(hex("3003 020105 020106"));
    const inner = outer.enter();
    expect(inner.integer()).toBe(5);
    expect(inner.atEnd).toBe(true);
    expect(() => inner.integer()).toThrow(DecodeError);
    expect(outer.integer()).toBe(6);
    outer.end();
  });

  test("BerReader.empty() refuses content", () => {
    expect(() => new BerReader(hex("050100")).empty()).toThrow(DecodeError);
  });

  test("BerWriter refuses more than was planned", () => {
    const octetByOctet = new BerWriter(3);
    octetByOctet.integer(1);
    expect(() => octetByOctet.integer(2)).toThrow(RangeError);
    expect(() => new BerWriter(3).octets(Buffer.alloc(4))).toThrow(RangeError);
    expect(() => new BerWriter(3).oid([1, 3, 6, 1])).toThrow(RangeError);
  });
});

describe("object identifiers", () => {
  const oids: readonly [string, number[]][] = [
    ["060100", [0, 0]],
    ["060127", [0, 39]],
    ["060128", [1, 0]],
    ["06014f", [1, 39]],
    ["060150", [2, 0]],
    ["060178", [2, 40]],
    ["06028837", [2, 999]],
    ["0603883703", [2, 999, 3]],
    ["06052b06010201", [1, 3, 6, 1, 2, 1]],
    ["06062b8fffffff7f", [1, 3, 4294967295]],
    ["0605908080804f", [2, 4294967295]],
    ["06032b8100", [1, 3, 128]],
    ["06042b818000", [1, 3, 16384]],
  ];
  test.each(oids)("BerReader.oid() and BerWriter.oid() agree on %s", (digits, oid) => {
    expect(whole(digits, (reader) => reader.oid())).toEqual(oid);
    expect(written((writer) => writer.oid(oid))).toBe(digits);
  });

  test("BerWriter.oid() completes what BER cannot say", () => {
    expect(written((writer) => writer.oid([]))).toBe("060100");
    expect(written((writer) => writer.oid([1]))).toBe("060128");
  });

  test.each([[[3, 1]], [[0, 40]], [[1, 40]]])("BerWriter.oid() refuses %j", (oid) => {
    expect(() => written((writer) => writer.oid(oid))).toThrow(RangeError);
  });

  test("BerReader.oid() takes 128 sub-identifiers and refuses 129", () => {
    expect(whole(`067f${"2b"}${"01".repeat(126)}`, (reader) => reader.oid())).toHaveLength(128);
    expect(() => whole(`068180${"2b"}${"01".repeat(127)}`, (reader) => reader.oid())).toThrow(DecodeError);
  });

  test.each([
    ["no content", "0600"],
    ["a sub-identifier of 2^32", "06062b9080808000"],
    ["a first sub-identifier too large even for two arcs", "06059080808050"],
    ["a sub-identifier of six octets", "06072bffffffffff7f"],
    ["a sub-identifier with a leading zero", "06032b8001"],
    ["a sub-identifier without an end", "06022b81"],
  ])("BerReader.oid() refuses %s", (_, digits) => {
    expect(() => whole(digits, (reader) => reader.oid())).toThrow(DecodeError);
  });
});
