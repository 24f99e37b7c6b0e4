/** Lines of text that are only ever added to, on disk. */
export interface AppendLog {
  /**
   * Adds one line; resolves once it is on disk.
   * @param line without a line break
   * @throws {Fault} `storage-failed`; the line is not there then
   */
  append(line: string): Promise<void>;
  /** All lines, the oldest first, as they are when the reading begins. */
  lines(): AsyncIterable<string>;
  /** The last lines, as many as fit in so many octets. */
  tail(octets: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
