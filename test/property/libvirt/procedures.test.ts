import fc from "fast-check";
import { expect, test } from "vitest";
import { codecOf } from "../../../src/codec/xdr/codec.js";
import { XdrReader } from "../../../src/codec/xdr/reader.js";
import type { Shape } from "../../../src/codec/xdr/shape.js";
import { XdrWriter } from "../../../src/codec/xdr/writer.js";
import { allProcedures } from "../../../src/protocol/libvirt/procedures.js";
import { arbitraryOf } from "../../support/shape-arbitrary.js";

const shapes: { readonly name: string; readonly shape: Shape<unknown> }[] = allProcedures.flatMap((row) =>
  row.kind === "call"
    ? [
        { name: `${row.name} args`, shape: row.args },
        { name: `${row.name} result`, shape: row.result },
      ]
    : [{ name: `${row.name} message`, shape: row.message }],
);

function encoded(shape: Shape<unknown>, value: unknown): Buffer {
  const writer = new XdrWriter(1 << 20);
  codecOf(shape).encode(writer, value);
  return writer.take();
}

test("every shape of the procedure table decodes what it encodes, to the last octet", () => {
  for (const { name, shape } of shapes) {
    fc.assert(
      fc.property(arbitraryOf(shape), (value) => {
        const octets = encoded(shape, value);
        const reader = new XdrReader(octets);
        expect(codecOf(shape).decode(reader), name).toEqual(value);
        reader.end();
        expect(octets.length).toBeGreaterThanOrEqual(codecOf(shape).minimumOctets);
        expect(octets.length % 4).toBe(0);
      }),
      { numRuns: 8 },
    );
  }
});

test("every shape of the procedure table refuses its octets when the last ones are missing", () => {
  for (const { name, shape } of shapes) {
    fc.assert(
      fc.property(arbitraryOf(shape), fc.nat(), (value, seed) => {
        const octets = encoded(shape, value);
        if (octets.length === 0) return;
        const cut = octets.subarray(0, seed % octets.length);
        expect(() => codecOf(shape).decode(new XdrReader(cut)), name).toThrow(
          expect.objectContaining({ name: "DecodeError" }),
        );
      }),
      { numRuns: 4 },
    );
  }
});
