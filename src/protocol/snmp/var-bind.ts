import { DecodeError } from "../../base/fault.js";
import type { BerReader } from "../../codec/ber/ber-reader.js";
import { elementSize, integerSize, oidSize, unsigned64Size, unsignedSize } from "../../codec/ber/ber-size.js";
import { berTag } from "../../codec/ber/ber-tag.js";
import type { BerWriter } from "../../codec/ber/ber-writer.js";
import type { ObjectValue, Oid } from "./object-source.js";

/** What may stand in a variable binding besides a value. */
export type PduValue =
  | ObjectValue
  | { readonly type: "Opaque"; readonly value: Uint8Array }
  | { readonly type: "Null" | "noSuchObject" | "noSuchInstance" | "endOfMibView" };

/** A variable binding as messages carry it. */
export interface PduVarBind {
  readonly oid: Oid;
  readonly value: PduValue;
}

/** More variable bindings than this are refused, whatever the size of the message. */
const MOST_VAR_BINDS = 2000;

/** Identifier octets of SMI types and exceptions. @see RFC 3416, section 3 */
// biome-ignore format: read as a table
const tagOf = {
  Integer32:        berTag.integer,
  OctetString:      berTag.octetString,
  Null:             berTag.null,
  ObjectIdentifier: berTag.objectIdentifier,
  IpAddress:        0x40,
  Counter32:        0x41,
  Unsigned32:       0x42,
  TimeTicks:        0x43,
  Opaque:           0x44,
  Counter64:        0x46,
  noSuchObject:     0x80,
  noSuchInstance:   0x81,
  endOfMibView:     0x82,
} as const satisfies Readonly<Record<PduValue["type"], number>>;

/** Octets that `writeVarBind` will use. */
export function varBindSize(varBind: PduVarBind): number {
  return elementSize(oidSize(varBind.oid) + valueSize(varBind.value));
}

/** Octets of the content of a variable-bindings list. */
export function varBindListSize(varBinds: readonly PduVarBind[]): number {
  let octets = 0;
  for (const varBind of varBinds) octets += varBindSize(varBind);
  return octets;
}

/** Writes a variable-bindings list. */
export function writeVarBindList(writer: BerWriter, varBinds: readonly PduVarBind[]): void {
  const list = writer.mark;
  for (let i = varBinds.length - 1; i >= 0; i--) {
    const { oid, value } = varBinds[i] as PduVarBind;
    const start = writer.mark;
    writeValue(writer, value);
    writer.oid(oid);
    writer.close(berTag.sequence, start);
  }
  writer.close(berTag.sequence, list);
}

/** Reads a variable-bindings list. @throws {DecodeError} also on more than 2,000 */
export function readVarBindList(reader: BerReader): PduVarBind[] {
  const list = reader.enter();
  const varBinds: PduVarBind[] = [];
  while (!list.atEnd) {
    if (varBinds.length === MOST_VAR_BINDS) throw new DecodeError(`more than ${MOST_VAR_BINDS} variable bindings`);
    const varBind = list.enter();
    const oid = varBind.oid();
    const value = readValue(varBind);
    varBind.end();
    varBinds.push({ oid, value });
  }
  return varBinds;
}

function valueSize(value: PduValue): number {
  switch (value.type) {
    case "Integer32":
      return integerSize(value.value);
    case "Counter32":
    case "Unsigned32":
    case "TimeTicks":
      return unsignedSize(value.value);
    case "Counter64":
      return unsigned64Size(value.value);
    case "OctetString":
    case "IpAddress":
    case "Opaque":
      return elementSize(value.value.length);
    case "ObjectIdentifier":
      return oidSize(value.value);
    case "Null":
    case "noSuchObject":
    case "noSuchInstance":
    case "endOfMibView":
      return elementSize(0);
  }
}

function writeValue(writer: BerWriter, value: PduValue): void {
  switch (value.type) {
    case "Integer32":
      writer.integer(value.value);
      break;
    case "Counter32":
    case "Unsigned32":
    case "TimeTicks":
      writer.unsigned(value.value, tagOf[value.type]);
      break;
    case "Counter64":
      writer.unsigned64(value.value, tagOf.Counter64);
      break;
    case "OctetString":
    case "IpAddress":
    case "Opaque":
      writer.octets(value.value, tagOf[value.type]);
      break;
    case "ObjectIdentifier":
      writer.oid(value.value);
      break;
    case "Null":
    case "noSuchObject":
    case "noSuchInstance":
    case "endOfMibView":
      writer.empty(tagOf[value.type]);
      break;
  }
}

function readValue(reader: BerReader): PduValue {
  const tag = reader.nextTag;
  switch (tag) {
    case tagOf.Integer32:
      return { type: "Integer32", value: reader.integer() };
    case tagOf.OctetString:
      return { type: "OctetString", value: reader.octetString() };
    case tagOf.Null:
      reader.empty();
      return { type: "Null" };
    case tagOf.ObjectIdentifier:
      return { type: "ObjectIdentifier", value: reader.oid() };
    case tagOf.IpAddress: {
      const value = reader.octetString(tag);
      if (value.length !== 4) throw new DecodeError(`IpAddress of ${value.length} octets`);
      return { type: "IpAddress", value };
    }
    case tagOf.Counter32:
      return { type: "Counter32", value: reader.unsigned(tag) };
    case tagOf.Unsigned32:
      return { type: "Unsigned32", value: reader.unsigned(tag) };
    case tagOf.TimeTicks:
      return { type: "TimeTicks", value: reader.unsigned(tag) };
    case tagOf.Opaque:
      return { type: "Opaque", value: reader.octetString(tag) };
    case tagOf.Counter64:
      return { type: "Counter64", value: reader.unsigned64(tag) };
    case tagOf.noSuchObject:
      reader.empty(tag);
      return { type: "noSuchObject" };
    case tagOf.noSuchInstance:
      reader.empty(tag);
      return { type: "noSuchInstance" };
    case tagOf.endOfMibView:
      reader.empty(tag);
      return { type: "endOfMibView" };
    default:
      throw new DecodeError(`no SNMP type has tag ${tag}`);
  }
}
