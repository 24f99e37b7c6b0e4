import { DecodeError, Fault } from "../base/fault.js";
import { replaceFile, storageFailed } from "./durable-file.js";
import type { FileSystem, OpenFile } from "./file-system.js";
import { LONGEST_PAYLOAD, type StoredRecord } from "./record.js";
import { readRecords } from "./record-reader.js";
import { requireMagic } from "./snapshot.js";

const MAGIC = Buffer.from("VGJRNL1\n");

/** What was cut off a journal when it was opened: records that a loss of power left unfinished, or damage. */
export interface JournalCut {
  readonly path: string;
  /** Where the good records end. */
  readonly offset: number;
  readonly octets: number;
  /** Where the part that was cut off was kept, when there was room for it. */
  readonly keptIn: string | undefined;
}

/** A file to which records are appended, each on the disk before anybody is told. Calls must not overlap. */
export class Journal {
  readonly cut: JournalCut | undefined;
  readonly #path: string;
  readonly #file: OpenFile;
  /** Up to here everything is good and on the disk. */
  #length: number;
  /** Whether something may stand after `#length`: the remains of a failed append. */
  #dirty = false;

  private constructor(path: string, file: OpenFile, length: number, cut: JournalCut | undefined) {
    this.#path = path;
    this.#file = file;
    this.#length = length;
    this.cut = cut;
  }

  /**
   * Opens a journal, or makes one, and hands out its good records in order. What follows the last good one is cut off.
   * @param onRecord the payload is valid during the call only
   * @throws {Fault} `storage-failed` when it cannot be read or is no journal, `unsupported` when a later version wrote it; and
   *   what `onRecord` throws
   */
  static async open(fileSystem: FileSystem, path: string, onRecord: (record: StoredRecord) => void): Promise<Journal> {
    let file = await fileSystem.open(path);
    if (!file) {
      await replaceFile(fileSystem, path, (draft) => draft.write(MAGIC, 0));
      file = await fileSystem.open(path);
      if (!file) throw new Fault("storage-failed", `${path} vanished; is another program cleaning up there?`);
    }
    try {
      await requireMagic(file, MAGIC, path);
      const { end, damaged } = await readRecords(file, MAGIC.length, onRecord);
      const cut = damaged ? await keepTail(fileSystem, file, path, end) : undefined;
      const journal = new Journal(path, file, end, cut);
      journal.#dirty = damaged;
      await journal.#repair();
      return journal;
    } catch (error) {
      await file.close();
      if (error instanceof Fault) throw error;
      if (!(error instanceof DecodeError)) throw storageFailed(`cannot open ${path}`, error);
      throw new Fault(
        "storage-failed",
        `${path} is no journal: ${error.message}; restore the state directory from a backup`,
        {
          cause: error,
        },
      );
    }
  }

  get size(): number {
    return this.#length;
  }

  /**
   * Appends encoded records; resolves when they are on the disk.
   * @throws {Fault} `storage-failed`; the journal is then as before, and the next append tries anew
   */
  async append(octets: Uint8Array): Promise<void> {
    try {
      await this.#repair();
      this.#dirty = true;
      await this.#file.write(octets, this.#length);
      await this.#file.sync();
      this.#length += octets.length;
      this.#dirty = false;
    } catch (error) {
      // At once, so that what was refused does not come back after a crash. When this fails too, the next append begins with it.
      await this.#repair().catch(() => {});
      throw storageFailed(`cannot write ${this.#path}`, error);
    }
  }

  /**
   * Forgets all records, once a snapshot has them.
   * @throws {Fault} `storage-failed`; the records are then skipped when it is read, and forgotten before the next append
   */
  async clear(): Promise<void> {
    this.#length = MAGIC.length;
    this.#dirty = true;
    try {
      await this.#repair();
    } catch (error) {
      throw storageFailed(`cannot shorten ${this.#path}`, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #repair(): Promise<void> {
    if (!this.#dirty) return;
    await this.#file.truncate(this.#length);
    await this.#file.sync();
    this.#dirty = false;
  }
}

/** Copies what is about to be cut off beside the journal: if it was not a torn write but damage, somebody will want it. */
async function keepTail(fileSystem: FileSystem, file: OpenFile, path: string, offset: number): Promise<JournalCut> {
  const octets = (await file.size()) - offset;
  const target = `${path}.cut`;
  try {
    const tail = Buffer.alloc(Math.min(octets, LONGEST_PAYLOAD));
    const length = await file.read(tail, offset);
    await replaceFile(fileSystem, target, (draft) => draft.write(tail.subarray(0, length), 0));
    return { path, offset, octets, keptIn: target };
  } catch {
    return { path, offset, octets, keptIn: undefined };
  }
}
