import { DecodeError } from "../../base/fault.js";
import { placeOf, type Token, tokensOf } from "./tokens.js";

/** Reads a module word by word; what was expected and did not come is a `DecodeError` with line and column. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get next(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (token === undefined) throw new DecodeError("no words");
    return token;
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Whether the next word is this one; if so it is taken. */
  skip(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.#at += 1;
    return true;
  }

  isNext(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token !== undefined && token.text === text && (token.kind === "name" || token.kind === "mark");
  }

  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.skip(text)) this.refuse(text);
  }

  name(): string {
    return this.#takeKind("name", "a name");
  }

  string(): string {
    return this.#takeKind("string", "a quoted text");
  }

  integer(): bigint {
    const token = this.next;
    const value = integerOf(token);
    if (value === undefined) return this.refuse("a number");
    this.#at += 1;
    return value;
  }

  /** A number between 0 and `largest`. */
  number(largest: number): number {
    const token = this.next;
    const value = this.integer();
    if (value < 0n || value > BigInt(largest)) throw this.error(`${value} is not between 0 and ${largest}`, token);
    return Number(value);
  }

  /** Names with commas between them, in braces. */
  names(): readonly string[] {
    return this.braced(() => this.name());
  }

  /** Things with commas between them, in braces. */
  braced<T>(readOne: () => T): readonly T[] {
    this.expect("{");
    const all: T[] = [];
    do all.push(readOne());
    while (this.skip(","));
    this.expect("}");
    return all;
  }

  refuse(expected: string): never {
    throw this.error(`expected ${expected}, found ${this.next.text.slice(0, 40)}`);
  }

  error(message: string, token = this.next): DecodeError {
    return new DecodeError(`${placeOf(this.#text, token.offset)}: ${message}`, token.offset);
  }

  #takeKind(kind: Token["kind"], words: string): string {
    if (this.next.kind !== kind) this.refuse(words);
    return this.take().text;
  }
}

/** Digits beyond what 64 bits take are no number of a module. */
const MOST_DIGITS = 20;

function integerOf(token: Token): bigint | undefined {
  if (token.kind === "number") return token.text.length > MOST_DIGITS + 1 ? undefined : BigInt(token.text);
  if (token.kind !== "octets") return undefined;
  const [digits = "", base] = token.text.split("'");
  const isNumber = base === "H" ? digits.length <= 16 : digits.length <= 64 && /^[01]*$/.test(digits);
  return isNumber && digits !== "" ? BigInt((base === "H" ? "0x" : "0b") + digits) : undefined;
}
