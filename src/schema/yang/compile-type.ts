import { DecodeError } from "../../base/fault.js";
import { splitName } from "./argument.js";
import type { Identity } from "./identity.js";
import { readLeafrefPath } from "./leafref-path.js";
import type { Linked } from "./link.js";
import { checkAge, type Draft, type LinkedModule, type Scope, statusOf } from "./linked-module.js";
import type { YangStatus } from "./module.js";
import { compilePattern, type Pattern } from "./pattern.js";
import { argumentOf, type Statement, substatement, substatements } from "./statement.js";
import type {
  BitsType,
  BitValue,
  EnumerationType,
  EnumValue,
  IntegerBase,
  LengthRange,
  PatternRestriction,
  RestrictionText,
  ValueRange,
  YangType,
} from "./type.js";
import { type Interval, integerBounds, readIntervals, scaledDecimal } from "./value-range.js";
import { excerpt, YangError } from "./yang-error.js";

/** A statement with the scope that its names are meant in. */
export interface Sourced {
  readonly statement: Statement;
  readonly scope: Scope;
}

export interface CompiledType {
  readonly type: YangType;
  /** Of the closest typedef that has one. */
  readonly default: Sourced | undefined;
  readonly units: string | undefined;
  /** Whether the type has leafrefs, so that every node needs its own. */
  readonly hasLeafref: boolean;
}

/** Restrictions that a built-in type takes: when it is named itself, and when a type derived from it is. */
// biome-ignore format: read as a table
const restrictions: Readonly<Record<string, readonly [own: string, derived: string]>> = {
  //                      named itself                  derived
  binary:                ["length",                     "length"],
  bits:                  ["bit",                        "bit"],
  boolean:               ["",                           ""],
  decimal64:             ["fraction-digits range",      "range"],
  empty:                 ["",                           ""],
  enumeration:           ["enum",                       "enum"],
  identityref:           ["base",                       ""],
  "instance-identifier": ["require-instance",           "require-instance"],
  int8:                  ["range",                      "range"],
  int16:                 ["range",                      "range"],
  int32:                 ["range",                      "range"],
  int64:                 ["range",                      "range"],
  leafref:               ["path require-instance",      "require-instance"],
  string:                ["length pattern",             "length pattern"],
  uint8:                 ["range",                      "range"],
  uint16:                ["range",                      "range"],
  uint32:                ["range",                      "range"],
  uint64:                ["range",                      "range"],
  union:                 ["type",                       ""],
};

/** Types within types: members of unions, and typedefs of typedefs. */
const DEEPEST = 100;
/** Ranges of the integers that nothing restricts. */
const wholeRanges = Object.fromEntries(
  Object.entries(integerBounds).map(([base, bounds]) => [
    base,
    Object.freeze({ parts: Object.freeze([bounds]), errorMessage: undefined, errorAppTag: undefined }),
  ]),
) as Readonly<Record<IntegerBase, ValueRange>>;
const widestLength: readonly Interval[] = [integerBounds.uint64];

/** Turns `type` statements into types. */
export class TypeCompiler {
  readonly #linked: Linked;
  readonly #typedefs = new Map<Statement, CompiledType>();
  /** Built-in types without restrictions. */
  readonly #plain = new Map<string, CompiledType>();
  /** Types that only name a typedef: by what the typedef is, and as it is named there. */
  readonly #named = new Map<CompiledType, Map<string, CompiledType>>();
  /** Typedefs that are being compiled, to find those that lead back to themselves. */
  readonly #open = new Set<Statement>();
  /** By the names of a type: all numbers that it declares, also where a feature takes the name away. */
  readonly #declared = new Map<ReadonlyMap<string, unknown>, ReadonlyMap<string, number>>();
  /** Every type that was made, to be frozen in the end. */
  readonly made: Draft<YangType>[] = [];

  constructor(linked: Linked) {
    this.#linked = linked;
  }

  /**
   * @param owner the module that names without prefix belong to in paths
   * @param status that of what has the type, which may not be younger than the typedefs it uses
   * @throws {YangError}
   * @see RFC 7950, section 9
   */
  compile({ statement, scope }: Sourced, owner: LinkedModule, status: YangStatus, depth = 0): CompiledType {
    if (depth > DEEPEST) throw new YangError(`types nested deeper than ${DEEPEST}`, statement.place);
    const name = statement.argument ?? "";
    const isPlain = statement.children.length === 0;
    if (Object.hasOwn(restrictions, name)) {
      const known = isPlain ? this.#plain.get(name) : undefined;
      if (known) return known;
      checkRestrictions(statement, name, 0);
      const made = this.#builtIn(name, { statement, scope }, owner, status, depth);
      if (isPlain && !made.hasLeafref) this.#plain.set(name, made);
      return made;
    }
    const definition = scope.require("typedef", name, statement.place);
    checkAge(status, scope, definition, statement.place);
    const base = this.typedef(definition, owner, depth);
    const known = isPlain ? this.#named.get(base)?.get(name) : undefined;
    if (known) return known;
    checkRestrictions(statement, base.type.base, 1);
    const { prefix, local } = splitName(name);
    const typedef = { module: scope.moduleOf(prefix, statement.place).name, name: local };
    const type = this.#derive(base.type, { statement, scope });
    const made = { ...base, type: this.#make({ ...type, writtenAs: name, typedef }) };
    if (isPlain && !made.hasLeafref) {
      const named = this.#named.get(base) ?? new Map<string, CompiledType>();
      this.#named.set(base, named.set(name, made));
    }
    return made;
  }

  /** The type of a typedef, with its default and units. @throws {YangError} */
  typedef({ statement, scope }: Sourced, owner: LinkedModule, depth = 0): CompiledType {
    const known = this.#typedefs.get(statement);
    if (known) return known;
    if (this.#open.has(statement)) {
      throw new YangError(`the typedef ${statement.argument} is defined by itself`, statement.place);
    }
    this.#open.add(statement);
    const type = substatement(statement, "type") as Statement;
    const base = this.compile({ statement: type, scope }, owner, statusOf(statement), depth + 1);
    this.#open.delete(statement);
    const own = substatement(statement, "default");
    const compiled = {
      ...base,
      default: own ? { statement: own, scope } : base.default,
      units: argumentOf(statement, "units") ?? base.units,
    };
    if (!compiled.hasLeafref) this.#typedefs.set(statement, compiled);
    return compiled;
  }

  #make(type: YangType): YangType {
    this.made.push(type);
    return type;
  }

  #builtIn(base: string, at: Sourced, owner: LinkedModule, status: YangStatus, depth: number): CompiledType {
    const { statement, scope } = at;
    // Each object is written out: one that a spread has made has a shape of its own, and there are thousands.
    const [writtenAs, typedef] = [base, undefined];
    const plain = (type: YangType): CompiledType => ({
      type: this.#make(type),
      default: undefined,
      units: undefined,
      hasLeafref: type.base === "leafref",
    });
    switch (base) {
      case "binary":
        return plain({ writtenAs, typedef, base, length: lengthOf(statement, undefined) });
      case "bits":
        return plain({ writtenAs, typedef, base, ...this.#bits(at, undefined) });
      case "boolean":
      case "empty":
        return plain({ writtenAs, typedef, base });
      case "decimal64": {
        const fractionDigits = Number(required(statement, "fraction-digits").argument);
        const range = rangeOf(statement, wholeRanges.int64, fractionDigits);
        return plain({ writtenAs, typedef, base, fractionDigits, range });
      }
      case "enumeration":
        return plain({ writtenAs, typedef, base, ...this.#enums(at, undefined) });
      case "identityref": {
        required(statement, "base");
        const bases = substatements(statement, "base").map(({ argument = "", place }) => {
          const [module, definition] = scope.requireFrom("identities", argument, place);
          return module.publicIdentities.get(definition.statement.argument ?? "") as Identity;
        });
        return plain({ writtenAs, typedef, base, bases: Object.freeze(bases) });
      }
      case "instance-identifier":
        return plain({
          writtenAs,
          typedef,
          base,
          requireInstance: argumentOf(statement, "require-instance") !== "false",
        });
      case "leafref": {
        const path = required(statement, "path");
        const requireInstance = substatement(statement, "require-instance");
        if (requireInstance && scope.version1) {
          throw new YangError("require-instance may not stand in a leafref in YANG version 1", requireInstance.place);
        }
        if (!readLeafrefPath(path.argument ?? "")) {
          throw new YangError(`"${excerpt(path.argument ?? "")}" is no path of a leafref`, path.place);
        }
        const type: Draft<Partial<YangType & { base: "leafref" }>> = {
          writtenAs,
          typedef,
          base,
          path: path.argument ?? "",
          context: scope.xpathContext(owner),
          requireInstance: requireInstance?.argument !== "false",
        };
        return plain(type as YangType);
      }
      case "string":
        return plain({
          writtenAs,
          typedef,
          base,
          length: lengthOf(statement, undefined),
          patterns: patternsOf(statement, []),
        });
      case "union": {
        required(statement, "type");
        const members = differentTypes(substatements(statement, "type")).map((member) => {
          const compiled = this.compile({ statement: member, scope }, owner, status, depth + 1);
          const kind = compiled.type.base;
          if (scope.version1 && (kind === "leafref" || kind === "empty")) {
            throw new YangError(`a union has no ${kind} in YANG version 1`, member.place);
          }
          return compiled;
        });
        const types = Object.freeze(members.map(({ type }) => type));
        const hasLeafref = members.some((member) => member.hasLeafref);
        return { ...plain({ writtenAs, typedef, base, members: types }), hasLeafref };
      }
      default: {
        const integer = base as IntegerBase;
        const range = rangeOf(statement, wholeRanges[integer], 0);
        return plain({ writtenAs, typedef, base: integer, range });
      }
    }
  }

  /** `base` with the restrictions of a `type` statement that names a typedef. */
  #derive(base: YangType, at: Sourced): YangType {
    const { statement, scope } = at;
    switch (base.base) {
      case "binary":
        return { ...base, length: lengthOf(statement, base.length) };
      case "string":
        return {
          ...base,
          length: lengthOf(statement, base.length),
          patterns: patternsOf(statement, base.patterns),
        };
      case "bits":
        return substatement(statement, "bit") ? { ...base, ...this.#bits(at, base.byName) } : base;
      case "enumeration":
        return substatement(statement, "enum") ? { ...base, ...this.#enums(at, base.byName) } : base;
      case "decimal64":
        return { ...base, range: rangeOf(statement, base.range, base.fractionDigits) };
      case "instance-identifier":
      case "leafref": {
        const requireInstance = substatement(statement, "require-instance");
        if (!requireInstance) return base;
        if (scope.version1 && base.base === "leafref") {
          throw new YangError("require-instance may not stand in a leafref in YANG version 1", requireInstance.place);
        }
        return { ...base, requireInstance: requireInstance.argument !== "false" };
      }
      case "boolean":
      case "empty":
      case "identityref":
      case "union":
        return base;
      default:
        return { ...base, range: rangeOf(statement, base.range, 0) };
    }
  }

  /** @see RFC 7950, section 9.6.4 */
  #enums(at: Sourced, base: ReadonlyMap<string, EnumValue> | undefined): Pick<EnumerationType, "enums" | "byName"> {
    const { left, declared } = this.#numbered(at, "enum", "value", base && this.#declared.get(base));
    const enums = left.map(({ name, number, status }) => Object.freeze({ name, value: number, status }));
    const byName = new Map(enums.map((value) => [value.name, value]));
    this.#declared.set(byName, declared);
    return { enums: Object.freeze(enums), byName };
  }

  /** @see RFC 7950, section 9.7.4 */
  #bits(at: Sourced, base: ReadonlyMap<string, BitValue> | undefined): Pick<BitsType, "bits" | "byName"> {
    const { left, declared } = this.#numbered(at, "bit", "position", base && this.#declared.get(base));
    const bits = left.map(({ name, number, status }) => Object.freeze({ name, position: number, status }));
    bits.sort((a, b) => a.position - b.position);
    const byName = new Map(bits.map((value) => [value.name, value]));
    this.#declared.set(byName, declared);
    return { bits: Object.freeze(bits), byName };
  }

  /** Names with numbers, given or counted on from the highest; those whose `if-feature` does not hold are not `left`. */
  #numbered(
    { statement, scope }: Sourced,
    keyword: "enum" | "bit",
    numberKeyword: "value" | "position",
    base: ReadonlyMap<string, number> | undefined,
  ): { left: readonly NumberedName[]; declared: ReadonlyMap<string, number> } {
    const first = required(statement, keyword);
    if (base && scope.version1) {
      throw new YangError(`${keyword} may not restrict a derived type in YANG version 1`, first.place);
    }
    const highest = keyword === "enum" ? 2147483647 : 4294967295;
    const declared = new Map<string, number>();
    const taken = new Set<number>();
    const left: NumberedName[] = [];
    let next = 0;
    for (const one of substatements(statement, keyword)) {
      const name = one.argument ?? "";
      const given = substatement(one, numberKeyword);
      const inherited = base?.get(name);
      if (base && inherited === undefined) {
        throw new YangError(`the base type has no ${keyword} ${excerpt(name)}`, one.place);
      }
      const number = given ? Number(given.argument) : (inherited ?? next);
      if (inherited !== undefined && number !== inherited) {
        throw new YangError(`in the base type, ${excerpt(name)} is ${inherited}`, given?.place ?? one.place);
      }
      if (number > highest) throw new YangError(`the ${keyword} ${excerpt(name)} needs a ${numberKeyword}`, one.place);
      if (declared.has(name)) throw new YangError(`the ${keyword} ${excerpt(name)} is there already`, one.place);
      if (taken.has(number)) throw new YangError(`the ${numberKeyword} ${number} is taken already`, one.place);
      declared.set(name, number);
      taken.add(number);
      next = taken.size === 1 ? number + 1 : Math.max(next, number + 1);
      const conditions = substatements(one, "if-feature").map((condition) => this.#linked.holds(condition, scope));
      if (conditions.every((holds) => holds)) left.push({ name, number, status: statusOf(one) });
    }
    if (left.length === 0) throw new YangError(`no feature leaves a ${keyword} to this type`, statement.place);
    return { left, declared };
  }
}

interface NumberedName {
  readonly name: string;
  readonly number: number;
  readonly status: YangStatus;
}

function textOf(restriction: Statement): RestrictionText {
  return {
    errorMessage: argumentOf(restriction, "error-message"),
    errorAppTag: argumentOf(restriction, "error-app-tag"),
  };
}

function required(type: Statement, keyword: string): Statement {
  const found = substatement(type, keyword);
  if (!found) throw new YangError(`the type ${type.argument} needs a ${keyword}`, type.place);
  return found;
}

function checkRestrictions(type: Statement, base: string, column: 0 | 1): void {
  if (type.children.length === 0) return;
  const allowed = (restrictions[base]?.[column] ?? "").split(" ");
  for (const { keyword, prefix, place } of type.children) {
    if (prefix === "" && !allowed.includes(keyword)) {
      throw new YangError(`${keyword} may not stand in the type ${excerpt(type.argument ?? "")}`, place);
    }
  }
}

function rangeOf(type: Statement, base: ValueRange, fractionDigits: number): ValueRange {
  const statement = substatement(type, "range");
  if (!statement) return base;
  const parts = readIntervals(statement, base.parts, (text) => scaledDecimal(text, fractionDigits));
  const { errorMessage, errorAppTag } = textOf(statement);
  return Object.freeze({ parts: Object.freeze(parts), errorMessage, errorAppTag });
}

function lengthOf(type: Statement, base: LengthRange | undefined): LengthRange | undefined {
  const statement = substatement(type, "length");
  if (!statement) return base;
  const outer = base?.parts.map(({ min, max }) => ({ min: BigInt(min), max: BigInt(max) })) ?? widestLength;
  const parts = readIntervals(statement, outer, (text) => scaledDecimal(text, 0)).map(({ min, max }) => ({
    min: Number(min),
    max: Number(max),
  }));
  const { errorMessage, errorAppTag } = textOf(statement);
  return Object.freeze({ parts: Object.freeze(parts), errorMessage, errorAppTag });
}

function patternsOf(type: Statement, base: readonly PatternRestriction[]): readonly PatternRestriction[] {
  const own = substatements(type, "pattern").map((statement): PatternRestriction => {
    const invert = argumentOf(statement, "modifier") === "invert-match";
    const { errorMessage, errorAppTag } = textOf(statement);
    return Object.freeze({ pattern: patternOf(statement), invert, errorMessage, errorAppTag });
  });
  return own.length === 0 ? base : Object.freeze([...base, ...own]);
}

function patternOf(statement: Statement): Pattern {
  try {
    return compilePattern(statement.argument ?? "");
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new YangError(error.message, statement.place);
  }
}

/** Without those that only repeat a name, for what did not take a value will not take it the second time. */
function differentTypes(members: readonly Statement[]): readonly Statement[] {
  const names = new Set<string>();
  return members.filter(({ argument = "", children }) => {
    if (children.length > 0) return true;
    if (names.has(argument)) return false;
    names.add(argument);
    return true;
  });
}
