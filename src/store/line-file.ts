import { dirname } from "node:path";
import type { AppendLog } from "../base/append-log.js";
import { Fault } from "../base/fault.js";
import { storageFailed } from "./durable-file.js";
import type { FileSystem, OpenFile } from "./file-system.js";

const PIECE_OCTETS = 64 * 1024;
const LINE_FEED = 0x0a;

/** Lines in a file. A line without an end, which a loss of power left, was never acknowledged and is cut off on opening. */
export class LineFile implements AppendLog {
  readonly #path: string;
  readonly #file: OpenFile;
  /** Up to here all lines are whole and on the disk. */
  #length: number;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: OpenFile, length: number) {
    this.#path = path;
    this.#file = file;
    this.#length = length;
  }

  /** @throws {Fault} `storage-failed` */
  static async open(fileSystem: FileSystem, path: string): Promise<LineFile> {
    try {
      let file = await fileSystem.open(path);
      if (!file) {
        file = await fileSystem.create(path);
        await fileSystem.syncDirectory(dirname(path));
      }
      const size = await file.size();
      const length = await endOfLines(file, size);
      if (length < size) {
        await file.truncate(length);
        await file.sync();
      }
      return new LineFile(path, file, length);
    } catch (error) {
      throw error instanceof Fault ? error : storageFailed(`cannot use ${path}`, error);
    }
  }

  append(line: string): Promise<void> {
    const done = this.#turn.then(() => this.#append(Buffer.from(`${line}\n`)));
    this.#turn = done.catch(() => {});
    return done;
  }

  async *lines(): AsyncGenerator<string> {
    const end = this.#length;
    let rest = Buffer.alloc(0);
    for (let at = 0; at < end; ) {
      const piece = Buffer.alloc(Math.min(PIECE_OCTETS, end - at));
      const length = await this.#file.read(piece, at);
      if (length === 0) return;
      at += length;
      rest = Buffer.concat([rest, piece.subarray(0, length)]);
      let start = 0;
      for (let stop = rest.indexOf(LINE_FEED); stop >= 0; stop = rest.indexOf(LINE_FEED, start)) {
        yield rest.toString("utf8", start, stop);
        start = stop + 1;
      }
      rest = rest.subarray(start);
    }
  }

  async tail(octets: number): Promise<readonly string[]> {
    const first = Math.max(0, this.#length - octets);
    const piece = Buffer.alloc(this.#length - first);
    await this.#file.read(piece, first);
    const lines = piece.toString("utf8").split("\n").slice(0, -1);
    // The first one may have its beginning before the piece.
    return first === 0 ? lines : lines.slice(1);
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file.close();
  }

  async #append(octets: Buffer): Promise<void> {
    try {
      await this.#file.write(octets, this.#length);
      await this.#file.sync();
      this.#length += octets.length;
    } catch (error) {
      // Its remains are written over by the next line, or cut off here.
      await this.#file.truncate(this.#length).catch(() => {});
      throw storageFailed(`cannot add to ${this.#path}`, error);
    }
  }
}

/** Where the last whole line ends. */
async function endOfLines(file: OpenFile, size: number): Promise<number> {
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - PIECE_OCTETS);
    const piece = Buffer.alloc(end - start);
    await file.read(piece, start);
    const last = piece.lastIndexOf(LINE_FEED);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}
