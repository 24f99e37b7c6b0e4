import { DecodeError } from "../base/fault.js";
import { crc32c } from "./crc32c.js";

/** A piece of a journal or snapshot. */
export interface StoredRecord {
  readonly type: number;
  /** Grows by one from record to record of a journal; below 2^48. */
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** Octets before the payload: length (4), type (1), sequence (6), CRC-32C of those and of the payload (4), all big-endian. */
export const RECORD_HEADER = 15;
/** What a payload may have. A record that claims more is damaged. */
export const LONGEST_PAYLOAD = 16 * 1024 * 1024;

const CHECKED = 11;

export function encodeRecord({ type, sequence, payload }: StoredRecord): Buffer {
  const octets = Buffer.alloc(RECORD_HEADER + payload.length);
  octets.writeUInt32BE(payload.length, 0);
  octets.writeUInt8(type, 4);
  octets.writeUIntBE(sequence, 5, 6);
  octets.writeUInt32BE(crc32c(payload, crc32c(octets.subarray(0, CHECKED))), CHECKED);
  octets.set(payload, RECORD_HEADER);
  return octets;
}

/**
 * How many octets the record that begins at `octets` claims to have in all.
 * @returns `undefined` when not even its header is complete
 * @throws {DecodeError} when no record can be that long
 */
export function claimedLength(octets: Buffer): number | undefined {
  if (octets.length < RECORD_HEADER) return undefined;
  const length = octets.readUInt32BE(0);
  if (length > LONGEST_PAYLOAD) throw new DecodeError(`a record of ${length} octets`, 0);
  return RECORD_HEADER + length;
}

/**
 * Reads the record that is exactly `octets`.
 * @returns a record whose payload shares memory with `octets`
 * @throws {DecodeError} when the checksum is wrong
 */
export function decodeRecord(octets: Buffer): StoredRecord {
  if (claimedLength(octets) !== octets.length) throw new DecodeError("the length does not fit", 0);
  const payload = octets.subarray(RECORD_HEADER);
  if (octets.readUInt32BE(CHECKED) !== crc32c(payload, crc32c(octets.subarray(0, CHECKED)))) {
    throw new DecodeError("the checksum is wrong", CHECKED);
  }
  return { type: octets.readUInt8(4), sequence: octets.readUIntBE(5, 6), payload };
}
