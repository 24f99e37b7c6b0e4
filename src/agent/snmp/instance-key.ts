import type { PlainValue } from "../../mapping/bind-table.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import type { IndexShape } from "../../schema/smi/shape.js";
import { octetsAsText } from "./typed-value.js";

/** The sub-identifiers of one part of what numbers a row. @see RFC 2578, section 7.7 */
export function indexArcs(value: PlainValue, part: IndexShape | undefined): readonly number[] {
  if (typeof value === "number") return [value];
  if (typeof value === "bigint") return [Number(value)];
  const list = typeof value === "string" ? [...Buffer.from(value, "utf8")] : [...value];
  return part === undefined || part.implied || fixedLength(part) !== undefined ? list : [list.length, ...list];
}

/**
 * The values that number the row of an instance.
 * @returns `undefined` for a key that no row of the table can have
 */
export function readKey(index: readonly IndexShape[], key: Oid): Readonly<Record<string, PlainValue>> | undefined {
  const values: Record<string, PlainValue> = {};
  let at = 0;
  for (const part of index) {
    const found = readPart(part, key, at);
    if (found === undefined || !isAllowed(found.value, part)) return undefined;
    values[part.name] = found.value;
    at = found.end;
  }
  return at === key.length ? values : undefined;
}

function readPart(part: IndexShape, key: Oid, at: number): { value: PlainValue; end: number } | undefined {
  if (part.syntax !== "OctetString" && part.syntax !== "ObjectIdentifier") {
    const value = key[at];
    return value === undefined ? undefined : { value, end: at + 1 };
  }
  const counted = !part.implied && fixedLength(part) === undefined;
  const length = part.implied ? key.length - at : (fixedLength(part) ?? key[at]);
  const start = counted ? at + 1 : at;
  if (length === undefined || length > key.length - start) return undefined;
  const arcs = key.slice(start, start + length);
  if (part.syntax === "ObjectIdentifier") return { value: arcs, end: start + length };
  if (arcs.some((arc) => arc > 255)) return undefined;
  const octets = Uint8Array.from(arcs);
  const value = part.text === undefined ? octets : octetsAsText(octets, part.text);
  return value === undefined ? undefined : { value, end: start + length };
}

function isAllowed(value: PlainValue, { named, range, size, syntax }: IndexShape): boolean {
  if (typeof value === "number") {
    const largest = syntax === "Integer32" ? 2147483647 : 4294967295;
    if (value > largest) return false;
    if (named !== undefined && !Object.values(named).includes(value)) return false;
    return range === undefined || range.some(([low, high]) => value >= low && value <= high);
  }
  if (typeof value === "bigint" || size === undefined) return true;
  const length = typeof value === "string" ? Buffer.byteLength(value) : value.length;
  return size.some(([low, high]) => length >= low && length <= high);
}

/** Octets that always are as many need no count. */
function fixedLength({ size, syntax }: IndexShape): number | undefined {
  const [only, ...others] = size ?? [];
  return syntax === "OctetString" && only !== undefined && others.length === 0 && only[0] === only[1]
    ? only[0]
    : undefined;
}
