import type { Statement } from "./statement.js";

const INDENT = "  ";
/** Texts are broken between words before this column where that changes nothing. */
const WIDTH = 110;

/** Arguments that may stand without quotes: no blanks, quotes, braces, semicolons, beginnings of comments. */
const bare = /^(?!\+)(?:[^\s;{}"'\\/*+]|\/(?![/*])|\*(?!\/)|\+)+$/;

/**
 * Writes statements as YANG: what `readStatements` reads from it is the same again, but for comments and places.
 * @see RFC 7950, section 6
 */
export function writeStatements(statement: Statement): string {
  const parts: string[] = [];
  writeStatement(statement, "", parts);
  return parts.join("");
}

function writeStatement({ prefix, keyword, argument, children }: Statement, indent: string, parts: string[]): void {
  const name = prefix === "" ? keyword : `${prefix}:${keyword}`;
  parts.push(indent, name);
  if (argument !== undefined) parts.push(writeArgument(argument, indent, name.length));
  if (children.length === 0) {
    parts.push(";\n");
    return;
  }
  parts.push(" {\n");
  for (const child of children) writeStatement(child, indent + INDENT, parts);
  parts.push(indent, "}\n");
}

function writeArgument(argument: string, indent: string, nameLength: number): string {
  if (bare.test(argument)) return ` ${argument}`;
  const isOneLine = !argument.includes("\n");
  if (isOneLine && /["\\]/.test(argument) && !argument.includes("'")) return ` '${argument}'`;
  const escaped = argument.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  if (isOneLine) {
    const fits = indent.length + nameLength + escaped.length + 4 <= WIDTH;
    return fits ? ` "${escaped}"` : `\n${indent}${INDENT}"${escaped}"`;
  }
  // Blanks before a line break would be taken away by the reader.
  if (/[ \t\r]\n/.test(escaped)) return ` "${escaped.replaceAll("\n", "\\n")}"`;
  const inner = `${indent}${INDENT}`;
  const lines = escaped.split("\n").map((line, i) => (i === 0 || line === "" ? line : `${inner} ${line}`));
  return `\n${inner}"${lines.join("\n")}"`;
}
