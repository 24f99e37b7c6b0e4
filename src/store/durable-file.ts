import { dirname } from "node:path";
import { Fault, reasonOf } from "../base/fault.js";
import type { FileSystem, OpenFile } from "./file-system.js";

/**
 * Puts `content` in a file with mode 0600, so that at every moment, also after a loss of power, the file has its old content or
 * its new one. Two writers of one file must take turns.
 * @throws {Fault} `storage-failed`; the file has its old content then, unless the failure came after the change
 */
export async function writeFileDurably(
  fileSystem: FileSystem,
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const octets = typeof content === "string" ? Buffer.from(content) : content;
  await replaceFile(fileSystem, path, (file) => file.write(octets, 0));
}

/** As `writeFileDurably`, for content that `fill` writes piece by piece. */
export async function replaceFile(
  fileSystem: FileSystem,
  path: string,
  fill: (file: OpenFile) => Promise<void>,
): Promise<void> {
  const draft = `${path}.new`;
  try {
    const file = await fileSystem.create(draft);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await fileSystem.rename(draft, path);
    await fileSystem.syncDirectory(dirname(path));
  } catch (error) {
    await fileSystem.remove(draft).catch(() => {}); // it may hold the space that is missing
    if (error instanceof Fault) throw error;
    throw storageFailed(`cannot write ${path}`, error);
  }
}

/** A fault for a failed call of the file system, with what to do about the common causes. */
export function storageFailed(what: string, error: unknown): Fault {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const advice = advices[code];
  return new Fault("storage-failed", `${what}: ${reasonOf(error)}${advice ? `; ${advice}` : ""}`, { cause: error });
}

const advices: Readonly<Record<string, string>> = {
  ENOSPC: "free some space there, writing then goes on by itself",
  EDQUOT: "the quota is used up, writing goes on by itself when there is room",
  EIO: "the disk reports an error, check it",
  EROFS: "it is mounted read-only, mount it writable",
  EACCES: "give this user access to it",
  EPERM: "give this user access to it",
};
