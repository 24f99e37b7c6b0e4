import fc from "fast-check";
import type { ObjectValue, Oid, VarBind } from "../../../src/protocol/snmp/object-source.js";
import { compareOids } from "../../../src/protocol/snmp/oid.js";

const arc = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 2, arbitrary: fc.constantFrom(127, 128, 16383, 16384, 4294967294, 4294967295) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4294967295 }) },
);

/** Any object identifier that BER can carry. */
export const anyOid: fc.Arbitrary<number[]> = fc
  .tuple(fc.constantFrom(0, 1, 2), fc.oneof(fc.nat(39), fc.nat(4294967295)), fc.array(arc, { maxLength: 126 }))
  .map(([root, second, rest]) => [root, root === 2 ? second : second % 40, ...rest]);

/** Short object identifiers under 1.3 that often meet, and often are prefixes of one another. */
export const closeOid: fc.Arbitrary<number[]> = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.constant(4294967295) }), {
    maxLength: 5,
  })
  .map((rest) => [1, 3, ...rest]);

const octets = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));
const word = fc.integer({ min: 0, max: 4294967295 });

export const anyValue: fc.Arbitrary<ObjectValue> = fc.oneof(
  fc.record({ type: fc.constant("Integer32" as const), value: fc.integer() }),
  fc.record({ type: fc.constantFrom("Unsigned32" as const, "Counter32" as const, "TimeTicks" as const), value: word }),
  fc.record({ type: fc.constant("Counter64" as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ type: fc.constant("OctetString" as const), value: octets }),
  fc.record({ type: fc.constant("ObjectIdentifier" as const), value: anyOid }),
  fc.record({
    type: fc.constant("IpAddress" as const),
    value: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((value) => Buffer.from(value)),
  }),
);

/** Instances in order, each once, none the prefix of another, as in any MIB. */
export const objects: fc.Arbitrary<VarBind[]> = fc
  .array(fc.record({ oid: closeOid, value: anyValue }), { maxLength: 40 })
  .map((varBinds) => {
    const sorted = [...varBinds].sort((a, b) => compareOids(a.oid, b.oid));
    const kept: VarBind[] = [];
    for (const varBind of sorted) {
      const last = kept.at(-1);
      if (last === undefined || !isPrefix(last.oid, varBind.oid)) kept.push(varBind);
    }
    return kept;
  });

function isPrefix(prefix: Oid, oid: Oid): boolean {
  return prefix.every((value, i) => value === oid[i]);
}
