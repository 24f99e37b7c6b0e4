/** A text that statements were read from. */
export interface SourceText {
  /** For messages: a file name. */
  readonly name: string;
  readonly text: string;
}

/** Where something stands in a text. */
export interface Place {
  readonly source: SourceText;
  /** In UTF-16 units from the start. */
  readonly offset: number;
}

/** One statement of YANG or one element of YIN. @see RFC 7950, section 6.3 */
export interface Statement {
  /** "" for statements of YANG itself. */
  readonly prefix: string;
  readonly keyword: string;
  /** Without quotes, pieces joined. */
  readonly argument: string | undefined;
  readonly children: readonly Statement[];
  readonly place: Place;
}

/** The first substatement of YANG itself with that keyword. */
export function substatement(of: Statement, keyword: string): Statement | undefined {
  for (const statement of of.children) if (statement.keyword === keyword && statement.prefix === "") return statement;
  return undefined;
}

/** Every substatement of YANG itself with that keyword, in order. */
export function substatements(of: Statement, keyword: string): readonly Statement[] {
  return of.children.filter((statement) => statement.keyword === keyword && statement.prefix === "");
}

/** The argument of the first substatement with that keyword. */
export function argumentOf(of: Statement, keyword: string): string | undefined {
  return substatement(of, keyword)?.argument;
}
