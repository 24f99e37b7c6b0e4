import { patternBlocks } from "./pattern-blocks.js";

/** A set of characters. */
export interface CharacterClass {
  has(codePoint: number): boolean;
  /** How many comparisons one answer may take. */
  readonly cost: number;
}

/** Both ends inside. */
export type CodePointRange = readonly [first: number, last: number];

/** The characters of all ranges and other classes together, or with `isNegated` all others. */
export function characterClass(
  ranges: readonly CodePointRange[],
  others: readonly CharacterClass[] = [],
  isNegated = false,
): CharacterClass {
  const merged = merge(ranges);
  return {
    cost: others.reduce((sum, { cost }) => sum + cost, 1),
    has: (codePoint) => (isInRanges(merged, codePoint) || others.some((other) => other.has(codePoint))) !== isNegated,
  };
}

/** What is in `from` and not in `without`. @see XML Schema Part 2, appendix F, rule charClassSub */
export function classDifference(from: CharacterClass, without: CharacterClass): CharacterClass {
  return { cost: from.cost + without.cost, has: (codePoint) => from.has(codePoint) && !without.has(codePoint) };
}

function complement(of: CharacterClass): CharacterClass {
  return { cost: of.cost, has: (codePoint) => !of.has(codePoint) };
}

function fromExpression(expression: RegExp): CharacterClass {
  return { cost: 2, has: (codePoint) => expression.test(String.fromCodePoint(codePoint)) };
}

/** `.` stands for all but the two characters that end lines. */
export const wildcard: CharacterClass = characterClass(
  [
    [0x0a, 0x0a],
    [0x0d, 0x0d],
  ],
  [],
  true,
);

const blank = characterClass([
  [0x09, 0x0a],
  [0x0d, 0x0d],
  [0x20, 0x20],
]);
const digit = fromExpression(/^\p{Nd}$/u);
const word = fromExpression(/^[^\p{P}\p{Z}\p{C}]$/u);
const nameStart = fromExpression(
  /^[:A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}]$/u,
);
const nameCharacter = fromExpression(
  /^[-.0-9:A-Z_a-z\xB7\xC0-\xD6\xD8-\xF6\xF8-\u037D\u037F-\u1FFF\u200C-\u200D\u203F\u2040\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}]$/u,
);

/** What a letter after a backslash stands for, if it is a class. @see XML Schema Part 2, appendix F.1.1, rule MultiCharEsc */
export const escapedClasses: Readonly<Record<string, CharacterClass>> = {
  s: blank,
  S: complement(blank),
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  i: nameStart,
  I: complement(nameStart),
  c: nameCharacter,
  C: complement(nameCharacter),
};

const categories: ReadonlySet<string> = new Set(
  "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn".split(" "),
);

const propertyClasses = new Map<string, CharacterClass>();

/** The class that `\p{name}` or, negated, `\P{name}` stands for; nothing when there is none of that name. */
export function propertyClass(name: string, isNegated: boolean): CharacterClass | undefined {
  const label = `${isNegated ? "P" : "p"}{${name}}`;
  const known = propertyClasses.get(label);
  if (known) return known;
  const made = newPropertyClass(name, label, isNegated);
  if (made) propertyClasses.set(label, made);
  return made;
}

function newPropertyClass(name: string, label: string, isNegated: boolean): CharacterClass | undefined {
  const block =
    name.startsWith("Is") && Object.hasOwn(patternBlocks, name.slice(2)) ? patternBlocks[name.slice(2)] : undefined;
  if (block) return characterClass(block, [], isNegated);
  return categories.has(name) ? fromExpression(new RegExp(`^\\${label}$`, "u")) : undefined;
}

/** In ascending order, apart from each other. */
function merge(ranges: readonly CodePointRange[]): readonly CodePointRange[] {
  const merged: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

function isInRanges(ranges: readonly CodePointRange[], codePoint: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = ranges[middle] as CodePointRange;
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return true;
  }
  return false;
}
