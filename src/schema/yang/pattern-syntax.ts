import { DecodeError } from "../../base/fault.js";
import {
  type CharacterClass,
  type CodePointRange,
  characterClass,
  classDifference,
  escapedClasses,
  propertyClass,
  wildcard,
} from "./pattern-class.js";

/** What an expression consists of. `size` is how many instructions it takes to run. */
export type PatternNode =
  | { readonly kind: "empty"; readonly size: 0 }
  | { readonly kind: "class"; readonly size: 1; readonly characters: CharacterClass }
  | { readonly kind: "sequence" | "choice"; readonly size: number; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: "repeat";
      readonly size: number;
      readonly part: PatternNode;
      readonly least: number;
      readonly most: number;
    };

/** Parentheses, and classes taken from classes, within each other. */
const DEEPEST = 100;
/** Instructions: counted repetitions multiply. */
const LARGEST = 10_000;
const LONGEST = 65_536;
const MOST_REPETITIONS = 1_000_000;

const empty: PatternNode = { kind: "empty", size: 0 };

/**
 * Reads a regular expression of XML Schema. Beyond its rules, a backslash may stand before any punctuation, as in many
 * published modules.
 * @throws {DecodeError} with the offset in UTF-16 units
 * @see XML Schema Part 2, appendix F
 */
export function readPattern(source: string): PatternNode {
  if (source.length > LONGEST) throw new DecodeError(`a pattern longer than ${LONGEST} characters`, 0);
  return new PatternReader(source).whole();
}

class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): PatternNode {
    const node = this.#choice(0);
    if (this.#at < this.#source.length) throw this.#error("a closing parenthesis that nothing opens");
    return node;
  }

  #choice(depth: number): PatternNode {
    if (depth > DEEPEST) throw this.#error(`parentheses nested deeper than ${DEEPEST}`);
    const parts = [this.#sequence(depth)];
    while (this.#skip("|")) parts.push(this.#sequence(depth));
    return parts.length === 1 ? (parts[0] as PatternNode) : this.#sized("choice", parts, parts.length);
  }

  #sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    for (;;) {
      const next = this.#source[this.#at];
      if (next === undefined || next === "|" || next === ")") break;
      const part = this.#repeated(this.#atom(depth));
      if (part.kind !== "empty") parts.push(part);
    }
    if (parts.length === 0) return empty;
    return parts.length === 1 ? (parts[0] as PatternNode) : this.#sized("sequence", parts, 0);
  }

  #sized(kind: "sequence" | "choice", parts: readonly PatternNode[], own: number): PatternNode {
    const size = parts.reduce((sum, part) => sum + part.size, own);
    if (size > LARGEST) throw this.#error(`a pattern of more than ${LARGEST} states`);
    return { kind, size, parts };
  }

  #repeated(part: PatternNode): PatternNode {
    const start = this.#at;
    const bounds = this.#quantifier();
    if (!bounds) return part;
    const [least, most] = bounds;
    if (least > most) throw this.#error("a repetition with more least than most", start);
    if (most === 0 || part.kind === "empty") return empty;
    const copies = most === Number.POSITIVE_INFINITY ? least + 1 : most;
    const size = part.size * copies + (copies - least) + 1;
    if (size > LARGEST) throw this.#error(`a pattern of more than ${LARGEST} states`, start);
    return { kind: "repeat", size, part, least, most };
  }

  #quantifier(): [least: number, most: number] | undefined {
    if (this.#skip("?")) return [0, 1];
    if (this.#skip("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#skip("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#source[this.#at] !== "{") return undefined;
    const found = /^\{([0-9]{1,9})(?:(,)([0-9]{1,9})?)?\}/.exec(this.#source.slice(this.#at, this.#at + 24));
    if (!found) throw this.#error("a brace that begins no repetition");
    const [written, first, comma, second] = found;
    const least = Number(first);
    const most = comma === undefined ? least : second === undefined ? Number.POSITIVE_INFINITY : Number(second);
    if (least > MOST_REPETITIONS || (most > MOST_REPETITIONS && second !== undefined)) {
      throw this.#error(`more than ${MOST_REPETITIONS} repetitions`);
    }
    this.#at += written.length;
    return [least, most];
  }

  #atom(depth: number): PatternNode {
    const start = this.#at;
    const codePoint = this.#take();
    switch (String.fromCodePoint(codePoint)) {
      case "(": {
        const inside = this.#choice(depth + 1);
        if (!this.#skip(")")) throw this.#error("this parenthesis is never closed", start);
        return inside;
      }
      case "[":
        return { kind: "class", size: 1, characters: this.#class(start, 0) };
      case ".":
        return { kind: "class", size: 1, characters: wildcard };
      case "\\": {
        const meant = this.#escape(start);
        const characters = typeof meant === "number" ? characterClass([[meant, meant]]) : meant;
        return { kind: "class", size: 1, characters };
      }
      case "?":
      case "*":
      case "+":
      case "{":
      case "}":
      case "]":
        throw this.#error("a character that must stand after a backslash", start);
      default:
        return { kind: "class", size: 1, characters: characterClass([[codePoint, codePoint]]) };
    }
  }

  /** After a backslash: one character, or a class. */
  #escape(start: number): number | CharacterClass {
    if (this.#at >= this.#source.length) throw this.#error("a backslash at the end", start);
    const codePoint = this.#take();
    const character = String.fromCodePoint(codePoint);
    if (character === "n") return 0x0a;
    if (character === "r") return 0x0d;
    if (character === "t") return 0x09;
    const known = Object.hasOwn(escapedClasses, character) ? escapedClasses[character] : undefined;
    if (known) return known;
    if (character === "p" || character === "P") {
      const found = /^\{([A-Za-z0-9-]{1,64})\}/.exec(this.#source.slice(this.#at, this.#at + 66));
      const named = found?.[1] !== undefined ? propertyClass(found[1], character === "P") : undefined;
      if (!found || !named) throw this.#error("no such category or block of characters", start);
      this.#at += found[0].length;
      return named;
    }
    if (/[A-Za-z0-9]/.test(character)) throw this.#error(`\\${character} stands for nothing`, start);
    return codePoint;
  }

  /** After the opening bracket. @see XML Schema Part 2, appendix F, rule charClassExpr */
  #class(opened: number, depth: number): CharacterClass {
    if (depth > DEEPEST) throw this.#error(`classes nested deeper than ${DEEPEST}`, opened);
    const isNegated = this.#skip("^");
    const ranges: CodePointRange[] = [];
    // Named classes are the same ones every time, so repeating them makes no larger class.
    const others = new Set<CharacterClass>();
    for (;;) {
      if (this.#at >= this.#source.length) throw this.#error("this bracket is never closed", opened);
      const start = this.#at;
      const isFirst = ranges.length === 0 && others.size === 0;
      if (this.#source[start] === "]" && !isFirst) {
        this.#at += 1;
        return characterClass(ranges, [...others], isNegated);
      }
      if (this.#source.startsWith("-[", start) && !isFirst) {
        this.#at += 2;
        const without = this.#class(start + 1, depth + 1);
        if (!this.#skip("]")) throw this.#error("only the end may follow a class that is taken away");
        return classDifference(characterClass(ranges, [...others], isNegated), without);
      }
      const first = this.#classCharacter(start);
      if (typeof first !== "number") {
        others.add(first);
        continue;
      }
      const next = this.#source[this.#at + 1];
      const isRange = this.#source[this.#at] === "-" && next !== "]" && next !== "[" && next !== undefined;
      if (!isRange) {
        ranges.push([first, first]);
        continue;
      }
      this.#at += 1;
      const last = this.#classCharacter(this.#at);
      if (typeof last !== "number") throw this.#error("a range must end with one character", start);
      if (last < first) throw this.#error("a range that runs backwards", start);
      ranges.push([first, last]);
    }
  }

  #classCharacter(start: number): number | CharacterClass {
    const codePoint = this.#take();
    if (codePoint === 0x5c) return this.#escape(start);
    if (codePoint === 0x5b || codePoint === 0x5d) {
      throw this.#error("a bracket that must stand after a backslash", start);
    }
    return codePoint;
  }

  #take(): number {
    const codePoint = this.#source.codePointAt(this.#at) ?? 0;
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  #skip(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #error(reason: string, at = this.#at): DecodeError {
    return new DecodeError(`pattern, character ${at + 1}: ${reason}`, at);
  }
}
