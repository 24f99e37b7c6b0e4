import { type InnerData, keysOf, keyText, type TreeNode } from "../data/tree.js";
import type { EditNode, EditOperation } from "./edit-node.js";

/**
 * The edit that puts all nodes of a tree into another, each top-level one with `operation`: what a request in JSON asks for,
 * and what merging two trees is.
 */
export function editOfTree(inner: InnerData, operation?: EditOperation): readonly EditNode[] {
  const nodes: EditNode[] = [];
  for (const content of inner.slots) {
    if (content === undefined) continue;
    if (content.kind !== "entries") nodes.push(editOfNode(content, operation));
    else for (const item of content.values()) nodes.push(editOfNode(item, operation));
  }
  return nodes;
}

function editOfNode(node: TreeNode, operation: EditOperation | undefined): EditNode {
  const { metadata } = node;
  const common = { operation, metadata, offset: undefined };
  if (node.kind === "any") return { ...common, schema: node.schema, content: node.content };
  if (node.kind === "leaf") {
    const { schema } = node;
    return schema.kind === "leaf"
      ? { ...common, schema, value: node, isDefault: false }
      : { ...common, schema, value: node, insertion: undefined };
  }
  const { schema } = node;
  const children = editOfTree(node);
  if (schema.kind === "container") return { ...common, schema, children };
  if (schema.kind !== "list") throw new RangeError(`a ${schema.kind} is no node of data`);
  const keys = keysOf(node) ?? [];
  return { ...common, schema, key: keyText(keys.map(({ text }) => text)), keys, insertion: undefined, children };
}
