import type { StoredRow } from "../../../mapping/bind-rows.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import { compareOids } from "../../../protocol/snmp/oid.js";
import type { RowCursor, Rows } from "../rows.js";

/** A row that managers may change, unless it comes from the configuration. */
export interface ManagedRow extends StoredRow {
  readonly key: Oid;
}

/** The rows of one table in the order of their keys; never changed, only replaced. */
export class ManagedRows implements Rows<ManagedRow> {
  static readonly none = new ManagedRows([]);
  readonly #rows: readonly ManagedRow[];

  private constructor(sorted: readonly ManagedRow[]) {
    this.#rows = sorted;
  }

  /** Of rows with the same key the first holds. */
  static of(rows: Iterable<ManagedRow>): ManagedRows {
    const sorted = [...rows].sort((a, b) => compareOids(a.key, b.key));
    return new ManagedRows(sorted.filter((row, i) => i === 0 || compareOids(row.key, sorted[i - 1]?.key ?? []) !== 0));
  }

  get size(): number {
    return this.#rows.length;
  }

  /** Whether these are the very rows of another moment. */
  holdsAll(other: ManagedRows): boolean {
    return this.#rows.length === other.#rows.length && this.#rows.every((row, i) => row === other.#rows[i]);
  }

  [Symbol.iterator](): Iterator<ManagedRow> {
    return this.#rows[Symbol.iterator]();
  }

  get(key: Oid): ManagedRow | undefined {
    const row = this.#rows[this.#countBefore(key, false)];
    return row !== undefined && compareOids(row.key, key) === 0 ? row : undefined;
  }

  after(key: Oid): RowCursor<ManagedRow> {
    let at = this.#countBefore(key, true);
    return {
      next: () => {
        const row = this.#rows[at];
        at += 1;
        return row;
      },
    };
  }

  /** With another row in place of the one with this key, or without any. */
  with(key: Oid, row: ManagedRow | undefined): ManagedRows {
    const at = this.#countBefore(key, false);
    const after = this.#countBefore(key, true);
    return new ManagedRows([...this.#rows.slice(0, at), ...(row ? [row] : []), ...this.#rows.slice(after)]);
  }

  #countBefore(key: Oid, including: boolean): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareOids(this.#rows[middle]?.key ?? [], key);
      if (order < 0 || (including && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
