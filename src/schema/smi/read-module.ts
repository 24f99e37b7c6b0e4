import type {
  ComplianceModule,
  IndexPart,
  MaxAccess,
  OidReference,
  SmiModule,
  SmiType,
  SmiValue,
  Status,
} from "./module.js";
import { readSyntax } from "./read-syntax.js";
import { TokenReader } from "./token-reader.js";

const accesses: readonly MaxAccess[] = [
  "not-accessible",
  "accessible-for-notify",
  "read-only",
  "read-write",
  "read-create",
];
const statuses: readonly Status[] = ["current", "deprecated", "obsolete"];
const LARGEST_SUB_IDENTIFIER = 0xffffffff;
const LONGEST_OID = 128;

/**
 * Reads one SMIv2 module. Macros are known by name; their definitions are passed over.
 * @throws {DecodeError} where the text is none, with line and column in the message
 * @see RFC 2578, section 3; RFC 2579, section 3; RFC 2580, sections 3 to 5
 */
export function readModule(text: string): SmiModule {
  const reader = new TokenReader(text);
  const name = reader.name();
  reader.expect("DEFINITIONS", "::=", "BEGIN");
  const imports = reader.skip("IMPORTS") ? readImports(reader) : new Map<string, string>();
  const values = new Map<string, SmiValue>();
  const types = new Map<string, SmiType>();
  while (!reader.skip("END")) {
    const start = reader.next;
    const symbol = reader.name();
    if (values.has(symbol) || types.has(symbol)) throw reader.error(`${symbol} is declared twice`, start);
    if (reader.skip("MACRO")) passMacro(reader);
    else if (reader.skip("::=")) types.set(symbol, readType(reader, symbol));
    else values.set(symbol, readValue(reader, symbol));
  }
  if (reader.next.kind !== "end") reader.refuse("nothing after END");
  return { name, imports, values, types };
}

function readImports(reader: TokenReader): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  while (!reader.skip(";")) {
    const symbols: string[] = [];
    do symbols.push(reader.name());
    while (reader.skip(","));
    reader.expect("FROM");
    const module = reader.name();
    for (const symbol of symbols) imports.set(symbol, module);
  }
  return imports;
}

function passMacro(reader: TokenReader): void {
  while (!reader.isNext("END")) {
    if (reader.next.kind === "end") reader.refuse("END");
    reader.take();
  }
  reader.take();
}

function readType(reader: TokenReader, name: string): SmiType {
  if (reader.skip("TEXTUAL-CONVENTION")) {
    const displayHint = reader.skip("DISPLAY-HINT") ? reader.string() : undefined;
    const status = readStatus(reader);
    const description = readDescription(reader);
    passReference(reader);
    reader.expect("SYNTAX");
    return { name, syntax: readSyntax(reader), displayHint, status, description };
  }
  const plain = { name, displayHint: undefined, status: "current", description: "" } as const;
  if (reader.isNext("CHOICE") || (reader.isNext("SEQUENCE") && reader.isNext("{", 1))) {
    reader.take();
    reader.braced(() => [reader.name(), readSyntax(reader)]);
    return { ...plain, syntax: undefined };
  }
  if (reader.skip("[")) {
    reader.expect("APPLICATION");
    reader.number(30);
    reader.expect("]", "IMPLICIT");
  }
  return { ...plain, syntax: readSyntax(reader) };
}

function readValue(reader: TokenReader, name: string): SmiValue {
  const macro = reader.next;
  if (reader.skip("OBJECT")) {
    reader.expect("IDENTIFIER");
    return { kind: "identifier", name, description: "", oid: readOid(reader) };
  }
  switch (reader.name()) {
    case "MODULE-IDENTITY":
      return readIdentity(reader, name);
    case "OBJECT-IDENTITY": {
      const status = readStatus(reader);
      const description = readDescription(reader);
      passReference(reader);
      return { kind: "identity", name, status, description, oid: readOid(reader) };
    }
    case "OBJECT-TYPE":
      return readObject(reader, name);
    case "NOTIFICATION-TYPE": {
      const objects = reader.skip("OBJECTS") ? reader.names() : [];
      const status = readStatus(reader);
      const description = readDescription(reader);
      passReference(reader);
      return { kind: "notification", name, objects, status, description, oid: readOid(reader) };
    }
    case "OBJECT-GROUP":
      return readGroup(reader, name, "objects");
    case "NOTIFICATION-GROUP":
      return readGroup(reader, name, "notifications");
    case "MODULE-COMPLIANCE":
      return readCompliance(reader, name);
    default:
      throw reader.error(`${macro.text} is no macro of SMIv2`, macro);
  }
}

function readIdentity(reader: TokenReader, name: string): SmiValue {
  reader.expect("LAST-UPDATED");
  const lastUpdated = reader.string();
  reader.expect("ORGANIZATION");
  reader.string();
  reader.expect("CONTACT-INFO");
  reader.string();
  const description = readDescription(reader);
  const revisions: string[] = [];
  while (reader.skip("REVISION")) {
    revisions.push(reader.string());
    readDescription(reader);
  }
  return { kind: "module", name, lastUpdated, description, revisions, oid: readOid(reader) };
}

function readObject(reader: TokenReader, name: string): SmiValue {
  reader.expect("SYNTAX");
  const syntax = readSyntax(reader);
  const units = reader.skip("UNITS") ? reader.string() : undefined;
  reader.expect("MAX-ACCESS");
  const access = readAccess(reader);
  const status = readStatus(reader);
  const description = readDescription(reader);
  passReference(reader);
  const index = reader.skip("INDEX") ? reader.braced(() => readIndexPart(reader)) : undefined;
  const augments = index === undefined && reader.skip("AUGMENTS") ? reader.names()[0] : undefined;
  const defaultValue = reader.skip("DEFVAL") ? readDefault(reader) : undefined;
  const oid = readOid(reader);
  return { kind: "object", name, syntax, units, access, status, description, index, augments, defaultValue, oid };
}

function readIndexPart(reader: TokenReader): IndexPart {
  const implied = reader.skip("IMPLIED");
  return { name: reader.name(), implied };
}

function readDefault(reader: TokenReader): string {
  reader.expect("{");
  const parts: string[] = [];
  for (let open = 1; ; ) {
    const token = reader.take();
    if (token.kind === "end") reader.refuse("}");
    if (token.kind === "mark" && token.text === "{") open += 1;
    if (token.kind === "mark" && token.text === "}") open -= 1;
    if (open === 0) return parts.join(" ");
    parts.push(token.text);
  }
}

function readGroup(reader: TokenReader, name: string, of: "objects" | "notifications"): SmiValue {
  reader.expect(of === "objects" ? "OBJECTS" : "NOTIFICATIONS");
  const members = reader.names();
  const status = readStatus(reader);
  const description = readDescription(reader);
  passReference(reader);
  return { kind: "group", name, of, members, status, description, oid: readOid(reader) };
}

function readCompliance(reader: TokenReader, name: string): SmiValue {
  const status = readStatus(reader);
  const description = readDescription(reader);
  passReference(reader);
  const modules: ComplianceModule[] = [];
  while (reader.skip("MODULE")) modules.push(readComplianceModule(reader));
  return { kind: "compliance", name, status, description, modules, oid: readOid(reader) };
}

function readComplianceModule(reader: TokenReader): ComplianceModule {
  const isNamed = !["MANDATORY-GROUPS", "GROUP", "OBJECT", "MODULE", "::="].some((word) => reader.isNext(word));
  const module = isNamed ? reader.name() : undefined;
  const mandatory = reader.skip("MANDATORY-GROUPS") ? reader.names() : [];
  const conditional: string[] = [];
  const refined: { name: string; minAccess: MaxAccess | undefined }[] = [];
  for (;;) {
    if (reader.skip("GROUP")) conditional.push(reader.name());
    else if (reader.skip("OBJECT")) refined.push(readRefinement(reader));
    else return { module, mandatory, conditional, refined };
    readDescription(reader);
  }
}

function readRefinement(reader: TokenReader): { name: string; minAccess: MaxAccess | undefined } {
  const name = reader.name();
  if (reader.skip("SYNTAX")) readSyntax(reader);
  if (reader.skip("WRITE-SYNTAX")) readSyntax(reader);
  return { name, minAccess: reader.skip("MIN-ACCESS") ? readAccess(reader) : undefined };
}

function readAccess(reader: TokenReader): MaxAccess {
  const access = accesses.find((word) => reader.skip(word));
  return access ?? reader.refuse("an access such as read-only");
}

function readStatus(reader: TokenReader): Status {
  reader.expect("STATUS");
  const status = statuses.find((word) => reader.skip(word));
  return status ?? reader.refuse("current, deprecated or obsolete");
}

/** Line breaks of the source are layout, not content. */
function readDescription(reader: TokenReader): string {
  reader.expect("DESCRIPTION");
  return reader.string().replace(/\s+/g, " ").trim();
}

function passReference(reader: TokenReader): void {
  if (reader.skip("REFERENCE")) reader.string();
}

function readOid(reader: TokenReader): OidReference {
  reader.expect("::=", "{");
  const parent = reader.next.kind === "name" && !reader.isNext("(", 1) ? reader.name() : undefined;
  const parts: number[] = [];
  while (!reader.skip("}")) {
    if (parts.length === LONGEST_OID) throw reader.error(`longer than ${LONGEST_OID} parts`);
    parts.push(readOidPart(reader));
  }
  if (parent === undefined && parts.length === 0) reader.refuse("a place in the tree");
  return { parent, parts };
}

/** `3` or `org(3)`. */
function readOidPart(reader: TokenReader): number {
  if (reader.next.kind !== "name") return reader.number(LARGEST_SUB_IDENTIFIER);
  reader.name();
  reader.expect("(");
  const part = reader.number(LARGEST_SUB_IDENTIFIER);
  reader.expect(")");
  return part;
}
