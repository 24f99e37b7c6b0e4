import type { ValueKind } from "./expression.js";

/** What a function takes and gives. */
export interface Signature {
  readonly least: number;
  readonly most: number;
  readonly gives: ValueKind;
  /** Whether it reads the context node, its position or the size of the context when it has no operands. */
  readonly usesContext: boolean;
  /** Which operands must be node-sets. */
  readonly nodes: readonly number[];
}

const row = (
  least: number,
  most: number,
  gives: ValueKind,
  usesContext = false,
  nodes: readonly number[] = [],
): Signature => ({ least, most, gives, usesContext, nodes });

/**
 * The functions of XPath 1.0 and of YANG.
 * @see XML Path Language (XPath) Version 1.0, section 4
 * @see RFC 7950, section 10
 */
// biome-ignore format: read as a table
export const signatures: ReadonlyMap<string, Signature> = new Map([
  //                       operands     gives      context  node-sets
  ["last",                 row(0, 0,    "number",  true)],
  ["position",             row(0, 0,    "number",  true)],
  ["count",                row(1, 1,    "number",  false,   [0])],
  ["id",                   row(1, 1,    "nodes")],
  ["local-name",           row(0, 1,    "string",  true,    [0])],
  ["namespace-uri",        row(0, 1,    "string",  true,    [0])],
  ["name",                 row(0, 1,    "string",  true,    [0])],
  ["string",               row(0, 1,    "string",  true)],
  ["concat",               row(2, 1000, "string")],
  ["starts-with",          row(2, 2,    "boolean")],
  ["contains",             row(2, 2,    "boolean")],
  ["substring-before",     row(2, 2,    "string")],
  ["substring-after",      row(2, 2,    "string")],
  ["substring",            row(2, 3,    "string")],
  ["string-length",        row(0, 1,    "number",  true)],
  ["normalize-space",      row(0, 1,    "string",  true)],
  ["translate",            row(3, 3,    "string")],
  ["boolean",              row(1, 1,    "boolean")],
  ["not",                  row(1, 1,    "boolean")],
  ["true",                 row(0, 0,    "boolean")],
  ["false",                row(0, 0,    "boolean")],
  ["lang",                 row(1, 1,    "boolean", true)],
  ["number",               row(0, 1,    "number",  true)],
  ["sum",                  row(1, 1,    "number",  false,   [0])],
  ["floor",                row(1, 1,    "number")],
  ["ceiling",              row(1, 1,    "number")],
  ["round",                row(1, 1,    "number")],
  ["current",              row(0, 0,    "nodes")],
  ["re-match",             row(2, 2,    "boolean")],
  ["deref",                row(1, 1,    "nodes",   false,   [0])],
  ["derived-from",         row(2, 2,    "boolean", false,   [0])],
  ["derived-from-or-self", row(2, 2,    "boolean", false,   [0])],
  ["enum-value",           row(1, 1,    "number",  false,   [0])],
  ["bit-is-set",           row(2, 2,    "boolean", false,   [0])],
]);
