import { EntryMapDraft } from "../data/entry-map.js";
import type { Located } from "../data/located.js";
import {
  type Content,
  emptyInner,
  emptySlots,
  type InnerData,
  innerData,
  isVoid,
  keysOf,
  keyText,
  type LeafData,
  madeUpKey,
  type TreeNode,
} from "../data/tree.js";
import type { DataNode } from "../schema-node.js";
import { slotOf } from "../xpath/node-set.js";

interface Kept {
  readonly node: TreeNode;
  /** By slot, then by the label of the entry; `all`: with everything below. */
  below: Map<number, Map<number, Kept>> | "all";
}

/** Nodes of one tree that were asked for, in any order and number. */
export class Selection {
  readonly #root: Kept;

  constructor(tree: InnerData) {
    this.#root = { node: tree, below: new Map() };
  }

  /** Takes a node with everything below it. */
  add(located: Located): void {
    const way: Located[] = [];
    for (let at: Located | undefined = located; at?.parent; at = at.parent) way.push(at);
    let into = this.#root;
    for (let at = way.length - 1; at >= 0; at--) {
      if (into.below === "all") return;
      const step = way[at] as Located;
      const slot = slotOf(step);
      let entries = into.below.get(slot);
      if (!entries) {
        entries = new Map();
        into.below.set(slot, entries);
      }
      let kept = entries.get(step.label);
      if (!kept) {
        kept = { node: step.node, below: new Map() };
        entries.set(step.label, kept);
      }
      into = kept;
    }
    into.below = "all";
  }

  /** The nodes, with all above them and the keys of entries on the way. */
  tree(): InnerData {
    return built(this.#root) as InnerData;
  }
}

function built({ node, below }: Kept): TreeNode {
  if (below === "all" || node.kind !== "inner") return node;
  if (below.size === 0 && node.schema.kind !== "list") return emptyInner(node.schema);
  const slots: Content[] = emptySlots(node.schema);
  if (node.schema.kind === "list") for (const { slot } of node.schema.keys) slots[slot] = node.slots[slot];
  for (const [slot, entries] of below) {
    const schema = node.schema.dataChildren[slot] as DataNode;
    if (schema.kind === "list" || schema.kind === "leaf-list") slots[slot] = builtEntries(entries);
    else {
      const [only] = entries.values();
      const child = only && built(only);
      slots[slot] = child?.kind === "inner" && isVoid(child) ? undefined : child;
    }
  }
  return innerData(node.schema, slots, node.metadata);
}

function builtEntries(entries: ReadonlyMap<number, Kept>): Content {
  const draft = new EntryMapDraft<TreeNode>();
  for (const [, kept] of [...entries].sort(([a], [b]) => a - b)) {
    const node = built(kept);
    const key = keyOf(kept.node);
    draft.set(key === undefined || draft.has(key) ? madeUpKey(draft.size, key) : key, node);
  }
  return draft.finish() as Exclude<Content, InnerData | LeafData | undefined>;
}

function keyOf(node: TreeNode): string | undefined {
  if (node.kind === "leaf") return node.text;
  if (node.kind !== "inner" || node.schema.kind !== "list" || node.schema.keys.length === 0) return undefined;
  return keyText((keysOf(node) ?? []).map(({ text }) => text));
}
