import type { EntryMap } from "../data/entry-map.js";
import { impliedNodes, isInUse } from "../data/implied.js";
import { Located } from "../data/located.js";
import type { Content, InnerData, LeafData } from "../data/tree.js";
import type { DataNode } from "../schema-node.js";
import type { Evaluation } from "./evaluation.js";

/** What a slot has in the accessible tree: what is stored, or else what is in use by default. @see RFC 7950, section 6.4.1 */
export function contentInUse(evaluation: Evaluation, parent: Located, node: DataNode): Content {
  const inner = parent.node as InnerData;
  const stored = inner.slots[node.slot];
  if (stored !== undefined) return stored;
  const implied = impliedNodes(evaluation.schema).of(inner.schema)[node.slot];
  if (!implied || !isInUse(implied, inner)) return undefined;
  if (implied.isConditional && !evaluation.isAllowed(parent, node)) return undefined;
  return implied.content;
}

/** Adds the nodes that a child has to `found`, in document order. */
export function pushChildren(evaluation: Evaluation, parent: Located, node: DataNode, found: Located[]): void {
  const content = contentInUse(evaluation, parent, node);
  if (content === undefined) return;
  if (content.kind !== "entries") {
    evaluation.budget.spend(1);
    found.push(new Located(content, parent));
    return;
  }
  evaluation.budget.spend(content.size);
  pushEntries(content, parent, found);
}

export function pushEntries(
  entries: EntryMap<InnerData> | EntryMap<LeafData>,
  parent: Located,
  found: Located[],
): void {
  for (const { items, labels } of entries.chunks) {
    for (let at = 0; at < items.length; at++) {
      found.push(new Located(items[at] as InnerData | LeafData, parent, labels[at]));
    }
  }
}

/** All children in document order. */
export function allChildren(evaluation: Evaluation, parent: Located): Located[] {
  const found: Located[] = [];
  if (parent.node.kind !== "inner") return found;
  for (const node of parent.node.schema.dataChildren) pushChildren(evaluation, parent, node, found);
  const { instance } = evaluation;
  if (instance?.parent?.isSame(parent)) found.push(instance);
  return found;
}
