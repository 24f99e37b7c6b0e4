/** A place in a text, both counted from 1; the column in UTF-16 units, as editors and TOML parsers do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys of tables and indexes of arrays, from the root: `["host", 0, "uri"]`. */
export type KeyPath = readonly (string | number)[];

/** Where a key and its value stand. For tables written as `[name]` both are at the header. */
export interface Place {
  readonly key: Position;
  readonly value: Position;
}

/** Finds keys in a TOML text. */
export interface TomlLocator {
  /** @returns the first mention of exactly this path, or `undefined` when the text has none */
  find(path: KeyPath): Place | undefined;
  /** @returns the place of the longest beginning of `path` that the text has; the start of the text when it has none */
  nearest(path: KeyPath): Place;
}

/**
 * Finds where each key of a TOML text stands, which the parser does not tell.
 *
 * `text` must be valid TOML (the parser has accepted it); anything else gives places that are of no use, but neither an error nor
 * an endless loop. Work and memory are proportional to the length of the text.
 */
export function locateToml(text: string): TomlLocator {
  const root = new Scanner(text).scan();
  const lines = lineStartsOf(text);
  const placeOf = (node: Node) => ({ key: positionOf(lines, node.key), value: positionOf(lines, node.value) });
  return {
    find(path) {
      const { node, depth } = descend(root, path);
      return depth === path.length && depth > 0 ? placeOf(node) : undefined;
    },
    nearest: (path) => placeOf(descend(root, path).node),
  };
}

/** One key or index with what is below it. */
interface Node {
  /** Offsets into the text. */
  readonly key: number;
  readonly value: number;
  children: Map<string | number, Node> | undefined;
  /** How often it was opened as an array of tables. */
  opened: number;
}

function descend(root: Node, path: KeyPath): { node: Node; depth: number } {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const child = node.children?.get(step);
    if (!child) return { node, depth };
    node = child;
  }
  return { node, depth: path.length };
}

function childOf(parent: Node, step: string | number, key: number, value: number): Node {
  parent.children ??= new Map();
  let child = parent.children.get(step);
  if (!child) {
    child = { key, value, children: undefined, opened: 0 };
    parent.children.set(step, child);
  }
  return child;
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function positionOf(lineStarts: readonly number[], at: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (lineStarts[low] ?? 0) + 1 };
}

/** Deeper nesting is not looked into; the configuration has none. */
const DEEPEST = 32;

interface Key {
  readonly name: string;
  readonly at: number;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Node {
    const root: Node = { key: 0, value: 0, children: undefined, opened: 0 };
    let table = root;
    for (this.#skipSpace(true); this.#at < this.#text.length; this.#skipSpace(true)) {
      const before = this.#at;
      if (this.#text[this.#at] === "[") table = this.#header(root);
      else this.#pair(table, 0);
      if (this.#at === before) this.#at += 1; // not TOML: go on anyway
    }
    return root;
  }

  /** `[a.b]` or `[[a.b]]`; every name on the way that has not been seen is taken to stand here. */
  #header(root: Node): Node {
    const repeated = this.#text[this.#at + 1] === "[";
    this.#at += repeated ? 2 : 1;
    const keys = this.#keys();
    let node = root;
    for (const [depth, key] of keys.entries()) {
      node = childOf(node, key.name, key.at, key.at);
      if (repeated && depth === keys.length - 1) {
        node.opened += 1;
        node = childOf(node, node.opened - 1, key.at, key.at);
      } else if (node.opened > 0) {
        node = childOf(node, node.opened - 1, key.at, key.at);
      }
    }
    while (this.#text[this.#at] === "]") this.#at += 1;
    return node;
  }

  /** `a.b = value` in `table`. */
  #pair(table: Node, depth: number): void {
    const keys = this.#keys();
    if (this.#text[this.#at] !== "=") return;
    this.#at += 1;
    this.#skipSpace(false);
    let node = table;
    for (const [index, key] of keys.entries()) {
      node = childOf(node, key.name, key.at, index === keys.length - 1 ? this.#at : key.at);
    }
    this.#value(node, depth + 1);
  }

  #value(node: Node, depth: number): void {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") this.#string();
    else if ((first === "[" || first === "{") && depth > DEEPEST) this.#at = this.#text.length;
    else if (first === "[") this.#array(node, depth);
    else if (first === "{") this.#inlineTable(node, depth);
    // Numbers, booleans, dates; a date may have one space in it.
    else this.#at += this.#match(/(?:\d{4}-\d\d-\d\d )?[^\s,\]}#]*/y).length;
  }

  #array(node: Node, depth: number): void {
    this.#at += 1;
    for (let index = 0; ; index++) {
      this.#skipSpace(true);
      if (this.#ends("]")) return;
      const before = this.#at;
      this.#value(childOf(node, index, this.#at, this.#at), depth + 1);
      this.#skipSpace(true);
      if (this.#text[this.#at] === ",") this.#at += 1;
      if (this.#at === before) return; // not TOML
    }
  }

  #inlineTable(node: Node, depth: number): void {
    this.#at += 1;
    for (;;) {
      this.#skipSpace(true);
      if (this.#ends("}")) return;
      const before = this.#at;
      this.#pair(node, depth);
      this.#skipSpace(true);
      if (this.#text[this.#at] === ",") this.#at += 1;
      if (this.#at === before) return; // not TOML
    }
  }

  #ends(closing: string): boolean {
    const reached = this.#at >= this.#text.length || this.#text[this.#at] === closing;
    if (reached) this.#at += 1;
    return reached;
  }

  /** Bare and quoted keys with dots between, and the space after them. */
  #keys(): Key[] {
    const keys: Key[] = [];
    for (;;) {
      this.#skipSpace(false);
      const at = this.#at;
      const quoted = this.#text[at] === '"' || this.#text[at] === "'";
      if (quoted) this.#string();
      else this.#at += this.#match(/[^\s.=\][{},#"']*/y).length;
      const written = this.#text.slice(at, this.#at);
      keys.push({ name: quoted ? unquoted(written) : written, at });
      this.#skipSpace(false);
      if (this.#text[this.#at] !== ".") return keys;
      this.#at += 1;
    }
  }

  /** Steps over a string of any of the four kinds. */
  #string(): void {
    const quote = this.#text[this.#at] ?? "";
    const long = this.#text.startsWith(quote.repeat(3), this.#at);
    const closing = long ? quote.repeat(3) : quote;
    this.#at += closing.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(closing, this.#at)) {
      this.#at += quote === '"' && this.#text[this.#at] === "\\" ? 2 : 1;
    }
    this.#at += closing.length;
    // A long string may end in one or two quotes of its own before the closing three.
    for (let extra = 0; long && extra < 2 && this.#text[this.#at] === quote; extra++) this.#at += 1;
  }

  #skipSpace(overLines: boolean): void {
    this.#at += this.#match(overLines ? /(?:[ \t\r\n]|#[^\n]*)*/y : /[ \t]*/y).length;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? "";
  }
}

/** What a quoted key means. */
function unquoted(written: string): string {
  const inner = written.slice(1, -1);
  if (written[0] === "'") return inner;
  return inner.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/gs, (_, u, U, x, letter) => {
    const code: string | undefined = u ?? U ?? x;
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "";
    }
    return escapes[letter as string] ?? (letter as string);
  });
}

const escapes: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\u001b" };
