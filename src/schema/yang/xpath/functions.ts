import type { Located } from "../data/located.js";
import type { Scalar } from "../data/tree.js";
import type { YangIdentity } from "../module.js";
import type { Evaluation } from "./evaluation.js";
import { nameOf } from "./node-set.js";
import type { XPathNames } from "./parse-expression.js";
import { CHARACTERS_PER_STEP, stringOf, textNumber, toBoolean, toNumber, toText, type XPathValue } from "./values.js";

/** What an expression is evaluated for. */
export interface Focus {
  readonly node: Located;
  readonly position: number;
  readonly size: number;
  /** What `current()` gives. @see RFC 7950, section 10.1.1 */
  readonly current: Located;
}

export type Compiled = (evaluation: Evaluation, focus: Focus) => XPathValue;

type FunctionMaker = (operands: readonly Compiled[], names: XPathNames) => Compiled;

/** Over the texts of all operands. Texts cost by their length. */
const ofTexts =
  (meaning: (...texts: string[]) => XPathValue): FunctionMaker =>
  (operands, names) =>
  (evaluation, focus) => {
    const texts = operands.map((operand) => toText(evaluation, operand(evaluation, focus), names));
    let length = 0;
    for (const text of texts) length += text.length;
    evaluation.budget.spend(length / CHARACTERS_PER_STEP);
    return meaning(...texts);
  };

const ofNumber =
  (meaning: (number: number) => number): FunctionMaker =>
  ([operand], names) =>
  (evaluation, focus) =>
    meaning(toNumber(evaluation, operandValue(operand, evaluation, focus), names));

/** Over the operand, or the context node when there is none. */
const ofTextOrContext =
  (meaning: (text: string) => XPathValue): FunctionMaker =>
  ([operand], names) =>
  (evaluation, focus) => {
    const text = toText(evaluation, operandValue(operand, evaluation, focus), names);
    evaluation.budget.spend(text.length / CHARACTERS_PER_STEP);
    return meaning(text);
  };

/** Over the name of the first node. */
const ofName =
  (meaning: (name: NonNullable<ReturnType<typeof nameOf>>, names: XPathNames) => string): FunctionMaker =>
  ([operand], names) =>
  (evaluation, focus) => {
    const [first] = nodes(operandValue(operand, evaluation, focus));
    const name = first && nameOf(first);
    return name ? meaning(name, names) : "";
  };

/** The value of an operand; of none, the context node. */
function operandValue(operand: Compiled | undefined, evaluation: Evaluation, focus: Focus): XPathValue {
  return operand ? operand(evaluation, focus) : [focus.node];
}

function nodes(value: XPathValue): readonly Located[] {
  return typeof value === "object" ? value : [];
}

/** The value of a leaf. */
function scalarIn(located: Located | undefined): Scalar | undefined {
  return located?.node.kind === "leaf" ? located.node : undefined;
}

/** @see XML Path Language (XPath) Version 1.0, section 4 and RFC 7950, section 10 */
// biome-ignore format: read as a table
export const functions: ReadonlyMap<string, FunctionMaker> = new Map<string, FunctionMaker>([
  ["last",     () => (_, { size }) => size],
  ["position", () => (_, { position }) => position],
  ["count",    ([of]) => (evaluation, focus) => nodes(operandValue(of, evaluation, focus)).length],
  ["id",       () => () => []],
  ["local-name",    ofName(({ local }) => local)],
  ["namespace-uri", ofName(({ module }) => module.namespace)],
  ["name",          ofName(({ local, module }, names) => `${names.prefixOf?.(module) ?? module.name}:${local}`)],

  ["string",           ofTextOrContext((text) => text)],
  ["concat",           ofTexts((...texts) => texts.join(""))],
  ["starts-with",      ofTexts((text = "", start = "") => text.startsWith(start))],
  ["contains",         ofTexts((text = "", part = "") => text.includes(part))],
  ["substring-before", ofTexts((text = "", part = "") => text.slice(0, Math.max(0, text.indexOf(part))))],
  ["substring-after",  ofTexts((text = "", part = "") => text.includes(part) ? text.slice(text.indexOf(part) + part.length) : "")],
  ["substring",        substring],
  ["string-length",    ofTextOrContext((text) => charactersIn(text))],
  ["normalize-space",  ofTextOrContext((text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").replace(/[ \t\r\n]+/g, " "))],
  ["translate",        ofTexts((text = "", from = "", to = "") => translate(text, from, to))],

  ["boolean", ([of]) => (evaluation, focus) => toBoolean(operandValue(of, evaluation, focus))],
  ["not",     ([of]) => (evaluation, focus) => !toBoolean(operandValue(of, evaluation, focus))],
  ["true",    () => () => true],
  ["false",   () => () => false],
  ["lang",    () => () => false],

  ["number",  ([of], names) => (evaluation, focus) => toNumber(evaluation, operandValue(of, evaluation, focus), names)],
  ["sum",     sum],
  ["floor",   ofNumber(Math.floor)],
  ["ceiling", ofNumber(Math.ceil)],
  ["round",   ofNumber(Math.round)],

  ["current",              () => (_, { current }) => [current]],
  ["re-match",             reMatch],
  ["deref",                ([of]) => (evaluation, focus) => evaluation.follow(nodes(operandValue(of, evaluation, focus))[0])],
  ["derived-from",         derivedFrom(false)],
  ["derived-from-or-self", derivedFrom(true)],
  ["enum-value",           enumValue],
  ["bit-is-set",           bitIsSet],
]);

function charactersIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) count += 1;
  return count;
}

/** Positions count characters from 1 and are rounded. @see XML Path Language (XPath) Version 1.0, section 4.2 */
function substring(operands: readonly Compiled[], names: XPathNames): Compiled {
  const [of, from, length] = operands;
  return (evaluation, focus) => {
    const text = toText(evaluation, operandValue(of, evaluation, focus), names);
    evaluation.budget.spend(text.length / CHARACTERS_PER_STEP);
    const start = Math.round(toNumber(evaluation, operandValue(from, evaluation, focus), names));
    const end = length
      ? start + Math.round(toNumber(evaluation, length(evaluation, focus), names))
      : Number.POSITIVE_INFINITY;
    if (Number.isNaN(start) || Number.isNaN(end)) return "";
    const first = Math.max(start, 1) - 1;
    return end - 1 <= first ? "" : [...text].slice(first, Math.min(end - 1, text.length)).join("");
  };
}

function translate(text: string, from: string, to: string): string {
  const replacements = [...to];
  const meanings = new Map<string, string>();
  [...from].forEach((character, at) => {
    if (!meanings.has(character)) meanings.set(character, replacements[at] ?? "");
  });
  let result = "";
  for (const character of text) result += meanings.get(character) ?? character;
  return result;
}

function sum([of]: readonly Compiled[], names: XPathNames): Compiled {
  return (evaluation, focus) => {
    const added = nodes(operandValue(of, evaluation, focus));
    evaluation.budget.spend(added.length);
    let total = 0;
    for (const node of added) total += textNumber(stringOf(evaluation, node, names));
    return total;
  };
}

/** @see RFC 7950, section 10.2.1 */
function reMatch([of, pattern]: readonly Compiled[], names: XPathNames): Compiled {
  return (evaluation, focus) => {
    const text = toText(evaluation, operandValue(of, evaluation, focus), names);
    const source = toText(evaluation, operandValue(pattern, evaluation, focus), names);
    evaluation.budget.spend(text.length + source.length);
    return evaluation.pattern(source).matches(text, evaluation.budget);
  };
}

/** Whether any of the nodes has an identity derived from the one named. @see RFC 7950, section 10.4 */
function derivedFrom(orSelf: boolean): FunctionMaker {
  return ([of, named], names) =>
    (evaluation, focus) => {
      const name = toText(evaluation, operandValue(named, evaluation, focus), names);
      const base = identityNamed(name, names);
      if (!base) return false;
      return nodes(operandValue(of, evaluation, focus)).some((node) => {
        evaluation.budget.spend(1);
        const scalar = scalarIn(node);
        if (scalar?.type.base !== "identityref") return false;
        const colon = scalar.text.indexOf(":");
        const identity = evaluation.schema.identity(scalar.text.slice(0, colon), scalar.text.slice(colon + 1));
        return identity !== undefined && ((orSelf && identity === base) || base.derived.has(identity));
      });
    };
}

function identityNamed(name: string, names: XPathNames): YangIdentity | undefined {
  const colon = name.indexOf(":");
  if (colon >= 0) return names.moduleOf(name.slice(0, colon))?.identities.get(name.slice(colon + 1));
  return typeof names.unprefixed === "object" ? names.unprefixed.identities.get(name) : undefined;
}

/** @see RFC 7950, section 10.5.1 */
function enumValue([of]: readonly Compiled[]): Compiled {
  return (evaluation, focus) => {
    const scalar = scalarIn(nodes(operandValue(of, evaluation, focus))[0]);
    if (scalar?.type.base !== "enumeration") return Number.NaN;
    return scalar.type.byName.get(scalar.text)?.value ?? Number.NaN;
  };
}

/** @see RFC 7950, section 10.6.1 */
function bitIsSet([of, named]: readonly Compiled[], names: XPathNames): Compiled {
  return (evaluation, focus) => {
    const scalar = scalarIn(nodes(operandValue(of, evaluation, focus))[0]);
    const name = toText(evaluation, operandValue(named, evaluation, focus), names);
    return scalar?.type.base === "bits" && scalar.text.split(" ").includes(name);
  };
}
