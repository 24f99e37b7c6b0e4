import { DecodeError, reasonOf } from "../../../base/fault.js";
import type { Json } from "./tree.js";

/** What a text may cost before it is refused. */
export interface JsonLimits {
  readonly octets: number;
  /** Objects and arrays within each other. */
  readonly depth: number;
}

const defaultJsonLimits: JsonLimits = { octets: 8 * 1024 * 1024, depth: 256 };

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a string must escape
const plainCharacters = /[^"\\\u0000-\u001f]*/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Reads a JSON text token by token, from front to back. Every method throws a `DecodeError` on what is not JSON.
 * @see RFC 8259
 */
export class JsonText {
  readonly #text: string;
  readonly #depth: number;
  #at = 0;
  #open = 0;

  /** @throws {DecodeError} when it is too long or not UTF-8 */
  constructor(input: Uint8Array | string, limits: Partial<JsonLimits> = {}) {
    const { octets, depth } = { ...defaultJsonLimits, ...limits };
    const length = typeof input === "string" ? Buffer.byteLength(input) : input.length;
    if (length > octets) throw new DecodeError(`JSON of ${length} octets, at most ${octets} are accepted`, 0);
    this.#text = typeof input === "string" ? input : decodeUtf8(input);
    this.#depth = depth;
    this.#skipSpace();
  }

  /** In octets from the start. */
  offset(): number {
    return Buffer.byteLength(this.#text.slice(0, this.#at));
  }

  /** The character that the next token begins with; "" at the end. */
  get next(): string {
    return this.#text[this.#at] ?? "";
  }

  /** The members of an object, whose values the caller reads in between. Names are unique. */
  *members(): Generator<string, void, void> {
    this.#enter("{");
    const names = new Set<string>();
    if (!this.#skip("}")) {
      do {
        const name = this.string();
        if (names.has(name)) this.refuse(`the member ${JSON.stringify(name.slice(0, 60))} stands twice`);
        names.add(name);
        this.#expect(":");
        yield name;
      } while (this.#skip(","));
      this.#expect("}");
    }
    this.#open -= 1;
  }

  /** The elements of an array, each of which the caller reads when it is given its index. */
  *elements(): Generator<number, void, void> {
    this.#enter("[");
    if (!this.#skip("]")) {
      let index = 0;
      do {
        yield index;
        index += 1;
      } while (this.#skip(","));
      this.#expect("]");
    }
    this.#open -= 1;
  }

  string(): string {
    if (this.next !== '"') this.refuse("a string was expected");
    this.#at += 1;
    let text = "";
    for (;;) {
      text += this.#take(plainCharacters);
      const sign = this.next;
      this.#at += 1;
      if (sign === '"') break;
      if (sign !== "\\") {
        this.#at -= 1;
        this.refuse(sign === "" ? "a string without end" : "a control character in a string");
      }
      text += this.#escape();
    }
    this.#skipSpace();
    return text;
  }

  /** The text of a number. */
  number(): string {
    const text = this.#take(number);
    if (text === "") this.refuse("a value was expected");
    this.#skipSpace();
    return text;
  }

  /** `true`, `false` or `null`. */
  word(): boolean | null {
    for (const word of ["true", "false", "null"]) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      this.#skipSpace();
      return word === "null" ? null : word === "true";
    }
    return this.refuse("a value was expected");
  }

  /** Any value with all that is in it. */
  value(): Json {
    switch (this.next) {
      case "{": {
        const members = new Map<string, Json>();
        for (const name of this.members()) members.set(name, this.value());
        return members;
      }
      case "[": {
        const elements: Json[] = [];
        for (const _ of this.elements()) elements.push(this.value());
        return elements;
      }
      case '"':
        return this.string();
      case "t":
      case "f":
      case "n":
        return this.word();
      default:
        return { number: this.number() };
    }
  }

  /** Nothing but white space may follow. */
  end(): void {
    if (this.#at < this.#text.length) this.refuse("text after the end of the value");
  }

  refuse(message: string): never {
    throw new DecodeError(message, this.offset());
  }

  #escape(): string {
    const sign = this.next;
    this.#at += 1;
    if (sign === "u") {
      const digits = this.#text.slice(this.#at, this.#at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.refuse("a \\u needs four digits");
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    return escapes[sign] ?? this.refuse("no such escape");
  }

  #enter(sign: string): void {
    this.#expect(sign);
    this.#open += 1;
    if (this.#open > this.#depth) this.refuse(`JSON nested deeper than ${this.#depth}`);
  }

  #expect(sign: string): void {
    if (!this.#skip(sign)) this.refuse(`"${sign}" was expected`);
  }

  #skip(sign: string): boolean {
    if (this.next !== sign) return false;
    this.#at += 1;
    this.#skipSpace();
    return true;
  }

  #skipSpace(): void {
    this.#take(space);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

function decodeUtf8(input: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(input);
  } catch (error) {
    throw new DecodeError(`not UTF-8: ${reasonOf(error)}`);
  }
}

/** The text of any value. */
export function jsonText(json: Json): string {
  if (json === null || typeof json === "boolean") return String(json);
  if (typeof json === "string") return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map(jsonText).join(",")}]`;
  if ("number" in json) return json.number as string;
  const members = [...(json as ReadonlyMap<string, Json>)];
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(",")}}`;
}
