import type { FileSystem, OpenFile } from "../../src/store/file-system.js";

/** One call that changes something, as `MemoryFileSystem.changes` records it. */
export type Change =
  | { readonly on: "create" | "remove" | "sync"; readonly path: string }
  | { readonly on: "write"; readonly path: string; readonly position: number; readonly octets: Uint8Array }
  | { readonly on: "truncate"; readonly path: string; readonly length: number }
  | { readonly on: "rename"; readonly path: string; readonly to: string }
  | { readonly on: "sync-directory"; readonly path: string };

/** Decides whether a call fails: an error code such as `ENOSPC`, and for a write how many octets get through before. */
export type FaultPlan = (change: Change) => { readonly code: string; readonly written?: number } | undefined;

interface Inode {
  content: Buffer;
  /** Content at the last sync. */
  synced: Buffer;
}

/** Files in memory that can fail, and that know what a loss of power would leave of them. */
export class MemoryFileSystem implements FileSystem {
  /** Every change that happened, in order. */
  readonly changes: Change[] = [];
  plan: FaultPlan = () => undefined;
  #names: Map<string, Inode>;
  /** Names as of the last sync of the directory. */
  #syncedNames: Map<string, Inode>;

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#names = new Map();
    for (const [path, content] of files) {
      this.#names.set(path, { content: Buffer.from(content), synced: Buffer.from(content) });
    }
    this.#syncedNames = new Map(this.#names);
  }

  /** What programs see now. */
  files(): Map<string, Buffer> {
    return new Map([...this.#names].map(([path, inode]) => [path, Buffer.from(inode.content)]));
  }

  /** What is left when the power goes and nothing that was not synced reached the disk. */
  synced(): Map<string, Buffer> {
    return new Map([...this.#syncedNames].map(([path, inode]) => [path, Buffer.from(inode.synced)]));
  }

  async open(path: string): Promise<OpenFile | undefined> {
    const inode = this.#names.get(path);
    return inode && this.#openFile(path, inode);
  }

  async create(path: string): Promise<OpenFile> {
    this.#begin({ on: "create", path });
    const inode: Inode = { content: Buffer.alloc(0), synced: Buffer.alloc(0) };
    this.#names.set(path, inode);
    return this.#openFile(path, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    const inode = this.#names.get(from);
    if (!inode) throw systemError("ENOENT");
    this.#begin({ on: "rename", path: from, to });
    this.#names.delete(from);
    this.#names.set(to, inode);
  }

  async remove(path: string): Promise<void> {
    if (!this.#names.has(path)) return;
    this.#begin({ on: "remove", path });
    this.#names.delete(path);
  }

  async syncDirectory(path: string): Promise<void> {
    this.#begin({ on: "sync-directory", path });
    this.#syncedNames = new Map(this.#names);
  }

  #openFile(path: string, inode: Inode): OpenFile {
    return {
      size: async () => inode.content.length,
      read: async (into, position) => {
        const part = inode.content.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: async (octets, position) => {
        const kept = Uint8Array.from(octets);
        const fault = this.plan({ on: "write", path, position, octets: kept });
        const written = kept.subarray(0, fault ? (fault.written ?? 0) : kept.length);
        this.changes.push({ on: "write", path, position, octets: written });
        inode.content = overwritten(inode.content, position, written);
        if (fault) throw systemError(fault.code);
      },
      truncate: async (length) => {
        this.#begin({ on: "truncate", path, length });
        inode.content = resized(inode.content, length);
      },
      sync: async () => {
        this.#begin({ on: "sync", path });
        inode.synced = inode.content;
      },
      close: async () => {},
    };
  }

  #begin(change: Change): void {
    const fault = this.plan(change);
    if (fault) throw systemError(fault.code);
    this.changes.push(change);
  }
}

/**
 * The files after the first `count` of `changes`, and of the change after them its first `octets`, if it is a write: what a
 * process that dies there leaves behind.
 */
export function filesAfter(changes: readonly Change[], count: number, octets = 0): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const apply = (change: Change, limit: number) => {
    const content = files.get(change.path) ?? Buffer.alloc(0);
    switch (change.on) {
      case "create":
        files.set(change.path, Buffer.alloc(0));
        return;
      case "write":
        files.set(change.path, overwritten(content, change.position, change.octets.subarray(0, limit)));
        return;
      case "truncate":
        files.set(change.path, resized(content, change.length));
        return;
      case "rename":
        files.set(change.to, content);
        files.delete(change.path);
        return;
      case "remove":
        files.delete(change.path);
        return;
      case "sync":
      case "sync-directory":
        return;
    }
  };
  for (const change of changes.slice(0, count)) apply(change, Number.POSITIVE_INFINITY);
  const torn = changes[count];
  if (torn?.on === "write" && octets > 0) apply(torn, octets);
  return files;
}

function overwritten(content: Buffer, position: number, octets: Uint8Array): Buffer {
  const result = resized(content, Math.max(content.length, position + octets.length));
  result.set(octets, position);
  return result;
}

function resized(content: Buffer, length: number): Buffer {
  const result = Buffer.alloc(length);
  content.copy(result);
  return result;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: refused by the test`), { code });
}
