import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Fault, reasonOf } from "../../base/fault.js";
import type { Log } from "../../base/log.js";

/** Octets that may wait for the disk; what comes then is counted and left out, so that a slow disk slows no host. */
const MOST_WAITING = 16 * 1024 * 1024;

/** A file that a recording is written to, a line at a time. It is this user's alone. */
export class RecordingFile {
  readonly #path: string;
  readonly #stream: WriteStream;
  #lost = 0;
  #failed = false;

  private constructor(path: string, stream: WriteStream, log: Log) {
    this.#path = path;
    this.#stream = stream;
    stream.on("error", (error) => {
      if (!this.#failed) log.error("recording.failed", { file: path, reason: reasonOf(error) });
      this.#failed = true;
    });
  }

  /** Makes the file. @throws {Fault} `storage-failed` when it is there already, or cannot be made */
  static async create(path: string, log: Log): Promise<RecordingFile> {
    try {
      const file = await open(path, "wx", 0o600);
      return new RecordingFile(path, createWriteStream(path, { fd: file }), log);
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
      const why = isThere ? "it is there already: name another, or move it away" : reasonOf(error);
      throw new Fault("storage-failed", `cannot record to ${path}: ${why}`, { cause: error });
    }
  }

  write(line: string): void {
    if (this.#failed) return;
    if (this.#stream.writableLength > MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    if (this.#lost > 0) this.#stream.write(`${JSON.stringify({ lost: this.#lost })}\n`);
    this.#lost = 0;
    this.#stream.write(`${line}\n`);
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    if (this.#failed) return;
    this.#stream.end();
    // What goes wrong now was logged.
    await once(this.#stream, "close").catch(() => {});
  }

  get path(): string {
    return this.#path;
  }
}
