import assert from "node:assert/strict";
import { DecodeError } from "../../src/base/fault.js";
import { BerReader } from "../../src/codec/ber/ber-reader.js";
import { integerSize, oidSize, unsigned64Size, unsignedSize } from "../../src/codec/ber/ber-size.js";
import { BerWriter } from "../../src/codec/ber/ber-writer.js";
import { hex } from "../support/hex.js";

const DEEPEST = 40;

/** A value as it was read, so that writing and reading it again must give the same. */
interface Form<T> {
  read(reader: BerReader): T;
  write(writer: BerWriter, value: T): void;
  size(value: T): number;
}

const signed: Form<number> = {
  read: (reader) => reader.integer(reader.nextTag),
  write: (writer, value) => writer.integer(value),
  size: integerSize,
};
const unsigned: Form<number> = {
  read: (reader) => reader.unsigned(reader.nextTag),
  write: (writer, value) => writer.unsigned(value, 0x41),
  size: unsignedSize,
};
const unsigned64: Form<bigint> = {
  read: (reader) => reader.unsigned64(reader.nextTag),
  write: (writer, value) => writer.unsigned64(value, 0x46),
  size: unsigned64Size,
};
const oid: Form<number[]> = {
  read: (reader) => reader.oid(reader.nextTag),
  write: (writer, value) => writer.oid(value),
  size: oidSize,
};

export const target = {
  name: "ber",
  seeds: [
    "3010 020105 0404 61626364 0605 2b06010201",
    "3012 4105 00ffffffff 4609 00ffffffffffffffff",
    "30820008 0284 00000001 07 0500",
    "0602 8837 0606 2b8fffffff7f",
  ].map(hex),
  /** What every method reads must be written in the planned size and read back as the same value. */
  run(input: Buffer): void {
    descend(input, 0);
  },
};

function descend(octets: Buffer, depth: number): void {
  for (let at = 0; at < octets.length; ) {
    const rest = octets.subarray(at);
    const element = attempt(() => new BerReader(rest).element());
    if (element === undefined) return;
    assert.ok(element.length >= 2 && element.length <= rest.length);
    check(element, signed);
    check(element, unsigned);
    check(element, unsigned64);
    check(element, oid);
    const reader = new BerReader(element);
    const content = reader.octetString(reader.nextTag);
    reader.end();
    if (depth < DEEPEST) descend(content, depth + 1);
    at += element.length;
  }
}

function check<T>(element: Buffer, form: Form<T>): void {
  const value = attempt(() => form.read(new BerReader(element)));
  if (value === undefined) return;
  const writer = new BerWriter(form.size(value));
  form.write(writer, value);
  assert.equal(writer.mark, 0);
  assert.deepEqual(form.read(new BerReader(writer.finish())), value);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
