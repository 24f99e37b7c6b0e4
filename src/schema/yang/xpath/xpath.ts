import { Fault } from "../../../base/fault.js";
import type { Located } from "../data/located.js";
import type { XPathContext } from "../module.js";
import { compileExpression } from "./compile-expression.js";
import type { Evaluation } from "./evaluation.js";
import type { Expression } from "./expression.js";
import type { Compiled } from "./functions.js";
import { kindOf, parseExpression, type XPathNames } from "./parse-expression.js";
import { toBoolean, type XPathValue } from "./values.js";

/** A compiled XPath 1.0 expression with the functions of YANG. It holds no data and can be used again and again. */
export class XPath {
  readonly text: string;
  readonly expression: Expression;
  readonly #compiled: Compiled;

  /**
   * @throws {Fault} `invalid` when it is no expression, is too long or too deep, or uses a prefix or function that there is not
   * @see RFC 7950, section 6.4
   */
  constructor(text: string, names: XPathNames, expression = parseExpression(text, names)) {
    this.text = text;
    this.expression = expression;
    this.#compiled = compileExpression(expression, names);
  }

  /**
   * @param context the context node, which is also what `current()` gives
   * @throws {XPathLimitFault} when it takes more steps than the evaluation's budget has
   */
  evaluate(evaluation: Evaluation, context: Located = evaluation.root): XPathValue {
    return this.#compiled(evaluation, { node: context, position: 1, size: 1, current: context });
  }

  /** @throws {XPathLimitFault} as `evaluate` */
  holds(evaluation: Evaluation, context: Located): boolean {
    return toBoolean(this.evaluate(evaluation, context));
  }

  /**
   * The nodes it selects, in document order.
   * @throws {Fault} `invalid` when it gives no node-set; `XPathLimitFault` as `evaluate`
   */
  select(evaluation: Evaluation, context: Located = evaluation.root): readonly Located[] {
    if (kindOf(this.expression) !== "nodes") {
      throw new Fault("invalid", `the XPath expression "${this.text.slice(0, 200)}" selects no nodes`);
    }
    const value = this.evaluate(evaluation, context);
    return typeof value === "object" ? value : [];
  }
}

const namesOf = new WeakMap<XPathContext, XPathNames>();

/** Names as they are meant in a module. @see RFC 7950, section 6.4.1 */
export function namesIn(context: XPathContext): XPathNames {
  const known = namesOf.get(context);
  if (known) return known;
  const { module, prefixes } = context;
  const byModule = new Map([...prefixes].map(([prefix, of]) => [of, prefix]));
  const names: XPathNames = {
    moduleOf: (prefix) => prefixes.get(prefix),
    unprefixed: module,
    prefixOf: (of) => byModule.get(of),
  };
  namesOf.set(context, names);
  return names;
}
