import type { EntryMap } from "../data/entry-map.js";
import type { Located } from "../data/located.js";
import { type Content, type InnerData, innerData, isVoid, type TreeNode } from "../data/tree.js";
import { slotOf } from "../xpath/node-set.js";

/** By slot, then by the label of the entry: what to remove below, or `all` of it. */
type Removal = Map<number, Map<number, Removal | "all">>;

/** The tree without some of its nodes. Containers without presence that are left empty go with them. */
export function removeNodes(tree: InnerData, nodes: readonly Located[]): InnerData {
  const removal: Removal = new Map();
  for (const located of nodes) note(removal, located);
  return without(tree, removal);
}

function note(removal: Removal, located: Located): void {
  const way: Located[] = [];
  for (let at: Located | undefined = located; at?.parent; at = at.parent) way.unshift(at);
  let into = removal;
  way.forEach((step, at) => {
    const slot = slotOf(step);
    let entries = into.get(slot);
    if (!entries) {
      entries = new Map();
      into.set(slot, entries);
    }
    const known = entries.get(step.label);
    if (known === "all") return;
    if (at === way.length - 1) entries.set(step.label, "all");
    else {
      const next: Removal = known ?? new Map();
      entries.set(step.label, next);
      into = next;
    }
  });
}

function without(inner: InnerData, removal: Removal): InnerData {
  const slots = inner.slots.slice();
  for (const [slot, entries] of removal) {
    const content = slots[slot];
    if (content?.kind === "entries") slots[slot] = withoutEntries(content as EntryMap<TreeNode>, entries);
    else if (content !== undefined) slots[slot] = withoutNode(content, entries.get(0));
  }
  return innerData(inner.schema, slots, inner.metadata);
}

function withoutNode(node: TreeNode, removal: Removal | "all" | undefined): TreeNode | undefined {
  if (removal === "all") return undefined;
  if (removal === undefined || node.kind !== "inner") return node;
  const rest = without(node, removal);
  return isVoid(rest) ? undefined : rest;
}

function withoutEntries(entries: EntryMap<TreeNode>, removal: ReadonlyMap<number, Removal | "all">): Content {
  const draft = entries.draft();
  for (const [label, below] of removal) {
    const found = entries.at(label);
    if (!found) continue;
    const rest = withoutNode(found.item, below);
    if (rest) draft.set(found.key, rest);
    else draft.delete(found.key);
  }
  return draft.size > 0 ? (draft.finish() as Exclude<Content, undefined>) : undefined;
}
