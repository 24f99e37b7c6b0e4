import type { EntryMap } from "../data/entry-map.js";
import { impliedNodes } from "../data/implied.js";
import { Located } from "../data/located.js";
import {
  type Content,
  type InnerData,
  innerData,
  isVoid,
  type LeafData,
  leafData,
  type Metadata,
  type TreeNode,
} from "../data/tree.js";
import type { DataNode } from "../schema-node.js";
import { contentInUse } from "../xpath/accessible.js";
import type { Evaluation } from "../xpath/evaluation.js";

/** @see RFC 6243, section 3 */
export type WithDefaultsMode = "report-all" | "report-all-tagged" | "trim" | "explicit";

const isDefault: readonly Metadata[] = [
  {
    module: "ietf-netconf-with-defaults",
    namespace: "urn:ietf:params:xml:ns:netconf:default:1.0",
    name: "default",
    value: { type: { base: "boolean", writtenAs: "boolean", typedef: undefined }, text: "true" },
  },
];

/**
 * A tree as it is reported: with the defaults in use, without values that equal them, or (explicit, the basic mode) as it was
 * set. Tags go to what nobody set.
 * @see RFC 6243, section 3 and 6
 */
export function withDefaults(evaluation: Evaluation, mode: WithDefaultsMode): InnerData {
  const { node } = evaluation.root;
  if (mode === "explicit") return node as InnerData;
  if (mode === "trim") return trimmed(evaluation, node as InnerData);
  return completed(evaluation, evaluation.root, mode === "report-all-tagged" ? isDefault : undefined);
}

/** Shares everything that has no defaults below. */
function completed(evaluation: Evaluation, located: Located, tag: readonly Metadata[] | undefined): InnerData {
  const inner = located.node as InnerData;
  let slots: Content[] | undefined;
  for (const node of inner.schema.dataChildren) {
    const before = inner.slots[node.slot];
    evaluation.budget.renew();
    const content = contentInUse(evaluation, located, node);
    if (content === undefined) continue;
    const after = before === undefined ? tagged(content, tag) : content;
    const full = completedContent(evaluation, located, after, tag);
    if (full === before || (full?.kind === "inner" && isVoid(full))) continue;
    slots ??= inner.slots.slice();
    slots[node.slot] = full;
  }
  return slots ? innerData(inner.schema, slots, inner.metadata) : inner;
}

function completedContent(
  evaluation: Evaluation,
  parent: Located,
  content: Exclude<Content, undefined>,
  tag: readonly Metadata[] | undefined,
): Content {
  if (content.kind === "inner") return completed(evaluation, new Located(content, parent), tag);
  if (content.kind !== "entries" || content.size === 0) return content;
  const entries = content as EntryMap<TreeNode>;
  return entries.map((item, _, label) =>
    item.kind === "inner" ? completed(evaluation, new Located(item, parent, label), tag) : item,
  ) as Content;
}

function tagged(
  content: Exclude<Content, undefined>,
  tag: readonly Metadata[] | undefined,
): Exclude<Content, undefined> {
  if (!tag) return content;
  if (content.kind === "leaf") return leafData(content.schema, content, tag);
  if (content.kind !== "entries") return content;
  const draft = (content as EntryMap<LeafData>).draft();
  for (const [key, leaf] of (content as EntryMap<LeafData>).entries()) draft.set(key, leafData(leaf.schema, leaf, tag));
  return draft.finish();
}

/** Without leafs and leaf-lists whose values are what they would be anyway. */
function trimmed(evaluation: Evaluation, inner: InnerData): InnerData {
  const implied = impliedNodes(evaluation.schema).of(inner.schema);
  let slots: Content[] | undefined;
  for (let slot = 0; slot < inner.slots.length; slot++) {
    const content = inner.slots[slot];
    if (content === undefined) continue;
    const node = inner.schema.dataChildren[slot] as DataNode;
    const rest = trimmedContent(evaluation, content, node, implied[slot]?.content);
    if (rest === content) continue;
    slots ??= inner.slots.slice();
    slots[slot] = rest;
  }
  return slots ? innerData(inner.schema, slots, inner.metadata) : inner;
}

function trimmedContent(
  evaluation: Evaluation,
  content: Exclude<Content, undefined>,
  node: DataNode,
  implied: Content,
): Content {
  if (content.kind === "leaf") return implied?.kind === "leaf" && implied.text === content.text ? undefined : content;
  if (content.kind === "any") return content;
  if (content.kind === "inner") {
    const rest = trimmed(evaluation, content);
    return isVoid(rest) ? undefined : rest;
  }
  if (node.kind === "leaf-list")
    return implied?.kind === "entries" && sameValues(content, implied) ? undefined : content;
  const draft = (content as EntryMap<InnerData>).draft();
  let isChanged = false;
  for (const [key, entry] of (content as EntryMap<InnerData>).entries()) {
    const rest = trimmed(evaluation, entry);
    if (rest === entry) continue;
    draft.set(key, rest);
    isChanged = true;
  }
  return isChanged ? draft.finish() : content;
}

function sameValues(a: EntryMap<InnerData> | EntryMap<LeafData>, b: EntryMap<InnerData> | EntryMap<LeafData>): boolean {
  return a.size === b.size && [...a.keys()].join("\u0000") === [...b.keys()].join("\u0000");
}
