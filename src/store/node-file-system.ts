import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { FileSystem, OpenFile } from "./file-system.js";

/** The computer's file system. */
export const nodeFileSystem: FileSystem = {
  async open(path) {
    try {
      return openFile(await open(path, "r+"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  },
  async create(path) {
    // Removed first: a file of another owner or mode, or a link, must not lend its own.
    await rm(path, { force: true });
    return openFile(await open(path, "wx+", 0o600));
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncDirectory(path) {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

function openFile(handle: FileHandle): OpenFile {
  return {
    size: async () => (await handle.stat()).size,
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    async write(octets, position) {
      for (let written = 0; written < octets.length; ) {
        const { bytesWritten } = await handle.write(octets, written, octets.length - written, position + written);
        written += bytesWritten;
      }
    },
    truncate: (length) => handle.truncate(length),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}
