import { Located } from "../data/located.js";
import type { InnerData } from "../data/tree.js";
import type { DataNode, DataParent, LeafNode, ListNode } from "../schema-node.js";
import { allChildren, contentInUse, pushChildren } from "./accessible.js";
import type { Evaluation } from "./evaluation.js";
import type { Axis, NodeTest } from "./expression.js";
import { UNINDEXED } from "./leaf-index.js";
import { inOrder, nameOf, placeOfList, slotOf } from "./node-set.js";

/** An axis in its own order, which for those that look back is the reverse of document order. */
type AxisWalk = (evaluation: Evaluation, from: Located) => Located[];

export const reverseAxes: ReadonlySet<Axis> = new Set([
  "ancestor",
  "ancestor-or-self",
  "preceding",
  "preceding-sibling",
]);

/** @see XML Path Language (XPath) Version 1.0, section 2.2 */
const walks: Readonly<Record<Exclude<Axis, "child">, AxisWalk>> = {
  attribute: () => [],
  namespace: () => [],
  self: (_, from) => [from],
  parent: (_, from) => (from.parent ? [from.parent] : []),
  ancestor: (_, from) => ancestors(from),
  "ancestor-or-self": (_, from) => [from, ...ancestors(from)],
  descendant: (evaluation, from) => descendants(evaluation, from),
  "descendant-or-self": (evaluation, from) => [from, ...descendants(evaluation, from)],
  "following-sibling": (evaluation, from) => siblings(evaluation, from, true),
  "preceding-sibling": (evaluation, from) => siblings(evaluation, from, false).reverse(),
  following: (evaluation, from) => around(evaluation, from, true),
  preceding: (evaluation, from) => around(evaluation, from, false).reverse(),
};

function ancestors(from: Located): Located[] {
  const found: Located[] = [];
  for (let at = from.parent; at; at = at.parent) found.push(at);
  return found;
}

function descendants(evaluation: Evaluation, from: Located): Located[] {
  const found: Located[] = [];
  const waiting = allChildren(evaluation, from).reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    found.push(next);
    waiting.push(...allChildren(evaluation, next).reverse());
  }
  return found;
}

/** In document order. */
function siblings(evaluation: Evaluation, from: Located, after: boolean): Located[] {
  if (!from.parent) return [];
  const slot = slotOf(from);
  return allChildren(evaluation, from.parent).filter((sibling) => {
    const difference = slotOf(sibling) - slot || sibling.label - from.label;
    return after ? difference > 0 : difference < 0;
  });
}

/** What comes after or before in the document, without ancestors and descendants; in document order. */
function around(evaluation: Evaluation, from: Located, after: boolean): Located[] {
  const found: Located[] = [];
  for (let at: Located | undefined = from; at; at = at.parent) {
    for (const sibling of siblings(evaluation, at, after)) {
      found.push(sibling);
      found.push(...descendants(evaluation, sibling));
    }
  }
  return inOrder(evaluation, found);
}

/** All nodes on an axis that pass a test, in the order of the axis. */
export function walkAxis(evaluation: Evaluation, axis: Axis, test: NodeTest, from: Located): Located[] {
  if (axis === "child") return children(evaluation, test, from);
  const nodes = walks[axis](evaluation, from);
  evaluation.budget.spend(nodes.length);
  return nodes.filter((node) => passes(test, node));
}

function passes(test: NodeTest, located: Located): boolean {
  if (test.kind === "node") return true;
  const name = nameOf(located);
  if (!name) return false;
  if (test.kind === "any-name") return true;
  if (test.kind === "module") return name.module === test.module;
  // Texts are not nodes of their own here: a leaf stands for its text.
  if (test.kind !== "name") return false;
  return name.local === test.local && (test.module === "any" || name.module === test.module);
}

function children(evaluation: Evaluation, test: NodeTest, from: Located): Located[] {
  const { node } = from;
  if (node.kind !== "inner") return test.kind === "text" && node.kind === "leaf" ? [from] : [];
  if (test.kind !== "name") return allChildren(evaluation, from).filter((child) => passes(test, child));
  const found: Located[] = [];
  for (const child of namedChildren(node.schema, test)) pushChildren(evaluation, from, child, found);
  const { instance } = evaluation;
  if (instance?.parent?.isSame(from) && passes(test, instance)) found.push(instance);
  return found;
}

const none: readonly DataNode[] = [];

/** The schema nodes that a step by name can lead to. */
export function namedChildren(parent: DataParent, test: NodeTest): readonly DataNode[] {
  if (test.kind !== "name") return parent.dataChildren;
  const named = parent.byName.get(test.local);
  if (!named) return none;
  if (test.module === "any") return named;
  const [only] = named;
  if (named.length === 1) return only?.module === test.module ? named : none;
  return named.filter(({ module }) => module === test.module);
}

/** `[leaf = …]` at the beginning of a step's predicates, with what the leaf must be; `undefined` for any value. */
export interface Wanted {
  readonly test: NodeTest;
  texts(): readonly string[] | number | undefined;
}

/**
 * Children by name of which only those matter that have certain values in certain leafs: found by key or by index where that
 * is possible. May give more than asked for.
 */
export function narrowedChildren(
  evaluation: Evaluation,
  test: NodeTest,
  from: Located,
  wanted: readonly Wanted[],
): Located[] {
  if (from.node.kind !== "inner") return [];
  const [list, ...others] = namedChildren(from.node.schema, test);
  if (list?.kind !== "list" || others.length > 0 || list.keys.length === 0) return children(evaluation, test, from);
  const content = contentInUse(evaluation, from, list);
  if (content?.kind !== "entries") return [];
  if (content.size <= 1) return children(evaluation, test, from);
  const values = new Map<LeafNode, readonly string[]>();
  for (const { test: leafTest, texts } of wanted) {
    const [leaf] = namedChildren(list, leafTest);
    if (leaf?.kind !== "leaf" || values.has(leaf) || leaf.default !== undefined) continue;
    const read = textsFor(leaf, texts());
    if (read) values.set(leaf, read);
  }
  const found = byKey(list, values) ?? byIndex(evaluation, from, list, values);
  if (!found) return children(evaluation, test, from);
  evaluation.budget.spend(found.length + 1);
  const entries: Located[] = [];
  for (const key of found) {
    const label = content.labelOf(key);
    if (label !== undefined) entries.push(new Located(content.get(key) as InnerData, from, label));
  }
  return entries.length < 2 ? entries : entries.sort((a, b) => a.label - b.label);
}

const exactBases: ReadonlySet<string> = new Set(["int8", "int16", "int32", "uint8", "uint16", "uint32"]);

/** The texts that the leaf would have; `undefined` when equal values may look different. */
function textsFor({ type }: LeafNode, wanted: readonly string[] | number | undefined): readonly string[] | undefined {
  const base = type.base === "leafref" ? type.target.base : type.base;
  if (base === "identityref" || base === "union") return undefined;
  if (typeof wanted !== "number") return wanted;
  return exactBases.has(base) ? [String(wanted)] : undefined;
}

/** Keys of entries when all key leafs are given, with one value each but for a single one. */
function byKey(list: ListNode, values: ReadonlyMap<LeafNode, readonly string[]>): readonly string[] | undefined {
  const [first] = list.keys;
  if (list.keys.length === 1) {
    const texts = values.get(first as LeafNode);
    return texts && (texts.length < 2 ? texts : [...new Set(texts)]);
  }
  const parts: string[] = [];
  for (const key of list.keys) {
    const texts = values.get(key);
    if (texts?.length !== 1) return undefined;
    parts.push(texts[0] as string);
  }
  return [parts.join("\u0000")];
}

function byIndex(
  evaluation: Evaluation,
  parent: Located,
  list: ListNode,
  values: ReadonlyMap<LeafNode, readonly string[]>,
): readonly string[] | undefined {
  const content = (parent.node as InnerData).slots[list.slot];
  const [leaf] = values.keys();
  if (!leaf || content?.kind !== "entries" || content.size <= UNINDEXED) return undefined;
  const found = new Set<string>();
  for (const text of values.get(leaf) ?? []) {
    const keys = evaluation.indexes.find(placeOfList(parent), content as never, leaf, text);
    for (const key of keys ?? []) found.add(key);
  }
  return [...found];
}
