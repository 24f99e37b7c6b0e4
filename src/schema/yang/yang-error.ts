import { DecodeError } from "../../base/fault.js";
import type { Place } from "./statement.js";

/** A module that breaks a rule of YANG. The message begins with file, line and column, both counted from 1. */
export class YangError extends DecodeError {
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(reason: string, place: Place) {
    const { line, column } = lineAndColumn(place);
    super(`${place.source.name}:${line}:${column}: ${reason}`, place.offset);
    this.source = place.source.name;
    this.line = line;
    this.column = column;
    this.reason = reason;
  }
}

/** Ends of lines are `\n` and `\r\n`; columns are counted in UTF-16 units. */
function lineAndColumn({ source, offset }: Place): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = source.text.indexOf("\n"); at >= 0 && at < offset; at = source.text.indexOf("\n", start)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: Math.max(offset - start, 0) + 1 };
}

/** At most `most` characters of a text that came from outside, for a message. */
export function excerpt(text: string, most = 60): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
