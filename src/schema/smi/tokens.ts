import { DecodeError } from "../../base/fault.js";

/** One word of a module, with the place where it begins. */
export interface Token {
  readonly kind: "name" | "number" | "string" | "octets" | "mark" | "end";
  /** The word itself; for a string its content, for octets their digits with the base letter, such as `0f'H`. */
  readonly text: string;
  readonly offset: number;
}

/** Longest module that is read, in characters. */
const LONGEST_MODULE = 4 * 1024 * 1024;

// Each pattern repeats one character class only, so that no text makes the engine keep places to go back to.
const BLANK = /[ \t\r\n\f]+/y;
const COMMENT = /--[^\n\r]*/y;
const NAME = /[A-Za-z][A-Za-z0-9-]*/y;
const NUMBER = /-?[0-9]+/y;
const QUOTED = /"[^"]*"/y;
const OCTETS = /'[0-9A-Fa-f]*'[HhBb]/y;
const MARK = /::=|\.\.|[{}()[\],;|.]/y;

/**
 * Cuts a module into words, leaving out comments.
 * @throws {DecodeError} at a character that begins no word, with line and column
 * @see RFC 2578, section 3.1
 */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > LONGEST_MODULE) throw new DecodeError(`longer than ${LONGEST_MODULE} characters`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const skipped = match(BLANK, text, at) ?? commentAt(text, at);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const found = wordAt(text, at);
    if (found === undefined) throw new DecodeError(`${placeOf(text, at)}: this begins no word of a module`, at);
    tokens.push({ ...found.token, offset: at });
    at += found.length;
  }
  tokens.push({ kind: "end", text: "the end of the text", offset: at });
  return tokens;
}

/** Where an offset lies, for people: `line 3, column 7`. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `line ${line}, column ${offset - before.lastIndexOf("\n")}`;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** A comment ends with its line or with the next pair of hyphens. */
function commentAt(text: string, at: number): string | undefined {
  const comment = match(COMMENT, text, at);
  const end = comment?.indexOf("--", 2) ?? -1;
  return end < 0 ? comment : comment?.slice(0, end + 2);
}

function wordAt(text: string, at: number): { token: Omit<Token, "offset">; length: number } | undefined {
  const name = match(NAME, text, at);
  if (name !== undefined) {
    const comment = name.indexOf("--");
    const word = (comment < 0 ? name : name.slice(0, comment)).replace(/-$/, "");
    return { token: { kind: "name", text: word }, length: word.length };
  }
  if (text[at] === '"') return stringAt(text, at);
  const octets = match(OCTETS, text, at);
  if (octets !== undefined) {
    const digits = octets.slice(1, -2);
    return { token: { kind: "octets", text: `${digits}'${octets.slice(-1).toUpperCase()}` }, length: octets.length };
  }
  const number = match(NUMBER, text, at);
  if (number !== undefined) return { token: { kind: "number", text: number }, length: number.length };
  const mark = match(MARK, text, at);
  return mark === undefined ? undefined : { token: { kind: "mark", text: mark }, length: mark.length };
}

/** A quote inside a string is written twice. */
function stringAt(text: string, start: number): { token: Omit<Token, "offset">; length: number } | undefined {
  const parts: string[] = [];
  let at = start;
  do {
    const part = match(QUOTED, text, at);
    if (part === undefined) return undefined;
    parts.push(part.slice(1, -1));
    at += part.length;
  } while (text[at] === '"');
  return { token: { kind: "string", text: parts.join('"') }, length: at - start };
}
