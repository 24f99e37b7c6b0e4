import fc from "fast-check";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { type KeyPath, locateToml, type Position } from "../../src/daemon/toml-locator.js";

/** A text that is being written, with the places of its keys and values. */
class Draft {
  text = "";
  readonly places: { path: KeyPath; key: Position; value: Position }[] = [];

  get position(): Position {
    const lines = this.text.split("\n");
    return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
  }

  add(text: string): void {
    this.text += text;
  }
}

/** A value that can be written in several ways. */
type Value =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "array"; readonly items: readonly Value[]; readonly gap: string }
  | { readonly kind: "inline"; readonly pairs: readonly Pair[] };
type Pair = { readonly key: Key; readonly value: Value; readonly gap: string; readonly end: string };
/** A key: its parts and how each is quoted. */
type Key = readonly { readonly name: string; readonly style: "bare" | "basic" | "literal" }[];

const scalar = fc.oneof(
  fc.integer().map(String),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((number) =>
      (Number.isInteger(number) ? `${number.toFixed(1)}` : String(number)).replace(/^(-?\d+)e/, "$1.0e"),
    ),
  fc.constantFrom(
    "true",
    "false",
    "inf",
    "0xdead_beef",
    "1979-05-27",
    "1979-05-27 07:32:00",
    "1979-05-27T07:32:00Z",
    "07:32:00",
  ),
  fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text).replaceAll("\u007f", "\\u007f")),
  fc.constantFrom(
    "''",
    "'# no comment'",
    `'a"b'`,
    '"a\\"] } b"',
    '"""x "" y""""',
    "'''\n[a]\nb = 1\n''''",
    '"""\\\n  [x] = 1"""',
    '"""a\\""""',
  ),
);
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c", "name", "x-y", "1", "__proto__") },
  { weight: 1, arbitrary: fc.constantFrom("", "a.b", "[x]", "k = 1", "ü", "#", "'", "\\", "\t") },
);
const part = fc.tuple(name, fc.constantFrom("bare", "basic", "literal")).map(([name, style]) => {
  if (style === "bare" && /^[A-Za-z0-9_-]+$/.test(name)) return { name, style } as const;
  return { name, style: style === "literal" && !/['\t]/.test(name) ? "literal" : "basic" } as const;
});
const key = fc.array(part, { minLength: 1, maxLength: 3 });
const gap = fc.constantFrom("", " ", "  ", "\t");
const lineGap = fc.constantFrom("", " ", "\n", "\n  ", ' # [c] = { "\n ');
const end = fc.constantFrom("\n", " \n", " # comment = [\n", "\r\n", "\n\n\n");
const { pair } = fc.letrec<{ value: Value; pair: Pair }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    scalar.map((text) => ({ kind: "scalar", text }) as const),
    fc.record({ kind: fc.constant("array" as const), items: fc.array(tie("value"), { maxLength: 3 }), gap: lineGap }),
    fc.record({ kind: fc.constant("inline" as const), pairs: fc.array(tie("pair"), { maxLength: 3 }) }),
  ),
  pair: fc.record({ key, value: tie("value"), gap, end }),
}));
const section = fc.record({ header: key, repeated: fc.boolean(), pairs: fc.array(pair, { maxLength: 4 }), gap, end });
const document = fc.record({ pairs: fc.array(pair, { maxLength: 3 }), sections: fc.array(section, { maxLength: 6 }) });

function quoted({ name, style }: Key[number]): string {
  if (style === "bare") return name;
  return style === "literal" ? `'${name}'` : JSON.stringify(name);
}

function writeKey(draft: Draft, key: Key, gap: string): Position[] {
  return key.map((part, index) => {
    if (index > 0) draft.add(`${gap}.${gap}`);
    const position = draft.position;
    draft.add(quoted(part));
    return position;
  });
}

function writePair(draft: Draft, base: KeyPath, { key, value, gap }: Pair): void {
  const starts = writeKey(draft, key, gap);
  draft.add(`${gap}=${gap}`);
  const path = [...base, ...key.map(({ name }) => name)];
  draft.places.push({ path, key: starts.at(-1) as Position, value: draft.position });
  writeValue(draft, path, value);
}

function writeValue(draft: Draft, path: KeyPath, value: Value): void {
  if (value.kind === "scalar") draft.add(value.text);
  else if (value.kind === "array") {
    draft.add(`[${value.gap}`);
    for (const [index, item] of value.items.entries()) {
      draft.places.push({ path: [...path, index], key: draft.position, value: draft.position });
      writeValue(draft, [...path, index], item);
      draft.add(`${value.gap},${value.gap}`);
    }
    draft.add("]");
  } else {
    draft.add("{ ");
    for (const [index, pair] of value.pairs.entries()) {
      if (index > 0) draft.add(" , ");
      writePair(draft, path, pair);
    }
    draft.add(" }");
  }
}

/** Where a header leads: into the last element of every array of tables on the way. */
function resolved(header: Key, repeated: boolean, counts: Map<string, number>): KeyPath {
  let path: KeyPath = [];
  for (const [depth, { name }] of header.entries()) {
    path = [...path, name];
    const id = JSON.stringify(path);
    if (repeated && depth === header.length - 1) counts.set(id, (counts.get(id) ?? 0) + 1);
    const count = counts.get(id);
    if (count !== undefined) path = [...path, count - 1];
  }
  return path;
}

function write({ pairs, sections }: typeof document extends fc.Arbitrary<infer D> ? D : never): Draft {
  const draft = new Draft();
  const counts = new Map<string, number>();
  const line = (base: KeyPath, pair: Pair) => {
    draft.add(pair.gap);
    writePair(draft, base, pair);
    draft.add(pair.end);
  };
  for (const pair of pairs) line([], pair);
  for (const { header, repeated, pairs, gap, end } of sections) {
    const path = resolved(header, repeated, counts);
    draft.add(`${gap}${repeated ? "[[" : "["}${gap}`);
    const at = writeKey(draft, header, gap).at(-1) as Position;
    draft.places.push({ path, key: at, value: at });
    draft.add(`${gap}${repeated ? "]]" : "]"}${end}`);
    for (const pair of pairs) line(path, pair);
  }
  return draft;
}

function isToml(text: string): boolean {
  try {
    parse(text, { integersAsBigInt: "asNeeded" });
    return true;
  } catch {
    return false;
  }
}

/** Every path of a parsed document. */
function pathsOf(value: unknown, base: KeyPath = []): KeyPath[] {
  if (typeof value !== "object" || value === null || value instanceof Date) return [base];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [base, ...entries.flatMap(([step, inner]) => pathsOf(inner, [...base, step]))];
}

test("locateToml() finds every key and value of a random document where it was written", () => {
  let valid = 0;
  fc.assert(
    fc.property(document, (parts) => {
      const draft = write(parts);
      fc.pre(isToml(draft.text));
      valid += 1;
      const locator = locateToml(draft.text);
      const seen = new Set<string>();
      for (const { path, key, value } of draft.places) {
        // A header repeats what an earlier line may have mentioned; then the earlier line is meant.
        const id = JSON.stringify(path);
        const place = locator.find(path);
        if (!seen.has(id) && place?.key.line === key.line) expect({ path, ...place }).toEqual({ path, key, value });
        else expect(place?.key.line).toBeLessThanOrEqual(key.line);
        seen.add(id);
      }
    }),
    { numRuns: 600 },
  );
  expect(valid).toBeGreaterThan(100);
});

test("locateToml() knows a place for every path that the parser gives, and the parser reads its value there", () => {
  fc.assert(
    fc.property(document, (parts) => {
      const { text } = write(parts);
      fc.pre(isToml(text));
      const locator = locateToml(text);
      const root = parse(text, { integersAsBigInt: "asNeeded" });
      const lines = text.split("\n");
      for (const path of pathsOf(root).slice(1)) {
        const place = locator.find(path);
        expect(place, `no place for ${JSON.stringify(path)} in ${JSON.stringify(text)}`).toBeDefined();
        if (!place) continue;
        const value = path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown>)[step], root);
        if (typeof value !== "string" || typeof path.at(-1) !== "string") continue;
        const rest = [
          lines[place.value.line - 1]?.slice(place.value.column - 1),
          ...lines.slice(place.value.line),
        ].join("\n");
        expect(firstString(rest)).toBe(value);
      }
    }),
    { numRuns: 400 },
  );
});

/** What the parser makes of the string that `text` begins with. */
function firstString(text: string): unknown {
  for (let end = 2; end <= text.length; end++) {
    const candidate = `v = ${text.slice(0, end)}`;
    // A shorter end can be a string as well: `""` of `"""x"""`; then the next character would be a quote.
    if (text[end] !== text[0] && isToml(candidate)) return parse(candidate)["v"];
  }
  return undefined;
}

test("locateToml() ends, whatever it is given", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("[", "]", "{", "}", "=", ".", ",", '"', "'", "\n", "#", "\\", "a", " ", '"""')),
      (pieces) => {
        const locator = locateToml(pieces.join(""));
        expect(locator.nearest(["a"]).key.line).toBeGreaterThan(0);
        expect(locator.find([])).toBeUndefined();
      },
    ),
    { numRuns: 2000 },
  );
  for (const piece of ["[", "{a=", "a.", "[a.", "[[", '"', "a=[", "a={a=", '"\\']) locateToml(piece.repeat(50_000));
});
