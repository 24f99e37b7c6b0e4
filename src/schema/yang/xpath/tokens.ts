import { Fault } from "../../../base/fault.js";
import { excerpt } from "../yang-error.js";

export interface XPathToken {
  /** Of `sign` are those that are no operators, `*` where a name may stand among them. */
  readonly kind: "name" | "number" | "literal" | "operator" | "sign";
  readonly text: string;
}

const name = "[\\p{L}_][\\p{L}\\p{N}_.·-]*";
const pattern = new RegExp(
  [
    `(?<name>${name}(?::(?!:)(?:${name}|\\*))?)`,
    "(?<number>[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)",
    "(?<literal>\"[^\"]*\"|'[^']*')",
    "(?<sign>::|\\.\\.|//|!=|<=|>=|[()[\\].@,/|+=<>*$-])",
  ].join("|"),
  "uy",
);
const space = /[ \t\r\n]*/y;

const operatorNames: ReadonlySet<string> = new Set(["and", "or", "mod", "div"]);
const operatorSigns: ReadonlySet<string> = new Set(["|", "+", "-", "=", "!=", "<", "<=", ">", ">="]);

/**
 * The tokens of an expression. Whether `*`, `and` and the like are operators depends on what stands before.
 * @throws {Fault} `invalid` on a character that begins no token
 * @see XML Path Language (XPath) Version 1.0, section 3.7
 */
export function tokenize(text: string): readonly XPathToken[] {
  const tokens: XPathToken[] = [];
  let at = 0;
  for (;;) {
    space.lastIndex = at;
    at += space.exec(text)?.[0].length ?? 0;
    if (at >= text.length) return tokens;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) throw new Fault("invalid", `the XPath expression "${excerpt(text, 200)}": no token at ${at + 1}`);
    at = pattern.lastIndex;
    tokens.push(tokenOf(found.groups ?? {}, tokens.at(-1)));
  }
}

function tokenOf(groups: { readonly [name: string]: string | undefined }, before: XPathToken | undefined): XPathToken {
  const { name: word, number, literal, sign = "" } = groups;
  if (number !== undefined) return { kind: "number", text: number };
  if (literal !== undefined) return { kind: "literal", text: literal.slice(1, -1) };
  const followsOperand =
    before !== undefined &&
    before.kind !== "operator" &&
    !(before.kind === "sign" && ["@", "::", "(", "[", ",", "/", "//"].includes(before.text));
  if (word !== undefined) {
    return { kind: followsOperand && operatorNames.has(word) ? "operator" : "name", text: word };
  }
  const isOperator = operatorSigns.has(sign) || (sign === "*" && followsOperand);
  return { kind: isOperator ? "operator" : "sign", text: sign };
}
