import type { Random } from "../../src/base/random.js";
import type { Statement } from "../../src/schema/yang/statement.js";
import { writeStatements } from "../../src/schema/yang/write-statements.js";

/** A statement that can still be changed. */
export interface GrowingStatement {
  prefix: string;
  keyword: string;
  argument: string | undefined;
  children: GrowingStatement[];
}

type Grow = GrowingStatement;

function s(keyword: string, argument?: string, ...children: (Grow | undefined)[]): Grow {
  return { prefix: "", keyword, argument, children: children.filter((child) => child !== undefined) };
}

/** The text of what was grown. */
export function textOf(module: GrowingStatement): string {
  return writeStatements(placed(module));
}

const nowhere = { source: { name: "generated", text: "" }, offset: 0 };

function placed({ prefix, keyword, argument, children }: Grow): Statement {
  return { prefix, keyword, argument, children: children.map(placed), place: nowhere };
}

/** What a definition further down may name. */
interface Known {
  readonly features: string[];
  readonly identities: string[];
  readonly typedefs: { name: string; base: string }[];
  readonly groupings: { name: string; leafs: string[]; container: string }[];
}

/** Makes modules that are meant to be right, with every kind of statement. The same numbers give the same module. */
export class YangGenerator {
  readonly #random: Random;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param imported a module made before, whose definitions are used as `o:name` */
  module(name: string, imported?: { readonly module: Grow; readonly known: Known }): { module: Grow; known: Known } {
    this.#count = 0;
    const version11 = this.#chance(0.75);
    const known: Known = { features: [], identities: [], typedefs: [], groupings: [] };
    const seen: Known = structuredClone(known);
    if (imported) {
      const outside = imported.known;
      seen.features.push(...outside.features.map((feature) => `o:${feature}`));
      seen.identities.push(...outside.identities.map((identity) => `o:${identity}`));
      seen.typedefs.push(...outside.typedefs.map(({ name: type, base }) => ({ name: `o:${type}`, base })));
      seen.groupings.push(...outside.groupings.map((grouping) => ({ ...grouping, name: `o:${grouping.name}` })));
    }
    const maker = new BodyMaker(this.#random, version11, seen, known, () => `n${this.#count++}`);
    const body = maker.body();
    const other = imported?.module.argument;
    const module = s(
      "module",
      name,
      version11 ? s("yang-version", "1.1") : this.#chance(0.5) ? s("yang-version", "1") : undefined,
      s("namespace", `urn:${name}`),
      s("prefix", "p"),
      other === undefined ? undefined : s("import", other, s("prefix", "o")),
      this.#chance(0.3) ? s("organization", "o") : undefined,
      this.#chance(0.5) ? s("description", 'several words, "quoted"\n  and\n\nmore') : undefined,
      this.#chance(0.5) ? s("revision", "2026-01-31", s("description", "first")) : undefined,
      ...body,
    );
    return { module, known };
  }

  /** A module with deviations of leafs that stand at the top of `target`. */
  deviating(name: string, target: Grow): Grow {
    const leafs = target.children.filter(({ keyword }) => keyword === "leaf" || keyword === "leaf-list");
    const deviations = leafs.slice(0, 3).map(({ keyword, argument, children }) => {
      const has = (property: string): string | undefined =>
        children.find((child) => child.keyword === property)?.argument;
      const [units, value] = [has("units"), has("default")];
      const deviates = [
        s("deviate", "not-supported"),
        s("deviate", "add", s("must", "true()"), units === undefined ? s("units", "m") : undefined),
        s("deviate", "replace", s("type", "string"), units === undefined ? undefined : s("units", "km")),
        units === undefined ? s("deviate", "add", s("config", "false")) : s("deviate", "delete", s("units", units)),
        value === undefined ? s("deviate", "add", s("must", "1 = 1")) : s("deviate", "delete", s("default", value)),
      ];
      const deviate = deviates[Math.floor(this.#random() * deviates.length)];
      return s(
        "deviation",
        `/o:${argument}`,
        keyword === "leaf" || this.#chance(0.5) ? deviate : s("deviate", "not-supported"),
      );
    });
    const imported = s("import", target.argument, s("prefix", "o"));
    return s("module", name, s("namespace", `urn:${name}`), s("prefix", "p"), imported, ...deviations);
  }

  #chance(part: number): boolean {
    return this.#random() < part;
  }
}

class BodyMaker {
  readonly #random: Random;
  readonly #version11: boolean;
  readonly #seen: Known;
  readonly #known: Known;
  readonly #fresh: () => string;

  constructor(random: Random, version11: boolean, seen: Known, known: Known, fresh: () => string) {
    this.#random = random;
    this.#version11 = version11;
    this.#seen = seen;
    this.#known = known;
    this.#fresh = fresh;
  }

  body(): Grow[] {
    const extension = s("extension", "note", s("argument", "text"));
    const features = this.#times(2, () => this.#feature());
    const identities = this.#times(3, () => this.#identity());
    const typedefs = this.#times(4, () => this.#typedef());
    const groupings = this.#times(3, () => this.#grouping());
    const nodes = this.#times(4, () => this.#node(3, true)).concat(
      s("container", "top", s("leaf", "first", s("type", "string"))),
    );
    // yanglint looks at typedefs only where they are used.
    const using = this.#known.typedefs.map(({ name }) => s("leaf", this.#fresh(), s("type", name)));
    const rpcs = this.#times(1, () => this.#operation("rpc"));
    const notifications = this.#times(1, () => this.#notification());
    const augments = this.#times(1, () => s("augment", "/p:top", this.#when(), this.#node(1, true)));
    const notes = this.#times(1, () => ({ ...s("note", "well"), prefix: "p" }));
    return [
      extension,
      ...features,
      ...notes,
      ...identities,
      ...typedefs,
      ...groupings,
      ...nodes,
      ...using,
      ...augments,
      ...rpcs,
      ...notifications,
    ];
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }

  #chance(part: number): boolean {
    return this.#random() < part;
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  #times<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.#between(0, most) }, make);
  }

  #feature(): Grow {
    const name = this.#fresh();
    const { features } = this.#seen;
    // Features of a module that is only imported are never there, and yanglint wants every feature to be possible.
    const own = features.filter((other) => !other.startsWith("o:"));
    const needs = own.length > 0 && this.#chance(0.2) ? s("if-feature", this.#pick(own)) : undefined;
    const feature = s("feature", name, needs);
    features.push(name);
    this.#known.features.push(name);
    return feature;
  }

  #ifFeature(part = 0.15): Grow | undefined {
    const { features } = this.#seen;
    if (features.length === 0 || !this.#chance(part)) return undefined;
    if (!this.#version11) return s("if-feature", this.#pick(features));
    const [a, b] = [this.#pick(features), this.#pick(features)];
    return s("if-feature", this.#pick([a, a, `not ${a}`, `${a} or ${b}`, `${a} and (not ${b} or ${b})`]));
  }

  #identity(): Grow {
    const name = this.#fresh();
    const { identities } = this.#seen;
    const bases = identities.length === 0 ? [] : this.#times(this.#version11 ? 2 : 1, () => this.#pick(identities));
    const identity = s("identity", name, ...[...new Set(bases)].map((base) => s("base", base)));
    this.#seen.identities.push(name);
    this.#known.identities.push(name);
    return identity;
  }

  #typedef(): Grow {
    const name = this.#fresh();
    const { type, base } = this.#type(true);
    const typedef = s("typedef", name, type, this.#chance(0.2) ? s("units", "m") : undefined, this.#status());
    this.#seen.typedefs.push({ name, base });
    this.#known.typedefs.push({ name, base });
    return typedef;
  }

  #status(): Grow | undefined {
    return this.#chance(0.1) ? s("status", "current") : undefined;
  }

  #type(isTypedef: boolean): { type: Grow; base: string } {
    const { typedefs } = this.#seen;
    if (typedefs.length > 0 && this.#chance(0.35)) {
      const { name, base } = this.#pick(typedefs);
      return { type: s("type", name), base };
    }
    const base = this.#pick([
      ...["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "string", "string", "boolean"],
      ...[
        "decimal64",
        "binary",
        "enumeration",
        "bits",
        "union",
        "identityref",
        "instance-identifier",
        "empty",
        "leafref",
      ],
    ]);
    const type = s("type", base);
    const add = (part: number, make: () => Grow): void => {
      if (this.#chance(part)) type.children.push(make());
    };
    switch (base) {
      case "decimal64":
        type.children.push(s("fraction-digits", String(this.#between(1, 18))));
        add(0.4, () => s("range", this.#pick(["0..1", "min..0 | 0.5", "-1.5..1.5", "1|2|3..max"])));
        break;
      case "string":
        add(0.4, () => s("length", this.#pick(["1..10", "0..max", "min..4|8", "3", "1..64 | 100..200"])));
        add(0.4, () => s("pattern", this.#pick(["[a-z]*", "\\d{1,3}(\\.\\d{1,3}){3}", "[^x]+|y", "\\p{L}*", "a{2,}"])));
        break;
      case "binary":
        add(0.4, () => s("length", "1..10"));
        break;
      case "enumeration":
        type.children.push(...["red", "green", "dark blue"].map((name) => s("enum", name)));
        add(0.5, () => s("enum", "last", s("value", String(this.#between(10, 99)))));
        break;
      case "bits":
        type.children.push(s("bit", "a"), s("bit", "b", s("position", String(this.#between(5, 9)))), s("bit", "c"));
        break;
      case "union":
        type.children.push(s("type", "int8"), s("type", "boolean"));
        add(0.5, () => s("type", "enumeration", s("enum", "unbounded")));
        break;
      case "identityref":
        if (this.#seen.identities.length === 0) return this.#type(isTypedef);
        type.children.push(s("base", this.#pick(this.#seen.identities)));
        break;
      case "leafref":
        type.children.push(s("path", "/p:top/p:first"));
        break;
      case "instance-identifier":
        add(0.4, () => s("require-instance", this.#pick(["true", "false"])));
        break;
      case "boolean":
      case "empty":
        break;
      default:
        add(0.4, () => s("range", this.#pick(["0..10", "min..5", "1|2|3..max", "0"])));
    }
    return { type, base };
  }

  #grouping(): Grow {
    const name = this.#fresh();
    const leafs = [this.#fresh(), this.#fresh()];
    const container = this.#fresh();
    const { groupings } = this.#seen;
    const grouping = s(
      "grouping",
      name,
      ...leafs.map((leaf) => s("leaf", leaf, s("type", "string"))),
      groupings.length > 0 && this.#chance(0.3) ? s("uses", this.#pick(groupings).name) : undefined,
      s("container", container, this.#node(0, true)),
      this.#chance(0.5) ? this.#node(1, true) : undefined,
    );
    groupings.push({ name, leafs, container });
    this.#known.groupings.push({ name, leafs, container });
    return grouping;
  }

  #when(): Grow | undefined {
    return this.#chance(0.1)
      ? s("when", this.#pick(["true()", "count(..) > 2 or false()", "string-length('x') = 1"]))
      : undefined;
  }

  #must(): Grow | undefined {
    if (!this.#chance(0.15)) return undefined;
    const tag = this.#chance(0.4) ? s("error-app-tag", "tag") : undefined;
    return s(
      "must",
      this.#pick([". != 'x'", "not(.) or /p:top/p:first", "current() = (1 + 2) * 3", "count(../*) < 99"]),
      tag,
    );
  }

  #node(depth: number, config: boolean): Grow {
    const kinds = [
      "leaf",
      "leaf",
      "leaf",
      "leaf-list",
      ...(depth > 0 ? ["container", "list", "choice", "uses", "any"] : []),
    ];
    const name = this.#fresh();
    switch (this.#pick(kinds)) {
      case "leaf-list":
        return this.#leafList(name);
      case "container":
        return this.#container(name, depth, config);
      case "list":
        return config && this.#chance(0.3) ? this.#linkedList(name) : this.#list(name, depth, config);
      case "choice":
        return this.#choice(name, depth, config);
      case "uses":
        return this.#seen.groupings.length === 0 ? this.#leaf(name) : s("container", name, this.#uses());
      case "any":
        return s(this.#version11 ? this.#pick(["anydata", "anyxml"]) : "anyxml", name, this.#ifFeature());
      default:
        return this.#leaf(name);
    }
  }

  #leaf(name: string): Grow {
    const { type, base } = this.#type(false);
    const isPlain = type.children.length === 0 && type.argument === base;
    const value = { boolean: "true", string: "x", uint8: "0x1f", int32: "-5", uint64: "18446744073709551615" }[base];
    const hasDefault = isPlain && value !== undefined && this.#chance(0.3);
    const mandatory = !hasDefault && this.#chance(0.1) ? s("mandatory", "true") : undefined;
    return s(
      "leaf",
      name,
      this.#when(),
      this.#ifFeature(),
      type,
      this.#chance(0.1) ? s("units", "seconds") : undefined,
      this.#must(),
      hasDefault ? s("default", value) : undefined,
      mandatory,
    );
  }

  #leafList(name: string): Grow {
    let { type, base } = this.#type(false);
    while (base === "empty" && !this.#version11) ({ type, base } = this.#type(false));
    return s(
      "leaf-list",
      name,
      this.#ifFeature(),
      type,
      this.#must(),
      this.#chance(0.2) ? s("min-elements", "0") : undefined,
      this.#chance(0.2) ? s("max-elements", this.#pick(["5", "unbounded"])) : undefined,
      this.#chance(0.2) ? s("ordered-by", this.#pick(["user", "system"])) : undefined,
    );
  }

  #container(name: string, depth: number, config: boolean): Grow {
    const state = config && this.#chance(0.15);
    return s(
      "container",
      name,
      this.#when(),
      this.#ifFeature(),
      this.#must(),
      this.#chance(0.2) ? s("presence", "it counts") : undefined,
      state ? s("config", "false") : undefined,
      this.#status(),
      ...this.#times(3, () => this.#node(depth - 1, config && !state)),
      ...this.#behaviour(config),
    );
  }

  /** Actions and notifications; only above state, since lists without keys may not hold them and are below it. */
  #behaviour(config: boolean): Grow[] {
    if (!this.#version11 || !config || !this.#chance(0.15)) return [];
    return this.#chance(0.5) ? [this.#operation("action")] : [this.#notification()];
  }

  /** A list whose leaf points to another of its leafs, by different ways. */
  #linkedList(name: string): Grow {
    const [key, other] = [this.#fresh(), this.#fresh()];
    const path = this.#pick([
      `../p:${key}`,
      `../../p:${name}/p:${key}`,
      `../../p:${name}[p:${key} = current()/../p:${key}]/p:${key}`,
    ]);
    return s(
      "list",
      name,
      s("key", key),
      s("leaf", key, s("type", "string", s("length", "1..64"))),
      s("leaf", other, s("type", "leafref", s("path", path))),
    );
  }

  #list(name: string, depth: number, config: boolean): Grow {
    const key = this.#fresh();
    const other = this.#fresh();
    return s(
      "list",
      name,
      this.#must(),
      config || this.#chance(0.5) ? s("key", key) : undefined,
      this.#chance(0.3) ? s("unique", other) : undefined,
      this.#chance(0.2) ? s("min-elements", "1") : undefined,
      this.#chance(0.2) ? s("ordered-by", "user") : undefined,
      s("leaf", key, s("type", this.#pick(["string", "uint8", "boolean"]))),
      s("leaf", other, s("type", "int32")),
      ...this.#times(2, () => this.#node(depth - 1, config)),
    );
  }

  #choice(name: string, depth: number, config: boolean): Grow {
    const first = this.#fresh();
    const shorthand = this.#leaf(this.#fresh());
    return s(
      "choice",
      name,
      this.#ifFeature(),
      this.#chance(0.2) ? s("mandatory", "true") : undefined,
      s(
        "case",
        first,
        s("leaf", this.#fresh(), s("type", "string")),
        ...this.#times(2, () => this.#node(depth - 1, config)),
      ),
      shorthand,
    );
  }

  #uses(): Grow {
    const { name, leafs, container } = this.#pick(this.#seen.groupings);
    const [leaf = ""] = leafs;
    const refined = this.#pick([
      [s("description", "refined"), s("default", "y")],
      [s("mandatory", "true"), s("must", "true()")],
      [s("config", "false")],
      [s("must", "count(.) = 1", s("error-message", "one"))],
    ]);
    return s(
      "uses",
      name,
      this.#when(),
      this.#ifFeature(),
      this.#chance(0.3) ? s("refine", leaf, ...refined) : undefined,
      this.#chance(0.2) ? s("refine", container, s("presence", "p"), s("reference", "r")) : undefined,
      this.#chance(0.3) ? s("augment", container, this.#when(), this.#node(0, true)) : undefined,
    );
  }

  #operation(keyword: "rpc" | "action"): Grow {
    return s(
      keyword,
      this.#fresh(),
      this.#ifFeature(),
      this.#chance(0.7)
        ? s("input", undefined, this.#leaf(this.#fresh()), ...this.#times(2, () => this.#node(1, true)))
        : undefined,
      this.#chance(0.5) ? s("output", undefined, this.#leaf(this.#fresh())) : undefined,
    );
  }

  #notification(): Grow {
    return s("notification", this.#fresh(), this.#ifFeature(), ...this.#times(3, () => this.#node(1, true)));
  }
}

const strangeArguments = [
  ...[
    "",
    "x",
    "n0",
    "n1",
    "n2",
    "p:n3",
    "q:n0",
    "o:n0",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "5000000000",
    "min",
    "max",
    "min..max",
  ],
  ...[
    "1..2..3",
    "3..1",
    "int8",
    "string",
    "leafref",
    "current",
    "obsolete",
    "user",
    "/p:top",
    "p:top/p:first",
    "..",
    "../n1",
  ],
  ...["2026-02-30", "a b", "[", "(", "not", "unbounded", "1.1", "*", "/p:top/p:none", "first", "deprecated", "empty"],
] as const;

/** Changes one or two things somewhere in the module, which may or may not break it. */
export function disturb(module: GrowingStatement, random: Random): void {
  const changes = 1 + Math.floor(random() * 1.3);
  for (let i = 0; i < changes; i++) disturbOnce(module, random);
}

function disturbOnce(module: Grow, random: Random): void {
  const all: { statement: Grow; parent: Grow }[] = [];
  const visit = (parent: Grow): void => {
    for (const statement of parent.children) {
      all.push({ statement, parent });
      visit(statement);
    }
  };
  visit(module);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const { statement, parent } = pick(all);
  const at = parent.children.indexOf(statement);
  switch (Math.floor(random() * 7)) {
    case 0:
      parent.children.splice(at, 1);
      break;
    case 1:
      parent.children.splice(at, 0, structuredClone(statement));
      break;
    case 2:
      statement.keyword = pick(all).statement.keyword;
      break;
    case 3:
      statement.argument = pick(strangeArguments);
      break;
    case 4: {
      const same = all.filter(({ statement: other }) => other.keyword === statement.keyword);
      statement.argument = pick(same).statement.argument;
      break;
    }
    case 5: {
      const target = pick(all).statement;
      target.children.push(structuredClone(statement));
      break;
    }
    default:
      parent.children.splice(at, 1);
      parent.children.splice(Math.floor(random() * (parent.children.length + 1)), 0, statement);
  }
}
