import { DecodeError } from "../base/fault.js";
import type { OpenFile } from "./file-system.js";
import { claimedLength, decodeRecord, RECORD_HEADER, type StoredRecord } from "./record.js";

const PIECE = 256 * 1024;

/**
 * Reads the records of a file from `position` on, piece by piece: memory is bounded by the longest record.
 * @param onRecord its payload is valid during the call only
 * @returns where the good records end, and whether anything follows them
 */
export async function readRecords(
  file: OpenFile,
  position: number,
  onRecord: (record: StoredRecord) => void,
): Promise<{ end: number; damaged: boolean }> {
  const size = await file.size();
  const window = new Window(file, position);
  for (let end = position; ; ) {
    if (end === size) return { end, damaged: false };
    const octets = await nextRecord(window, size - end);
    const record = octets && goodRecord(octets);
    if (!record) return { end, damaged: true };
    onRecord(record);
    end += octets.length;
  }
}

/** @returns `undefined` when what follows cannot be a whole record */
async function nextRecord(window: Window, left: number): Promise<Buffer | undefined> {
  if (left < RECORD_HEADER) return undefined;
  try {
    const length = claimedLength(await window.peek(RECORD_HEADER));
    if (length === undefined || length > left) return undefined;
    const octets = await window.peek(length);
    if (octets.length < length) return undefined; // the file shrank meanwhile
    window.skip(length);
    return octets;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function goodRecord(octets: Buffer): StoredRecord | undefined {
  try {
    return decodeRecord(octets);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** A view of a file that moves forward. */
class Window {
  readonly #file: OpenFile;
  /** Where in the file `#held` begins. */
  #position: number;
  #held: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(file: OpenFile, position: number) {
    this.#file = file;
    this.#position = position;
  }

  /** The next `length` octets, fewer at the end of the file. */
  async peek(length: number): Promise<Buffer> {
    if (this.#held.length - this.#used < length) await this.#fill(length);
    return this.#held.subarray(this.#used, Math.min(this.#used + length, this.#held.length));
  }

  skip(length: number): void {
    this.#used += length;
  }

  async #fill(length: number): Promise<void> {
    const kept = this.#held.subarray(this.#used);
    const larger = Buffer.alloc(Math.max(length, PIECE));
    kept.copy(larger);
    this.#position += this.#used;
    this.#used = 0;
    let filled = kept.length;
    while (filled < larger.length) {
      const count = await this.#file.read(larger.subarray(filled), this.#position + filled);
      if (count === 0) break;
      filled += count;
    }
    this.#held = larger.subarray(0, filled);
  }
}
