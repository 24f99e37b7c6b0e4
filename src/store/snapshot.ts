import { setImmediate } from "node:timers/promises";
import { DecodeError, Fault } from "../base/fault.js";
import type { StoreEntry } from "../base/store.js";
import { replaceFile } from "./durable-file.js";
import type { FileSystem, OpenFile } from "./file-system.js";
import { encodeRecord, type StoredRecord } from "./record.js";
import { readRecords } from "./record-reader.js";
import { decodeEntries, encodeEntry } from "./transaction.js";

/** Everything in a store after the record `sequence` of its journal. */
export interface Snapshot {
  readonly sequence: number;
  /** The token of the last lease that was given out. */
  readonly leaseToken: number;
  readonly entries: Iterable<StoreEntry>;
}

const MAGIC = Buffer.from("VGSNAP1\n");
const ENTRIES = 1;
const END = 2;
const PIECE = 64 * 1024;

/**
 * Puts a snapshot in place of the one at `path`. `entries` must not change meanwhile; encoding yields to the event loop.
 * @returns its size in octets
 * @throws {Fault} `storage-failed`; the earlier snapshot is still good then
 */
export async function writeSnapshot(fileSystem: FileSystem, path: string, snapshot: Snapshot): Promise<number> {
  let size = 0;
  await replaceFile(fileSystem, path, async (file) => {
    const put = async (octets: Buffer) => {
      await file.write(octets, size);
      size += octets.length;
    };
    await put(MAGIC);
    let count = 0;
    let held: Buffer[] = [];
    let heldOctets = 0;
    const flush = async () => {
      await put(encodeRecord({ type: ENTRIES, sequence: snapshot.sequence, payload: Buffer.concat(held) }));
      held = [];
      heldOctets = 0;
      await setImmediate();
    };
    for (const entry of snapshot.entries) {
      const octets = encodeEntry(entry);
      if (heldOctets > 0 && heldOctets + octets.length > PIECE) await flush();
      held.push(octets);
      heldOctets += octets.length;
      count += 1;
    }
    if (heldOctets > 0) await flush();
    const end = Buffer.alloc(12);
    end.writeUIntBE(snapshot.leaseToken, 0, 6);
    end.writeUIntBE(count, 6, 6);
    await put(encodeRecord({ type: END, sequence: snapshot.sequence, payload: end }));
  });
  return size;
}

/**
 * @returns `undefined` when there is none
 * @throws {Fault} `storage-failed` when it is damaged, which no loss of power can do; `unsupported` when a later version wrote it
 */
export async function readSnapshot(
  fileSystem: FileSystem,
  path: string,
): Promise<(Snapshot & { readonly size: number }) | undefined> {
  const file = await fileSystem.open(path);
  if (!file) return undefined;
  try {
    await requireMagic(file, MAGIC, path);
    const reader = new SnapshotReader();
    const { end, damaged } = await readRecords(file, MAGIC.length, (record) => reader.take(record));
    const snapshot = reader.result();
    if (damaged || !snapshot) throw new DecodeError("it ends too early", end);
    return { ...snapshot, size: end };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new Fault(
      "storage-failed",
      `${path} is damaged: ${error.message}; restore the state directory from a backup`,
      {
        cause: error,
      },
    );
  } finally {
    await file.close();
  }
}

class SnapshotReader {
  readonly #entries: StoreEntry[] = [];
  #sequence: number | undefined;
  #leaseToken: number | undefined;

  take({ type, sequence, payload }: StoredRecord): void {
    if (this.#leaseToken !== undefined) throw new DecodeError("something follows its end");
    this.#sequence ??= sequence;
    if (sequence !== this.#sequence) throw new DecodeError("pieces of two snapshots");
    if (type === ENTRIES) {
      for (const entry of decodeEntries(payload)) this.#entries.push(entry);
    } else if (type === END && payload.length === 12) {
      const end = Buffer.from(payload);
      if (end.readUIntBE(6, 6) !== this.#entries.length) throw new DecodeError("entries are missing");
      this.#leaseToken = end.readUIntBE(0, 6);
    } else throw new DecodeError(`a record of type ${type}`);
  }

  result(): Snapshot | undefined {
    if (this.#sequence === undefined || this.#leaseToken === undefined) return undefined;
    return { sequence: this.#sequence, leaseToken: this.#leaseToken, entries: this.#entries };
  }
}

/**
 * Checks the first octets of a file: five that say what it is, a digit for its format, a line end.
 * @throws {DecodeError} when it is something else; {Fault} `unsupported` when a later version wrote it
 */
export async function requireMagic(file: OpenFile, magic: Buffer, path: string): Promise<void> {
  const start = Buffer.alloc(magic.length);
  const length = await file.read(start, 0);
  if (length === magic.length && start.equals(magic)) return;
  const kind = magic.length - 2;
  const later = start.subarray(0, kind).equals(magic.subarray(0, kind)) && (start[kind] ?? 0) > (magic[kind] ?? 0);
  if (later) throw new Fault("unsupported", `${path} was written by a later version of virtgate; start that one`);
  throw new DecodeError("it does not begin as it should", 0);
}
