import type { Located } from "../data/located.js";
import type { DataNode, DataParent, YangSchema } from "../schema-node.js";
import type { YangType } from "../type.js";
import { expressionOf, pathOfLeafref } from "../xpath/conditions.js";
import type { Checker } from "./check.js";
import { type Dependencies, DependencyFinder, leafrefsOf, type Point } from "./dependencies.js";
import type { ChildRule, RuleBook } from "./rules.js";

/** One thing to be checked again when something that it depends on has changed. */
export interface Constraint {
  /** Every instance of this one is checked. */
  readonly node: Point;
  readonly dependencies: Dependencies;
  check(checker: Checker, located: Located): void;
}

/** A node that has a `when`, itself or by a choice around it. */
export interface ConditionalNode {
  readonly node: DataNode;
  readonly dependencies: Dependencies;
}

/** Every constraint of a schema's data nodes, with what it depends on. */
export class ConstraintTable {
  readonly constraints: Constraint[] = [];
  readonly conditional: ConditionalNode[] = [];
  readonly #finder: DependencyFinder;
  readonly #book: RuleBook;

  constructor(schema: YangSchema, book: RuleBook) {
    this.#finder = new DependencyFinder(schema.root);
    this.#book = book;
    this.#visit(schema.root);
  }

  #visit(parent: DataParent): void {
    const rules = this.#book.of(parent);
    const structural: Dependencies[] = [];
    for (const rule of rules.children) {
      const { node } = rule;
      this.#addConditions(rule);
      if (rule.isConditional) {
        const dependencies = this.#finder.ofPresence(node);
        this.conditional.push({ node, dependencies });
        if (rule.isMandatory || rule.least > 0) structural.push(dependencies);
      }
      if (node.kind === "list") {
        for (const leafs of node.unique) {
          const presence = leafs.map((leaf) => this.#with(this.#finder.ofPresence(leaf), leaf));
          this.constraints.push({
            node: parent,
            dependencies: joined([...presence, only(node)], parent),
            check: (checker, located) => checker.unique(located, node, leafs),
          });
        }
      }
      if (node.kind === "container" || node.kind === "list") this.#visit(node);
    }
    for (const choice of rules.choices) {
      const [first] = choice.children.flatMap((one) => one.children).filter((child) => "slot" in child);
      if (choice.mandatory && first && "slot" in first) structural.push(this.#finder.ofPresence(first as DataNode));
    }
    const needsStructure =
      rules.choices.length > 0 || rules.children.some(({ isMandatory, least }) => isMandatory || least > 0);
    if (needsStructure && "slot" in parent) structural.push(this.#finder.ofPresence(parent));
    if (structural.length > 0) {
      this.constraints.push({
        node: parent,
        dependencies: joined(structural, parent),
        check: (checker, located) => checker.structure(located),
      });
    }
  }

  #addConditions({ node, must, refers }: ChildRule): void {
    const presence = this.#with(this.#finder.ofPresence(node), node);
    for (const condition of must) {
      this.constraints.push({
        node,
        dependencies: joined([this.#finder.of(expressionOf(condition), node), presence], node),
        check: (checker, located) => checker.must(located, condition),
      });
    }
    if (!refers || (node.kind !== "leaf" && node.kind !== "leaf-list")) return;
    const paths = [...leafrefsOf(node.type)].map((type) => this.#finder.of(pathOfLeafref(type), node));
    const dependencies = joined([...paths, presence], node);
    this.constraints.push({
      node,
      dependencies: leadsAnywhere(node.type) ? { ...dependencies, onAll: true, anchor: rootOf(node) } : dependencies,
      check: (checker, located) => checker.reference(located),
    });
  }

  #with({ ids, onAll, anchor }: Dependencies, node: DataNode): Dependencies {
    return { ids: new Set([...ids, node.id]), onAll, anchor };
  }
}

function only(node: DataNode): Dependencies {
  return { ids: new Set([node.id]), onAll: false, anchor: node };
}

function leadsAnywhere(type: YangType): boolean {
  if (type.base === "union") return type.members.some(leadsAnywhere);
  return type.base === "instance-identifier" && type.requireInstance;
}

/** All of them together, seen from `node`. */
function joined(all: readonly Dependencies[], node: Point): Dependencies {
  const ids = new Set<number>();
  let anchor = node;
  for (const one of all) {
    for (const id of one.ids) ids.add(id);
    anchor = common(anchor, one.anchor);
  }
  const onAll = all.some((one) => one.onAll);
  return { ids, onAll, anchor: onAll ? rootOf(anchor) : anchor };
}

/** What depends on anything may depend on what is beside it, wherever that is. */
function rootOf(node: Point): Point {
  let at = node;
  while (at.kind !== "root") at = at.dataParent;
  return at;
}

/** The lowest node above both. */
function common(a: Point, b: Point): Point {
  const above = new Set<Point>();
  for (let at: Point | undefined = a; at; at = at.kind === "root" ? undefined : at.dataParent) above.add(at);
  let at = b;
  while (!above.has(at) && at.kind !== "root") at = at.dataParent;
  return at;
}
