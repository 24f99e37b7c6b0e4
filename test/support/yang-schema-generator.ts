import type { Random } from "./random.js";

/** A leaf that expressions beside it can name. */
interface Named {
  readonly name: string;
  readonly kind: "number" | "text" | "enum" | "bits" | "identity" | "reference" | "other";
}

interface NamedList {
  readonly name: string;
  readonly key: string;
}

/** Types with their kinds. All values of one type are few, so that random ones meet. */
// biome-ignore format: read as a table
const types: readonly (readonly [kind: Named["kind"], statement: string, value: string])[] = [
  ["number", 'type int8 { range "-3..-1 | 1..6"; }',                           "2"],
  ["number", "type uint8;",                                                    "3"],
  ["number", 'type uint64 { range "0..9 | max"; }',                            "4"],
  ["number", "type decimal64 { fraction-digits 2; }",                          "1.5"],
  ["number", 'type decimal64 { fraction-digits 1; range "-1.5..2.5"; }',       "0.5"],
  ["text",   'type string { length "1..3"; }',                                 "ab"],
  ["text",   'type string { pattern "[a-c]{1,2}|x.*"; }',                      "b"],
  ["text",   'type string { pattern "[0-9].*" { modifier invert-match; } length "0..4"; }', "c"],
  ["text",   "type word;",                                                     "ab"],
  ["enum",   "type enumeration { enum one; enum two { value 5; } enum three; }", "two"],
  ["enum",   "type named;",                                                    "two"],
  ["bits",   "type bits { bit one; bit two; bit three { position 9; } }",      "one two"],
  ["other",  "type boolean;",                                                  "true"],
  ["other",  "type empty;",                                                    ""],
  ["other",  'type binary { length "1..3"; }',                                 "AAA="],
  ["identity", "type identityref { base animal; }",                            "owl"],
  ["identity", "type identityref { base animal; base flying; }",               "owl"],
  ["other",  "type union { type uint8; type enumeration { enum any; } }",      "any"],
  ["other",  'type union { type int8 { range "1..3"; } type string { length "2"; } }', "2"],
];

const definitions = `
  identity animal; identity flying; identity owl { base animal; base flying; } identity dog { base animal; }
  identity puppy { base dog; } identity kite { base flying; }
  typedef word { type string { length "1..4"; pattern "[a-z0-9]*"; } }
  typedef named { type enumeration { enum one; enum two; enum three; } default "two"; }`;

/** Writes a random module whose constraints refer to each other's nodes. */
export function generateModule(random: Random, name: string): string {
  const writer = new ModuleWriter(random);
  const body = writer.children(0);
  return `module ${name} {\n  yang-version 1.1; namespace "urn:${name}"; prefix g;\n${definitions}\n  container top {\n${body}  }\n}\n`;
}

class ModuleWriter {
  readonly #random: Random;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  children(depth: number): string {
    const random = this.#random;
    const leafs: Named[] = [];
    const lists: NamedList[] = [];
    const parts: string[] = [];
    for (let count = 2 + random.below(4); count > 0; count--) parts.push(this.#leaf(leafs, lists));
    if (depth < 3) {
      for (let count = random.below(3); count > 0; count--) parts.push(this.#list(depth, leafs, lists));
      for (let count = random.below(3); count > 0; count--) parts.push(this.#container(depth, leafs, lists));
      if (random.once(2)) parts.push(this.#choice(depth, leafs));
    }
    for (let count = random.below(3); count > 0; count--) parts.push(this.#leafList(leafs, lists));
    if (lists.length > 0 && random.once(2)) parts.push(this.#reference(leafs, lists));
    return parts.map((part) => `    ${"  ".repeat(depth)}${part}\n`).join("");
  }

  #name(stem: string): string {
    this.#count += 1;
    return `${stem}${this.#count}`;
  }

  #leaf(leafs: Named[], lists: readonly NamedList[]): string {
    const random = this.#random;
    const [kind, type, value] = random.pick(types);
    const name = this.#name("f");
    const isMandatory = random.once(6);
    const hasDefault = !isMandatory && random.once(5) && !type.includes("empty");
    const rest = [
      isMandatory ? "mandatory true;" : "",
      hasDefault ? `default "${value}";` : "",
      this.#conditions(leafs, lists, 5),
    ].join(" ");
    leafs.push({ name, kind });
    return `leaf ${name} { ${type} ${rest} }`;
  }

  #leafList(leafs: readonly Named[], lists: readonly NamedList[]): string {
    const random = this.#random;
    const [, type] = random.pick(types.filter(([, statement]) => !statement.includes("empty")));
    const least = random.once(5) ? `min-elements ${1 + random.below(2)};` : "";
    const most = random.once(3) ? `max-elements ${2 + random.below(2)};` : "";
    const order = random.once(2) ? "ordered-by user;" : "";
    return `leaf-list ${this.#name("v")} { ${type} ${least} ${most} ${order} ${this.#conditions(leafs, lists, 6)} }`;
  }

  #list(depth: number, leafs: readonly Named[], lists: NamedList[]): string {
    const random = this.#random;
    const name = this.#name("l");
    const key = this.#name("k");
    const second = random.once(3) ? this.#name("k") : undefined;
    const other = this.#name("u");
    const conditions = this.#conditions(leafs, lists, 5);
    const unique = random.once(3) ? `unique "${other}";` : "";
    const least = random.once(8) ? "min-elements 1;" : "";
    const most = random.once(3) ? `max-elements ${1 + random.below(3)};` : "";
    const keys = `key "${key}${second ? ` ${second}` : ""}";`;
    const keyLeafs = `leaf ${key} { type word; } ${second ? `leaf ${second} { type uint8 { range "1..3"; } }` : ""}`;
    lists.push({ name, key });
    return `list ${name} { ${keys} ${unique} ${least} ${most} ${conditions} ${keyLeafs} leaf ${other} { type uint8 { range "0..3"; } }\n${this.children(depth + 1)}    }`;
  }

  #container(depth: number, leafs: readonly Named[], lists: readonly NamedList[]): string {
    const presence = this.#random.once(2) ? 'presence "p";' : "";
    const conditions = this.#conditions(leafs, lists, 4);
    return `container ${this.#name("c")} { ${presence} ${conditions}\n${this.children(depth + 1)}    }`;
  }

  #choice(depth: number, leafs: readonly Named[]): string {
    const random = this.#random;
    const name = this.#name("h");
    const cases = [0, 1, 2].map((at) => {
      const inside: string[] = [];
      for (let count = 1 + random.below(2); count > 0; count--) {
        const [, type] = random.pick(types);
        inside.push(`leaf ${this.#name("o")} { ${type} ${at > 0 && random.once(4) ? "mandatory true;" : ""} }`);
      }
      if (depth < 2 && random.once(4)) inside.push(this.#container(depth + 1, [], []));
      return `case ${name}-${at} { ${random.once(8) ? this.#when(leafs, [], "") : ""} ${inside.join(" ")} }`;
    });
    const rule = random.once(4) ? "mandatory true;" : "";
    return `choice ${name} { ${rule} ${cases.join(" ")} }`;
  }

  #reference(leafs: Named[], lists: readonly NamedList[]): string {
    const random = this.#random;
    const { name: list, key } = random.pick(lists);
    const name = this.#name("r");
    leafs.push({ name, kind: "reference" });
    const optional = random.once(4) ? "require-instance false;" : "";
    return `leaf ${name} { type leafref { path "../${list}/${key}"; ${optional} } }`;
  }

  /** A `must`, a `when` or nothing, each about once in so many times. */
  #conditions(leafs: readonly Named[], lists: readonly NamedList[], times: number): string {
    const random = this.#random;
    const must = random.once(times) ? this.#expression(leafs, lists) : undefined;
    const when = random.once(times * 2) ? this.#when(leafs, lists) : "";
    return `${when} ${must === undefined ? "" : `must "${must}";`}`;
  }

  /** Only of what stands before, so that no condition leads back to itself. */
  #when(leafs: readonly Named[], lists: readonly NamedList[], up = "../"): string {
    const expression = this.#expression(leafs, lists, up);
    return expression === undefined ? "" : `when "${expression}";`;
  }

  /** @param up the way from the context node to what holds the named nodes */
  #expression(leafs: readonly Named[], lists: readonly NamedList[], up = "../"): string | undefined {
    const random = this.#random;
    const candidates: string[] = [];
    const pick = (kind: Named["kind"]): string | undefined => {
      const found = leafs.filter((leaf) => leaf.kind === kind);
      return found.length > 0 ? `${up}${random.pick(found).name}` : undefined;
    };
    const number = pick("number");
    const otherNumber = pick("number");
    const text = pick("text");
    const identity = pick("identity");
    const word = pick("enum");
    const bits = pick("bits");
    const reference = pick("reference");
    if (number) {
      candidates.push(`${number} > 1`, `not(${number} = 2)`, `${number} + 1 < ${otherNumber} * 2`);
    }
    if (text) {
      candidates.push(
        `string-length(${text}) < 3`,
        `${text} != 'ab'`,
        `starts-with(${text}, 'a') or contains(${text}, 'x')`,
        `re-match(${text}, '[a-c]+')`,
        `translate(${text}, 'abc', 'bcd') != 'bc'`,
        `concat(substring(${text}, 1, 1), '-') = 'a-'`,
      );
    }
    if (identity)
      candidates.push(
        `derived-from(${identity}, 'g:dog')`,
        `derived-from-or-self(${identity}, 'g:owl')`,
        `${identity} = 'g:dog'`,
      );
    if (word) candidates.push(`enum-value(${word}) > 1`, `${word} = 'two'`);
    if (bits) candidates.push(`bit-is-set(${bits}, 'two')`, `not(bit-is-set(${bits}, 'one'))`);
    if (reference) candidates.push(`deref(${reference})/../*`, `count(deref(${reference})) = 1`);
    if (lists.length > 0) {
      const { name, key } = random.pick(lists);
      candidates.push(
        `count(${up}${name}) < 3`,
        `${up}${name}[${key} = 'a']`,
        `not(${up}${name}[${key} = 'b'])`,
        `${up}${name}[1]/${key} != 'c'`,
        `count(${up}${name}[position() > 1]) < 2`,
      );
      if (text) candidates.push(`${up}${name}[${key} = current()/${text}]`, `not(${up}${name}/${key} = ${text})`);
    }
    if (leafs.length > 1) {
      const [a, b] = [random.pick(leafs).name, random.pick(leafs).name];
      candidates.push(`${up}${a} or ${up}${b}`, `not(${up}${a}) or ${up}${b}`, `count(${up}${a} | ${up}${b}) > 0`);
    }
    return candidates.length > 0 ? random.pick(candidates) : undefined;
  }
}
