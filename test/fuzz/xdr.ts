import assert from "node:assert/strict";
import { DecodeError, Fault } from "../../src/base/fault.js";
import { codecOf } from "../../src/codec/xdr/codec.js";
import { XdrReader } from "../../src/codec/xdr/reader.js";
import {
  charArray,
  charText,
  fixedCharText,
  float64,
  int8,
  int64,
  list,
  opaque,
  optional,
  type Shape,
  string,
  struct,
  uint16,
  uint32,
} from "../../src/codec/xdr/shape.js";
import { XdrWriter } from "../../src/codec/xdr/writer.js";

const shapes: readonly Shape<unknown>[] = [
  string(64),
  opaque(1 << 30),
  charArray(1 << 30),
  charText(64),
  fixedCharText(8),
  list(string(64), 1 << 30),
  list(list(uint32, 1 << 30), 1 << 30),
  optional(optional(int64)),
  struct({ a: int8, b: uint16, c: float64, d: optional(list(struct({ e: int64, f: opaque(9) }), 1 << 30)) }),
];

/** The first octet chooses the shape, the rest is its input. */
export const target = {
  name: "xdr",
  seeds: ["00000000056162636465000000", "0500000002000000016100000000000000", "0801020304000000010000000000000000"].map(
    (octets) => Buffer.from(octets, "hex"),
  ),
  /** What is accepted must come out of the writer, unless replacing bad UTF-8 made it too long, and be read as the same value. */
  run(input: Buffer): void {
    const shape = shapes[(input[0] ?? 0) % shapes.length];
    if (shape === undefined) return;
    const codec = codecOf(shape);
    try {
      const value = codec.decode(new XdrReader(input, Math.min(1, input.length)));
      const writer = new XdrWriter(16 * input.length + 64, 1);
      codec.encode(writer, value);
      assert.deepStrictEqual(codec.decode(new XdrReader(writer.take())), value);
    } catch (error) {
      if (!(error instanceof DecodeError || (error instanceof Fault && error.code === "invalid"))) throw error;
    }
  },
};
