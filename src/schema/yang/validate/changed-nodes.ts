import type { Change } from "../data/diff.js";
import type { Located } from "../data/located.js";
import type { InnerData, TreeNode } from "../data/tree.js";
import type { DataNode } from "../schema-node.js";
import { type Dependencies, isBelow, type Point } from "./dependencies.js";

/** Located nodes, each once. */
export class LocatedSet {
  readonly #byNode = new Map<TreeNode, Located[]>();

  has(located: Located): boolean {
    return this.#byNode.get(located.node)?.some((one) => one.isSame(located)) === true;
  }

  /** Whether it was not there yet. */
  add(located: Located): boolean {
    const same = this.#byNode.get(located.node);
    if (same?.some((one) => one.isSame(located))) return false;
    if (same) same.push(located);
    else this.#byNode.set(located.node, [located]);
    return true;
  }
}

/** One change with the ids of all schema nodes that have an instance in it. */
interface Touched {
  readonly change: Change;
  readonly ids: ReadonlySet<number>;
}

/** What an edit changed, to be asked what that can have to do with. */
export class ChangedNodes {
  readonly changes: readonly Change[];
  readonly #touched: readonly Touched[];
  readonly #ids = new Set<number>();
  readonly #created = new LocatedSet();
  readonly #changed = new LocatedSet();

  constructor(changes: readonly Change[]) {
    this.changes = changes.filter(({ kind }) => kind !== "annotated");
    this.#touched = this.changes.map((change) => ({ change, ids: idsIn(change) }));
    for (const { ids } of this.#touched) for (const id of ids) this.#ids.add(id);
    for (const { kind, after } of this.changes) {
      if (after && kind === "created") this.#created.add(after);
      if (after && kind === "changed") this.#changed.add(after);
    }
  }

  /** Whether the node, or something above it, was created. */
  isNew(located: Located): boolean {
    for (let at: Located | undefined = located; at; at = at.parent) if (this.#created.has(at)) return true;
    return false;
  }

  /** Whether the edit gave the node another value. */
  isChanged(located: Located): boolean {
    return this.#changed.has(located);
  }

  meets({ ids, onAll }: Dependencies): boolean {
    if (onAll) return this.changes.length > 0;
    const [few, many] = ids.size < this.#ids.size ? [ids, this.#ids] : [this.#ids, ids];
    for (const id of few) if (many.has(id)) return true;
    return false;
  }

  /** Nodes of the new tree below which, and nowhere else, a condition with these dependencies can have another outcome now. */
  *startsFor({ ids, onAll, anchor }: Dependencies): Iterable<Located> {
    const seen = new LocatedSet();
    for (const { change, ids: touched } of this.#touched) {
      if (!onAll && !meet(ids, touched)) continue;
      const start = startOf(change, anchor);
      if (start && seen.add(start)) yield start;
    }
  }
}

function meet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const id of few) if (many.has(id)) return true;
  return false;
}

function startOf({ before, after, parent }: Change, anchor: Point): Located | undefined {
  if (!after && before && isBelow(anchor, before.node.schema)) {
    const { schema } = before.node;
    // With an entry everything that was anchored in it is gone; an empty container or a default comes in place of others.
    if (schema.kind === "list" || schema.kind === "leaf-list") return undefined;
  }
  for (let at: Located | undefined = after ?? parent; at; at = at.parent) {
    if (isBelow(anchor, at.node.schema)) return at;
  }
  return undefined;
}

function idsIn({ kind, before, after }: Change): ReadonlySet<number> {
  const ids = new Set<number>();
  const { node } = (after ?? before) as Located;
  if (kind === "created" || kind === "deleted") collect(node, ids);
  else ids.add((node.schema as DataNode).id);
  return ids;
}

function collect(node: TreeNode, ids: Set<number>): void {
  ids.add((node.schema as DataNode).id);
  if (node.kind !== "inner") return;
  const { slots, schema }: InnerData = node;
  for (let slot = 0; slot < slots.length; slot++) {
    const content = slots[slot];
    if (content === undefined) continue;
    if (content.kind !== "entries") collect(content, ids);
    else {
      ids.add((schema.dataChildren[slot] as DataNode).id);
      for (const { items } of content.chunks) for (const item of items) collect(item, ids);
    }
  }
}
