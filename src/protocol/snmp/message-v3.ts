import { DecodeError } from "../../base/fault.js";
import { BerReader } from "../../codec/ber/ber-reader.js";
import { elementSize, integerSize } from "../../codec/ber/ber-size.js";
import { berTag } from "../../codec/ber/ber-tag.js";
import { BerWriter } from "../../codec/ber/ber-writer.js";
import { messageVersion } from "./message.js";
import { type Pdu, pduSize, writePdu } from "./pdu.js";
import type { SecurityLevel } from "./security.js";

/** Bits of msgFlags. @see RFC 3412, section 6.4 */
export const messageFlag = { auth: 1, priv: 2, reportable: 4 } as const;

/** The User-based Security Model's number. */
export const USM = 3;
/** The Transport Security Model's number. @see RFC 5591 */
export const TSM = 4;
/** What this engine accepts, and says so in msgMaxSize. */
export const OWN_MAX_SIZE = 65507;

const LEAST_MESSAGE_SIZE = 484;
const LONGEST_ENGINE_ID = 32;

/** msgGlobalData. */
export interface V3Header {
  readonly msgId: number;
  readonly msgMaxSize: number;
  readonly flags: number;
  readonly securityModel: number;
}

/** An SNMPv3 message; the parts share memory with the datagram. */
export interface V3Message extends V3Header {
  readonly securityParameters: Buffer;
  /** msgData, tag included: a scoped PDU, or an octet string when `flags` has priv. */
  readonly data: Buffer;
}

/** UsmSecurityParameters. @see RFC 3414, section 2.4 */
export interface UsmParameters {
  readonly engineId: Uint8Array;
  readonly engineBoots: number;
  readonly engineTime: number;
  readonly userName: Uint8Array;
  readonly authenticationParameters: Uint8Array;
  readonly privacyParameters: Uint8Array;
}

/** A scoped PDU, with the PDU itself left as octets. */
export interface ScopedPdu {
  readonly contextEngineId: Buffer;
  readonly contextName: Buffer;
  readonly pduOctets: Buffer;
}

/** Reads what follows the version in SNMPv3. @throws {DecodeError} @see RFC 3412, section 6 */
export function readV3Message(rest: BerReader): V3Message {
  const header = rest.enter();
  const msgId = header.integer();
  const msgMaxSize = header.integer();
  const flags = header.octetString();
  const securityModel = header.integer();
  header.end();
  const [flag] = flags;
  if (flags.length !== 1 || flag === undefined) throw new DecodeError(`msgFlags of ${flags.length} octets`);
  if (msgId < 0 || msgMaxSize < LEAST_MESSAGE_SIZE || securityModel < 1)
    throw new DecodeError("header field out of range");
  const securityParameters = rest.octetString();
  const data = rest.element();
  rest.end();
  return { msgId, msgMaxSize, flags: flag, securityModel, securityParameters, data };
}

/** @throws {DecodeError} */
export function decodeUsmParameters(octets: Uint8Array): UsmParameters {
  const outer = new BerReader(octets);
  const fields = outer.enter();
  outer.end();
  const parameters = {
    engineId: fields.octetString(),
    engineBoots: fields.integer(),
    engineTime: fields.integer(),
    userName: fields.octetString(),
    authenticationParameters: fields.octetString(),
    privacyParameters: fields.octetString(),
  };
  fields.end();
  if (parameters.engineBoots < 0 || parameters.engineTime < 0) throw new DecodeError("boots or time out of range");
  if (parameters.userName.length > 32) throw new DecodeError(`user name of ${parameters.userName.length} octets`);
  return parameters;
}

/** @param padded whether a block cipher may have left fill octets behind the scoped PDU @throws {DecodeError} */
export function decodeScopedPdu(octets: Uint8Array, padded = false): ScopedPdu {
  const outer = new BerReader(octets);
  const fields = outer.enter();
  if (!padded) outer.end();
  const contextEngineId = fields.octetString();
  const contextName = fields.octetString();
  const pduOctets = fields.element();
  fields.end();
  if (contextEngineId.length > LONGEST_ENGINE_ID) throw new DecodeError("contextEngineID too long");
  return { contextEngineId, contextName, pduOctets };
}

/** Octets of a scoped PDU whose PDU takes `pduOctets`. */
export function scopedPduSize(contextEngineId: Uint8Array, contextName: Uint8Array, pduOctets: number): number {
  return elementSize(elementSize(contextEngineId.length) + elementSize(contextName.length) + pduOctets);
}

/** A scoped PDU on its own, as it is before encryption. */
export function encodeScopedPdu(contextEngineId: Uint8Array, contextName: Uint8Array, pdu: Pdu): Buffer {
  const writer = new BerWriter(scopedPduSize(contextEngineId, contextName, pduSize(pdu)));
  const start = writer.mark;
  writePdu(writer, pdu);
  writer.octets(contextName);
  writer.octets(contextEngineId);
  writer.close(berTag.sequence, start);
  return writer.finish();
}

/** Octets of an SNMPv3 message whose msgData takes `dataOctets`. */
export function v3MessageSize(header: V3Header, parameters: UsmParameters, dataOctets: number): number {
  return elementSize(
    integerSize(messageVersion.v3) + headerSize(header) + elementSize(parametersSize(parameters)) + dataOctets,
  );
}

/**
 * An SNMPv3 message, complete but for its digest.
 * @param data msgData, tag included
 * @returns the message and where its msgAuthenticationParameters begin
 */
export function encodeV3Message(
  header: V3Header,
  parameters: UsmParameters,
  data: Uint8Array,
): { message: Buffer; digestAt: number } {
  const writer = new BerWriter(v3MessageSize(header, parameters, data.length));
  const start = writer.mark;
  writer.raw(data);
  const beforeParameters = writer.mark;
  writer.octets(parameters.privacyParameters);
  const digestEnd = writer.mark;
  writer.octets(parameters.authenticationParameters);
  writer.octets(parameters.userName);
  writer.integer(parameters.engineTime);
  writer.integer(parameters.engineBoots);
  writer.octets(parameters.engineId);
  writer.close(berTag.sequence, beforeParameters);
  writer.close(berTag.octetString, beforeParameters);
  writeHeader(writer, header);
  writer.integer(messageVersion.v3);
  writer.close(berTag.sequence, start);
  return { message: writer.finish(), digestAt: digestEnd - parameters.authenticationParameters.length - writer.mark };
}

/** Octets of a message of the Transport Security Model around a scoped PDU. */
export function tsmMessageSize(msgId: number, level: SecurityLevel, scopedPduOctets: number): number {
  const content =
    integerSize(messageVersion.v3) + headerSize(tsmHeader(msgId, level)) + elementSize(0) + scopedPduOctets;
  return elementSize(content);
}

/** A message of the Transport Security Model, complete: it has no security parameters. @param reportable whether a Report may answer it @see RFC 5591, section 5.1 */
export function encodeTsmMessage(
  msgId: number,
  level: SecurityLevel,
  scopedPdu: Uint8Array,
  reportable = false,
): Buffer {
  const writer = new BerWriter(tsmMessageSize(msgId, level, scopedPdu.length));
  const start = writer.mark;
  writer.raw(scopedPdu);
  writer.empty(berTag.octetString);
  const header = tsmHeader(msgId, level);
  writeHeader(writer, reportable ? { ...header, flags: header.flags | messageFlag.reportable } : header);
  writer.integer(messageVersion.v3);
  writer.close(berTag.sequence, start);
  return writer.finish();
}

/** The level that msgFlags ask for. */
export function levelOf(flags: number): SecurityLevel {
  if ((flags & messageFlag.auth) === 0) return "noAuthNoPriv";
  return (flags & messageFlag.priv) === 0 ? "authNoPriv" : "authPriv";
}

/** The bits of msgFlags for a level. */
export function flagsOf(level: SecurityLevel): number {
  if (level === "noAuthNoPriv") return 0;
  return level === "authNoPriv" ? messageFlag.auth : messageFlag.auth | messageFlag.priv;
}

function tsmHeader(msgId: number, level: SecurityLevel): V3Header {
  return { msgId, msgMaxSize: OWN_MAX_SIZE, flags: flagsOf(level), securityModel: TSM };
}

function writeHeader(writer: BerWriter, header: V3Header): void {
  const start = writer.mark;
  writer.integer(header.securityModel);
  writer.octets(Uint8Array.of(header.flags));
  writer.integer(header.msgMaxSize);
  writer.integer(header.msgId);
  writer.close(berTag.sequence, start);
}

function headerSize(header: V3Header): number {
  return elementSize(
    integerSize(header.msgId) + integerSize(header.msgMaxSize) + elementSize(1) + integerSize(header.securityModel),
  );
}

function parametersSize(parameters: UsmParameters): number {
  return elementSize(
    elementSize(parameters.engineId.length) +
      integerSize(parameters.engineBoots) +
      integerSize(parameters.engineTime) +
      elementSize(parameters.userName.length) +
      elementSize(parameters.authenticationParameters.length) +
      elementSize(parameters.privacyParameters.length),
  );
}
