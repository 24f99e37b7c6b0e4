import type { BoundObject, PlainValue } from "../../mapping/bind-table.js";
import type { ObjectValue } from "../../protocol/snmp/object-source.js";
import type { ObjectShape } from "../../schema/smi/shape.js";

/** Reads an object of a row and gives it its SMI type; `undefined` when the instance is not there. */
export type ObjectReader<Row> = (row: Row) => ObjectValue | undefined;

const TWO_TO_32 = 4294967296;
const LARGEST_64_BITS = 0xffffffffffffffffn;

/**
 * Prepares the reading of an object. A value that the object cannot express is left out rather than bent; counters and
 * time ticks wrap, and text is cut at a character.
 */
export function objectReader<Row>({ shape, read }: BoundObject<Row>): ObjectReader<Row> {
  const encode = encoderOf(shape);
  return (row) => {
    const value = read(row);
    return value === undefined ? undefined : encode(value);
  };
}

function encoderOf(shape: ObjectShape): (value: PlainValue) => ObjectValue | undefined {
  switch (shape.syntax) {
    case "Integer32":
      return numberEncoder("Integer32", shape.range, -2147483648, 2147483647);
    case "Unsigned32":
      return numberEncoder("Unsigned32", shape.range, 0, TWO_TO_32 - 1);
    case "Counter32":
    case "TimeTicks":
      return wrappingEncoder(shape.syntax);
    case "Counter64":
      return (value) => {
        if (typeof value !== "bigint" || value < 0n) return undefined;
        return { type: "Counter64", value: value <= LARGEST_64_BITS ? value : value & LARGEST_64_BITS };
      };
    case "OctetString":
      return octetsEncoder(shape);
    case "ObjectIdentifier":
      return (value) => (Array.isArray(value) ? { type: "ObjectIdentifier", value } : undefined);
    case "IpAddress":
      return (value) => (value instanceof Uint8Array && value.length === 4 ? { type: "IpAddress", value } : undefined);
  }
}

function numberEncoder(
  type: "Integer32" | "Unsigned32",
  range: ObjectShape["range"],
  least: number,
  greatest: number,
): (value: PlainValue) => ObjectValue | undefined {
  const allowed = range ?? [[least, greatest]];
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
    for (const [low, high] of allowed) if (value >= low && value <= high) return { type, value };
    return undefined;
  };
}

function wrappingEncoder(type: "Counter32" | "TimeTicks"): (value: PlainValue) => ObjectValue | undefined {
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) return undefined;
    return { type, value: value % TWO_TO_32 };
  };
}

function octetsEncoder({ text, size }: ObjectShape): (value: PlainValue) => ObjectValue | undefined {
  const longest = Math.max(...(size ?? [[0, 65535]]).map(([, high]) => high));
  if (text !== undefined) {
    return (value) =>
      typeof value === "string" ? { type: "OctetString", value: textOctets(value, text, longest) } : undefined;
  }
  return (value) => {
    if (!(value instanceof Uint8Array)) return undefined;
    const fits = size === undefined || size.some(([low, high]) => value.length >= low && value.length <= high);
    return fits ? { type: "OctetString", value } : undefined;
  };
}

/** Text in at most `longest` octets, cut between characters; characters that ASCII lacks become question marks there. */
function textOctets(text: string, encoding: "utf8" | "ascii", longest: number): Buffer {
  if (encoding === "ascii") return Buffer.from(text.slice(0, longest).replace(/[^\t\n\r -~]/g, "?"), "latin1");
  const octets = Buffer.from(text, "utf8");
  if (octets.length <= longest) return octets;
  let end = longest;
  while (end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return octets.subarray(0, end);
}
