import { argumentFault } from "./argument.js";
import { type Occurrence, ruleOf, type Substatements, sectionOf } from "./grammar.js";
import { argumentOf, type Statement } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** What was seen on the way, so that nobody has to go through all statements again. */
export interface GrammarSurvey {
  /** Statements of YANG itself. */
  readonly count: number;
  /** Statements with a prefix that stand in statements of YANG itself. */
  readonly extensionUses: readonly Statement[];
  /** `augment`, `deviation` and `path`, which name nodes of other modules. */
  readonly targets: readonly Statement[];
}

/**
 * Checks a module or submodule against YANG's grammar: which statements stand where, how often, in which order, and the
 * syntax of their arguments. What stands in statements of extensions is not looked at.
 * @throws {YangError} at the first statement that breaks a rule
 * @see RFC 7950, section 14
 */
export function checkGrammar(outermost: Statement): GrammarSurvey {
  if (outermost.prefix !== "" || (outermost.keyword !== "module" && outermost.keyword !== "submodule")) {
    throw new YangError(`expected a module or a submodule, found "${excerpt(outermost.keyword)}"`, outermost.place);
  }
  const checker = new GrammarChecker((argumentOf(outermost, "yang-version") ?? "1") === "1");
  checker.statement(outermost);
  checkSections(outermost);
  return checker;
}

/**
 * Checks what an extension's statement holds as if it were one of YANG's own.
 * @throws {YangError}
 */
export function checkInside(statement: Statement, rule: Substatements, version1: boolean): void {
  new GrammarChecker(version1).inside(statement, rule);
}

class GrammarChecker implements GrammarSurvey {
  readonly #version1: boolean;
  readonly extensionUses: Statement[] = [];
  readonly targets: Statement[] = [];
  count = 0;

  constructor(version1: boolean) {
    this.#version1 = version1;
  }

  statement(statement: Statement): void {
    const { keyword, argument, place } = statement;
    this.count += 1;
    const rule = ruleOf(keyword, argument);
    if (!rule) throw new YangError(`"${excerpt(keyword)}" is no statement of YANG`, place);
    if (rule.argument === undefined) {
      if (argument !== undefined) throw new YangError(`${keyword} takes no argument`, place);
    } else {
      if (argument === undefined) throw new YangError(`${keyword} needs an argument`, place);
      const fault = argumentFault(rule.argument, argument);
      if (fault !== undefined) throw new YangError(`the argument "${excerpt(argument)}" of ${keyword} ${fault}`, place);
    }
    if (keyword === "augment" || keyword === "deviation" || keyword === "path") this.targets.push(statement);
    this.inside(statement, rule.substatements);
  }

  inside(statement: Statement, { allowed, required }: Substatements): void {
    const { children, keyword: outer, place: outerPlace } = statement;
    if (children.length === 0) {
      if (required.length > 0) throw new YangError(`${outer} needs a ${required[0]}`, outerPlace);
      return;
    }
    const counts = new Map<string, number>();
    for (const child of children) {
      if (child.prefix === "") this.#child(child, outer, allowed, counts);
      else this.extensionUses.push(child);
    }
    for (const keyword of required) {
      if (!counts.has(keyword)) throw new YangError(`${outer} needs a ${keyword}`, outerPlace);
    }
  }

  #child(child: Statement, outer: string, allowed: ReadonlyMap<string, Occurrence>, counts: Map<string, number>): void {
    const { keyword, place } = child;
    const occurrence = allowed.get(keyword);
    if (!occurrence || (this.#version1 && !occurrence.inVersion1)) {
      if (!ruleOf(keyword, child.argument)) throw new YangError(`"${excerpt(keyword)}" is no statement of YANG`, place);
      throw new YangError(`${keyword} may not stand in ${outer}${occurrence ? " in YANG version 1" : ""}`, place);
    }
    const count = (counts.get(keyword) ?? 0) + 1;
    const most = this.#version1 && occurrence.onceInVersion1 ? 1 : occurrence.most;
    if (count > most) throw new YangError(`a second ${keyword} in one ${outer}`, place);
    counts.set(keyword, count);
    this.statement(child);
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
