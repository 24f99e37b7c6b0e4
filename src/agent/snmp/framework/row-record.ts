import { Fault } from "../../../base/fault.js";
import type { RowTable, StoredRow } from "../../../mapping/bind-rows.js";
import type { PlainValue } from "../../../mapping/bind-table.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import type { PduValue } from "../../../protocol/snmp/var-bind.js";
import type { ObjectShape } from "../../../schema/smi/shape.js";
import { readKey } from "../instance-key.js";
import { readValue } from "../typed-value.js";
import type { ManagedRow } from "./managed-rows.js";

/** A value as it stands in a record: octets and object identifiers say what they are. */
type Written = number | string | { readonly octets: string } | { readonly oid: string };

/** The text that keeps a row; what numbers it is in the record's key. */
export function writeRow(table: RowTable, { values }: StoredRow): string {
  const index = new Set(table.entries[0].index.map(({ name }) => name));
  const entries = Object.entries(values).filter(([name]) => !index.has(name));
  return JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [name, written(value)])));
}

/**
 * Reads a row back.
 * @param path of the record, for the message
 * @throws {Fault} `invalid` when the record is damaged: to leave out a row could grant what it denies
 */
export function readRow(table: RowTable, key: Oid, text: string, path: string): ManagedRow {
  const keyValues = readKey(table.entries[0].index, key);
  const record = readObject(text);
  const values: Record<string, PlainValue> = { ...keyValues };
  let isSound = keyValues !== undefined && record !== undefined;
  for (const [name, given] of Object.entries(record ?? {})) {
    const value = plain(given);
    if (value !== undefined && isAllowed(shapeOf(table, name), value)) values[name] = value;
    else isSound = false;
  }
  if (isSound && typeof values[table.rowStatus] === "number") return { key, values };
  throw new Fault(
    "invalid",
    `the record ${path} in the state directory is damaged; restore a backup, or remove the record and make the row anew`,
    { path },
  );
}

function shapeOf(table: RowTable, name: string): ObjectShape | undefined {
  return table.entries.map(({ columns }) => columns[name]).find((shape) => shape !== undefined);
}

/** What has no shape is kept beside the columns, such as a key. */
function isAllowed(shape: ObjectShape | undefined, value: PlainValue): boolean {
  if (shape === undefined) return true;
  // notReady is a state that a row can have and nobody can set.
  if (shape.type === "RowStatus") return value === 1 || value === 2 || value === 3;
  return !("error" in readValue(shape, asPduValue(shape, value)));
}

function asPduValue(shape: ObjectShape, value: PlainValue): PduValue {
  if (typeof value === "string") return { type: "OctetString", value: Buffer.from(value, "utf8") };
  if (value instanceof Uint8Array) return { type: "OctetString", value };
  if (typeof value === "bigint") return { type: "Counter64", value };
  if (typeof value !== "number") return { type: "ObjectIdentifier", value };
  return shape.syntax === "Unsigned32" ? { type: "Unsigned32", value } : { type: "Integer32", value };
}

function written(value: PlainValue): Written {
  if (value instanceof Uint8Array) return { octets: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return { oid: value.join(".") };
  if (typeof value === "number" || typeof value === "string") return value;
  throw new TypeError("a row has no 64-bit values");
}

function plain(given: unknown): PlainValue | undefined {
  if (typeof given === "number" || typeof given === "string") return given;
  if (typeof given !== "object" || given === null) return undefined;
  if ("octets" in given && typeof given.octets === "string" && /^(?:[0-9a-f]{2})*$/.test(given.octets)) {
    return Uint8Array.from(Buffer.from(given.octets, "hex"));
  }
  if ("oid" in given && typeof given.oid === "string" && /^\d+(?:\.\d+){0,127}$/.test(given.oid)) {
    return given.oid.split(".").map(Number);
  }
  return undefined;
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
