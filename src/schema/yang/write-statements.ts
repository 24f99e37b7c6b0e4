import type { Statement } from "./statement.js";

const INDENT = "  ";
/** Texts are broken between words before this column where that changes nothing. */
const WIDTH = 110;

/** Names, numbers and dates stand without quotes. */
const bare = /^[A-Za-z0-9_.-]+(?::[A-Za-z0-9_.-]+)?$/;
/** Words for people and addresses are quoted even when they could do without. */
const quoted: ReadonlySet<string> = new Set([
  ...["contact", "default", "description", "error-app-tag", "error-message", "namespace", "organization", "presence"],
  ...["reference", "units"],
]);

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
  if (argument !== undefined) parts.push(writeArgument(argument, quoted.has(keyword), indent, name.length));
  if (children.length === 0) {
    parts.push(";\n");
    return;
  }
  parts.push(" {\n");
  for (const child of children) writeStatement(child, indent + INDENT, parts);
  parts.push(indent, "}\n");
}

function writeArgument(argument: string, isQuoted: boolean, indent: string, nameLength: number): string {
  if (!isQuoted && bare.test(argument)) return ` ${argument}`;
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
