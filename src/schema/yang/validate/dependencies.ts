import { casesOf } from "../data/implied.js";
import { leafrefTarget } from "../resolve-leafref.js";
import type { DataNode, DataParent, LeafListNode, LeafNode, SchemaRoot } from "../schema-node.js";
import type { LeafrefType, YangType } from "../type.js";
import { expressionOf, pathOfLeafref, whensOf } from "../xpath/conditions.js";
import type { Expression, PathExpression, Step } from "../xpath/expression.js";
import { namedChildren } from "../xpath/steps.js";
import type { XPath } from "../xpath/xpath.js";

/** A schema node that an expression can come to. */
export type Point = DataNode | DataParent;

/** What the outcome of a condition can depend on. */
export interface Dependencies {
  /** Ids of schema nodes. */
  readonly ids: ReadonlySet<number>;
  /** It can depend on anything, as an instance-identifier leads anywhere. */
  readonly onAll: boolean;
  /** The highest node that it looks at; all that it depends on is below the same instance of this one. */
  readonly anchor: Point;
}

/** Whether of a node-set only matters which nodes are in it, or also what their values are. */
type Use = "existence" | "value";

/** Finds out from the schema alone what expressions look at. */
export class DependencyFinder {
  readonly #root: SchemaRoot;
  readonly #known = new Map<XPath, Map<Point, Dependencies>>();
  readonly #presence = new Map<DataNode, Dependencies>();

  constructor(root: SchemaRoot) {
    this.#root = root;
  }

  /** Of an expression with instances of `context` for its context node. */
  of(xpath: XPath, context: Point): Dependencies {
    let byContext = this.#known.get(xpath);
    if (!byContext) {
      byContext = new Map();
      this.#known.set(xpath, byContext);
    }
    const known = byContext.get(context);
    if (known) return known;
    const trace = new Trace(this.#root, context, this);
    trace.value(xpath.expression, new Set([context]), context.kind === "leaf" ? "value" : "existence");
    const found = trace.result();
    byContext.set(context, found);
    return found;
  }

  /** Of whether a node is there or in use by default: its choices and every `when` around it. */
  ofPresence(node: DataNode): Dependencies {
    const known = this.#presence.get(node);
    if (known) return known;
    // A `when` that leads back to its own node adds nothing more.
    this.#presence.set(node, { ids: new Set(), onAll: false, anchor: node });
    const trace = new Trace(this.#root, node, this);
    trace.presence(node);
    const found = trace.result();
    this.#presence.set(node, found);
    return found;
  }
}

class Trace {
  readonly #ids = new Set<number>();
  readonly #root: SchemaRoot;
  readonly #context: Point;
  readonly #finder: DependencyFinder;
  #onAll = false;
  #anchor: Point;

  constructor(root: SchemaRoot, context: Point, finder: DependencyFinder) {
    this.#root = root;
    this.#context = context;
    this.#finder = finder;
    this.#anchor = context;
  }

  result(): Dependencies {
    return { ids: this.#ids, onAll: this.#onAll, anchor: this.#anchor };
  }

  /** What decides about a node's being there, from itself up to what is always there when its parent is. */
  presence(node: DataNode): void {
    for (let at: Point = node; at.kind !== "root" && "slot" in at; at = at.dataParent) {
      for (const { all } of casesOf(at, at.dataParent)) {
        for (const slot of all) this.#touch(at.dataParent.dataChildren[slot] as DataNode);
        this.#reach(at.dataParent);
      }
      for (const { condition, from } of whensOf(at)) {
        this.#include(this.#finder.of(expressionOf(condition), from === "node" ? at : at.dataParent));
      }
      if (at.kind === "list" || (at.kind === "container" && at.presence !== undefined)) break;
    }
  }

  value(expression: Expression, context: ReadonlySet<Point>, use: Use): ReadonlySet<Point> {
    switch (expression.kind) {
      case "number":
      case "literal":
        return none;
      case "negate":
        this.value(expression.operand, context, "value");
        return none;
      case "binary": {
        const inner: Use = expression.operator === "and" || expression.operator === "or" ? "existence" : "value";
        this.value(expression.left, context, inner);
        this.value(expression.right, context, inner);
        return none;
      }
      case "union": {
        const left = this.value(expression.left, context, use);
        const right = this.value(expression.right, context, use);
        return new Set([...left, ...right]);
      }
      case "call":
        return this.#call(expression, context, use);
      case "path":
        return this.#path(expression, context, use);
    }
  }

  #call(
    { name, operands }: Extract<Expression, { kind: "call" }>,
    context: ReadonlySet<Point>,
    use: Use,
  ): ReadonlySet<Point> {
    if (name === "current") return this.#used(new Set([this.#context]), use);
    if (operands.length === 0 && ["string", "number", "string-length", "normalize-space"].includes(name)) {
      this.#used(context, "value");
    }
    const needed: Use = ["count", "not", "boolean", "local-name", "name", "namespace-uri"].includes(name)
      ? "existence"
      : "value";
    const results = operands.map((operand) => this.value(operand, context, needed));
    if (name !== "deref") return none;
    const targets = new Set<Point>();
    for (const point of results[0] ?? none) {
      if (point.kind === "leaf" || point.kind === "leaf-list") this.#references(point, point.type, targets);
    }
    return this.#used(targets, use);
  }

  #references(leaf: LeafNode | LeafListNode, type: YangType, targets: Set<Point>): void {
    if (type.base === "union") for (const member of type.members) this.#references(leaf, member, targets);
    else if (type.base === "instance-identifier") this.#onAll = true;
    else if (type.base === "leafref") {
      this.#include(this.#finder.of(pathOfLeafref(type), leaf));
      const target = leafrefTarget(this.#root, leaf, type);
      if (target) targets.add(target);
    }
  }

  #path({ start, predicates, steps }: PathExpression, context: ReadonlySet<Point>, use: Use): ReadonlySet<Point> {
    let points: ReadonlySet<Point>;
    if (start === "context") points = context;
    else if (start === "root") {
      points = new Set<Point>([this.#root]);
      this.#reach(this.#root);
    } else points = this.value(start, context, "existence");
    for (const predicate of predicates) this.value(predicate, points, "existence");
    for (const step of steps) points = this.#step(step, points);
    return this.#used(points, use);
  }

  #step({ axis, test, predicates }: Step, from: ReadonlySet<Point>): ReadonlySet<Point> {
    const found = new Set<Point>();
    for (const point of from) {
      switch (axis) {
        case "self":
          found.add(point);
          break;
        case "child":
          if (test.kind === "text") found.add(point);
          for (const child of childrenOf(point)) if (isNamed(point, child, test)) found.add(child);
          break;
        case "parent":
          if (point.kind !== "root") found.add(point.dataParent);
          break;
        case "ancestor":
        case "ancestor-or-self":
          for (let at = axis === "ancestor" ? parentOf(point) : point; at; at = parentOf(at)) found.add(at);
          break;
        case "descendant":
        case "descendant-or-self":
          if (axis === "descendant-or-self") found.add(point);
          for (const below of descendantsOf(point)) found.add(below);
          break;
        case "following-sibling":
        case "preceding-sibling":
          for (const sibling of childrenOf(parentOf(point) ?? point)) found.add(sibling);
          break;
        case "following":
        case "preceding":
          this.#reach(this.#root);
          for (const any of descendantsOf(this.#root)) found.add(any);
          break;
        default:
      }
    }
    for (const point of found) this.#touch(point);
    for (const predicate of predicates) this.value(predicate, found, "existence");
    return found;
  }

  #used(points: ReadonlySet<Point>, use: Use): ReadonlySet<Point> {
    for (const point of points) {
      this.#touch(point);
      if (use === "value") for (const below of descendantsOf(point)) this.#touch(below);
    }
    return points;
  }

  #touch(point: Point): void {
    this.#reach(point);
    if (!("id" in point) || this.#ids.has(point.id)) return;
    this.#ids.add(point.id);
    if ("slot" in point) this.#include(this.#finder.ofPresence(point));
  }

  /** Moves the anchor up when a point is higher. */
  #reach(point: Point): void {
    while (!isBelow(point, this.#anchor) && this.#anchor.kind !== "root") this.#anchor = this.#anchor.dataParent;
  }

  #include({ ids, onAll, anchor }: Dependencies): void {
    for (const id of ids) this.#ids.add(id);
    if (onAll) this.#onAll = true;
    this.#reach(anchor);
  }
}

const none: ReadonlySet<Point> = new Set();

function parentOf(point: Point): Point | undefined {
  return point.kind === "root" ? undefined : point.dataParent;
}

function childrenOf(point: Point): readonly DataNode[] {
  return "dataChildren" in point ? point.dataChildren : [];
}

function isNamed(parent: Point, child: DataNode, test: Step["test"]): boolean {
  return !("byName" in parent) || namedChildren(parent, test).includes(child);
}

function* descendantsOf(point: Point): Iterable<DataNode> {
  for (const child of childrenOf(point)) {
    yield child;
    yield* descendantsOf(child);
  }
}

/** Whether `point` is `above` or below it. */
export function isBelow(point: Point, above: Point): boolean {
  for (let at: Point | undefined = point; at; at = parentOf(at)) if (at === above) return true;
  return false;
}

/** What a leafref of a leaf can depend on, if it is one or has one for a member. */
export function* leafrefsOf(type: YangType): Iterable<LeafrefType> {
  if (type.base === "leafref") yield type;
  else if (type.base === "union") for (const member of type.members) yield* leafrefsOf(member);
}
