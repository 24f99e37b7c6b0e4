import type { CaseNode, ChoiceNode, DataNode, MustCondition, WhenCondition } from "../schema-node.js";
import type { LeafrefType } from "../type.js";
import type { Expression, PathExpression, Step } from "./expression.js";
import { parseExpression } from "./parse-expression.js";
import { namesIn, XPath } from "./xpath.js";

const compiled = new WeakMap<MustCondition | WhenCondition, XPath>();

/** The expression of a `must` or `when`. @throws {Fault} `invalid` when it is none */
export function expressionOf(condition: MustCondition | WhenCondition): XPath {
  const known = compiled.get(condition);
  if (known) return known;
  const made = new XPath(condition.xpath, namesIn(condition.context));
  compiled.set(condition, made);
  return made;
}

/** A `when` that has a say in a node's being there. */
export interface Applicable {
  readonly condition: WhenCondition;
  /** The context node: the node itself, or what holds it. */
  readonly from: "node" | "parent";
}

const applicable = new WeakMap<DataNode, readonly Applicable[]>();

/** Those of the node and of the choices and cases around it. @see RFC 7950, section 7.21.5 */
export function whensOf(node: DataNode): readonly Applicable[] {
  const known = applicable.get(node);
  if (known) return known;
  const found: Applicable[] = node.when.map((condition) => ({ condition, from: condition.from }));
  for (let at: unknown = node.parent; at !== node.dataParent; at = (at as ChoiceNode | CaseNode).parent) {
    for (const condition of (at as ChoiceNode | CaseNode).when) found.push({ condition, from: "parent" });
  }
  applicable.set(node, found);
  return found;
}

const paths = new WeakMap<LeafrefType, XPath>();

/**
 * The path of a leafref as an expression that only selects what has the value of the leaf it is evaluated for, where the
 * search can be narrowed; the caller compares values all the same.
 */
export function pathOfLeafref(type: LeafrefType): XPath {
  const known = paths.get(type);
  if (known) return known;
  const names = namesIn(type.context);
  const expression = parseExpression(type.path, names);
  const made = new XPath(type.path, names, expression.kind === "path" ? narrowed(expression) : expression);
  paths.set(type, made);
  return made;
}

const current: Expression = { kind: "call", name: "current", operands: [] };

/** `…/list/leaf` as `…/list[leaf = current()]/leaf`. */
function narrowed(path: PathExpression): PathExpression {
  const { steps } = path;
  const last = steps.at(-1);
  const before = steps.at(-2);
  if (last?.axis !== "child" || before?.axis !== "child" || last.predicates.length > 0) return path;
  const leaf: PathExpression = { kind: "path", start: "context", predicates: [], steps: [last] };
  const predicate: Expression = { kind: "binary", operator: "=", left: leaf, right: current };
  const step: Step = { ...before, predicates: [...before.predicates, predicate] };
  return { ...path, steps: [...steps.slice(0, -2), step, last] };
}
