import type { Oid } from "./object-source.js";
import { afterSubtree, compareOids } from "./oid.js";

/** One row of vacmViewTreeFamilyTable, without the view's name. */
export interface ViewFamily {
  readonly subtree: Oid;
  /** Bit by bit, most significant first: 0 lets any sub-identifier match. Bits that are not given are 1. */
  readonly mask?: Uint8Array;
  readonly type: "included" | "excluded";
}

interface Pattern {
  /** `undefined` where any sub-identifier matches. */
  readonly arcs: readonly (number | undefined)[];
  readonly subtree: Oid;
  readonly included: boolean;
}

const MOST_LEAPS = 64;

/** Which object instances somebody may see. @see RFC 3415, object vacmViewTreeFamilyTable */
export class View {
  /** The family that decides first: longer subtrees, then greater ones. */
  readonly #patterns: readonly Pattern[];

  constructor(families: Iterable<ViewFamily>) {
    this.#patterns = [...families]
      .map(({ subtree, mask, type }) => ({
        arcs: subtree.map((arc, i) => (isMasked(mask, i) ? undefined : arc)),
        subtree,
        included: type === "included",
      }))
      .sort((a, b) => b.arcs.length - a.arcs.length || compareOids(b.subtree, a.subtree));
  }

  includes(oid: Oid): boolean {
    for (const pattern of this.#patterns) if (matches(pattern.arcs, oid)) return pattern.included;
    return false;
  }

  /** Whether a family says that `oid` is not in the view, which is more than that none says that it is. */
  excludes(oid: Oid): boolean {
    for (const pattern of this.#patterns) if (matches(pattern.arcs, oid)) return !pattern.included;
    return false;
  }

  /**
   * The next place worth looking at after `oid`, which is not in the view: nothing in between is in the view either, so
   * what is hidden need not be walked through. The place itself is in the view but for extreme sets of masks.
   * @returns `undefined` when nothing that follows is in the view
   */
  skip(oid: Oid): Oid | undefined {
    let place: Oid = oid;
    for (let leap = 0; leap < MOST_LEAPS; leap++) {
      const at = place;
      const ruling = this.#patterns.findIndex(({ arcs }) => matches(arcs, at));
      const pattern = this.#patterns[ruling];
      if (pattern?.included) return place;
      // Inside a subtree that is excluded only families that rule before it can include anything.
      const beyond = pattern ? afterSubtree(place.slice(0, pattern.arcs.length)) : place;
      const next = this.#firstIncluded(place, beyond, pattern ? ruling : this.#patterns.length);
      if (next === undefined) return undefined;
      place = next;
    }
    return place;
  }

  /** The least of: matches from `place` on of families before `ruling`, matches from `beyond` on of the others. */
  #firstIncluded(place: Oid, beyond: Oid | undefined, ruling: number): Oid | undefined {
    let first: Oid | undefined;
    for (const [rank, { arcs, included }] of this.#patterns.entries()) {
      if (!included) continue;
      const from = rank < ruling ? place : beyond;
      const found = from && firstMatch(arcs, from);
      if (found && (first === undefined || compareOids(found, first) < 0)) first = found;
    }
    return first;
  }
}

function isMasked(mask: Uint8Array | undefined, index: number): boolean {
  const octet = mask?.[index >> 3];
  return octet !== undefined && (octet & (0x80 >> (index & 7))) === 0;
}

function matches(arcs: Pattern["arcs"], oid: Oid): boolean {
  if (oid.length < arcs.length) return false;
  for (let i = 0; i < arcs.length; i++) {
    const arc = arcs[i];
    if (arc !== undefined && arc !== oid[i]) return false;
  }
  return true;
}

/** The least object identifier that is not before `from` and matches. */
function firstMatch(arcs: Pattern["arcs"], from: Oid): Oid | undefined {
  for (let i = 0; i < arcs.length; i++) {
    const given = from[i];
    if (given === undefined) return leastWith(from, i, arcs);
    const arc = arcs[i];
    if (arc === undefined || arc === given) continue;
    if (arc > given) return leastWith(from, i, arcs);
    // Too late for this sub-identifier: an earlier one that may be anything must grow.
    for (let j = i - 1; j >= 0; j--) {
      if (arcs[j] === undefined && (from[j] as number) < 0xffffffff) {
        const head = from.slice(0, j + 1);
        head[j] = (from[j] as number) + 1;
        return leastWith(head, j + 1, arcs);
      }
    }
    return undefined;
  }
  return from;
}

/** `head` up to `kept`, completed with the least sub-identifiers that match. */
function leastWith(head: Oid, kept: number, arcs: Pattern["arcs"]): Oid {
  return [...head.slice(0, kept), ...arcs.slice(kept).map((arc) => arc ?? 0)];
}
