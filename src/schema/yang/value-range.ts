import type { Statement } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** Both ends inside. */
export interface Interval {
  readonly min: bigint;
  readonly max: bigint;
}

/** The bounds of built-in integers. @see RFC 7950, section 9.2 */
// biome-ignore format: read as a table
export const integerBounds = {
  int8:   { min: -(2n ** 7n),  max: 2n ** 7n - 1n },
  int16:  { min: -(2n ** 15n), max: 2n ** 15n - 1n },
  int32:  { min: -(2n ** 31n), max: 2n ** 31n - 1n },
  int64:  { min: -(2n ** 63n), max: 2n ** 63n - 1n },
  uint8:  { min: 0n, max: 2n ** 8n - 1n },
  uint16: { min: 0n, max: 2n ** 16n - 1n },
  uint32: { min: 0n, max: 2n ** 32n - 1n },
  uint64: { min: 0n, max: 2n ** 64n - 1n },
} as const;

/** Digits beyond these are no bound of any type. */
const MOST_DIGITS = 40;
const MOST_PARTS = 1000;

/**
 * Reads the argument of `range` or `length` as a restriction of `base`.
 * @param bound the number that a text means; `undefined` when it is none of the type
 * @throws {YangError} when the parts are not ascending, or reach outside of `base`
 * @see RFC 7950, section 9.2.4 and 9.4.4
 */
export function readIntervals(
  { argument = "", keyword, place }: Statement,
  base: readonly Interval[],
  bound: (text: string) => bigint | undefined,
): readonly Interval[] {
  const lowest = base[0]?.min ?? 0n;
  const highest = base.at(-1)?.max ?? 0n;
  const read = (text: string): bigint => {
    if (text === "min") return lowest;
    if (text === "max") return highest;
    const value = text.length > MOST_DIGITS ? undefined : bound(text);
    if (value === undefined) throw new YangError(`"${excerpt(text)}" is no bound of a ${keyword} of this type`, place);
    return value;
  };
  const written = argument.split("|");
  if (written.length > MOST_PARTS) throw new YangError(`a ${keyword} of more than ${MOST_PARTS} parts`, place);
  const intervals = written.map((part) => {
    const [from = "", to = from] = part.split("..").map((text) => text.trim());
    return { min: read(from), max: read(to) };
  });
  let previous: Interval | undefined;
  let at = 0;
  for (const interval of intervals) {
    const { min, max } = interval;
    if (min > max || (previous && min <= previous.max)) {
      throw new YangError(`the ${keyword} "${excerpt(argument)}" is not in ascending order`, place);
    }
    previous = interval;
    while (at < base.length && (base[at] as Interval).max < min) at += 1;
    const outer = base[at];
    if (!outer || min < outer.min || max > outer.max) {
      throw new YangError(`the ${keyword} "${excerpt(argument)}" allows what its base type does not`, place);
    }
  }
  return intervals;
}

/** The number of a decimal text in units of its last of `fractionDigits` digits; `undefined` when it has more digits. */
export function scaledDecimal(text: string, fractionDigits: number): bigint | undefined {
  if (fractionDigits === 0 && /^-?[0-9]{1,20}$/.test(text)) return BigInt(text); // nearly all
  const found = /^([+-]?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  if (!found || text.length > MOST_DIGITS) return undefined;
  const [, sign, whole = "", fraction = ""] = found;
  if (fraction.length > fractionDigits) return undefined;
  const value = BigInt(whole + fraction.padEnd(fractionDigits, "0"));
  return sign === "-" ? -value : value;
}
