import type { Position } from "./toml-locator.js";

/** One thing that is wrong with a configuration file. */
export interface Problem extends Position {
  readonly file: string;
  /** The key it is about, `snmp.community[0].name`, or empty for the file as a whole. */
  readonly key: string;
  readonly problem: string;
  /** What to write instead; may be empty. */
  readonly advice: string;
}

/** One line for people, beginning with `FILE:LINE:COLUMN:` as editors understand it. */
export function problemText({ file, line, column, key, problem, advice }: Problem): string {
  const subject = key === "" ? "" : `${key} `;
  return `${file}:${line}:${column}: ${subject}${problem}${advice === "" ? "" : `; ${advice}`}`;
}
