import type { Statement } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** Parentheses and negations within each other. */
const DEEPEST = 100;

/**
 * Whether an `if-feature` statement holds.
 * @param isEnabled answers for one feature by its name with prefix, and throws when there is no such feature; asked for every
 *   name in the expression, so that all of them are checked
 * @throws {YangError} on a syntax error; in YANG 1 the argument is one name
 * @see RFC 7950, section 7.20.2
 */
export function evaluateIfFeature(
  statement: Statement,
  version1: boolean,
  isEnabled: (name: string) => boolean,
): boolean {
  const { argument = "", place } = statement;
  const tokens = argument.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;

  const refuse = (): never => {
    throw new YangError(`"${excerpt(argument)}" is no expression of features`, place);
  };
  const term = (depth: number): boolean => {
    if (depth > DEEPEST) throw new YangError(`an expression nested deeper than ${DEEPEST}`, place);
    let value = factor(depth);
    while (tokens[at] === "and") {
      at += 1;
      const right = factor(depth);
      value = value && right;
    }
    return value;
  };
  const expression = (depth: number): boolean => {
    let value = term(depth);
    while (tokens[at] === "or") {
      at += 1;
      const right = term(depth);
      value = value || right;
    }
    return value;
  };
  const factor = (depth: number): boolean => {
    if (depth > DEEPEST) throw new YangError(`an expression nested deeper than ${DEEPEST}`, place);
    const token = tokens[at] ?? refuse();
    at += 1;
    if (token === "not") return !factor(depth + 1);
    if (token === "(") {
      const value = expression(depth + 1);
      if (tokens[at] !== ")") refuse();
      at += 1;
      return value;
    }
    if (!/^(?:[A-Za-z_][A-Za-z0-9_.-]*:)?[A-Za-z_][A-Za-z0-9_.-]*$/.test(token)) refuse();
    return isEnabled(token);
  };

  if (version1 && tokens.length !== 1) throw new YangError("YANG version 1 knows no expressions of features", place);
  const value = expression(0);
  if (at < tokens.length) refuse();
  return value;
}
