import type { XPathContext, YangIdentity, YangStatus } from "./module.js";
import type { Pattern } from "./pattern.js";

/** What a restriction says when a value fails it. */
export interface RestrictionText {
  readonly errorMessage: string | undefined;
  readonly errorAppTag: string | undefined;
}

/** Ranges in ascending order, apart from each other, both ends inside. */
export interface ValueRange extends RestrictionText {
  /** For decimal64 in units of the last fraction digit. */
  readonly parts: readonly { readonly min: bigint; readonly max: bigint }[];
}

export interface LengthRange extends RestrictionText {
  readonly parts: readonly { readonly min: number; readonly max: number }[];
}

/** A `pattern` statement. A value passes when `pattern` matches all of it, or, with `invert`, does not. */
export interface PatternRestriction extends RestrictionText {
  readonly pattern: Pattern;
  readonly invert: boolean;
}

export interface EnumValue {
  readonly name: string;
  readonly value: number;
  readonly status: YangStatus;
}

export interface BitValue {
  readonly name: string;
  readonly position: number;
  readonly status: YangStatus;
}

interface TypeBase {
  /** As the node writes it, with its prefix: `yang:counter64`. */
  readonly writtenAs: string;
  /** The typedef at the top of the chain, if any, by its module. */
  readonly typedef: { readonly module: string; readonly name: string } | undefined;
}

export type IntegerBase = "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64";

export interface IntegerType extends TypeBase {
  readonly base: IntegerBase;
  /** Never wider than the base. */
  readonly range: ValueRange;
}

export interface Decimal64Type extends TypeBase {
  readonly base: "decimal64";
  readonly fractionDigits: number;
  readonly range: ValueRange;
}

export interface StringType extends TypeBase {
  readonly base: "string";
  /** Counted in characters, not in UTF-16 units. */
  readonly length: LengthRange | undefined;
  /** Those of the whole chain; all must pass. */
  readonly patterns: readonly PatternRestriction[];
}

export interface BinaryType extends TypeBase {
  readonly base: "binary";
  /** Counted in octets. */
  readonly length: LengthRange | undefined;
}

export interface PlainType extends TypeBase {
  readonly base: "boolean" | "empty";
}

export interface EnumerationType extends TypeBase {
  readonly base: "enumeration";
  /** In the order of the text. */
  readonly enums: readonly EnumValue[];
  readonly byName: ReadonlyMap<string, EnumValue>;
}

export interface BitsType extends TypeBase {
  readonly base: "bits";
  /** In the order of positions. */
  readonly bits: readonly BitValue[];
  readonly byName: ReadonlyMap<string, BitValue>;
}

export interface UnionType extends TypeBase {
  readonly base: "union";
  /** In the order in which they are tried. Unions within unions stay. */
  readonly members: readonly YangType[];
}

/** @see RFC 7950, section 9.9 */
export interface LeafrefType extends TypeBase {
  readonly base: "leafref";
  readonly path: string;
  readonly context: XPathContext;
  readonly requireInstance: boolean;
  /**
   * The type of the leaf that the path leads to, following further leafrefs: never a leafref itself, though a union may have
   * leafrefs as members.
   */
  readonly target: YangType;
}

export interface IdentityrefType extends TypeBase {
  readonly base: "identityref";
  /** A value must be derived from all of them. */
  readonly bases: readonly YangIdentity[];
}

export interface InstanceIdentifierType extends TypeBase {
  readonly base: "instance-identifier";
  readonly requireInstance: boolean;
}

export type YangType =
  | IntegerType
  | Decimal64Type
  | StringType
  | BinaryType
  | PlainType
  | EnumerationType
  | BitsType
  | UnionType
  | LeafrefType
  | IdentityrefType
  | InstanceIdentifierType;
