/** An open file. Every failure is the system's own error. */
export interface OpenFile {
  size(): Promise<number>;
  /** @returns how many octets were read; 0 at the end */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `octets`, or fails with part of them written. */
  write(octets: Uint8Array, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Resolves when content and length are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What the store needs of a file system, so that tests can fail every call and tear every write. Files are made with mode 0600.
 * A name that was made, renamed or removed survives a loss of power only after `syncDirectory`.
 */
export interface FileSystem {
  /** Opens for reading and writing. @returns `undefined` when there is no such file */
  open(path: string): Promise<OpenFile | undefined>;
  /** Makes an empty file, in place of one that may be there. */
  create(path: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; nothing happens when there is none. */
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}
