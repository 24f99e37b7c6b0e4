import type { ArgumentKind } from "./argument.js";

/** How often a statement may stand inside of another. */
export interface Occurrence {
  readonly least: 0 | 1;
  readonly most: number;
  /** Whether YANG 1 knows it there. */
  readonly inVersion1: boolean;
  /** In YANG 1 at most once. */
  readonly onceInVersion1: boolean;
}

/** What may stand inside of a statement. */
export interface Substatements {
  readonly allowed: ReadonlyMap<string, Occurrence>;
  /** Keywords that must be there. */
  readonly required: readonly string[];
}

export interface StatementRule {
  readonly argument: ArgumentKind | undefined;
  readonly substatements: Substatements;
}

const text = "description? reference?";
const data = "container* leaf* leaf-list* list* choice* anydata*' anyxml* uses*";
const definitions = "typedef* grouping*";
const behaviour = "action*' notification*'";

/**
 * Per statement: its argument, and what may stand in it: `?` at most once, `!` once, `*` any number of times, `+` at least
 * once; with `'` not in YANG 1; with `^` in YANG 1 at most once.
 * @see RFC 7950, section 14
 */
// biome-ignore format: read as a table
const rows: Readonly<Record<string, readonly [argument: ArgumentKind | undefined, substatements: string]>> = {
  module: ["identifier", `yang-version? namespace! prefix! import* include* organization? contact? ${text} revision* extension* feature* identity* ${definitions} ${data} augment* rpc* notification* deviation*`],
  submodule: ["identifier", `yang-version? belongs-to! import* include* organization? contact? ${text} revision* extension* feature* identity* ${definitions} ${data} augment* rpc* notification* deviation*`],
  "yang-version": ["version", ""],
  namespace: ["uri", ""],
  prefix: ["identifier", ""],
  import: ["identifier", "prefix! revision-date? description?' reference?'"],
  include: ["identifier", "revision-date? description?' reference?'"],
  "revision-date": ["date", ""],
  "belongs-to": ["identifier", "prefix!"],
  organization: ["string", ""],
  contact: ["string", ""],
  description: ["string", ""],
  reference: ["string", ""],
  revision: ["date", text],
  extension: ["identifier", `argument? status? ${text}`],
  argument: ["identifier", "yin-element?"],
  "yin-element": ["boolean", ""],
  feature: ["identifier", `if-feature* status? ${text}`],
  "if-feature": ["if-feature", ""],
  identity: ["identifier", `base*^ if-feature*' status? ${text}`],
  base: ["identifier-reference", ""],
  typedef: ["identifier", `type! units? default? status? ${text}`],
  type: ["identifier-reference", "fraction-digits? range? length? pattern* enum* bit* base*^ path? require-instance? type*"],
  range: ["range", `error-message? error-app-tag? ${text}`],
  length: ["length", `error-message? error-app-tag? ${text}`],
  pattern: ["pattern", `modifier?' error-message? error-app-tag? ${text}`],
  modifier: ["modifier", ""],
  "fraction-digits": ["fraction-digits", ""],
  enum: ["enum-name", `value? if-feature*' status? ${text}`],
  value: ["enum-value", ""],
  bit: ["identifier", `position? if-feature*' status? ${text}`],
  position: ["position", ""],
  path: ["path", ""],
  "require-instance": ["boolean", ""],
  "error-message": ["string", ""],
  "error-app-tag": ["string", ""],
  must: ["xpath", `error-message? error-app-tag? ${text}`],
  when: ["xpath", text],
  units: ["string", ""],
  default: ["string", ""],
  status: ["status", ""],
  config: ["boolean", ""],
  mandatory: ["boolean", ""],
  presence: ["string", ""],
  "ordered-by": ["ordered-by", ""],
  "min-elements": ["non-negative", ""],
  "max-elements": ["max-elements", ""],
  key: ["key", ""],
  unique: ["unique", ""],
  container: ["identifier", `when? if-feature* must* presence? config? status? ${text} ${definitions} ${data} ${behaviour}`],
  leaf: ["identifier", `when? if-feature* type! units? must* default? config? mandatory? status? ${text}`],
  "leaf-list": ["identifier", `when? if-feature* type! units? must* default*' config? min-elements? max-elements? ordered-by? status? ${text}`],
  list: ["identifier", `when? if-feature* must* key? unique* config? min-elements? max-elements? ordered-by? status? ${text} ${definitions} ${data} ${behaviour}`],
  choice: ["identifier", `when? if-feature* default? config? mandatory? status? ${text} case* choice*' container* leaf* leaf-list* list* anydata*' anyxml*`],
  case: ["identifier", `when? if-feature* status? ${text} ${data}`],
  anydata: ["identifier", `when? if-feature* must* config? mandatory? status? ${text}`],
  anyxml: ["identifier", `when? if-feature* must* config? mandatory? status? ${text}`],
  grouping: ["identifier", `status? ${text} ${definitions} ${data} ${behaviour}`],
  uses: ["identifier-reference", `when? if-feature* status? ${text} refine* augment*`],
  refine: ["descendant-node", `if-feature*' must* presence? default*^ config? mandatory? min-elements? max-elements? ${text}`],
  augment: ["schema-node", `when? if-feature* status? ${text} ${data} case* ${behaviour}`],
  rpc: ["identifier", `if-feature* status? ${text} ${definitions} input? output?`],
  action: ["identifier", `if-feature* status? ${text} ${definitions} input? output?`],
  input: [undefined, `must*' ${definitions} ${data}`],
  output: [undefined, `must*' ${definitions} ${data}`],
  notification: ["identifier", `if-feature* must*' status? ${text} ${definitions} ${data}`],
  deviation: ["absolute-node", `${text} deviate+`],
  deviate: ["deviate", "type? units? must* unique* default*^ config? mandatory? min-elements? max-elements?"],
};

/** What each argument of `deviate` allows inside. @see RFC 7950, section 7.20.3.2 */
const deviateRows: Readonly<Record<string, string>> = {
  "not-supported": "",
  add: "units? must* unique* default*^ config? mandatory? min-elements? max-elements?",
  replace: "type? units? default*^ config? mandatory? min-elements? max-elements?",
  delete: "units? must* unique* default*^",
};

const rules = new Map(
  Object.entries(rows).map(([keyword, [argument, inside]]) => [keyword, { argument, substatements: read(inside) }]),
);

const deviateRules = new Map(
  Object.entries(deviateRows).map(([kind, inside]) => [
    kind,
    { argument: "deviate" as const, substatements: read(inside) },
  ]),
);

/** The rule of a statement of YANG itself; nothing for a word that is none. */
export function ruleOf(keyword: string, argument: string | undefined): StatementRule | undefined {
  return (keyword === "deviate" ? deviateRules.get(argument ?? "") : undefined) ?? rules.get(keyword);
}

/** What `rc:yang-data`, `sx:structure` and `sx:augment-structure` may hold. @see RFC 8791, section 4 */
export const structureRule: Substatements = read(`must* status? ${text} ${definitions} ${data} case*`);

/** What `md:annotation` may hold. @see RFC 7952, section 3 */
export const annotationRule: Substatements = read(`type! if-feature* units? status? ${text}`);

/** The sections of a module, in the order in which they stand. @see RFC 7950, section 7.1.1 */
const sections = [
  "yang-version namespace prefix belongs-to",
  "import include",
  "organization contact description reference",
  "revision",
];

const sectionByKeyword = new Map(sections.flatMap((words, i) => words.split(" ").map((keyword) => [keyword, i])));

/** In which section of a module a statement stands; all definitions are in the last one. */
export function sectionOf(keyword: string): number {
  return sectionByKeyword.get(keyword) ?? sections.length;
}

function read(inside: string): Substatements {
  const words = inside.split(" ").filter((word) => word !== "");
  const allowed = new Map(
    words.map((word) => {
      const [, keyword = "", count = "", mark = ""] = /^([a-z-]+)([?!*+])(['^]?)$/.exec(word) ?? [];
      const occurrence: Occurrence = {
        least: count === "!" || count === "+" ? 1 : 0,
        most: count === "?" || count === "!" ? 1 : Number.POSITIVE_INFINITY,
        inVersion1: mark !== "'",
        onceInVersion1: mark === "^",
      };
      return [keyword, occurrence];
    }),
  );
  return { allowed, required: [...allowed].filter(([, { least }]) => least === 1).map(([keyword]) => keyword) };
}
