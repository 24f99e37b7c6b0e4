import { splitName } from "./argument.js";
import type { Sourced } from "./compile-type.js";
import type { Draft } from "./linked-module.js";
import type { NodeDraft } from "./node-draft.js";
import type { ChildNode, LeafNode, ListNode, SchemaNode } from "./schema-node.js";
import { excerpt, YangError } from "./yang-error.js";

const none: readonly never[] = Object.freeze([]);

/** The key leafs of a list. @see RFC 7950, section 7.8.2 */
export function keysOf(draft: NodeDraft, list: ListNode, isData: boolean): readonly LeafNode[] {
  const { key, statement } = draft;
  if (!key) {
    if (isData && list.config) throw new YangError(`the list ${list.name} needs a key`, statement.place);
    return none;
  }
  const { place, argument = "" } = key.statement;
  const children = new Map<string, ChildNode>();
  for (const child of list.children) children.set(`${child.module.name}:${child.name}`, child);
  const keys = new Set<LeafNode>();
  for (const word of argument.split(/\s+/).filter((part) => part !== "")) {
    const { prefix, local } = splitName(word);
    const named = key.scope.moduleOf(prefix, place);
    const module = named === key.scope.module ? draft.module : named;
    const leaf = children.get(`${module.public.name}:${local}`);
    if (leaf?.kind !== "leaf") throw new YangError(`the key ${excerpt(word)} is no leaf of the list`, place);
    if (keys.has(leaf)) throw new YangError(`the key ${excerpt(word)} is named twice`, place);
    if (leaf.config !== list.config) {
      throw new YangError(`the key ${local} and its list must both be configuration or both be state`, place);
    }
    if (leaf.type.base === "empty" && key.scope.version1) {
      throw new YangError(`the key ${local} is empty`, place);
    }
    if (leaf.when.length > 0 || leaf.ifFeatures.length > 0) {
      throw new YangError(`the key ${local} depends on a condition`, place);
    }
    const own = leaf as Draft<LeafNode>;
    own.isKey = true;
    own.default = undefined;
    keys.add(leaf);
  }
  return Object.freeze([...keys]);
}

/** The leafs of one `unique`. @see RFC 7950, section 7.8.3 */
export function uniqueOf(draft: NodeDraft, list: ListNode, { statement, scope }: Sourced): readonly LeafNode[] {
  const { place, argument = "" } = statement;
  const leafs: LeafNode[] = [];
  for (const path of argument.split(/\s+/).filter((part) => part !== "")) {
    let at: SchemaNode = list;
    for (const step of path.split("/")) {
      const { prefix, local } = splitName(step);
      const named = scope.moduleOf(prefix, place);
      const module = named === scope.module ? draft.module : named;
      const children: readonly ChildNode[] = "children" in at && (at === list || at.kind !== "list") ? at.children : [];
      const next = children.find((child) => child.name === local && child.module === module.public);
      if (!next) throw new YangError(`unique: there is no node ${excerpt(path)} in the list`, place);
      at = next;
    }
    if (at.kind !== "leaf") throw new YangError(`unique: ${excerpt(path)} is no leaf`, place);
    if (leafs.includes(at)) throw new YangError(`unique: ${excerpt(path)} is named twice`, place);
    if (leafs[0] && leafs[0].config !== at.config) {
      throw new YangError("unique: leafs must all be configuration or all be state", place);
    }
    leafs.push(at);
  }
  return Object.freeze(leafs);
}
