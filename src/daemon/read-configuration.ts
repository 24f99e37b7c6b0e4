import { isUtf8 } from "node:buffer";
import { parse, TomlError } from "smol-toml";
import { Fault, reasonOf } from "../base/fault.js";
import { checkReferences } from "./check-references.js";
import { nearest } from "./nearest-word.js";
import {
  type Complaint,
  type Member,
  type Members,
  type Option,
  propertyOf,
  type Table,
  type Tables,
} from "./option.js";
import { type Configuration, type HostConfiguration, options } from "./options.js";
import type { Problem } from "./problem.js";
import { type KeyPath, locateToml, type Position, type TomlLocator } from "./toml-locator.js";

/** Longer files are refused unread. */
export const LARGEST_CONFIGURATION = 256 * 1024;
/** Deeper arrays and inline tables are refused by the parser; the options need three. */
const DEEPEST_VALUE = 16;
/** More problems help nobody. */
const MOST_PROBLEMS = 100;

/** A configuration, or everything that is wrong with it. */
export type ConfigurationReading =
  | { readonly configuration: Configuration; readonly problems: readonly [] }
  | { readonly configuration: undefined; readonly problems: readonly Problem[] };

/** What is known beside the file. */
export interface ReadingContext {
  /** How the file is called in messages. */
  readonly file: string;
  /** The SNMPv3 users that exist; not given: references to users are not checked. */
  readonly users?: readonly string[];
}

/**
 * Reads the text of a configuration file by the option table. Never throws, whatever the input; reports all problems at once, in the
 * order of the text, up to a hundred.
 */
export function readConfiguration(input: Uint8Array | string, context: ReadingContext): ConfigurationReading {
  const reader = new Reader(context.file);
  const text = reader.decode(input);
  const document = text === undefined ? undefined : reader.parse(text);
  if (!document) return { configuration: undefined, problems: reader.problems };
  const draft = reader.members(options, document, []);
  const configuration = draft as Configuration;
  checkReferences(configuration, context.users, (path, complaint) => {
    if (!reader.complained(path)) reader.complain(path, complaint, "value");
  });
  if (reader.problems.length === 0) return { configuration: frozen(configuration), problems: [] };
  const inOrder = reader.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { configuration: undefined, problems: inOrder };
}

/** The configuration of somebody who configured nothing. */
export function defaultConfiguration(): Configuration {
  return frozen(new Reader("").members(options, {}, []) as Configuration);
}

/** The keys of a `[[host]]`, as they would stand in the file. */
export interface HostKeys extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly uri: string;
}

/**
 * A host that is not in the file: named on the command line, added by command, or found on this computer. What is not given has
 * its default.
 * @throws {Fault} `invalid` when the gateway cannot use what is given
 */
export function hostConfiguration(given: HostKeys): HostConfiguration {
  const reader = new Reader("");
  const host = reader.members(options.host.members, given, []);
  if (reader.problems.length === 0) return frozen(host as HostConfiguration);
  const reasons = reader.problems.map(({ key, problem, advice }) => `${key} ${problem}${advice && `; ${advice}`}`);
  throw new Fault("invalid", reasons.join("\n"), { path: `host/${given.name}` });
}

type Raw = Readonly<Record<string, unknown>>;

class Reader {
  readonly problems: Problem[] = [];
  readonly #file: string;
  #locator: TomlLocator = locateToml("");

  constructor(file: string) {
    this.#file = file;
  }

  decode(input: Uint8Array | string): string | undefined {
    const length = typeof input === "string" ? Buffer.byteLength(input) : input.length;
    if (length > LARGEST_CONFIGURATION) {
      this.#report({ line: 1, column: 1 }, "", {
        problem: `the file has ${length} octets`,
        advice: `use at most ${LARGEST_CONFIGURATION}`,
      });
      return undefined;
    }
    if (typeof input !== "string" && !isUtf8(input)) {
      this.#report(firstForeignOctet(Buffer.from(input)), "", {
        problem: "this is not UTF-8",
        advice: "save the file in UTF-8",
      });
      return undefined;
    }
    const text = typeof input === "string" ? input : Buffer.from(input).toString("utf8");
    return text.startsWith("\ufeff") ? text.slice(1) : text;
  }

  parse(text: string): Raw | undefined {
    try {
      const document = parse(text, { integersAsBigInt: "asNeeded", maxDepth: DEEPEST_VALUE });
      this.#locator = locateToml(text);
      return document;
    } catch (error) {
      const position = error instanceof TomlError ? error : { line: 1, column: 1 };
      const reason = reasonOf(error).replace(/^Invalid TOML document: /, "");
      this.#report(position, "", {
        problem: `this is not TOML: ${reason.split("\n", 1)[0]}`,
        advice: "correct it here or a little before",
      });
      return undefined;
    }
  }

  /** A table by its options: reads what is there, fills in what is not, complains about the rest. */
  members(members: Members, raw: Raw, path: KeyPath): Record<string, unknown> {
    for (const key of Object.keys(raw)) {
      if (this.problems.length >= MOST_PROBLEMS) break;
      if (!Object.hasOwn(members, key)) this.complain([...path, key], unknownKey(key, members, path), "key");
    }
    return Object.fromEntries(
      Object.entries(members).map(([key, member]) => {
        const given = Object.hasOwn(raw, key) ? raw[key] : undefined;
        return [propertyOf(key, member), this.#member(member, given, [...path, key])];
      }),
    );
  }

  complain(path: KeyPath, complaint: Complaint, at: "key" | "value"): void {
    const whole = complaint.at === undefined ? path : [...path, complaint.at];
    this.#report(this.#locator.nearest(whole)[at], pathText(whole), complaint);
  }

  /** Whether exactly this key was complained about. */
  complained(path: KeyPath): boolean {
    const key = pathText(path);
    return this.problems.some((problem) => problem.key === key);
  }

  #member(member: Member, raw: unknown, path: KeyPath): unknown {
    switch (member.kind) {
      case "option":
        return this.#option(member, raw, path);
      case "table":
        return this.#table(member, raw, path);
      case "tables":
        return this.#tables(member, raw, path);
    }
  }

  /** @returns `undefined` after a complaint */
  #option(option: Option<unknown>, raw: unknown, path: KeyPath): unknown {
    if (raw === undefined) {
      if (!option.required) return option.absent();
      const line = `${path.at(-1)} = ${JSON.stringify(option.example)}`;
      this.complain(path, { problem: "is missing", advice: `add a line such as ${line}` }, "key");
      return undefined;
    }
    const reading = option.read(raw);
    if (!reading.complaints) return reading.value;
    for (const complaint of reading.complaints) this.complain(path, complaint, "value");
    return undefined;
  }

  #table(table: Table<Members>, raw: unknown, path: KeyPath): unknown {
    if (raw === undefined || isTable(raw)) return this.members(table.members, raw ?? {}, path);
    const header = `[${path.join(".")}]`;
    const problem = Array.isArray(raw) ? "is there only once" : "is a section";
    this.complain(path, { problem, advice: `write ${header} on a line of its own and its keys below` }, "key");
    return this.members(table.members, {}, path);
  }

  #tables(tables: Tables<string, Members>, raw: unknown, path: KeyPath): unknown {
    if (raw === undefined) return [];
    const header = `[[${path.filter((step) => typeof step === "string").join(".")}]]`;
    if (!Array.isArray(raw) || !raw.every(isTable)) {
      const problem = isTable(raw) ? "may be there several times" : "is a list of sections";
      const advice = `write ${header}, with double brackets, on a line of its own and its keys below`;
      this.complain(path, { problem, advice }, "key");
      return [];
    }
    if (raw.length > tables.most) {
      const problem = `is there ${raw.length} times`;
      this.complain([...path, tables.most], { problem, advice: `use ${header} at most ${tables.most} times` }, "key");
      return [];
    }
    return raw.map((item, index) => this.members(tables.members, item, [...path, index]));
  }

  #report({ line, column }: Position, key: string, { problem, advice }: Complaint): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    this.problems.push({ file: this.#file, line, column, key, problem, advice });
  }
}

function unknownKey(key: string, members: Members, path: KeyPath): Complaint {
  const known = Object.keys(members);
  const meant = nearest(key, known);
  if (meant !== undefined) return { problem: "is not known", advice: `did you mean "${meant}"?` };
  const section = path.length === 0 ? undefined : Object.keys(options).find((name) => name === key);
  if (section !== undefined) return { problem: "is not known here", advice: `move it out of this section` };
  const place = path.length === 0 ? "sections are" : "keys here are";
  return { problem: "is not known", advice: `the ${place} ${known.join(", ")}` };
}

/** `snmp.community[0].name`; keys that are not plain words are quoted. */
function pathText(path: KeyPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else {
      const word = /^[A-Za-z0-9_-]{1,64}$/.test(step) ? step : JSON.stringify(step.slice(0, 64));
      text += text === "" ? word : `.${word}`;
    }
  }
  return text;
}

function isTable(raw: unknown): raw is Raw {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) && !(raw instanceof Date);
}

function firstForeignOctet(octets: Buffer): Position {
  let line = 1;
  for (let from = 0; ; line++) {
    const end = octets.indexOf(0x0a, from);
    const row = octets.subarray(from, end < 0 ? octets.length : end);
    if (end < 0 || !isUtf8(row)) return { line, column: row.toString("utf8").indexOf("\ufffd") + 1 || 1 };
    from = end + 1;
  }
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
