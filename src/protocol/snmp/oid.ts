import type { Oid } from "./object-source.js";

/** Lexicographic order of object identifiers: negative, zero or positive as `a` comes before, at or after `b`. */
export function compareOids(a: Oid, b: Oid): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The first object identifier after `oid` and everything under it; `undefined` when nothing follows. */
export function afterSubtree(oid: Oid): Oid | undefined {
  let last = oid.length - 1;
  while (last >= 0 && oid[last] === 0xffffffff) last -= 1;
  if (last < 0) return undefined;
  const next = oid.slice(0, last + 1);
  next[last] = (oid[last] as number) + 1;
  return next;
}
