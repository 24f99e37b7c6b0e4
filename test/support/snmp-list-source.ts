import type { ObjectSource, ObjectValue, Oid, VarBind } from "../../src/protocol/snmp/object-source.js";
import { compareOids } from "../../src/protocol/snmp/oid.js";

/** Objects in a sorted list; `columns` are the prefixes whose missing instances are noSuchInstance. */
export function listSource(varBinds: readonly VarBind[], columns: readonly Oid[] = []): ObjectSource {
  const sorted = [...varBinds].sort((a, b) => compareOids(a.oid, b.oid));
  /** How many come before `oid`, or up to it. */
  const countBefore = (oid: Oid, including: boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareOids((sorted[middle] as VarBind).oid, oid);
      if (order < 0 || (including && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    get(oid): ObjectValue | "noSuchObject" | "noSuchInstance" {
      const found = sorted[countBefore(oid, false)];
      if (found !== undefined && compareOids(found.oid, oid) === 0) return found.value;
      const inColumn = columns.some((column) => column.length < oid.length && column.every((arc, i) => arc === oid[i]));
      return inColumn ? "noSuchInstance" : "noSuchObject";
    },
    after(oid) {
      let at = countBefore(oid, true);
      return { next: () => sorted[at++] };
    },
  };
}
