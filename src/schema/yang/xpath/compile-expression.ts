import type { Located } from "../data/located.js";
import type { Evaluation } from "./evaluation.js";
import type { Expression, PathExpression, Step } from "./expression.js";
import { type Compiled, type Focus, functions } from "./functions.js";
import { signatures } from "./functions-table.js";
import { inOrder } from "./node-set.js";
import { kindOf, type XPathNames } from "./parse-expression.js";
import { narrowedChildren, reverseAxes, type Wanted, walkAxis } from "./steps.js";
import { compare, toBoolean, toNumber, toText, type XPathValue } from "./values.js";

/** Turns an expression into a function of the data. */
export function compileExpression(expression: Expression, names: XPathNames): Compiled {
  switch (expression.kind) {
    case "number":
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "negate": {
      const operand = compileExpression(expression.operand, names);
      return (evaluation, focus) => -toNumber(evaluation, operand(evaluation, focus), names);
    }
    case "union": {
      const left = compileExpression(expression.left, names);
      const right = compileExpression(expression.right, names);
      return (evaluation, focus) =>
        inOrder(evaluation, [...nodesOf(left(evaluation, focus)), ...nodesOf(right(evaluation, focus))]);
    }
    case "binary":
      return compileBinary(expression, names);
    case "call":
      return compileCall(expression, names);
    case "path":
      return compilePath(expression, names);
  }
}

function nodesOf(value: XPathValue): readonly Located[] {
  return typeof value === "object" ? value : [];
}

function compileBinary(expression: Extract<Expression, { kind: "binary" }>, names: XPathNames): Compiled {
  const left = compileExpression(expression.left, names);
  const right = compileExpression(expression.right, names);
  const { operator } = expression;
  const arithmetic =
    (of: (a: number, b: number) => number): Compiled =>
    (evaluation, focus) =>
      of(toNumber(evaluation, left(evaluation, focus), names), toNumber(evaluation, right(evaluation, focus), names));
  switch (operator) {
    case "or":
      return (evaluation, focus) => toBoolean(left(evaluation, focus)) || toBoolean(right(evaluation, focus));
    case "and":
      return (evaluation, focus) => toBoolean(left(evaluation, focus)) && toBoolean(right(evaluation, focus));
    case "+":
      return arithmetic((a, b) => a + b);
    case "-":
      return arithmetic((a, b) => a - b);
    case "*":
      return arithmetic((a, b) => a * b);
    case "div":
      return arithmetic((a, b) => a / b);
    case "mod":
      return arithmetic((a, b) => a % b);
    default:
      return (evaluation, focus) => {
        evaluation.budget.spend(1);
        return compare(evaluation, operator, left(evaluation, focus), right(evaluation, focus), names);
      };
  }
}

function compileCall({ name, operands }: Extract<Expression, { kind: "call" }>, names: XPathNames): Compiled {
  const compiled = operands.map((operand) => compileExpression(operand, names));
  const made = functions.get(name);
  if (!made) throw new RangeError(`${name}() has a signature and no meaning`);
  const call = made(compiled, names);
  return (evaluation, focus) => {
    evaluation.budget.spend(1);
    return call(evaluation, focus);
  };
}

/** How the nodes that a path has come to lie to each other: it decides where order must be made. */
type Arrangement = "single" | "flat" | "nested";

type CompiledStep = (evaluation: Evaluation, nodes: readonly Located[], focus: Focus) => readonly Located[];

function compilePath({ start, predicates, steps }: PathExpression, names: XPathNames): Compiled {
  const startNodes = compileStart(start, predicates, names);
  let arrangement: Arrangement = typeof start === "string" ? "single" : "nested";
  const compiled: CompiledStep[] = [];
  for (const step of steps) {
    const { needsOrder, next } = arrange(step, arrangement);
    compiled.push(compileStep(step, names, needsOrder));
    arrangement = next;
  }
  return (evaluation, focus) => {
    let nodes = startNodes(evaluation, focus);
    for (const step of compiled) {
      if (nodes.length === 0) return nodes;
      nodes = step(evaluation, nodes, focus);
    }
    return nodes;
  };
}

function compileStart(
  start: PathExpression["start"],
  predicates: readonly Expression[],
  names: XPathNames,
): (evaluation: Evaluation, focus: Focus) => readonly Located[] {
  if (start === "context") return (_, { node }) => [node];
  if (start === "root") return ({ root }) => [root];
  const compiled = compileExpression(start, names);
  const filters = predicates.map((predicate) => compilePredicate(predicate, names));
  return (evaluation, focus) => {
    let nodes = nodesOf(compiled(evaluation, focus));
    for (const filter of filters) nodes = filter(evaluation, nodes, focus);
    return nodes;
  };
}

function arrange({ axis }: Step, before: Arrangement): { needsOrder: boolean; next: Arrangement } {
  switch (axis) {
    case "self":
      return { needsOrder: false, next: before };
    case "child":
      return { needsOrder: before === "nested", next: before === "nested" ? "nested" : "flat" };
    case "parent":
      return { needsOrder: before !== "single", next: before };
    case "descendant":
    case "descendant-or-self":
      return { needsOrder: before === "nested", next: "nested" };
    default:
      return { needsOrder: true, next: "nested" };
  }
}

function compileStep({ axis, test, predicates }: Step, names: XPathNames, needsOrder: boolean): CompiledStep {
  const filters = predicates.map((predicate) => compilePredicate(predicate, names));
  const wanted = axis === "child" ? wantedBy(predicates, names) : [];
  const isReverse = reverseAxes.has(axis);
  return (evaluation, nodes, focus) => {
    const found: Located[] = [];
    const bound = wanted.map((one) => one(evaluation, focus));
    for (const from of nodes) {
      let taken: readonly Located[] =
        bound.length > 0 ? narrowedChildren(evaluation, test, from, bound) : walkAxis(evaluation, axis, test, from);
      for (const filter of filters) {
        if (taken.length === 0) break;
        taken = filter(evaluation, taken, focus);
      }
      if (nodes.length === 1) return needsOrder || isReverse ? inOrder(evaluation, taken) : taken;
      for (const node of taken) found.push(node);
    }
    return needsOrder ? inOrder(evaluation, found) : found;
  };
}

type Filter = (evaluation: Evaluation, nodes: readonly Located[], focus: Focus) => readonly Located[];

/** @see XML Path Language (XPath) Version 1.0, section 2.4 */
function compilePredicate(predicate: Expression, names: XPathNames): Filter {
  const compiled = compileExpression(predicate, names);
  return (evaluation, nodes, { current }) => {
    evaluation.budget.spend(nodes.length);
    const size = nodes.length;
    return nodes.filter((node, index) => {
      const position = index + 1;
      const value = compiled(evaluation, { node, position, size, current });
      return typeof value === "number" ? value === position : toBoolean(value);
    });
  };
}

/**
 * What the predicates of a step ask for in the form `leaf = value`, where the value is the same for every node of the step.
 * Only those before the first predicate that may depend on positions count.
 */
function wantedBy(
  predicates: readonly Expression[],
  names: XPathNames,
): readonly ((evaluation: Evaluation, focus: Focus) => Wanted)[] {
  const found: ((evaluation: Evaluation, focus: Focus) => Wanted)[] = [];
  for (const predicate of predicates) {
    if (kindOf(predicate) === "number" || usesContext(predicate, "position")) break;
    for (const condition of conjuncts(predicate)) {
      const one = wantedByOne(condition, names);
      if (one) found.push(one);
    }
  }
  return found;
}

function conjuncts(expression: Expression): readonly Expression[] {
  if (expression.kind !== "binary" || expression.operator !== "and") return [expression];
  return [...conjuncts(expression.left), ...conjuncts(expression.right)];
}

function wantedByOne(
  condition: Expression,
  names: XPathNames,
): ((evaluation: Evaluation, focus: Focus) => Wanted) | undefined {
  if (condition.kind !== "binary" || condition.operator !== "=") return undefined;
  const test = childTest(condition.left) ?? childTest(condition.right);
  const other = childTest(condition.left) ? condition.right : condition.left;
  if (!test || kindOf(other) === "boolean" || usesContext(other, "node")) return undefined;
  const compiled = compileExpression(other, names);
  return (evaluation, focus) => ({
    test,
    texts: () => {
      const value = compiled(evaluation, focus);
      if (typeof value === "string") return [value];
      if (typeof value === "number") return value;
      if (typeof value === "boolean") return undefined;
      return value.map((node) => toText(evaluation, [node], names));
    },
  });
}

/** The test of a path that is one step down and nothing else. */
function childTest(expression: Expression): Step["test"] | undefined {
  if (expression.kind !== "path" || expression.start !== "context" || expression.steps.length !== 1) return undefined;
  const [step] = expression.steps;
  if (step?.axis !== "child" || step.predicates.length > 0 || step.test.kind !== "name") return undefined;
  return step.test;
}

/** Whether an expression depends on the context node, or on its position among others. */
function usesContext(expression: Expression, of: "node" | "position"): boolean {
  switch (expression.kind) {
    case "number":
    case "literal":
      return false;
    case "negate":
      return usesContext(expression.operand, of);
    case "binary":
    case "union":
      return usesContext(expression.left, of) || usesContext(expression.right, of);
    case "call": {
      const { name, operands } = expression;
      if (name === "position" || name === "last") return true;
      const isImplicit = signatures.get(name)?.usesContext === true && (operands.length === 0 || name === "lang");
      return (of === "node" && isImplicit) || operands.some((operand) => usesContext(operand, of));
    }
    case "path": {
      const { start } = expression;
      if (start === "context") return of === "node";
      if (start === "root") return false;
      // What stands in predicates has a context of its own.
      return usesContext(start, of);
    }
  }
}
