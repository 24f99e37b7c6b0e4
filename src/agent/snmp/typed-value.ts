import type { PlainValue } from "../../mapping/bind-table.js";
import { errorStatus } from "../../protocol/snmp/error-status.js";
import type { PduValue } from "../../protocol/snmp/var-bind.js";
import type { ObjectShape } from "../../schema/smi/shape.js";

/** What a value that is to be set comes to, or what is wrong with it whatever else is the case. */
export type ReadValue =
  | { readonly value: PlainValue }
  | { readonly error: typeof errorStatus.wrongType | typeof errorStatus.wrongLength | typeof errorStatus.wrongValue };

const { wrongType, wrongLength, wrongValue } = errorStatus;
/** RowStatus has a value that is only ever told. @see RFC 2579, textual convention RowStatus */
const NOT_READY = 3;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Checks a value by the shape of its object, in the order of the standard. @see RFC 3416, section 4.2.5 */
export function readValue(shape: ObjectShape, { type, ...given }: PduValue): ReadValue {
  if (type !== shape.syntax || !("value" in given)) return { error: wrongType };
  const { value } = given;
  if (typeof value === "number" || typeof value === "bigint") {
    return isAllowedNumber(shape, value) ? { value } : { error: wrongValue };
  }
  // Numbers of an object identifier need no copy; octets share the memory of a datagram that may be kept for years.
  if (!(value instanceof Uint8Array)) return { value };
  const { size, text } = shape;
  if (size !== undefined && !size.some(([low, high]) => value.length >= low && value.length <= high)) {
    return { error: wrongLength };
  }
  if (text === undefined) return { value: Uint8Array.from(value) };
  const read = octetsAsText(value, text);
  return read === undefined ? { error: wrongValue } : { value: read };
}

/** @returns `undefined` for octets that are no such text */
export function octetsAsText(octets: Uint8Array, encoding: "utf8" | "ascii"): string | undefined {
  if (encoding === "ascii" && octets.some((octet) => octet > 0x7f)) return undefined;
  try {
    return strictUtf8.decode(octets);
  } catch {
    return undefined;
  }
}

function isAllowedNumber({ named, range, type }: ObjectShape, value: number | bigint): boolean {
  if (type === "RowStatus" && value === NOT_READY) return false;
  if (named !== undefined) return Object.values(named).some((known) => known === value);
  return range === undefined || range.some(([low, high]) => value >= low && value <= high);
}
