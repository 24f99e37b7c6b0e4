import fc from "fast-check";
import { uuidText } from "../../src/base/uuid.js";
import type { ShapeNode } from "../../src/codec/xdr/shape.js";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const fewer = (maximum: number) => Math.min(maximum, 4);

/** Random values of any shape of libvirt's procedure table. */
export function arbitraryOf(node: ShapeNode): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case "int32":
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
    case "uint32":
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case "int64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "uint64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "float64":
      return fc.double();
    case "smallInt":
      return fc.integer({ min: node.minimum, max: node.maximum });
    case "string":
      return text;
    case "opaque":
    case "charArray":
      return fc.uint8Array({ maxLength: Math.min(node.maximum, 40) }).map((octets) => Buffer.from(octets));
    case "charText":
      return fc.string({ unit: "grapheme-ascii", maxLength: Math.min(node.maximum - 1, 20) });
    case "optional":
      return fc.option(arbitraryOf(node.of), { nil: undefined });
    case "list":
      return fc.array(arbitraryOf(node.of), { maxLength: fewer(node.maximum) });
    case "struct":
      return fc.record(Object.fromEntries(Object.entries(node.fields).map(([name, of]) => [name, arbitraryOf(of)])));
    case "custom":
      return customArbitrary(node.name);
  }
}

function customArbitrary(name: string): fc.Arbitrary<unknown> {
  switch (name) {
    case "uuid":
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidText);
    case "typed parameter":
      return typedParameter;
    default:
      throw new Error(`no random values for ${name}`);
  }
}

const named = (type: string, value: fc.Arbitrary<unknown>) =>
  fc.record({ field: text, type: fc.constant(type), value });

const typedParameter = fc.oneof(
  named("int", arbitraryOf({ kind: "int32" })),
  named("uint", arbitraryOf({ kind: "uint32" })),
  named("llong", arbitraryOf({ kind: "int64" })),
  named("ullong", arbitraryOf({ kind: "uint64" })),
  named("double", fc.double()),
  named("boolean", fc.boolean()),
  named("string", text),
);
