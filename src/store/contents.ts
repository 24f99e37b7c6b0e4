import { Fault } from "../base/fault.js";
import type { StoreChange, StoreEntry, StoreWrite } from "../base/store.js";
import { KeyIndex } from "./key-index.js";

/** What is in a store: entries by key, and their keys in order. */
export class Contents {
  readonly #entries = new Map<string, StoreEntry>();
  readonly #keys = new KeyIndex();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): StoreEntry | undefined {
    return this.#entries.get(key);
  }

  list(prefix: string): readonly StoreEntry[] {
    return this.#keys.withPrefix(prefix).map((key) => this.#entries.get(key) as StoreEntry);
  }

  /** In no particular order. */
  values(): Iterable<StoreEntry> {
    return this.#entries.values();
  }

  put(entry: StoreEntry): void {
    if (!this.#entries.has(entry.key)) this.#keys.add(entry.key);
    this.#entries.set(entry.key, entry);
  }

  /** Carries out a transaction. @returns what changed; to delete what is not there changes nothing */
  apply(writes: readonly StoreWrite[], revision: number): readonly StoreChange[] {
    const changes: StoreChange[] = [];
    for (const { key, value } of writes) {
      if (value !== undefined) this.put({ key, value, revision });
      else if (this.#entries.delete(key)) this.#keys.remove(key);
      else continue;
      changes.push({ key, value, revision });
    }
    return changes;
  }
}

/** Revisions as they will be when the transactions before in the same batch are done; 0 for "absent". */
export class Outlook {
  readonly #contents: Contents;
  readonly #ahead = new Map<string, number>();

  constructor(contents: Contents) {
    this.#contents = contents;
  }

  /** @returns why the transaction must not happen */
  conflict(writes: readonly StoreWrite[]): Fault | undefined {
    for (const { key, expectedRevision } of writes) {
      if (expectedRevision === undefined) continue;
      const actual = this.#ahead.get(key) ?? this.#contents.get(key)?.revision ?? 0;
      if (actual === expectedRevision) continue;
      if (actual === 0) return new Fault("absent", `${key} is gone, it was expected at revision ${expectedRevision}`);
      const expected = expectedRevision === 0 ? "absent" : `at revision ${expectedRevision}`;
      return new Fault("exists", `${key} is at revision ${actual}, it was expected ${expected}`);
    }
    return undefined;
  }

  add(writes: readonly StoreWrite[], revision: number): void {
    for (const { key, value } of writes) this.#ahead.set(key, value === undefined ? 0 : revision);
  }
}
