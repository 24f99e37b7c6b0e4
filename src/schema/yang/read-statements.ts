import type { SourceText, Statement } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** What a text may cost before it is refused. */
export interface StatementLimits {
  /** UTF-16 units of the text. */
  readonly length: number;
  /** Statements within statements. */
  readonly depth: number;
  readonly statements: number;
}

const defaultLimits: StatementLimits = { length: 8 * 1024 * 1024, depth: 100, statements: 500_000 };

/**
 * Reads a text of YANG into its one outermost statement. Words, quotes, indentation and comments are understood; whether the
 * statements are right for each other is not looked at.
 * @throws {YangError} at the first character that does not fit, or when a limit is passed
 * @see RFC 7950, section 6.1 to 6.3
 */
export function readStatements(source: SourceText, limits: Partial<StatementLimits> = {}): Statement {
  return new StatementReader(source, { ...defaultLimits, ...limits }).module();
}

/** The two last code points of every plane above the first are no characters. */
const planeEnds = Array.from({ length: 16 }, (_, i) =>
  [0x1fffe, 0x1ffff].map((end) => String.fromCodePoint(end + i * 0x10000)),
);
/** No such character may stand in a module. @see RFC 7950, section 14, rule yang-char */
const forbidden = new RegExp(
  `[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{10FFFF}]|[${planeEnds.flat().join("")}]`,
  "u",
);

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const ASTERISK = 42;
const PLUS = 43;
const SLASH = 47;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Columns that a tab takes in indented strings. */
const TAB_WIDTH = 8;

const keywordPattern = /(?:([A-Za-z_][A-Za-z0-9_.-]*):)?([A-Za-z_][A-Za-z0-9_.-]*)/y;
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", '"': '"', "\\": "\\" };

class StatementReader {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #limits: StatementLimits;
  #at = 0;
  #count = 0;
  /** Where the first escape stands that only YANG 1 lets pass. */
  #looseEscape: number | undefined;

  constructor(source: SourceText, limits: StatementLimits) {
    this.#source = source;
    this.#text = source.text;
    this.#limits = limits;
  }

  module(): Statement {
    const { length } = this.#limits;
    if (this.#text.length > length) throw this.#error(`longer than ${length} characters`, 0);
    this.#checkCharacters();
    if (this.#text.startsWith("\uFEFF")) this.#at = 1;
    this.#skipBlank();
    const outermost = this.#statement(1);
    this.#skipBlank();
    if (this.#at < this.#text.length) throw this.#error("text after the end of the module");
    if (this.#looseEscape !== undefined && isVersion11(outermost)) {
      throw this.#error('a backslash in double quotes stands before n, t, " or \\ only', this.#looseEscape);
    }
    return outermost;
  }

  #statement(depth: number): Statement {
    const start = this.#at;
    this.#count += 1;
    if (this.#count > this.#limits.statements) throw this.#error(`more than ${this.#limits.statements} statements`);
    if (depth > this.#limits.depth) throw this.#error(`statements nested deeper than ${this.#limits.depth}`);
    keywordPattern.lastIndex = start;
    const found = keywordPattern.exec(this.#text);
    if (!found) throw this.#error(`expected a keyword${this.#foundHere()}`);
    this.#at = keywordPattern.lastIndex;
    const [, prefix = "", keyword = ""] = found;
    const isApart = this.#skipBlank();
    let argument: string | undefined;
    let next = this.#text.charCodeAt(this.#at);
    if (next !== SEMICOLON && next !== OPEN) {
      if (this.#at >= this.#text.length) throw this.#error(`the text ends inside of "${excerpt(keyword)}"`);
      if (!isApart) throw this.#error(`expected white space after "${excerpt(keyword)}"${this.#foundHere()}`);
      argument = this.#argument();
      this.#skipBlank();
      next = this.#text.charCodeAt(this.#at);
    }
    const children: Statement[] = [];
    if (next === OPEN) this.#block(children, depth);
    else if (next !== SEMICOLON)
      throw this.#error(`expected ";" or "{" after "${excerpt(keyword)}"${this.#foundHere()}`);
    this.#at += 1;
    return { prefix, keyword, argument, children, place: { source: this.#source, offset: start } };
  }

  /** Leaves the position at the closing brace. */
  #block(children: Statement[], depth: number): void {
    const opened = this.#at;
    this.#at += 1;
    for (;;) {
      this.#skipBlank();
      if (this.#at >= this.#text.length) throw this.#error('this "{" is never closed', opened);
      if (this.#text.charCodeAt(this.#at) === CLOSE) return;
      children.push(this.#statement(depth + 1));
    }
  }

  #argument(): string {
    const quote = this.#text.charCodeAt(this.#at);
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) return this.#unquoted();
    const first = this.#quoted();
    let pieces: string[] | undefined;
    for (;;) {
      const end = this.#at;
      this.#skipBlank();
      if (this.#text.charCodeAt(this.#at) !== PLUS) {
        this.#at = end;
        return pieces?.join("") ?? first;
      }
      this.#at += 1;
      this.#skipBlank();
      const opening = this.#text.charCodeAt(this.#at);
      if (opening !== DOUBLE_QUOTE && opening !== SINGLE_QUOTE) {
        throw this.#error(`expected a quoted string after "+"${this.#foundHere()}`);
      }
      pieces ??= [first];
      pieces.push(this.#quoted());
    }
  }

  #unquoted(): string {
    const start = this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code <= SPACE || code === SEMICOLON || code === OPEN || code === CLOSE) break;
      if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE)
        throw this.#error("a quote inside of a string without quotes");
      if (code === SLASH) {
        const following = this.#text.charCodeAt(this.#at + 1);
        if (following === SLASH || following === ASTERISK) break;
      }
      if (code === ASTERISK && this.#text.charCodeAt(this.#at + 1) === SLASH) {
        throw this.#error("the end of a comment inside of a string without quotes");
      }
    }
    if (this.#at === start) throw this.#error(`expected an argument${this.#foundHere()}`);
    return this.#text.slice(start, this.#at);
  }

  /** Reads one string in quotes and leaves the position behind it. */
  #quoted(): string {
    const opened = this.#at;
    const text = this.#text;
    if (text.charCodeAt(opened) === SINGLE_QUOTE) {
      const end = text.indexOf("'", opened + 1);
      if (end < 0) throw this.#error("this quote is never closed", opened);
      this.#at = end + 1;
      return text.slice(opened + 1, end).replaceAll("\r\n", "\n");
    }
    let end = opened + 1;
    let isPlain = true;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === DOUBLE_QUOTE) break;
      if (code === BACKSLASH) {
        isPlain = false;
        end += 1;
      } else if (code === LINE_FEED) isPlain = false;
    }
    if (end >= text.length) throw this.#error("this quote is never closed", opened);
    this.#at = end + 1;
    const written = text.slice(opened + 1, end);
    return isPlain ? written : this.#unfold(written, opened);
  }

  /**
   * Takes away blanks at the ends of lines and the indentation below the opening quote, then replaces escapes.
   * @see RFC 7950, section 6.1.3
   */
  #unfold(written: string, opened: number): string {
    const lines = written.split(/\r?\n/);
    const indentation = lines.length > 1 ? this.#columnAfter(opened) : 0;
    const last = lines.length - 1;
    for (let i = 0; i <= last; i++) {
      let line = lines[i] as string;
      if (i > 0) line = outdent(line, indentation);
      lines[i] = i < last ? withoutTrailingBlanks(line) : line;
    }
    const joined = lines.join("\n");
    if (!joined.includes("\\")) return joined;
    return joined.replace(/\\(.)/gs, (sequence, character: string) => {
      const meant = escapes[character];
      if (meant !== undefined) return meant;
      this.#looseEscape ??= opened;
      return sequence;
    });
  }

  /** Columns up to and including the one at `offset`. */
  #columnAfter(offset: number): number {
    let columns = 1;
    for (let at = offset - 1; at >= 0; at--) {
      const code = this.#text.charCodeAt(at);
      if (code === LINE_FEED) break;
      columns += code === TAB ? TAB_WIDTH : 1;
    }
    return columns;
  }

  /** @returns whether there was white space or a comment */
  #skipBlank(): boolean {
    const text = this.#text;
    const start = this.#at;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === SPACE || code === TAB || code === LINE_FEED) this.#at += 1;
      else if (code === CARRIAGE_RETURN) {
        if (text.charCodeAt(this.#at + 1) !== LINE_FEED) throw this.#error("a carriage return without a line feed");
        this.#at += 2;
      } else if (code === SLASH && text.charCodeAt(this.#at + 1) === SLASH) {
        const end = text.indexOf("\n", this.#at);
        this.#at = end < 0 ? text.length : end;
      } else if (code === SLASH && text.charCodeAt(this.#at + 1) === ASTERISK) {
        const end = text.indexOf("*/", this.#at + 2);
        if (end < 0) throw this.#error("this comment is never closed");
        this.#at = end + 2;
      } else return this.#at > start;
    }
  }

  #checkCharacters(): void {
    const offset = this.#text.search(forbidden);
    if (offset < 0) return;
    const code = (this.#text.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    throw this.#error(`the character U+${code} may not stand in a module`, offset);
  }

  #foundHere(): string {
    if (this.#at >= this.#text.length) return ", found the end of the text";
    return `, found "${excerpt(/\S{0,24}/.exec(this.#text.slice(this.#at, this.#at + 24))?.[0] ?? "")}"`;
  }

  #error(reason: string, offset = this.#at): YangError {
    return new YangError(reason, { source: this.#source, offset });
  }
}

function isVersion11(module: Statement): boolean {
  return module.children.some(
    ({ prefix, keyword, argument }) => prefix === "" && keyword === "yang-version" && argument === "1.1",
  );
}

function withoutTrailingBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && (line.charCodeAt(end - 1) === SPACE || line.charCodeAt(end - 1) === TAB)) end -= 1;
  return line.slice(0, end);
}

/** Without the blanks in the first `columns` columns; a tab that reaches beyond leaves blanks for the rest of it. */
function outdent(line: string, columns: number): string {
  let at = 0;
  let passed = 0;
  while (passed < columns) {
    const code = line.charCodeAt(at);
    if (code !== SPACE && code !== TAB) break;
    passed += code === TAB ? TAB_WIDTH : 1;
    at += 1;
  }
  return " ".repeat(Math.max(passed - columns, 0)) + line.slice(at);
}
