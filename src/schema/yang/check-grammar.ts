import { argumentFault } from "./argument.js";
import { type Occurrence, ruleOf, sectionOf } from "./grammar.js";
import { argumentOf, type Statement } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/**
 * Checks a module or submodule against YANG's grammar: which statements stand where, how often, in which order, and the
 * syntax of their arguments. What stands in statements of extensions is not looked at.
 * @throws {YangError} at the first statement that breaks a rule
 * @see RFC 7950, section 14
 */
export function checkGrammar(outermost: Statement): void {
  if (outermost.prefix !== "" || (outermost.keyword !== "module" && outermost.keyword !== "submodule")) {
    throw new YangError(`expected a module or a submodule, found "${excerpt(outermost.keyword)}"`, outermost.place);
  }
  const version1 = (argumentOf(outermost, "yang-version") ?? "1") === "1";
  checkStatement(outermost, version1);
  checkSections(outermost);
}

/**
 * Checks what an extension's statement holds as if it were one of YANG's own.
 * @throws {YangError}
 */
export function checkInside(statement: Statement, rule: ReadonlyMap<string, Occurrence>, version1: boolean): void {
  checkSubstatements(statement, rule, version1);
}

function checkStatement(statement: Statement, version1: boolean): void {
  const { keyword, argument, place } = statement;
  const rule = ruleOf(keyword, argument);
  if (!rule) throw new YangError(`"${excerpt(keyword)}" is no statement of YANG`, place);
  if (rule.argument === undefined) {
    if (argument !== undefined) throw new YangError(`${keyword} takes no argument`, place);
  } else {
    if (argument === undefined) throw new YangError(`${keyword} needs an argument`, place);
    const fault = argumentFault(rule.argument, argument);
    if (fault !== undefined) throw new YangError(`the argument "${excerpt(argument)}" of ${keyword} ${fault}`, place);
  }
  checkSubstatements(statement, rule.substatements, version1);
}

function checkSubstatements(statement: Statement, allowed: ReadonlyMap<string, Occurrence>, version1: boolean): void {
  const counts = new Map<string, number>();
  for (const inside of statement.children) {
    if (inside.prefix !== "") continue;
    const { keyword, place } = inside;
    const occurrence = allowed.get(keyword);
    if (!occurrence || (version1 && !occurrence.inVersion1)) {
      if (!ruleOf(keyword, inside.argument)) {
        throw new YangError(`"${excerpt(keyword)}" is no statement of YANG`, place);
      }
      const where = occurrence ? " in YANG version 1" : "";
      throw new YangError(`${keyword} may not stand in ${statement.keyword}${where}`, place);
    }
    const count = (counts.get(keyword) ?? 0) + 1;
    const most = version1 && occurrence.onceInVersion1 ? 1 : occurrence.most;
    if (count > most) throw new YangError(`a second ${keyword} in one ${statement.keyword}`, place);
    counts.set(keyword, count);
    checkStatement(inside, version1);
  }
  for (const [keyword, { least }] of allowed) {
    if (least === 1 && !counts.has(keyword)) {
      throw new YangError(`${statement.keyword} needs a ${keyword}`, statement.place);
    }
  }
}

function checkSections(module: Statement): void {
  let section = 0;
  for (const { keyword, prefix, place } of module.children) {
    if (prefix !== "") continue;
    const own = sectionOf(keyword);
    if (own < section) throw new YangError(`${keyword} stands too late in the ${module.keyword}`, place);
    section = own;
  }
}
