import type { YangModule } from "../module.js";

export type Axis =
  | "ancestor"
  | "ancestor-or-self"
  | "attribute"
  | "child"
  | "descendant"
  | "descendant-or-self"
  | "following"
  | "following-sibling"
  | "namespace"
  | "parent"
  | "preceding"
  | "preceding-sibling"
  | "self";

/** What a step takes of the nodes on its axis. */
export type NodeTest =
  | { readonly kind: "name"; readonly local: string; readonly module: YangModule | "any" | undefined }
  | { readonly kind: "module"; readonly module: YangModule }
  | { readonly kind: "any-name" | "node" | "text" | "nothing" };

export interface Step {
  readonly axis: Axis;
  readonly test: NodeTest;
  readonly predicates: readonly Expression[];
}

export type BinaryOperator = "or" | "and" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "div" | "mod";

/** @see XML Path Language (XPath) Version 1.0, section 3 */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "literal"; readonly value: string }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "negate"; readonly operand: Expression }
  | { readonly kind: "union"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Expression[] }
  | PathExpression;

export interface PathExpression {
  readonly kind: "path";
  readonly start: "root" | "context" | Expression;
  /** Of `start` when that is an expression. */
  readonly predicates: readonly Expression[];
  readonly steps: readonly Step[];
}

export type ValueKind = "nodes" | "string" | "number" | "boolean";
