import { DecodeError, Fault } from "../../../base/fault.js";
import type { EntryMap } from "../data/entry-map.js";
import { impliedNodes } from "../data/implied.js";
import { Located } from "../data/located.js";
import { type InnerData, keyText, type LeafData, leafData, type TreeNode } from "../data/tree.js";
import { WorkBudget } from "../data/work-budget.js";
import { readCanonicalPath } from "../data/xml-text.js";
import { compilePattern, type Pattern } from "../pattern.js";
import type { DataNode, YangSchema } from "../schema-node.js";
import type { LeafrefType, YangType } from "../type.js";
import { contentInUse, pushEntries } from "./accessible.js";
import { expressionOf, pathOfLeafref, whensOf } from "./conditions.js";
import { type Evaluation, XPathLimitFault } from "./evaluation.js";
import { LeafIndexes } from "./leaf-index.js";

const MOST_PATTERNS = 200;

export interface EvaluationOptions {
  /** Kept by the caller from version to version of a tree, so that indexes are not built again. */
  readonly indexes?: LeafIndexes;
  readonly mostSteps?: number;
  /** Makes an operation or notification that stands somewhere in the tree; it is given the root. */
  readonly instance?: (root: Located) => Located;
}

/** Evaluates expressions on one tree. */
export class TreeEvaluation implements Evaluation {
  readonly schema: YangSchema;
  readonly root: Located;
  readonly instance: Located | undefined;
  readonly indexes: LeafIndexes;
  readonly budget: WorkBudget;
  readonly #patterns = new Map<string, Pattern>();
  /** Nodes whose `when` is being evaluated: one that depends on itself says nothing. */
  readonly #asked = new Set<DataNode>();

  constructor(schema: YangSchema, tree: InnerData, options: EvaluationOptions = {}) {
    this.schema = schema;
    this.root = new Located(tree, undefined);
    this.instance = options.instance?.(this.root);
    this.indexes = options.indexes ?? new LeafIndexes();
    this.budget = new WorkBudget(tree, () => new XPathLimitFault(), options.mostSteps);
  }

  isAllowed(parent: Located, node: DataNode): boolean {
    const whens = whensOf(node);
    if (whens.length === 0) return true;
    if (this.#asked.has(node)) return true;
    this.#asked.add(node);
    try {
      const self = new Located(this.#placeholder(node), parent);
      return whens.every(({ condition, from }) => expressionOf(condition).holds(this, from === "node" ? self : parent));
    } finally {
      this.#asked.delete(node);
    }
  }

  /** Whether every `when` of a node that is there holds. */
  isValid(located: Located): boolean {
    const { node, parent } = located;
    const schema = node.schema as DataNode;
    return whensOf(schema).every(({ condition, from }) =>
      expressionOf(condition).holds(this, from === "node" || !parent ? located : parent),
    );
  }

  follow(leaf: Located | undefined): readonly Located[] {
    if (leaf?.node.kind !== "leaf") return [];
    const { node } = leaf;
    if (node.type.base === "instance-identifier") return this.instances(node.text);
    const reference = leafrefIn(node.schema.type);
    return reference ? this.referred(leaf as Located & { readonly node: LeafData }, reference) : [];
  }

  /** The leafs that a leafref refers to. @see RFC 7950, section 9.9 */
  referred(leaf: Located & { readonly node: LeafData }, type: LeafrefType): readonly Located[] {
    const { text } = leaf.node;
    return pathOfLeafref(type)
      .select(this, leaf)
      .filter(({ node }) => node.kind === "leaf" && node.text === text);
  }

  /** What an instance-identifier in canonical form refers to. @see RFC 7950, section 9.13 */
  instances(text: string): readonly Located[] {
    const path = readCanonicalPath(text, this.schema);
    if (!path) return [];
    let nodes: Located[] = [this.root];
    for (const { node, predicate } of path) {
      const next: Located[] = [];
      for (const parent of nodes) {
        if (parent.node.kind !== "inner") continue;
        const content = contentInUse(this, parent, node as DataNode);
        if (content === undefined) continue;
        if (content.kind !== "entries") next.push(new Located(content, parent));
        else if (predicate === undefined) pushEntries(content, parent, next);
        else if ("position" in predicate) {
          const all: Located[] = [];
          pushEntries(content, parent, all);
          const one = all[predicate.position - 1];
          if (one) next.push(one);
        } else {
          const key = "value" in predicate ? predicate.value.text : keyText(predicate.keys.map((value) => value.text));
          const entry = (content as EntryMap<TreeNode>).get(key);
          if (entry) next.push(new Located(entry, parent, content.labelOf(key)));
        }
      }
      this.budget.spend(1 + next.length);
      nodes = next;
    }
    return nodes;
  }

  pattern(source: string): Pattern {
    const known = this.#patterns.get(source);
    if (known) return known;
    if (this.#patterns.size >= MOST_PATTERNS) this.#patterns.clear();
    try {
      const pattern = compilePattern(source);
      this.#patterns.set(source, pattern);
      return pattern;
    } catch (error) {
      if (error instanceof DecodeError) throw new Fault("invalid", error.message, { cause: error });
      throw error;
    }
  }

  /** Stands for a node that is not there, as the context of its `when`. @see RFC 7950, section 7.21.5 */
  #placeholder(node: DataNode): TreeNode {
    const content = impliedNodes(this.schema).of(node.dataParent)[node.slot]?.content;
    if (content && content.kind !== "entries") return content;
    if (node.kind === "container" || node.kind === "list") {
      return { kind: "inner", schema: node, slots: [], metadata: undefined };
    }
    if (node.kind === "leaf" || node.kind === "leaf-list") return leafData(node, emptyScalar);
    return { kind: "any", schema: node, content: { xml: [] }, metadata: undefined };
  }
}

const emptyScalar = { type: { base: "empty", writtenAs: "empty", typedef: undefined }, text: "" } as const;

/** The leafref that a type is, or has for a member. */
function leafrefIn(type: YangType): LeafrefType | undefined {
  if (type.base === "leafref") return type;
  if (type.base !== "union") return undefined;
  for (const member of type.members) {
    const found = leafrefIn(member);
    if (found) return found;
  }
  return undefined;
}
