import type { DataNode, InputOutputNode, NotificationNode, OperationNode, StructureNode } from "../schema-node.js";
import type { Scalar } from "./tree.js";

export type PathNode = DataNode | OperationNode | InputOutputNode | NotificationNode | StructureNode;

/** Which of several: an entry by its keys in their order, a value of a leaf-list, or a place counted from 1. */
export type StepPredicate =
  | { readonly keys: readonly Scalar[] }
  | { readonly value: Scalar }
  | { readonly position: number };

export interface InstanceStep {
  readonly node: PathNode;
  /** Nothing also for all entries of a list together. */
  readonly predicate: StepPredicate | undefined;
}

/** From the root to one node of instance data. Empty: the root. */
export type InstancePath = readonly InstanceStep[];

/** How the parts of a path are written. */
export interface PathStyle {
  /** @param outer the node whose name stands before, or that the key belongs to */
  name(node: PathNode, outer: PathNode | undefined): string;
  value(value: Scalar): string;
}

/** The path as a text that XPath understands too; the root is `/`. */
export function writePath(path: InstancePath, style: PathStyle): string {
  let text = "";
  let outer: PathNode | undefined;
  for (const { node, predicate } of path) {
    // Inputs and outputs are no nodes of instance data.
    if (node.kind === "input" || node.kind === "output") continue;
    text += `/${style.name(node, outer)}${writePredicate(node, predicate, style)}`;
    outer = node;
  }
  return text || "/";
}

const byModule: PathStyle = {
  name: (node, outer) => (node.module === outer?.module ? node.name : `${node.module.name}:${node.name}`),
  value: ({ text }) => text,
};

/**
 * The path with names of modules for prefixes, given where the module changes; this is also the canonical form of an
 * instance-identifier.
 * @see RFC 7951, section 6.11
 */
export function pathText(path: InstancePath): string {
  return writePath(path, byModule);
}

function writePredicate(node: PathNode, predicate: StepPredicate | undefined, style: PathStyle): string {
  if (predicate === undefined) return "";
  if ("position" in predicate) return `[${predicate.position}]`;
  if ("value" in predicate) return `[.=${quoted(style.value(predicate.value))}]`;
  const { keys } = predicate;
  const nodes: readonly DataNode[] = node.kind === "list" ? node.keys : [];
  return nodes.map((key, at) => `[${style.name(key, node)}=${quoted(style.value(keys[at] as Scalar))}]`).join("");
}

/** A literal of XPath. A value with both kinds of quotes has none; it is for people only then. */
function quoted(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}
