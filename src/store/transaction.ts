import { DecodeError, Fault } from "../base/fault.js";
import type { StoreEntry, StoreWrite } from "../base/store.js";
import { LONGEST_PAYLOAD } from "./record.js";

/** What one transaction may write, in keys and in octets; a record has room for it. */
const MOST_WRITES = 10_000;
const LONGEST_TRANSACTION = LONGEST_PAYLOAD / 2;
const LONGEST_KEY = 1024;
const DELETED = 0xffffffff;

/**
 * The octets of a transaction: per write the key's length (2), the value's length (4, all ones to delete), key, value in UTF-8.
 * @throws {Fault} `invalid` when a key or value cannot be stored
 */
export function encodeTransaction(writes: readonly StoreWrite[]): Buffer {
  if (writes.length > MOST_WRITES)
    throw new Fault("invalid", `${writes.length} writes at once, at most ${MOST_WRITES}`);
  const seen = new Set<string>();
  let total = 0;
  for (const { key, value } of writes) {
    if (seen.has(key)) throw new Fault("invalid", `the key ${key} is written twice at once`);
    seen.add(key);
    const keyLength = Buffer.byteLength(key);
    if (keyLength === 0 || keyLength > LONGEST_KEY) {
      throw new Fault("invalid", `a key of ${keyLength} octets; it must have 1 to ${LONGEST_KEY}`);
    }
    if (loneSurrogate.test(key) || (value !== undefined && loneSurrogate.test(value))) {
      throw new Fault("invalid", "a key or value that is not well-formed Unicode", { path: key });
    }
    total += 6 + keyLength + (value === undefined ? 0 : Buffer.byteLength(value));
  }
  if (total > LONGEST_TRANSACTION) {
    throw new Fault("invalid", `a transaction of ${total} octets, at most ${LONGEST_TRANSACTION}`);
  }
  const octets = Buffer.alloc(total);
  let at = 0;
  for (const { key, value } of writes) at = putText(octets, at, key, value);
  return octets;
}

const loneSurrogate = /\p{Surrogate}/u;

function putText(octets: Buffer, at: number, key: string, value: string | undefined): number {
  const keyLength = octets.write(key, at + 6);
  const valueLength = value === undefined ? 0 : octets.write(value, at + 6 + keyLength);
  octets.writeUInt16BE(keyLength, at);
  octets.writeUInt32BE(value === undefined ? DELETED : valueLength, at + 2);
  return at + 6 + keyLength + valueLength;
}

/** @throws {DecodeError} when `octets` are not whole writes */
export function decodeTransaction(octets: Uint8Array): StoreWrite[] {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const writes: StoreWrite[] = [];
  for (let at = 0; at < buffer.length; ) {
    const { key, value, next } = takeText(buffer, at);
    writes.push({ key, value });
    at = next;
  }
  return writes;
}

/** The octets of one entry of a snapshot: its revision (6), then key and value as in a transaction. */
export function encodeEntry({ key, value, revision }: StoreEntry): Buffer {
  const octets = Buffer.alloc(12 + Buffer.byteLength(key) + Buffer.byteLength(value));
  octets.writeUIntBE(revision, 0, 6);
  putText(octets, 6, key, value);
  return octets;
}

/** @throws {DecodeError} when `octets` are not whole entries */
export function decodeEntries(octets: Uint8Array): StoreEntry[] {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const entries: StoreEntry[] = [];
  for (let at = 0; at < buffer.length; ) {
    if (buffer.length - at < 6) throw new DecodeError("an entry is cut short", at);
    const { key, value, next } = takeText(buffer, at + 6);
    if (value === undefined) throw new DecodeError("a deleted entry in a snapshot", at);
    entries.push({ key, value, revision: buffer.readUIntBE(at, 6) });
    at = next;
  }
  return entries;
}

function takeText(buffer: Buffer, at: number): { key: string; value: string | undefined; next: number } {
  if (buffer.length - at < 6) throw new DecodeError("a write is cut short", at);
  const keyEnd = at + 6 + buffer.readUInt16BE(at);
  const valueLength = buffer.readUInt32BE(at + 2);
  const next = keyEnd + (valueLength === DELETED ? 0 : valueLength);
  if (keyEnd === at + 6 || next > buffer.length) throw new DecodeError("a length does not fit", at);
  const key = buffer.toString("utf8", at + 6, keyEnd);
  return { key, value: valueLength === DELETED ? undefined : buffer.toString("utf8", keyEnd, next), next };
}
