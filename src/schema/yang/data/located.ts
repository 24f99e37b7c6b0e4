import type { InstancePath, InstanceStep, StepPredicate } from "./path.js";
import { keysOf, type TreeNode } from "./tree.js";

/**
 * A node with the way to it: trees share their nodes, so a node alone does not know where it is.
 * Two of them mean the same node when `isSame` says so.
 */
export class Located {
  readonly node: TreeNode;
  /** Nothing for the root. */
  readonly parent: Located | undefined;
  /** Place among the entries of its list or leaf-list, as the entry map has it; 0 for other nodes. */
  readonly label: number;

  constructor(node: TreeNode, parent: Located | undefined, label = 0) {
    this.node = node;
    this.parent = parent;
    this.label = label;
  }

  /** How many nodes are above. */
  get depth(): number {
    let depth = 0;
    for (let at = this.parent; at; at = at.parent) depth += 1;
    return depth;
  }

  isSame(other: Located): boolean {
    let a: Located | undefined = this;
    let b: Located | undefined = other;
    while (a && b) {
      if (a === b) return true;
      if (a.node !== b.node || a.label !== b.label) return false;
      a = a.parent;
      b = b.parent;
    }
    return a === b;
  }
}

/** The path of a node, with the keys of all entries on the way. */
export function pathOf(located: Located): InstancePath {
  const steps: InstanceStep[] = [];
  for (let at: Located | undefined = located; at; at = at.parent) {
    const { schema } = at.node;
    if (schema.kind === "root") continue;
    steps.push({ node: schema, predicate: predicateOf(at) });
  }
  return steps.reverse();
}

function predicateOf({ node, parent }: Located): StepPredicate | undefined {
  if (node.kind === "leaf") return node.schema.kind === "leaf-list" ? { value: node } : undefined;
  if (node.kind !== "inner" || node.schema.kind !== "list") return undefined;
  const keys = node.schema.keys.length > 0 ? keysOf(node) : undefined;
  if (keys) return { keys };
  const siblings = parent?.node.kind === "inner" ? parent.node.slots[node.schema.slot] : undefined;
  if (siblings?.kind !== "entries") return undefined;
  let position = 1;
  for (const sibling of siblings.values()) {
    if (sibling === node) return { position };
    position += 1;
  }
  return undefined;
}
