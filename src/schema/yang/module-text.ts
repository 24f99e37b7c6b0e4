import { checkGrammar, type GrammarSurvey } from "./check-grammar.js";
import { readStatements, type StatementLimits } from "./read-statements.js";
import { argumentOf, type SourceText, type Statement, substatement, substatements } from "./statement.js";
import { YangError } from "./yang-error.js";

/** An `import` or `include` as it is written. */
export interface TextReference {
  readonly name: string;
  /** Of an import: how this text calls the module. */
  readonly prefix: string;
  readonly revision: string | undefined;
  readonly statement: Statement;
}

/** One file: a module or a submodule, correct in itself; nothing is looked up in other files yet. */
export interface ModuleText {
  readonly name: string;
  /** Of a submodule: the module it is a part of. */
  readonly belongsTo: string | undefined;
  /** The newest, as `YYYY-MM-DD`. */
  readonly revision: string | undefined;
  readonly yangVersion: "1" | "1.1";
  /** What this text calls its own module. */
  readonly prefix: string;
  readonly imports: readonly TextReference[];
  readonly includes: readonly TextReference[];
  readonly statement: Statement;
  readonly survey: GrammarSurvey;
}

/**
 * Reads one module or submodule and checks its grammar.
 * @param source YANG in the compact syntax
 * @throws {YangError} with file, line and column
 * @see RFC 7950, section 7.1 and 7.2
 */
export function readModuleText(source: SourceText, limits: Partial<StatementLimits> = {}): ModuleText {
  return moduleTextOf(readStatements(source, limits));
}

/**
 * The same from statements that are read already.
 * @throws {YangError}
 */
export function moduleTextOf(statement: Statement): ModuleText {
  const survey = checkGrammar(statement);
  const belongsTo = substatement(statement, "belongs-to");
  const prefix = argumentOf(belongsTo ?? statement, "prefix") ?? "";
  const imports = substatements(statement, "import").map(reference);
  const prefixes = new Set([prefix]);
  const names = new Set<string>();
  for (const { name, prefix: imported, revision, statement: at } of imports) {
    if (prefixes.has(imported)) throw new YangError(`the prefix ${imported} is given twice`, at.place);
    if (name === statement.argument) throw new YangError("a module may not import itself", at.place);
    const isRepeated = names.has(name) && names.has(`${name}@${revision ?? ""}`);
    if (isRepeated) throw new YangError(`${name} is imported twice`, at.place);
    prefixes.add(imported);
    names.add(name).add(`${name}@${revision ?? ""}`);
  }
  return {
    name: statement.argument ?? "",
    belongsTo: belongsTo?.argument,
    revision: newestRevision(statement),
    yangVersion: argumentOf(statement, "yang-version") === "1.1" ? "1.1" : "1",
    prefix,
    imports,
    includes: substatements(statement, "include").map(reference),
    statement,
    survey,
  };
}

function reference(statement: Statement): TextReference {
  return {
    name: statement.argument ?? "",
    prefix: argumentOf(statement, "prefix") ?? "",
    revision: argumentOf(statement, "revision-date"),
    statement,
  };
}

function newestRevision(statement: Statement): string | undefined {
  const dates = substatements(statement, "revision").map(({ argument }) => argument ?? "");
  return dates.sort().at(-1);
}
