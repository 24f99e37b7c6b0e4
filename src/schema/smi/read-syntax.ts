import type { NumberRange, SmiSyntax } from "./module.js";
import type { TokenReader } from "./token-reader.js";

const LARGEST_ENUMERATION = 2147483647n;

/** Reads a type where one is used: its name and what restricts it. */
export function readSyntax(reader: TokenReader): SmiSyntax {
  const base = readBase(reader);
  const named = reader.isNext("{") ? readNamed(reader) : undefined;
  let range: readonly NumberRange[] | undefined;
  let size: readonly NumberRange[] | undefined;
  if (reader.skip("(")) {
    if (reader.skip("SIZE")) {
      reader.expect("(");
      size = readRanges(reader);
      reader.expect(")");
    } else range = readRanges(reader);
    reader.expect(")");
  }
  return { base, named, range, size };
}

function readBase(reader: TokenReader): string {
  const name = reader.name();
  if (name === "OCTET") reader.expect("STRING");
  else if (name === "OBJECT") reader.expect("IDENTIFIER");
  else if (name === "SEQUENCE") {
    reader.expect("OF");
    return `SEQUENCE OF ${reader.name()}`;
  } else return name;
  return name === "OCTET" ? "OCTET STRING" : "OBJECT IDENTIFIER";
}

function readNamed(reader: TokenReader): ReadonlyMap<string, number> {
  const named = new Map<string, number>();
  reader.braced(() => {
    const token = reader.next;
    const name = reader.name();
    reader.expect("(");
    const value = reader.integer();
    if (value < -LARGEST_ENUMERATION - 1n || value > LARGEST_ENUMERATION)
      throw reader.error(`${value} is too large`, token);
    if (named.has(name)) throw reader.error(`${name} is there twice`, token);
    named.set(name, Number(value));
    reader.expect(")");
  });
  return named;
}

function readRanges(reader: TokenReader): readonly NumberRange[] {
  const ranges: NumberRange[] = [];
  do {
    const token = reader.next;
    const low = reader.integer();
    const high = reader.skip("..") ? reader.integer() : low;
    if (high < low) throw reader.error(`${low}..${high} is empty`, token);
    ranges.push([low, high]);
  } while (reader.skip("|"));
  return ranges;
}
