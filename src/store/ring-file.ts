import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32c } from "./crc32c.js";

/** How a file is laid out; the same for all files of one kind. */
export interface RingShape {
  /** Rows that a file holds before the oldest is overwritten. */
  readonly rows: number;
  /** Octets of a row. */
  readonly rowBytes: number;
}

/** A row, with the number that it was written under. */
export interface RingRow {
  readonly number: number;
  readonly octets: Buffer;
}

/** Number of the row and checksum of the rest. */
const ROW_HEADER = 12;
const NAME = /^[A-Za-z0-9._-]{1,120}\.ring$/;

/**
 * Files of fixed size, each a ring of rows under growing numbers. A row that was torn by a crash, or belongs to an earlier round, is
 * told from a good one by its number and checksum, so that nothing need be repaired and nothing is waited for: what is not yet on
 * disk when the computer fails is lost, and no more.
 */
export class RingFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens the folder, and removes files that were not written for `unusedMs`. @param now wall time, milliseconds */
  static async open(folder: string, unusedMs: number, now: number): Promise<RingFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) {
      if (!NAME.test(name)) continue;
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (now - mtimeMs > unusedMs) await rm(path, { force: true });
    }
    return new RingFiles(folder);
  }

  /**
   * Puts a row in the place of the one that is a round older.
   * @param name of letters, digits, `.`, `_` and `-`
   * @throws {Error} as the file system does, when the disk refuses
   */
  async write(name: string, shape: RingShape, number: number, octets: Buffer): Promise<void> {
    const file = await this.#open(name, shape);
    try {
      const row = Buffer.alloc(ROW_HEADER + shape.rowBytes);
      row.writeDoubleLE(number, 0);
      octets.copy(row, ROW_HEADER, 0, shape.rowBytes);
      row.writeUInt32LE(checksum(row), 8);
      await file.write(row, 0, row.length, (number % shape.rows) * row.length);
    } finally {
      await file.close();
    }
  }

  /**
   * The good rows from number `first` up to `last`, in order; none of a file that does not exist.
   * @throws {Error} as the file system does
   */
  async read(name: string, shape: RingShape, first: number, last: number): Promise<readonly RingRow[]> {
    const path = join(this.#folder, `${name}.ring`);
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (!file) return [];
    try {
      const size = ROW_HEADER + shape.rowBytes;
      const whole = Buffer.alloc(shape.rows * size);
      const { bytesRead } = await file.read(whole, 0, whole.length, 0);
      const rows: RingRow[] = [];
      for (let at = 0; at + size <= bytesRead; at += size) {
        const row = whole.subarray(at, at + size);
        const number = row.readDoubleLE(0);
        if (number < first || number > last || (number % shape.rows) * size !== at) continue;
        if (row.readUInt32LE(8) === checksum(row)) rows.push({ number, octets: row.subarray(ROW_HEADER) });
      }
      return rows.sort((a, b) => a.number - b.number);
    } finally {
      await file.close();
    }
  }

  async #open(name: string, { rows, rowBytes }: RingShape) {
    const path = join(this.#folder, `${name}.ring`);
    try {
      return await open(path, "r+");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    const file = await open(path, "w+", 0o600);
    await file.truncate(rows * (ROW_HEADER + rowBytes));
    return file;
  }
}

/** Of a row's number and content; a row of zeros, which a new file is full of, has none. */
function checksum(row: Buffer): number {
  return crc32c(row.subarray(ROW_HEADER), crc32c(row.subarray(0, 8)));
}
