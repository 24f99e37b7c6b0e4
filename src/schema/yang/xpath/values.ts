import type { Located } from "../data/located.js";
import type { LeafData } from "../data/tree.js";
import { allChildren } from "./accessible.js";
import type { Evaluation } from "./evaluation.js";
import type { XPathNames } from "./parse-expression.js";

export type XPathValue = readonly Located[] | string | number | boolean;

/** Pieces of text that cost as much as looking at one node. */
export const CHARACTERS_PER_STEP = 8;

/**
 * The string-value of a node: of a leaf the canonical form of its value, where an identity has the prefix that the
 * expression's module knows it by; of other nodes the texts of all leafs below.
 * @see RFC 7950, section 9.10.3 and XML Path Language (XPath) Version 1.0, section 5
 */
export function stringOf(evaluation: Evaluation, located: Located, names: XPathNames): string {
  const { node } = located;
  if (node.kind === "leaf") return leafString(node, evaluation, names);
  if (node.kind === "any") return "";
  const parts: string[] = [];
  const waiting = [located];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.node.kind === "leaf") {
      const text = leafString(next.node, evaluation, names);
      evaluation.budget.spend(1 + text.length / CHARACTERS_PER_STEP);
      parts.push(text);
    } else waiting.push(...allChildren(evaluation, next).reverse());
  }
  return parts.join("");
}

function leafString({ type, text }: LeafData, { schema }: Evaluation, names: XPathNames): string {
  if (type.base !== "identityref") return text;
  const colon = text.indexOf(":");
  const module = schema.module(text.slice(0, colon));
  const prefix = module && names.prefixOf?.(module);
  return prefix === undefined ? text : `${prefix}${text.slice(colon)}`;
}

/** Whether a leaf has that literal for its value. An identity of the expression's own module may lack its prefix. */
function isLiteral(evaluation: Evaluation, located: Located, literal: string, names: XPathNames): boolean {
  const { node } = located;
  if (stringOf(evaluation, located, names) === literal) return true;
  if (node.kind !== "leaf" || node.type.base !== "identityref") return false;
  if (node.text === literal) return true;
  const { unprefixed } = names;
  return typeof unprefixed === "object" && `${unprefixed.name}:${literal}` === node.text;
}

export function toText(evaluation: Evaluation, value: XPathValue, names: XPathNames): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return String(value);
  const [first] = value;
  return first ? stringOf(evaluation, first, names) : "";
}

export function toNumber(evaluation: Evaluation, value: XPathValue, names: XPathNames): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return textNumber(toText(evaluation, value, names));
}

export function toBoolean(value: XPathValue): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  return value.length > 0;
}

/** @see XML Path Language (XPath) Version 1.0, section 4.4 */
export function textNumber(text: string): number {
  return /^[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*$/.test(text) ? Number(text) : Number.NaN;
}

/** @see XML Path Language (XPath) Version 1.0, section 4.2 */
function numberText(value: number): string {
  if (Object.is(value, -0)) return "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  const short = String(Math.abs(value));
  const sign = value < 0 ? "-" : "";
  const [written = "", exponent] = short.split("e");
  if (exponent === undefined) return `${sign}${short}`;
  const [whole = "", fraction = ""] = written.split(".");
  const power = Number(exponent);
  const digits = whole + fraction;
  if (power > 0) return `${sign}${digits.padEnd(power + 1, "0")}`;
  return `${sign}0.${"0".repeat(-power - 1)}${digits}`;
}

type Relation = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** @see XML Path Language (XPath) Version 1.0, section 3.4 */
export function compare(
  evaluation: Evaluation,
  relation: Relation,
  left: XPathValue,
  right: XPathValue,
  names: XPathNames,
): boolean {
  if (typeof left !== "object" && typeof right === "object") {
    return compare(evaluation, mirrored[relation], right, left, names);
  }
  if (typeof left !== "object") return comparePlain(relation, left, right as string | number | boolean);
  if (typeof right === "boolean") return comparePlain(relation, left.length > 0, right);
  const isEquality = relation === "=" || relation === "!=";
  if (typeof right === "string" && isEquality) {
    return left.some((node) => {
      evaluation.budget.spend(1);
      return isLiteral(evaluation, node, right, names) === (relation === "=");
    });
  }
  if (typeof right !== "object") {
    const other = typeof right === "number" ? right : textNumber(right);
    return left.some((node) => {
      evaluation.budget.spend(1);
      return comparePlain(relation, textNumber(stringOf(evaluation, node, names)), other);
    });
  }
  return isEquality
    ? compareTexts(evaluation, relation, left, right, names)
    : compareNumbers(evaluation, relation, left, right, names);
}

const mirrored: Readonly<Record<Relation, Relation>> = {
  "=": "=",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

function comparePlain(relation: Relation, left: string | number | boolean, right: string | number | boolean): boolean {
  if (relation === "=" || relation === "!=") return areEqual(left, right) === (relation === "=");
  const a = plainNumber(left);
  const b = plainNumber(right);
  if (relation === "<") return a < b;
  if (relation === "<=") return a <= b;
  return relation === ">" ? a > b : a >= b;
}

function areEqual(left: string | number | boolean, right: string | number | boolean): boolean {
  if (typeof left === "boolean" || typeof right === "boolean") return toBoolean(left) === toBoolean(right);
  if (typeof left === "number" || typeof right === "number") return plainNumber(left) === plainNumber(right);
  return left === right;
}

function plainNumber(value: string | number | boolean): number {
  return typeof value === "string" ? textNumber(value) : Number(value);
}

/** Any pair of nodes with equal, or unequal, texts. */
function compareTexts(
  evaluation: Evaluation,
  relation: "=" | "!=",
  left: readonly Located[],
  right: readonly Located[],
  names: XPathNames,
): boolean {
  if (left.length === 0 || right.length === 0) return false;
  evaluation.budget.spend(left.length + right.length);
  const texts = new Set(right.map((node) => stringOf(evaluation, node, names)));
  if (relation === "=") return left.some((node) => texts.has(stringOf(evaluation, node, names)));
  if (texts.size > 1) return true;
  return left.some((node) => !texts.has(stringOf(evaluation, node, names)));
}

/** Any pair of nodes in that order: the extremes tell. */
function compareNumbers(
  evaluation: Evaluation,
  relation: "<" | "<=" | ">" | ">=",
  left: readonly Located[],
  right: readonly Located[],
  names: XPathNames,
): boolean {
  evaluation.budget.spend(left.length + right.length);
  const numbers = (nodes: readonly Located[]): number[] =>
    nodes.map((node) => textNumber(stringOf(evaluation, node, names))).filter((number) => !Number.isNaN(number));
  const isRising = relation === "<" || relation === "<=";
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const least = (values: readonly number[]): number =>
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const a = numbers(left);
  const b = numbers(right);
  if (a.length === 0 || b.length === 0) return false;
  return isRising ? comparePlain(relation, least(a), most(b)) : comparePlain(relation, most(a), least(b));
}
