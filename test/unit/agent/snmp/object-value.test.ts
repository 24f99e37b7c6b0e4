import { describe, expect, test } from "vitest";
import { objectReader } from "../../../../src/agent/snmp/object-value.js";
import type { PlainValue } from "../../../../src/mapping/bind-table.js";
import type { ObjectValue } from "../../../../src/protocol/snmp/object-source.js";
import type { ObjectShape } from "../../../../src/schema/smi/shape.js";

function encoded(shape: Partial<ObjectShape>, value: PlainValue | undefined): ObjectValue | undefined {
  const whole: ObjectShape = { id: 1, syntax: "Integer32", access: "read-only", description: "", ...shape };
  return objectReader<PlainValue | undefined>({ name: "x", shape: whole, read: (row) => row })(value);
}

const octets = (value: Uint8Array): ObjectValue => ({ type: "OctetString", value: Buffer.from(value) });

describe("objectReader()", () => {
  test("leaves out what is not known", () => {
    expect(encoded({}, undefined)).toBeUndefined();
  });

  test("leaves out a number that the object cannot express", () => {
    const range = [
      [-1, -1],
      [5, 10],
    ] as const;
    expect(encoded({ range }, -1)).toEqual({ type: "Integer32", value: -1 });
    expect(encoded({ range }, 10)).toEqual({ type: "Integer32", value: 10 });
    for (const wrong of [0, 4, 11, 5.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([wrong, encoded({ range }, wrong)]).toEqual([wrong, undefined]);
    }
    expect(encoded({}, 2_147_483_648)).toBeUndefined();
    expect(encoded({ syntax: "Unsigned32" }, 4_294_967_295)).toEqual({ type: "Unsigned32", value: 4_294_967_295 });
    expect(encoded({ syntax: "Unsigned32" }, -1)).toBeUndefined();
  });

  test("wraps counters and time ticks (RFC 2578, sections 7.1.6 and 7.1.8)", () => {
    expect(encoded({ syntax: "Counter32" }, 4_294_967_297)).toEqual({ type: "Counter32", value: 1 });
    expect(encoded({ syntax: "TimeTicks" }, 4_294_967_296)).toEqual({ type: "TimeTicks", value: 0 });
    expect(encoded({ syntax: "Counter64" }, 2n ** 64n + 5n)).toEqual({ type: "Counter64", value: 5n });
    expect(encoded({ syntax: "Counter64" }, -1n)).toBeUndefined();
  });

  test("cuts text at 255 octets and never within a character", () => {
    const shape: Partial<ObjectShape> = { syntax: "OctetString", text: "utf8", size: [[0, 255]] };
    expect(encoded(shape, "a".repeat(300))).toEqual(octets(Buffer.from("a".repeat(255))));
    for (const [character, size] of [
      ["ü", 2],
      ["€", 3],
      ["😀", 4],
    ] as const) {
      const value = encoded(shape, character.repeat(200))?.value;
      expect(value).toEqual(Buffer.from(character.repeat(Math.floor(255 / size))));
    }
    expect(encoded(shape, "ü")).toEqual(octets(Buffer.from("ü")));
  });

  test("puts question marks for characters that a DisplayString lacks", () => {
    const shape: Partial<ObjectShape> = { syntax: "OctetString", text: "ascii", size: [[0, 4]] };
    expect(encoded(shape, "aü\u0007b-")).toEqual(octets(Buffer.from("a??b")));
  });

  test("leaves out octets of a length that is not allowed", () => {
    const shape: Partial<ObjectShape> = {
      syntax: "OctetString",
      size: [
        [0, 0],
        [16, 16],
      ],
    };
    expect(encoded(shape, Buffer.alloc(16))).toEqual(octets(Buffer.alloc(16)));
    expect(encoded(shape, Buffer.alloc(0))).toEqual(octets(Buffer.alloc(0)));
    expect(encoded(shape, Buffer.alloc(15))).toBeUndefined();
  });

  test("gives addresses and object identifiers their types", () => {
    expect(encoded({ syntax: "ObjectIdentifier" }, [0, 0])).toEqual({ type: "ObjectIdentifier", value: [0, 0] });
    const address = Uint8Array.of(127, 0, 0, 1);
    expect(encoded({ syntax: "IpAddress" }, address)).toEqual({ type: "IpAddress", value: address });
    expect(encoded({ syntax: "IpAddress" }, Uint8Array.of(1))).toBeUndefined();
  });
});
