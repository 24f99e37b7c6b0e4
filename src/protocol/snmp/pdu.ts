import { DecodeError } from "../../base/fault.js";
import { BerReader } from "../../codec/ber/ber-reader.js";
import { elementSize, integerSize, oidSize, unsignedSize } from "../../codec/ber/ber-size.js";
import type { BerWriter } from "../../codec/ber/ber-writer.js";
import type { Oid } from "./object-source.js";
import { type PduVarBind, readVarBindList, varBindListSize, writeVarBindList } from "./var-bind.js";

/** Identifier octets of the PDUs. @see RFC 3416, section 3 */
// biome-ignore format: read as a table
const tagOf = {
  GetRequest:     0xa0,
  GetNextRequest: 0xa1,
  Response:       0xa2,
  SetRequest:     0xa3,
  Trap:           0xa4,
  GetBulkRequest: 0xa5,
  InformRequest:  0xa6,
  "SNMPv2-Trap":  0xa7,
  Report:         0xa8,
} as const;

/** All PDUs but GetBulkRequest and the Trap of SNMPv1 have this form. */
export interface PlainPdu {
  readonly type: Exclude<keyof typeof tagOf, "GetBulkRequest" | "Trap">;
  readonly requestId: number;
  readonly errorStatus: number;
  readonly errorIndex: number;
  readonly varBinds: readonly PduVarBind[];
}

export interface BulkPdu {
  readonly type: "GetBulkRequest";
  readonly requestId: number;
  readonly nonRepeaters: number;
  readonly maxRepetitions: number;
  readonly varBinds: readonly PduVarBind[];
}

/** The notification of SNMPv1. @see RFC 1157, section 4.1.6 */
export interface TrapV1Pdu {
  readonly type: "Trap";
  readonly enterprise: Oid;
  /** Four octets. */
  readonly agentAddress: Uint8Array;
  readonly genericTrap: number;
  readonly specificTrap: number;
  /** Hundredths of a second. */
  readonly timeStamp: number;
  readonly varBinds: readonly PduVarBind[];
}

export type Pdu = PlainPdu | BulkPdu | TrapV1Pdu;

const typeOf = new Map<number, Pdu["type"]>((Object.keys(tagOf) as Pdu["type"][]).map((type) => [tagOf[type], type]));

const tagIpAddress = 0x40;
const tagTimeTicks = 0x43;

/** Which PDU the octets are, by their tag alone; `undefined` when they are none. */
export function pduType(octets: Uint8Array): Pdu["type"] | undefined {
  return typeOf.get(octets[0] ?? 0);
}

/** @throws {DecodeError} when `octets` are not exactly one PDU */
export function decodePdu(octets: Uint8Array): Pdu {
  const outer = new BerReader(octets);
  const type = typeOf.get(outer.nextTag);
  if (type === undefined) throw new DecodeError(`no PDU has tag ${outer.nextTag}`, 0);
  const fields = outer.enter(tagOf[type]);
  outer.end();
  const pdu = type === "Trap" ? readTrapV1(fields) : readRequest(fields, type);
  fields.end();
  return pdu;
}

/** The request-id of a PDU whose rest may be damaged; `undefined` when there is none. */
export function peekRequestId(octets: Uint8Array): number | undefined {
  const type = pduType(octets);
  if (type === undefined || type === "Trap") return undefined;
  try {
    return new BerReader(octets).enter(tagOf[type]).integer();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Octets of `pdu` on the wire. */
export function pduSize(pdu: Pdu): number {
  const list = varBindListSize(pdu.varBinds);
  switch (pdu.type) {
    case "Trap":
      return elementSize(
        oidSize(pdu.enterprise) +
          elementSize(pdu.agentAddress.length) +
          integerSize(pdu.genericTrap) +
          integerSize(pdu.specificTrap) +
          unsignedSize(pdu.timeStamp) +
          elementSize(list),
      );
    case "GetBulkRequest":
      return plainPduSize(pdu.requestId, pdu.nonRepeaters, pdu.maxRepetitions, list);
    default:
      return plainPduSize(pdu.requestId, pdu.errorStatus, pdu.errorIndex, list);
  }
}

/** Octets of a PDU of the common form, of whose list only the size is known. */
export function plainPduSize(requestId: number, second: number, third: number, listOctets: number): number {
  return elementSize(integerSize(requestId) + integerSize(second) + integerSize(third) + elementSize(listOctets));
}

/** Writes `pdu` in front of what the writer holds. */
export function writePdu(writer: BerWriter, pdu: Pdu): void {
  const start = writer.mark;
  writeVarBindList(writer, pdu.varBinds);
  switch (pdu.type) {
    case "Trap":
      writer.unsigned(pdu.timeStamp, tagTimeTicks);
      writer.integer(pdu.specificTrap);
      writer.integer(pdu.genericTrap);
      writer.octets(pdu.agentAddress, tagIpAddress);
      writer.oid(pdu.enterprise);
      break;
    case "GetBulkRequest":
      writer.integer(pdu.maxRepetitions);
      writer.integer(pdu.nonRepeaters);
      writer.integer(pdu.requestId);
      break;
    default:
      writer.integer(pdu.errorIndex);
      writer.integer(pdu.errorStatus);
      writer.integer(pdu.requestId);
  }
  writer.close(tagOf[pdu.type], start);
}

function readRequest(fields: BerReader, type: Exclude<Pdu["type"], "Trap">): Pdu {
  const requestId = fields.integer();
  const second = fields.integer();
  const third = fields.integer();
  const varBinds = readVarBindList(fields);
  return type === "GetBulkRequest"
    ? { type, requestId, nonRepeaters: second, maxRepetitions: third, varBinds }
    : { type, requestId, errorStatus: second, errorIndex: third, varBinds };
}

function readTrapV1(fields: BerReader): TrapV1Pdu {
  const enterprise = fields.oid();
  const agentAddress = fields.octetString(tagIpAddress);
  if (agentAddress.length !== 4) throw new DecodeError(`agent-addr of ${agentAddress.length} octets`);
  const genericTrap = fields.integer();
  const specificTrap = fields.integer();
  const timeStamp = fields.unsigned(tagTimeTicks);
  return {
    type: "Trap",
    enterprise,
    agentAddress,
    genericTrap,
    specificTrap,
    timeStamp,
    varBinds: readVarBindList(fields),
  };
}
