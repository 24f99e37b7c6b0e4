import { Fault } from "../../../base/fault.js";
import type { YangModule } from "../module.js";
import { excerpt } from "../yang-error.js";
import type { Axis, BinaryOperator, Expression, NodeTest, PathExpression, Step, ValueKind } from "./expression.js";
import { signatures } from "./functions-table.js";
import { tokenize, type XPathToken } from "./tokens.js";

/** What names in an expression mean. */
export interface XPathNames {
  /** `undefined` for a prefix that is not bound. */
  moduleOf(prefix: string): YangModule | undefined;
  /** Whose nodes names without prefix are: of one module, of every module, or of none. */
  readonly unprefixed: YangModule | "any" | undefined;
  /** How the expression calls a module, which decides what identities look like as strings; else by the module's name. */
  prefixOf?(module: YangModule): string | undefined;
}

const axes: ReadonlySet<string> = new Set<Axis>([
  "ancestor",
  "ancestor-or-self",
  "attribute",
  "child",
  "descendant",
  "descendant-or-self",
  "following",
  "following-sibling",
  "namespace",
  "parent",
  "preceding",
  "preceding-sibling",
  "self",
]);

/** Expressions within expressions. */
const DEEPEST = 64;
const LONGEST = 8192;

/** From the loosest. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ["or"],
  ["and"],
  ["=", "!="],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "div", "mod"],
];

const anyNode: Step = { axis: "descendant-or-self", test: { kind: "node" }, predicates: [] };

/**
 * Reads an expression and resolves its names.
 * @throws {Fault} `invalid` when it is none, is too long or too deep, or uses a prefix or function that there is not
 * @see XML Path Language (XPath) Version 1.0
 */
export function parseExpression(text: string, names: XPathNames): Expression {
  if (text.length > LONGEST) throw new Fault("invalid", `an XPath expression of more than ${LONGEST} characters`);
  return new ExpressionParser(text, names).parse();
}

/** What an expression gives, which in XPath 1.0 never depends on data. */
export function kindOf(expression: Expression): ValueKind {
  switch (expression.kind) {
    case "number":
    case "negate":
      return "number";
    case "literal":
      return "string";
    case "binary":
      return ["+", "-", "*", "div", "mod"].includes(expression.operator) ? "number" : "boolean";
    case "union":
    case "path":
      return "nodes";
    case "call":
      return signatures.get(expression.name)?.gives ?? "string";
  }
}

class ExpressionParser {
  readonly #text: string;
  readonly #names: XPathNames;
  readonly #tokens: readonly XPathToken[];
  #at = 0;
  #depth = 0;

  constructor(text: string, names: XPathNames) {
    this.#text = text;
    this.#names = names;
    this.#tokens = tokenize(text);
  }

  parse(): Expression {
    const expression = this.#expression();
    if (this.#at < this.#tokens.length) this.#refuse(`"${this.#peek()?.text}" was not expected`);
    return expression;
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) this.#refuse(`nested deeper than ${DEEPEST}`);
    const expression = this.#binary(0);
    this.#depth -= 1;
    return expression;
  }

  #binary(level: number): Expression {
    const operators = levels[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    let count = 0;
    for (;;) {
      const operator = operators.find((one) => this.#isOperator(one));
      if (!operator) return left;
      // A long chain is a deep tree.
      count += 1;
      if (count > 500) this.#refuse("too many operators in a row");
      this.#at += 1;
      left = { kind: "binary", operator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    let isNegative = false;
    let count = 0;
    while (this.#isOperator("-")) {
      this.#at += 1;
      count += 1;
      isNegative = !isNegative;
    }
    const operand = this.#union();
    if (count === 0) return operand;
    const negated: Expression = { kind: "negate", operand };
    return isNegative ? negated : { kind: "negate", operand: negated };
  }

  #union(): Expression {
    let left = this.#path();
    let count = 0;
    while (this.#isOperator("|")) {
      this.#at += 1;
      count += 1;
      if (count > 500) this.#refuse("too many operators in a row");
      const right = this.#path();
      if (kindOf(left) !== "nodes" || kindOf(right) !== "nodes") this.#refuse("a union is of node-sets");
      left = { kind: "union", left, right };
    }
    return left;
  }

  #path(): Expression {
    const token = this.#peek();
    if (!token) return this.#refuse("it ends too early");
    if (token.kind === "sign" && (token.text === "/" || token.text === "//")) return this.#absolute();
    if (!this.#isPrimary(token)) return { kind: "path", start: "context", predicates: [], steps: this.#steps() };
    const start = this.#primary();
    const predicates = this.#predicates();
    const isContinued = this.#isSign("/") || this.#isSign("//");
    if (predicates.length === 0 && !isContinued) return start;
    if (kindOf(start) !== "nodes") this.#refuse("only a node-set has predicates and steps");
    const steps: Step[] = [];
    if (isContinued) {
      if (this.#take().text === "//") steps.push(anyNode);
      steps.push(...this.#steps());
    }
    return { kind: "path", start, predicates, steps };
  }

  #absolute(): PathExpression {
    const isDeep = this.#take().text === "//";
    const steps: Step[] = isDeep ? [anyNode] : [];
    if (isDeep || this.#beginsStep()) steps.push(...this.#steps());
    return { kind: "path", start: "root", predicates: [], steps };
  }

  #steps(): Step[] {
    const steps = [this.#step()];
    for (;;) {
      if (this.#isSign("/")) this.#at += 1;
      else if (this.#isSign("//")) {
        this.#at += 1;
        steps.push(anyNode);
      } else return steps;
      steps.push(this.#step());
    }
  }

  #beginsStep(): boolean {
    const token = this.#peek();
    if (!token) return false;
    return token.kind === "name" || (token.kind === "sign" && [".", "..", "@", "*"].includes(token.text));
  }

  #step(): Step {
    const token = this.#peek();
    if (!token) return this.#refuse("a step is missing at the end");
    if (this.#isSign(".") || this.#isSign("..")) {
      this.#at += 1;
      const axis = token.text === "." ? "self" : "parent";
      return { axis, test: { kind: "node" }, predicates: [] };
    }
    let axis: Axis = "child";
    if (this.#isSign("@")) {
      this.#at += 1;
      axis = "attribute";
    } else if (token.kind === "name" && this.#peek(1)?.text === "::") {
      if (!axes.has(token.text)) this.#refuse(`there is no axis ${excerpt(token.text)}`);
      axis = token.text as Axis;
      this.#at += 2;
    }
    return { axis, test: this.#test(), predicates: this.#predicates() };
  }

  #test(): NodeTest {
    const token = this.#take();
    if (token.kind === "sign" && token.text === "*") return { kind: "any-name" };
    if (token.kind !== "name") return this.#refuse(`"${token.text}" is no step`);
    if (this.#isSign("(")) {
      this.#at += 1;
      if (token.text === "processing-instruction" && this.#peek()?.kind === "literal") this.#at += 1;
      this.#expect(")");
      if (token.text === "node" || token.text === "text") return { kind: token.text };
      if (token.text === "comment" || token.text === "processing-instruction") return { kind: "nothing" };
      return this.#refuse(`${excerpt(token.text)}() is no step`);
    }
    const colon = token.text.indexOf(":");
    const local = token.text.slice(colon + 1);
    if (colon < 0) return { kind: "name", local, module: this.#names.unprefixed };
    const module = this.#module(token.text.slice(0, colon));
    return local === "*" ? { kind: "module", module } : { kind: "name", local, module };
  }

  #module(prefix: string): YangModule {
    return this.#names.moduleOf(prefix) ?? this.#refuse(`the prefix ${excerpt(prefix)} is not bound`);
  }

  #predicates(): Expression[] {
    const predicates: Expression[] = [];
    while (this.#isSign("[")) {
      this.#at += 1;
      predicates.push(this.#expression());
      this.#expect("]");
    }
    return predicates;
  }

  #isPrimary(token: XPathToken): boolean {
    if (token.kind === "number" || token.kind === "literal") return true;
    if (token.kind === "sign") return token.text === "(" || token.text === "$";
    const isType = ["node", "text", "comment", "processing-instruction"].includes(token.text);
    return token.kind === "name" && this.#peek(1)?.text === "(" && !isType;
  }

  #primary(): Expression {
    const token = this.#take();
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "literal") return { kind: "literal", value: token.text };
    if (token.text === "(" && token.kind === "sign") {
      const inner = this.#expression();
      this.#expect(")");
      return inner;
    }
    if (token.kind !== "name") return this.#refuse("there are no variables");
    return this.#call(token.text);
  }

  #call(name: string): Expression {
    const signature = signatures.get(name);
    if (!signature) return this.#refuse(`there is no function ${excerpt(name)}`);
    this.#expect("(");
    const operands: Expression[] = [];
    if (!this.#isSign(")")) {
      do operands.push(this.#expression());
      while (this.#skip(","));
    }
    this.#expect(")");
    const { least, most, nodes } = signature;
    if (operands.length < least || operands.length > most) this.#refuse(`${name}() has ${operands.length} operands`);
    for (const index of nodes) {
      const operand = operands[index];
      if (operand && kindOf(operand) !== "nodes") this.#refuse(`${name}() needs a node-set`);
    }
    return { kind: "call", name, operands };
  }

  #peek(ahead = 0): XPathToken | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #take(): XPathToken {
    const token = this.#peek();
    if (!token) return this.#refuse("it ends too early");
    this.#at += 1;
    return token;
  }

  #isSign(text: string): boolean {
    const token = this.#peek();
    return token?.kind === "sign" && token.text === text;
  }

  #isOperator(text: string): boolean {
    const token = this.#peek();
    return token?.kind === "operator" && token.text === text;
  }

  #skip(text: string): boolean {
    if (!this.#isSign(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) this.#refuse(`"${text}" was expected`);
  }

  #refuse(reason: string): never {
    throw new Fault("invalid", `the XPath expression "${excerpt(this.#text, 200)}": ${reason}`);
  }
}
