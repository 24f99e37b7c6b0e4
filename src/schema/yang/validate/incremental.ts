import { diffTrees } from "../data/diff.js";
import { Located } from "../data/located.js";
import type { InnerData } from "../data/tree.js";
import type { DataNode } from "../schema-node.js";
import { contentInUse } from "../xpath/accessible.js";
import type { TreeEvaluation } from "../xpath/tree-evaluation.js";
import { ChangedNodes, LocatedSet } from "./changed-nodes.js";
import type { Checker } from "./check.js";
import type { ConstraintTable } from "./constraints.js";
import { instancesBelow } from "./instances.js";
import { removeNodes } from "./remove-nodes.js";
import type { ChildRule, RuleBook } from "./rules.js";

/**
 * The new tree without nodes of the old one whose `when` became false. What the edit itself created or changed stays, to be
 * refused. Removing one node can make another's `when` false, so it is done until nothing is left to remove.
 * @see RFC 7950, section 8.2.1
 */
export function withoutImpossible(
  table: ConstraintTable,
  before: InnerData,
  after: InnerData,
  checkerOf: (tree: InnerData) => Checker,
): InnerData {
  let tree = after;
  for (;;) {
    const changed = new ChangedNodes(diffTrees(before, tree));
    const checker = checkerOf(tree);
    const doomed: Located[] = [];
    for (const { node, dependencies } of table.conditional) {
      if (!changed.meets(dependencies)) continue;
      for (const start of changed.startsFor(dependencies)) {
        for (const located of instancesBelow(checker.evaluation, start, node)) {
          if (!isStored(located) || changed.isNew(located) || changed.isChanged(located)) continue;
          if (checker.attempt(located, () => checker.evaluation.isValid(located)) === false) doomed.push(located);
        }
      }
    }
    if (doomed.length === 0) return tree;
    tree = removeNodes(tree, doomed);
  }
}

/** Whether a node stands in its parent, and is not only in use by default. */
function isStored({ node, parent }: Located): boolean {
  if (parent?.node.kind !== "inner" || !isStoredInner(parent)) return false;
  return parent.node.slots[(node.schema as DataNode).slot] !== undefined;
}

function isStoredInner(located: Located): boolean {
  return located.parent === undefined || isStored(located);
}

/** Checks everything whose outcome the difference between two trees can have changed. `before` is valid. */
export class IncrementalCheck {
  readonly #checker: Checker;
  readonly #book: RuleBook;
  readonly #table: ConstraintTable;
  readonly #changed: ChangedNodes;

  constructor(checker: Checker, book: RuleBook, table: ConstraintTable, before: InnerData, after: InnerData) {
    this.#checker = checker;
    this.#book = book;
    this.#table = table;
    this.#changed = new ChangedNodes(diffTrees(before, after));
  }

  run(): void {
    this.#changes();
    for (const { node, dependencies, check } of this.#table.constraints) {
      if (this.#checker.errors.isFull) return;
      if (!this.#changed.meets(dependencies)) continue;
      const seen = new LocatedSet();
      for (const start of this.#changed.startsFor(dependencies)) {
        for (const located of instancesBelow(this.#evaluation, start, node)) {
          // Everything about a new node was checked with it.
          if (this.#changed.isNew(located) || !seen.add(located)) continue;
          check(this.#checker, located);
          if (this.#checker.errors.isFull) return;
        }
      }
    }
  }

  get #evaluation(): TreeEvaluation {
    return this.#checker.evaluation;
  }

  /** What is new with all below it, and the make-up of everything that has other children now. */
  #changes(): void {
    const made = new LocatedSet();
    for (const { kind, before, after, parent } of this.#changed.changes) {
      if (this.#checker.errors.isFull) return;
      const { schema } = ((after ?? before) as Located).node;
      const rule = this.#ruleOf(schema as DataNode);
      if (kind === "created" || kind === "deleted") {
        if (!this.#changed.isNew(parent) && made.add(parent)) this.#checker.structure(parent);
      }
      if (!rule) continue;
      if (after && (kind === "created" || (kind === "changed" && rule.isConditional))) this.#checker.node(after, rule);
      if (!after) this.#instead(parent, rule);
    }
  }

  /** An empty container that is in the place of one that was deleted still needs what is mandatory in it. */
  #instead(parent: Located, rule: ChildRule): void {
    if (rule.node.kind !== "container" || rule.node.presence !== undefined || !rule.isDeep) return;
    const content = this.#checker.attempt(parent, () => contentInUse(this.#evaluation, parent, rule.node));
    if (content?.kind === "inner") this.#checker.all(new Located(content, parent));
  }

  #ruleOf(node: DataNode): ChildRule | undefined {
    return this.#book.of(node.dataParent).children.find((rule) => rule.node === node);
  }
}
