import type { BoundScalars, BoundTable } from "../../mapping/bind-table.js";
import type { ObjectCursor, ObjectSource, ObjectValue, Oid, VarBind } from "../../protocol/snmp/object-source.js";
import { compareOids } from "../../protocol/snmp/oid.js";
import { indexArcs } from "./instance-key.js";
import { type ObjectReader, objectReader } from "./object-value.js";
import type { Rows } from "./rows.js";

/** All instances of one scalar or column, read from a `View`: what one context shows at one moment. */
export interface ObjectLeaf<View> {
  /** What the OIDs of all its instances begin with. */
  readonly oid: Oid;
  get(view: View, key: Oid): ObjectValue | undefined;
  /** A cursor over its instances whose keys come after `key`. */
  after(view: View, key: Oid): ObjectCursor;
}

const SCALAR_KEY: Oid = [0];

/** The leaves of a group of scalars. */
export function scalarLeaves<View, Row>(
  { group, scalars }: BoundScalars<Row>,
  rowOf: (view: View) => Row,
): readonly ObjectLeaf<View>[] {
  return scalars.map((scalar) => {
    const oid = [...group.oid, scalar.shape.id];
    const read = objectReader(scalar);
    return {
      oid,
      get: (view, key) => (compareOids(key, SCALAR_KEY) === 0 ? read(rowOf(view)) : undefined),
      after(view, key) {
        let isAhead = compareOids(SCALAR_KEY, key) > 0;
        return {
          next() {
            const value = isAhead ? read(rowOf(view)) : undefined;
            isAhead = false;
            return value && { oid: [...oid, 0], value };
          },
        };
      },
    };
  });
}

/** The leaves of a table's columns. They share what `rowsOf` gives. */
export function columnLeaves<View, Row>(
  table: BoundTable<Row>,
  rowsOf: (view: View) => Rows<Row>,
): readonly ObjectLeaf<View>[] {
  const keyOf = rowKey(table);
  return table.columns.map((column) => {
    const oid = [...table.entry.oid, column.shape.id];
    const read = objectReader(column);
    return {
      oid,
      get(view, key) {
        const row = rowsOf(view).get(key);
        return row === undefined ? undefined : read(row);
      },
      after: (view, key) => columnCursor(oid, read, keyOf, rowsOf(view), key),
    };
  });
}

/** How a table's rows are numbered in OIDs. @see RFC 2578, section 7.7 */
export function rowKey<Row>({ entry, index }: BoundTable<Row>): (row: Row) => Oid {
  if (entry.index.every(({ syntax }) => syntax !== "OctetString" && syntax !== "ObjectIdentifier")) {
    return index as (row: Row) => Oid;
  }
  return (row) => index(row).flatMap((value, i) => indexArcs(value, entry.index[i]));
}

/** Goes down a column; rows that lack the object are stepped over. */
function columnCursor<Row>(
  oid: Oid,
  read: ObjectReader<Row>,
  keyOf: (row: Row) => Oid,
  rows: Rows<Row>,
  key: Oid,
): ObjectCursor {
  const cursor = rows.after(key);
  return {
    next() {
      for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
        const value = read(row);
        if (value !== undefined) return { oid: oid.concat(keyOf(row)), value };
      }
      return undefined;
    },
  };
}

/**
 * The ordered index of everything that is served: leaves sorted by OID, none below another. Cells are never stored; what
 * a request needs is computed from the view it was given.
 */
export class ObjectTree<View> {
  readonly #leaves: readonly ObjectLeaf<View>[];

  /** @throws {TypeError} when one leaf lies at or below another */
  constructor(leaves: Iterable<ObjectLeaf<View>>) {
    this.#leaves = [...leaves].sort((a, b) => compareOids(a.oid, b.oid));
    for (const [i, leaf] of this.#leaves.entries()) {
      const before = this.#leaves[i - 1];
      if (before && startsWith(leaf.oid, before.oid)) throw new TypeError(`${leaf.oid.join(".")} is served twice`);
    }
  }

  source(view: View): ObjectSource {
    return {
      get: (oid) => this.#get(view, oid),
      after: (oid) => this.#after(view, oid),
    };
  }

  #get(view: View, oid: Oid): ObjectValue | "noSuchObject" | "noSuchInstance" {
    const leaf = this.#leaves[this.#position(oid)];
    if (leaf === undefined || !startsWith(oid, leaf.oid)) return "noSuchObject";
    return leaf.get(view, oid.slice(leaf.oid.length)) ?? "noSuchInstance";
  }

  #after(view: View, oid: Oid): ObjectCursor {
    let at = this.#position(oid);
    const leaf = this.#leaves[at];
    const isInside = leaf !== undefined && startsWith(oid, leaf.oid);
    if (!isInside) at += 1;
    let cursor = isInside ? leaf.after(view, oid.slice(leaf.oid.length)) : this.#leaves[at]?.after(view, []);
    return {
      next: (): VarBind | undefined => {
        while (cursor !== undefined) {
          const found = cursor.next();
          if (found !== undefined) return found;
          at += 1;
          cursor = this.#leaves[at]?.after(view, []);
        }
        return undefined;
      },
    };
  }

  /** Position of the last leaf that is not after `oid`; -1 when all are. */
  #position(oid: Oid): number {
    let low = 0;
    let high = this.#leaves.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareOids(this.#leaves[middle]?.oid ?? [], oid) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function startsWith(oid: Oid, start: Oid): boolean {
  if (oid.length < start.length) return false;
  for (let i = start.length - 1; i >= 0; i -= 1) if (oid[i] !== start[i]) return false;
  return true;
}
