import { Secret } from "../base/secret.js";
import { nearest } from "./nearest-word.js";

/** What is wrong with a value, and what to write instead. `at` leads to the item of a list that is meant. */
export interface Complaint {
  readonly problem: string;
  readonly advice: string;
  readonly at?: number;
}

/** What a value of the file became, or why not. */
export type Reading<T> =
  | { readonly value: T; readonly complaints?: never }
  | { readonly complaints: readonly Complaint[] };

/** When a changed value takes effect: with a reload; with a reload that opens the section's listener anew; with the next start. */
export type Reload = "live" | "listener" | "restart";

/** One key of the configuration file: everything that the checks, the help, the sample and the manual say about it. */
export interface Option<T> {
  readonly kind: "option";
  /** For people: `text`, `whole number`, `yes or no`, `list of text`. */
  readonly type: string;
  /** As it would stand in the file; `undefined` when there is none. */
  readonly default: OptionText;
  readonly required: boolean;
  readonly unit: string | undefined;
  /** For people: what is allowed beyond the type. */
  readonly bounds: string | undefined;
  readonly help: string;
  /** A value to show in the sample where there is no default. */
  readonly example: OptionText;
  readonly reload: Reload;
  /** From what the TOML parser gave. */
  read(raw: unknown): Reading<T>;
  /** What to have when the key is absent; never called for a required option. */
  absent(): T;
}

/** A value as TOML can hold it. */
export type OptionText = string | number | boolean | readonly string[] | undefined;

/** A table of the file, `[name]`: at most once, and as if empty when absent. */
export interface Table<M extends Members> {
  readonly kind: "table";
  readonly help: string;
  readonly members: M;
}

/** An array of tables of the file, `[[name]]`: any number of times. */
export interface Tables<P extends string, M extends Members> {
  readonly kind: "tables";
  /** Its name in `Configuration`. */
  readonly plural: P;
  readonly help: string;
  readonly members: M;
  readonly most: number;
}

export type Member = Option<unknown> | Table<Members> | Tables<string, Members>;
export interface Members {
  readonly [key: string]: Member;
}

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
type ValueOf<M extends Member> =
  M extends Option<infer T>
    ? T
    : M extends Table<infer Inner>
      ? Shape<Inner>
      : M extends Tables<string, infer Inner>
        ? readonly Shape<Inner>[]
        : never;
/** The type of the values that a set of options describes: `allow_write` becomes `allowWrite`, `[[host]]` `hosts`. */
export type Shape<M extends Members> = {
  readonly [K in keyof M & string as M[K] extends Tables<infer P, Members> ? P : Camel<K>]: ValueOf<M[K]>;
};

/** The name that a key has in `Configuration`. */
export function propertyOf(key: string, member: Member): string {
  if (member.kind === "tables") return member.plural;
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

interface Common {
  readonly help: string;
  readonly reload?: Reload;
}

interface TextRule {
  /** In octets of UTF-8. */
  readonly longest?: number;
  readonly bounds?: string;
  readonly example?: string;
  /** @returns what is wrong, in `value`'s own terms, or nothing */
  check?(value: string): Complaint | undefined;
}

const LONGEST_TEXT = 1024;

function described(common: Common, rest: { type: string; bounds?: string | undefined; unit?: string | undefined }) {
  return {
    kind: "option",
    type: rest.type,
    unit: rest.unit,
    bounds: rest.bounds,
    help: common.help,
    reload: common.reload ?? "live",
  } as const;
}

function readText(raw: unknown, rule: TextRule): Reading<string> {
  if (typeof raw !== "string") return wrongType(raw, "text in quotes", quotedAdvice(raw));
  const longest = rule.longest ?? LONGEST_TEXT;
  if (Buffer.byteLength(raw) > longest) {
    return bad(`is ${Buffer.byteLength(raw)} octets long`, `use at most ${longest} octets`);
  }
  if (/\p{Cc}/u.test(raw)) return bad("contains control characters", "leave them out");
  const complaint = rule.check?.(raw);
  return complaint ? { complaints: [complaint] } : { value: raw };
}

/** Text that has a default. */
export function text(given: Common & TextRule & { readonly default: string }): Option<string> {
  return {
    ...textOption(given),
    default: given.default,
    read: (raw) => readText(raw, given),
    absent: () => given.default,
  };
}

/** Text that may be missing, which then means what `help` says. */
export function optionalText(given: Common & TextRule): Option<string | undefined> {
  return { ...textOption(given), read: (raw) => readText(raw, given), absent: () => undefined };
}

/** Text that must be there. */
export function requiredText(given: Common & TextRule & { readonly example: string }): Option<string> {
  return { ...textOption(given), required: true, read: (raw) => readText(raw, given), absent: neverAbsent };
}

/** Text that must be there and must not appear in logs; the file should then be readable by its owner only. */
export function requiredSecret(given: Common & TextRule & { readonly example: string }): Option<Secret> {
  return { ...requiredText(given), read: (raw) => mapped(readText(raw, given), asSecret), absent: neverAbsent };
}

export function optionalSecret(given: Common & TextRule): Option<Secret | undefined> {
  return { ...optionalText(given), read: (raw) => mapped(readText(raw, given), asSecret), absent: () => undefined };
}

/** Text that `parse` turns into a `T`. */
export function parsed<T extends object>(
  given: Common & { readonly default: string; readonly bounds: string; parse(value: string): T | Complaint },
): Option<T> {
  const read = (raw: unknown) => mapped(readText(raw, {}), given.parse);
  return { ...textOption(given), default: given.default, read, absent: () => requireGood(read(given.default)) };
}

/** Text that may be missing, which then means what `help` says, and that `parse` turns into a `T`. */
export function optionalParsed<T extends object>(
  given: Common & { readonly example: string; readonly bounds: string; parse(value: string): T | Complaint },
): Option<T | undefined> {
  return { ...textOption(given), read: (raw) => mapped(readText(raw, {}), given.parse), absent: () => undefined };
}

/** Text that must be there and that `parse` turns into a `T`. */
export function requiredParsed<T extends object>(
  given: Common & { readonly example: string; readonly bounds: string; parse(value: string): T | Complaint },
): Option<T> {
  const read = (raw: unknown) => mapped(readText(raw, {}), given.parse);
  return { ...textOption(given), required: true, read, absent: neverAbsent };
}

function textOption(given: Common & TextRule) {
  return {
    ...described(given, { type: "text", bounds: given.bounds }),
    default: undefined as OptionText,
    example: given.example as OptionText,
    required: false,
  };
}

function neverAbsent(): never {
  throw new Error("a required option has no default");
}

function asSecret(value: string): Secret {
  return new Secret(value);
}

function mapped<T extends object>(reading: Reading<string>, parse: (value: string) => T | Complaint): Reading<T> {
  if (reading.complaints) return reading;
  const outcome = parse(reading.value);
  return isComplaint(outcome) ? { complaints: [outcome] } : { value: outcome };
}

function requireGood<T>(reading: Reading<T>): T {
  if (reading.complaints) throw new Error(`a default breaks its own rule: ${reading.complaints[0]?.problem}`);
  return reading.value;
}

/** One word of a fixed list. */
export function choice<const C extends string>(
  given: Common & { readonly of: readonly C[]; readonly default: NoInfer<C> },
): Option<C> {
  const words = given.of.map((word) => `"${word}"`).join(", ");
  return {
    ...described(given, { type: "text", bounds: `one of ${words}` }),
    default: given.default,
    example: undefined,
    required: false,
    read(raw) {
      const found = given.of.find((word) => word === raw);
      if (found !== undefined) return { value: found };
      const meant = typeof raw === "string" ? nearest(raw, given.of) : undefined;
      return bad(
        `is ${shown(raw)}`,
        meant ? `did you mean "${meant}"? It is one of ${words}` : `write one of ${words}`,
      );
    },
    absent: () => given.default,
  };
}

/** A whole number within bounds. */
export function integer(
  given: Common & {
    readonly default: number;
    readonly least: number;
    readonly most: number;
    readonly unit?: string;
  },
): Option<number> {
  const range = `from ${given.least} to ${given.most}${given.unit ? ` ${given.unit}` : ""}`;
  return {
    ...described(given, { type: "whole number", bounds: range, unit: given.unit }),
    default: given.default,
    example: undefined,
    required: false,
    read(raw) {
      if (typeof raw === "string" && /^[+-]?\d+$/.test(raw)) {
        return wrongType(raw, "a whole number", `write it without quotes: ${raw}`);
      }
      if (typeof raw !== "number" && typeof raw !== "bigint") {
        return wrongType(raw, "a whole number", `write a number ${range}`);
      }
      if (typeof raw === "number" && !Number.isInteger(raw)) {
        return bad(`is ${raw}, which is not a whole number`, `write a whole number ${range}`);
      }
      if (raw < given.least || raw > given.most) return bad(`is ${raw}, out of bounds`, `write a number ${range}`);
      return { value: Number(raw) };
    },
    absent: () => given.default,
  };
}

/** `true` or `false`. */
export function boolean(given: Common & { readonly default: boolean }): Option<boolean> {
  return {
    ...described(given, { type: "yes or no", bounds: "true or false" }),
    default: given.default,
    example: undefined,
    required: false,
    read(raw) {
      if (typeof raw === "boolean") return { value: raw };
      return wrongType(raw, "true or false", "write true or false, without quotes");
    },
    absent: () => given.default,
  };
}

interface ListRule<T extends object> {
  readonly most: number;
  readonly bounds: string;
  readonly example?: readonly string[];
  parse(item: string): T | Complaint;
}

/** A list of texts, each of which `parse` turns into a `T`. */
export function list<T extends object>(
  given: Common & ListRule<T> & { readonly default: readonly string[] },
): Option<readonly T[]> {
  const read = (raw: unknown) => readList(raw, given);
  return { ...listOption(given), default: given.default, read, absent: () => requireGood(read(given.default)) };
}

/** A list that may be missing, which then means what `help` says. */
export function optionalList<T extends object>(given: Common & ListRule<T>): Option<readonly T[] | undefined> {
  return { ...listOption(given), read: (raw) => readList(raw, given), absent: () => undefined };
}

/** A list that must be there. */
export function requiredList<T extends object>(
  given: Common & ListRule<T> & { readonly example: readonly string[] },
): Option<readonly T[]> {
  return { ...listOption(given), required: true, read: (raw) => readList(raw, given), absent: neverAbsent };
}

function listOption(given: Common & ListRule<object>) {
  return {
    ...described(given, { type: "list of text", bounds: `${given.bounds}; at most ${given.most}` }),
    default: undefined as OptionText,
    example: given.example as OptionText,
    required: false,
  };
}

function readList<T extends object>(raw: unknown, { most, parse }: ListRule<T>): Reading<readonly T[]> {
  if (typeof raw === "string") return wrongType(raw, "a list", `write it in brackets: [${JSON.stringify(raw)}]`);
  if (!Array.isArray(raw)) return wrongType(raw, "a list of texts", `write a list: ["…"]`);
  if (raw.length > most) return bad(`has ${raw.length} items`, `use at most ${most}`);
  const values: T[] = [];
  const complaints: Complaint[] = [];
  for (const [at, item] of raw.entries()) {
    const reading = mapped(readText(item, {}), parse);
    if (reading.complaints) complaints.push(...reading.complaints.map((complaint) => ({ ...complaint, at })));
    else values.push(reading.value);
  }
  return complaints.length > 0 ? { complaints } : { value: values };
}

export function table<M extends Members>(help: string, members: M): Table<M> {
  return { kind: "table", help, members };
}

export function tables<const P extends string, M extends Members>(
  plural: P,
  most: number,
  help: string,
  members: M,
): Tables<P, M> {
  return { kind: "tables", plural, most, help, members };
}

function isComplaint(value: object): value is Complaint {
  return "problem" in value && "advice" in value;
}

/** A complaint about a value of the right type. */
function bad(problem: string, advice: string): { readonly complaints: readonly Complaint[] } {
  return { complaints: [{ problem, advice }] };
}

function wrongType(raw: unknown, wanted: string, advice: string): { readonly complaints: readonly Complaint[] } {
  return bad(`must be ${wanted}, but is ${shown(raw)}`, advice);
}

function quotedAdvice(raw: unknown): string {
  const simple = typeof raw === "number" || typeof raw === "boolean" || typeof raw === "bigint";
  return simple ? `put it in quotes: "${raw}"` : `write text in quotes: "…"`;
}

/** A value of the file in a few words, never long. */
function shown(raw: unknown): string {
  if (raw instanceof Date) return "a date";
  if (Array.isArray(raw)) return "a list";
  if (typeof raw === "object") return "a table";
  if (typeof raw !== "string") return String(raw);
  return JSON.stringify(raw.length > 40 ? `${raw.slice(0, 40)}…` : raw);
}
