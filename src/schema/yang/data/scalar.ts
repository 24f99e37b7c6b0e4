import type { IdentityrefType, LengthRange, RestrictionText, StringType, ValueRange, YangType } from "../type.js";
import { scaledDecimal } from "../value-range.js";
import { excerpt } from "../yang-error.js";
import { type NameScope, readInstancePath } from "./instance-identifier.js";
import { pathText } from "./path.js";
import type { Scalar } from "./tree.js";

/** What a format says of a value by itself: XML only has text, JSON tells kinds apart. */
export type Given = "text" | "string" | "number" | "boolean" | "empty";

/** Why a text is not one of a type's values. */
export interface ValueProblem {
  readonly message: string;
  readonly appTag: string | undefined;
}

export type ScalarResult = Scalar | ValueProblem;

export function isProblem(result: ScalarResult): result is ValueProblem {
  return "message" in result;
}

/**
 * Reads a value and brings it into canonical form. Of a union the first member that takes the text is it; whether leafrefs
 * and instance-identifiers lead somewhere is a question of validation.
 * @param given the kind of token that the format had
 * @see RFC 7950, section 9
 */
export function readScalar(type: YangType, given: Given, text: string, names: NameScope): ScalarResult {
  switch (type.base) {
    case "string":
      return given === "text" || given === "string" ? readString(type, text) : wrongKind(type, given);
    case "int8":
    case "int16":
    case "int32":
    case "uint8":
    case "uint16":
    case "uint32":
      if (given !== "text" && given !== "number") return wrongKind(type, given);
      return readInteger(type, text, given);
    case "int64":
    case "uint64":
      if (given !== "text" && given !== "string") return wrongKind(type, given);
      return readInteger(type, text, given);
    case "decimal64": {
      if (given !== "text" && given !== "string") return wrongKind(type, given);
      const scaled = scaledDecimal(withoutIdleZeros(withoutBlanks(text)), type.fractionDigits);
      if (scaled === undefined) return notOf(type, text);
      return within(type.range, scaled) ?? { type, text: decimalText(scaled, type.fractionDigits) };
    }
    case "boolean": {
      if (given !== "text" && given !== "boolean") return wrongKind(type, given);
      const word = withoutBlanks(text);
      return word === "true" || word === "false" ? { type, text: word } : notOf(type, text);
    }
    case "empty":
      if (given !== "text" && given !== "empty") return wrongKind(type, given);
      return withoutBlanks(text) === "" ? { type, text: "" } : notOf(type, text);
    case "enumeration": {
      if (given !== "text" && given !== "string") return wrongKind(type, given);
      const found = type.byName.get(text) ?? type.byName.get(withoutBlanks(text));
      return found ? { type, text: found.name } : notOf(type, text);
    }
    case "bits": {
      if (given !== "text" && given !== "string") return wrongKind(type, given);
      const names = text.split(/[ \t\r\n]+/).filter((name) => name !== "");
      const set = new Set(names);
      if (set.size < names.length || !names.every((name) => type.byName.has(name))) return notOf(type, text);
      return {
        type,
        text: type.bits
          .filter(({ name }) => set.has(name))
          .map(({ name }) => name)
          .join(" "),
      };
    }
    case "binary": {
      if (given !== "text" && given !== "string") return wrongKind(type, given);
      const digits = text.replace(/[ \t\r\n]+/g, "");
      if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return notOf(type, text);
      return outsideLength(type.length, Buffer.byteLength(digits, "base64")) ?? { type, text: digits };
    }
    case "identityref":
      return given === "text" || given === "string"
        ? readIdentity(type, withoutBlanks(text), names)
        : wrongKind(type, given);
    case "instance-identifier": {
      if (given !== "text" && given !== "string") return wrongKind(type, given);
      const path = readInstancePath(withoutBlanks(text), names, (keyType, key) => {
        const read = readScalar(keyType, "text", key, names);
        return isProblem(read) ? undefined : read;
      });
      return path ? { type, text: pathText(path) } : notOf(type, text);
    }
    case "leafref":
      return readScalar(type.target, given, text, names);
    case "union": {
      for (const member of type.members) {
        const read = readScalar(member, given, text, names);
        if (!isProblem(read)) return read;
      }
      return notOf(type, text);
    }
  }
}

/** Reads a text that is canonical already, such as that of another type's value. */
export function rereadScalar(type: YangType, text: string, names: NameScope): Scalar | undefined {
  const read = readScalar(type, "text", text, { ...names, format: "json" });
  return isProblem(read) ? undefined : read;
}

function notOf(type: YangType, text: string): ValueProblem {
  return { message: `"${excerpt(text)}" is no value of the type ${type.writtenAs}`, appTag: undefined };
}

function wrongKind(type: YangType, given: Given): ValueProblem {
  return { message: `the type ${type.writtenAs} is not written as a ${given} in JSON`, appTag: undefined };
}

function restricted(restriction: RestrictionText, message: string): ValueProblem {
  return { message: restriction.errorMessage ?? message, appTag: restriction.errorAppTag };
}

/** Digits beyond these are outside of every range. */
const MOST_DIGITS = 40;
const decimal = /^([+-]?)0*([0-9]+)$/;
const otherBase = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]+)$/;

type IntegerType = Extract<YangType, { readonly range: ValueRange }>;

interface NumberRange {
  readonly parts: readonly { readonly min: number; readonly max: number }[];
}

/** Ranges of types with no number outside of what a JavaScript number holds exactly. */
const numberRanges = new WeakMap<ValueRange, NumberRange>();

function readInteger(type: Exclude<IntegerType, { base: "decimal64" }>, text: string, given: Given): ScalarResult {
  if (isCanonicalShort(text)) {
    return withinNumbers(type.range, Number(text)) ? { type, text } : outside(type.range, text);
  }
  const trimmed = withoutBlanks(text);
  if (trimmed.length > MOST_DIGITS) return notOf(type, text);
  const value = given === "number" ? jsonInteger(trimmed) : integer(trimmed);
  if (value === undefined) return notOf(type, text);
  return within(type.range, value) ?? { type, text: String(value) };
}

/** Up to 15 digits without sign or zero before them: nearly all integers there are. */
function isCanonicalShort(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > 15) return false;
  if (text.charCodeAt(0) === 48) return length === 1;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** @see RFC 7950, section 9.2.1 */
function integer(text: string): bigint | undefined {
  const other = otherBase.exec(text);
  if (other) {
    const [, sign, digits = ""] = other;
    const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
    return sign === "-" ? -value : value;
  }
  const found = decimal.exec(text);
  if (!found) return undefined;
  const value = BigInt(found[2] ?? "0");
  return found[1] === "-" ? -value : value;
}

/** JSON may write a whole number with a fraction of zeros or an exponent. */
function jsonInteger(text: string): bigint | undefined {
  const found = decimal.exec(text);
  if (found) return integer(`${found[1]}${found[2]}`);
  const value = Number(text);
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function withinNumbers(range: ValueRange, value: number): boolean {
  let known = numberRanges.get(range);
  if (!known) {
    known = { parts: range.parts.map(({ min, max }) => ({ min: Number(min), max: Number(max) })) };
    numberRanges.set(range, known);
  }
  for (const { min, max } of known.parts) if (value >= min && value <= max) return true;
  return false;
}

function within(range: ValueRange, value: bigint): ValueProblem | undefined {
  for (const { min, max } of range.parts) if (value >= min && value <= max) return undefined;
  return outside(range, String(value));
}

function outside(range: ValueRange, text: string): ValueProblem {
  return restricted(range, `${text} is outside of the range`);
}

function outsideLength(length: LengthRange | undefined, value: number): ValueProblem | undefined {
  if (!length) return undefined;
  for (const { min, max } of length.parts) if (value >= min && value <= max) return undefined;
  return restricted(length, `a length of ${value} is not allowed`);
}

/** More fraction digits than the type has say nothing when they are zeros. */
function withoutIdleZeros(text: string): string {
  return text.length <= MOST_DIGITS && text.includes(".") ? text.replace(/(\.[0-9]+?)0+$/, "$1") : text;
}

function decimalText(scaled: bigint, fractionDigits: number): string {
  const sign = scaled < 0n ? "-" : "";
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(fractionDigits + 1, "0");
  const fraction = digits.slice(-fractionDigits).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -fractionDigits)}.${fraction || "0"}`;
}

/** What a YANG string may not have. @see RFC 7950, section 9.4 */
const forbidden =
  /[^\t\n\r\x20-\uD7FF\uE000-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{10FFFF}]|[\u{1FFFE}\u{1FFFF}\u{2FFFE}\u{2FFFF}\u{3FFFE}\u{3FFFF}\u{4FFFE}\u{4FFFF}\u{5FFFE}\u{5FFFF}\u{6FFFE}\u{6FFFF}\u{7FFFE}\u{7FFFF}\u{8FFFE}\u{8FFFF}\u{9FFFE}\u{9FFFF}\u{AFFFE}\u{AFFFF}\u{BFFFE}\u{BFFFF}\u{CFFFE}\u{CFFFF}\u{DFFFE}\u{DFFFF}\u{EFFFE}\u{EFFFF}\u{FFFFE}\u{FFFFF}\u{10FFFE}\u{10FFFF}]/u;
const plain = /^[\t\n\r\x20-\x7e]*$/;

function readString(type: StringType, text: string): ScalarResult {
  const isPlain = plain.test(text);
  if (!isPlain && forbidden.test(text)) return { message: "a character that strings may not have", appTag: undefined };
  if (type.length) {
    const problem = outsideLength(type.length, isPlain ? text.length : charactersIn(text));
    if (problem) return problem;
  }
  for (const restriction of type.patterns) {
    if (restriction.pattern.matches(text) !== restriction.invert) continue;
    return restricted(
      restriction,
      `"${excerpt(text)}" does not fit the pattern ${excerpt(restriction.pattern.source)}`,
    );
  }
  return { type, text };
}

function charactersIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) count += 1;
  return count;
}

function readIdentity(type: IdentityrefType, text: string, names: NameScope): ScalarResult {
  const colon = text.indexOf(":");
  const module = names.moduleOf(colon < 0 ? "" : text.slice(0, colon));
  const identity = module?.identities.get(text.slice(colon + 1));
  if (!module || !identity?.enabled || !type.bases.every((base) => base.derived.has(identity)))
    return notOf(type, text);
  return { type, text: `${module.name}:${identity.name}` };
}

/** Without the white space of XML around it; other blanks are no part of any value but a string's. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
