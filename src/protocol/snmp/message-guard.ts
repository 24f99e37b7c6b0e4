import { encodeTsmMessage, TSM, tsmMessageSize, USM, type V3Message } from "./message-v3.js";
import type { SecurityLevel } from "./security.js";
import type { Usm, UsmSecurity } from "./usm.js";

/** On whose behalf an SNMPv3 message came, and how what is sent back is protected. */
export interface MessageGuard {
  readonly securityModel: typeof USM | typeof TSM;
  readonly securityName: string;
  readonly level: SecurityLevel;
  /** Octets of the message around a scoped PDU of so many. */
  sizeOf(scopedPduOctets: number): number;
  seal(scopedPdu: Buffer): Buffer;
}

/** @see RFC 3414 */
export function usmGuard(usm: Usm, { msgId }: V3Message, security: UsmSecurity): MessageGuard {
  return {
    securityModel: USM,
    securityName: security.user.name,
    level: security.level,
    sizeOf: (scopedPduOctets) => usm.protectedSize(msgId, security, scopedPduOctets),
    seal: (scopedPdu) => usm.protect(msgId, security, scopedPdu, false),
  };
}

/** The transport protects; the message only says so. @see RFC 5591 */
export function tsmGuard({ msgId }: V3Message, securityName: string, level: SecurityLevel): MessageGuard {
  return {
    securityModel: TSM,
    securityName,
    level,
    sizeOf: (scopedPduOctets) => tsmMessageSize(msgId, level, scopedPduOctets),
    seal: (scopedPdu) => encodeTsmMessage(msgId, level, scopedPdu),
  };
}
