/** Syntax of the arguments of statements. */
export type ArgumentKind =
  | "string"
  | "identifier"
  | "identifier-reference"
  | "uri"
  | "version"
  | "date"
  | "boolean"
  | "status"
  | "ordered-by"
  | "modifier"
  | "deviate"
  | "fraction-digits"
  | "enum-name"
  | "enum-value"
  | "position"
  | "non-negative"
  | "max-elements"
  | "range"
  | "length"
  | "pattern"
  | "path"
  | "xpath"
  | "key"
  | "unique"
  | "if-feature"
  | "schema-node"
  | "absolute-node"
  | "descendant-node";

const identifier = "[A-Za-z_][A-Za-z0-9_.-]*";
const nodeIdentifier = `(?:${identifier}:)?${identifier}`;
const descendant = `${nodeIdentifier}(?:/${nodeIdentifier})*`;
const blank = "[ \\t\\r\\n]";

const identifierPattern = whole(identifier);
const datePattern = whole("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");
const integerPattern = whole("-?(0|[1-9][0-9]*)");
const naturalPattern = whole("0|[1-9][0-9]*");
const positivePattern = whole("[1-9][0-9]*");
const rangePart = `(?:min|max|-?[0-9]+(?:\\.[0-9]+)?)`;
const lengthPart = "(?:min|max|[0-9]+)";

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

function parts(part: string): RegExp {
  const one = `${part}(?:${blank}*\\.\\.${blank}*${part})?`;
  return whole(`${blank}*${one}(?:${blank}*\\|${blank}*${one})*${blank}*`);
}

function words(...all: readonly string[]): RegExp {
  return whole(all.join("|"));
}

/** A pattern, or a function that answers what is wrong. */
const syntax: Readonly<Record<ArgumentKind, RegExp | ((argument: string) => string | undefined)>> = {
  string: () => undefined,
  identifier: identifierPattern,
  "identifier-reference": whole(nodeIdentifier),
  uri: () => undefined,
  version: words("1", "1\\.1"),
  date: datePattern,
  boolean: words("true", "false"),
  status: words("current", "deprecated", "obsolete"),
  "ordered-by": words("system", "user"),
  modifier: words("invert-match"),
  deviate: words("not-supported", "add", "replace", "delete"),
  "fraction-digits": words("[1-9]", "1[0-8]"),
  "enum-name": (argument) => {
    if (argument === "") return "is empty";
    return /^\s|\s$/.test(argument) ? "begins or ends with white space" : undefined;
  },
  "enum-value": (argument) =>
    integerPattern.test(argument) && argument.length <= 11 && isBetween(argument, -2147483648, 2147483647)
      ? undefined
      : "is not an integer between -2147483648 and 2147483647",
  position: (argument) =>
    naturalPattern.test(argument) && argument.length <= 10 && isBetween(argument, 0, 4294967295)
      ? undefined
      : "is not an integer between 0 and 4294967295",
  "non-negative": (argument) =>
    naturalPattern.test(argument) && argument.length <= 10 && isBetween(argument, 0, 4294967295)
      ? undefined
      : "is not an integer between 0 and 4294967295",
  "max-elements": (argument) =>
    argument === "unbounded" ||
    (positivePattern.test(argument) && argument.length <= 10 && isBetween(argument, 1, 4294967295))
      ? undefined
      : 'is neither "unbounded" nor an integer between 1 and 4294967295',
  range: parts(rangePart),
  length: parts(lengthPart),
  pattern: () => undefined,
  path: () => undefined,
  xpath: (argument) => (argument.trim() === "" ? "is empty" : undefined),
  key: whole(`${blank}*${nodeIdentifier}(?:${blank}+${nodeIdentifier})*${blank}*`),
  unique: whole(`${blank}*${descendant}(?:${blank}+${descendant})*${blank}*`),
  "if-feature": () => undefined,
  "schema-node": whole(`(?:/${nodeIdentifier})+|${descendant}`),
  "absolute-node": whole(`(?:/${nodeIdentifier})+`),
  "descendant-node": whole(descendant),
};

function isBetween(digits: string, least: number, most: number): boolean {
  const value = Number(digits);
  return value >= least && value <= most;
}

/** What is wrong with an argument as a text, to be put behind it in a message; `undefined` when nothing is. */
export function argumentFault(kind: ArgumentKind, argument: string): string | undefined {
  const rule = syntax[kind];
  if (typeof rule === "function") return rule(argument);
  return rule.test(argument) ? undefined : `is not what this statement takes (${kind})`;
}

/** The prefix ("" for none) and the rest of a name. */
export function splitName(name: string): { prefix: string; local: string } {
  const colon = name.indexOf(":");
  return colon < 0 ? { prefix: "", local: name } : { prefix: name.slice(0, colon), local: name.slice(colon + 1) };
}
