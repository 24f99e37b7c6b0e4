import { BerReader } from "../../src/codec/ber/ber-reader.js";
import { BerWriter } from "../../src/codec/ber/ber-writer.js";
import { encodeCommunityMessage, openMessage, readCommunityMessage } from "../../src/protocol/snmp/message.js";
import {
  decodeScopedPdu,
  decodeUsmParameters,
  encodeScopedPdu,
  encodeV3Message,
  messageFlag,
  readV3Message,
  type UsmParameters,
} from "../../src/protocol/snmp/message-v3.js";
import type { Oid } from "../../src/protocol/snmp/object-source.js";
import { type BulkPdu, decodePdu, type Pdu, type PlainPdu } from "../../src/protocol/snmp/pdu.js";
import type { SecurityLevel } from "../../src/protocol/snmp/security.js";
import type { UsmUser } from "../../src/protocol/snmp/usm.js";
import { decrypt, digest, encrypt, isAuthentic } from "../../src/protocol/snmp/usm-crypto.js";
import type { PduVarBind } from "../../src/protocol/snmp/var-bind.js";
import { ENGINE_ID } from "./snmp-agent.js";

/** A request as a test wants it, right or wrong. Keys are taken from `user` for the given level. */
export interface V3Request {
  readonly pdu: Pdu;
  readonly user: UsmUser;
  readonly level: SecurityLevel;
  readonly boots?: number;
  readonly time?: number;
  readonly engineId?: Uint8Array;
  readonly contextEngineId?: Uint8Array;
  readonly contextName?: string;
  readonly msgMaxSize?: number;
  readonly securityModel?: number;
  /** Instead of the flags that the level asks for. */
  readonly flags?: number;
  /** Instead of the scoped PDU of all the above. */
  readonly scopedPdu?: Buffer;
  readonly msgId?: number;
  /** Told instead of the salt that was really used. */
  readonly salt?: Uint8Array;
}

/** What came back. */
export interface V3Answer {
  readonly msgId: number;
  readonly flags: number;
  readonly usm: UsmParameters;
  /** Whether its digest is right for the user; false when it has none. */
  readonly authentic: boolean;
  readonly contextName: string;
  readonly pdu: Pdu;
}

const SALT = Buffer.from("0102030405060708", "hex");
const NOTHING = new Uint8Array(0);

/** A list that asks for `oids`. */
export function asking(...oids: Oid[]): PduVarBind[] {
  return oids.map((oid) => ({ oid, value: { type: "Null" } }));
}

export function getRequest(...oids: Oid[]): PlainPdu {
  return { type: "GetRequest", requestId: 1, errorStatus: 0, errorIndex: 0, varBinds: asking(...oids) };
}

export function getNextRequest(...oids: Oid[]): PlainPdu {
  return { ...getRequest(...oids), type: "GetNextRequest" };
}

export function getBulkRequest(nonRepeaters: number, maxRepetitions: number, ...oids: Oid[]): BulkPdu {
  return { type: "GetBulkRequest", requestId: 1, nonRepeaters, maxRepetitions, varBinds: asking(...oids) };
}

export function setRequest(...varBinds: PduVarBind[]): PlainPdu {
  return { type: "SetRequest", requestId: 1, errorStatus: 0, errorIndex: 0, varBinds };
}

/** @param version as it stands in the message: 0 for SNMPv1, 1 for SNMPv2c */
export function communityRequest(version: number, pdu: Pdu, community = "public"): Buffer {
  return encodeCommunityMessage(version, Buffer.from(community), pdu);
}

export function openCommunity(message: Buffer | undefined): PlainPdu {
  if (message === undefined) throw new Error("there was no answer");
  return plain(decodePdu(readCommunityMessage(openMessage(message).rest).pduOctets));
}

export function v3Request(request: V3Request): Buffer {
  const { user, level, boots = 7, time = 0, engineId = ENGINE_ID } = request;
  const plainScopedPdu =
    request.scopedPdu ??
    encodeScopedPdu(request.contextEngineId ?? engineId, Buffer.from(request.contextName ?? ""), request.pdu);
  const auth = level === "noAuthNoPriv" ? undefined : user.auth;
  const priv = level === "authPriv" ? user.priv : undefined;
  const header = {
    msgId: request.msgId ?? 99,
    msgMaxSize: request.msgMaxSize ?? 65507,
    flags: request.flags ?? messageFlag.reportable | (auth ? messageFlag.auth : 0) | (priv ? messageFlag.priv : 0),
    securityModel: request.securityModel ?? 3,
  };
  const parameters = {
    engineId,
    engineBoots: boots,
    engineTime: time,
    userName: Buffer.from(user.name),
    authenticationParameters: auth ? new Uint8Array(auth.protocol.digestOctets) : NOTHING,
    privacyParameters: priv ? (request.salt ?? SALT) : NOTHING,
  };
  const data = priv ? octetString(encrypt(priv, boots, time, SALT, plainScopedPdu)) : plainScopedPdu;
  const { message, digestAt } = encodeV3Message(header, parameters, data);
  if (auth) message.set(digest(auth, message, digestAt), digestAt);
  return message;
}

/** Opens an answer with the keys of `user`. */
export function openV3(message: Buffer | undefined, user: UsmUser): V3Answer {
  if (message === undefined) throw new Error("there was no answer");
  const { msgId, flags, securityParameters, data } = readV3Message(openMessage(message).rest);
  const usm = decodeUsmParameters(securityParameters);
  const { authenticationParameters: received } = usm;
  const authentic =
    (flags & messageFlag.auth) !== 0 &&
    user.auth !== undefined &&
    isAuthentic(user.auth, message, received.byteOffset - message.byteOffset);
  let scopedPdu: Buffer | undefined = data;
  if ((flags & messageFlag.priv) !== 0 && user.priv) {
    const encrypted = new BerReader(data).octetString();
    scopedPdu = decrypt(user.priv, usm.engineBoots, usm.engineTime, usm.privacyParameters, encrypted);
  }
  if (scopedPdu === undefined) throw new Error("the answer cannot be decrypted");
  const { contextName, pduOctets } = decodeScopedPdu(scopedPdu, true);
  return { msgId, flags, usm, authentic, contextName: contextName.toString(), pdu: decodePdu(pduOctets) };
}

function plain(pdu: Pdu): PlainPdu {
  if (pdu.type === "Trap" || pdu.type === "GetBulkRequest") throw new Error(`the answer is a ${pdu.type}`);
  return pdu;
}

function octetString(content: Uint8Array): Buffer {
  const writer = new BerWriter(content.length + 6);
  writer.octets(content);
  return writer.finish();
}
