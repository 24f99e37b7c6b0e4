import { splitName } from "./argument.js";
import type { DefaultValue } from "./schema-node.js";
import type { IdentityrefType, YangType } from "./type.js";
import { scaledDecimal } from "./value-range.js";

/**
 * Whether a text that a module gives as a default is one of the type's values.
 * @see RFC 7950, section 9
 */
export function isDefaultOf(type: YangType, value: DefaultValue): boolean {
  const { text } = value;
  switch (type.base) {
    case "binary":
      return isBase64(text) && isWithin(type.length?.parts, octetsIn(text));
    case "bits": {
      const names = text.split(/\s+/).filter((name) => name !== "");
      return new Set(names).size === names.length && names.every((name) => type.byName.has(name));
    }
    case "boolean":
      return text === "true" || text === "false";
    case "decimal64": {
      const scaled = scaledDecimal(text.trim(), type.fractionDigits);
      return scaled !== undefined && isWithin(type.range.parts, scaled);
    }
    case "empty":
      return false;
    case "enumeration":
      return type.byName.has(text);
    case "identityref":
      return isDerived(type, value);
    case "instance-identifier":
      return text.startsWith("/");
    case "leafref":
      return isDefaultOf(type.target, value);
    case "string":
      return (
        isWithin(type.length?.parts, charactersIn(text)) &&
        type.patterns.every(({ pattern, invert }) => pattern.matches(text) !== invert)
      );
    case "union":
      return type.members.some((member) => isDefaultOf(member, value));
    default: {
      const number = integerOf(text.trim());
      return number !== undefined && isWithin(type.range.parts, number);
    }
  }
}

function isWithin<T extends bigint | number>(parts: readonly { min: T; max: T }[] | undefined, value: T): boolean {
  return parts === undefined || parts.some(({ min, max }) => value >= min && value <= max);
}

/** Defaults may be written in hexadecimal and octal too. @see RFC 7950, section 9.2.1 */
function integerOf(text: string): bigint | undefined {
  const found = /^([+-]?)(0x[0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (!found || text.length > 30) return undefined;
  const [, sign, digits = ""] = found;
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === "-" ? -value : value;
}

function isDerived({ bases }: IdentityrefType, { text, context }: DefaultValue): boolean {
  const { prefix, local } = splitName(text);
  const module = prefix === "" ? context.module : context.prefixes.get(prefix);
  const identity = module?.identities.get(local);
  return identity?.enabled === true && bases.every((base) => base.derived.has(identity));
}

function charactersIn(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800;
    if (isPair) count -= 1;
  }
  return count;
}

function isBase64(text: string): boolean {
  const digits = text.replace(/\s+/g, "");
  return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
}

function octetsIn(text: string): number {
  return Buffer.byteLength(text.replace(/\s+/g, ""), "base64");
}
