import type { Located } from "../data/located.js";
import type { InnerData } from "../data/tree.js";
import type { YangModule } from "../module.js";
import type { DataNode, OperationNode } from "../schema-node.js";
import type { Evaluation } from "./evaluation.js";

/** The name that a node has in the accessible tree; the root has none. */
export function nameOf({
  node: { schema },
}: Located): { readonly local: string; readonly module: YangModule } | undefined {
  if (schema.kind === "root") return undefined;
  // An operation's parameters stand in an element with the operation's name.
  const named = schema.kind === "input" || schema.kind === "output" ? (schema.parent as OperationNode) : schema;
  return { local: named.name, module: named.module };
}

/** Brings nodes into document order and takes out repetitions. @see XML Path Language (XPath) Version 1.0, section 5 */
export function inOrder({ budget }: Evaluation, nodes: readonly Located[]): Located[] {
  if (nodes.length < 2) return [...nodes];
  budget.spend(nodes.length * STEPS_PER_ORDERED);
  const ways = nodes.map((node) => ({ node, way: wayTo(node) }));
  ways.sort((a, b) => compareWays(a.way, b.way));
  return ways
    .filter(({ way }, at) => at === 0 || compareWays((ways[at - 1] as { way: Way }).way, way) !== 0)
    .map(({ node }) => node);
}

/** Writing down where a node is and sorting it in costs more than looking at it. */
const STEPS_PER_ORDERED = 6;

/** Slots and labels from the root down. */
type Way = readonly number[];

const AFTER_ALL_CHILDREN = Number.MAX_SAFE_INTEGER;

function wayTo(node: Located): Way {
  const way: number[] = [];
  for (let at: Located | undefined = node; at?.parent; at = at.parent) way.push(at.label, slotOf(at));
  return way.reverse();
}

/** The place of a node among its parent's children, entries of one list together. */
export function slotOf({ node: { schema } }: Located): number {
  return "slot" in schema ? (schema as DataNode).slot : AFTER_ALL_CHILDREN;
}

function compareWays(a: Way, b: Way): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Tells the lists of one schema node apart: by the entries above. */
export function placeOfList(parent: Located): string {
  let place = "";
  for (let at: Located | undefined = parent; at; at = at.parent) {
    const { node } = at;
    if (node.kind === "inner" && node.schema.kind === "list") place += `${keyIn(at, node)}\u0001`;
  }
  return place;
}

function keyIn({ parent, label }: Located, entry: InnerData): string {
  const { schema } = entry;
  if (schema.kind !== "list" || schema.keys.length === 0) return `${parent ? label : ""}`;
  return schema.keys
    .map(({ slot }) => {
      const key = entry.slots[slot];
      return key?.kind === "leaf" ? key.text : "";
    })
    .join("\u0000");
}
