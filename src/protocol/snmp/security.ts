/** @see RFC 3411, object SnmpSecurityModel */
export const securityModel = { any: 0, v1: 1, v2c: 2, usm: 3, tsm: 4 } as const;

/** One number of `securityModel`. */
export type SecurityModel = (typeof securityModel)[keyof typeof securityModel];

/** @see RFC 3411, object SnmpSecurityLevel */
export type SecurityLevel = "noAuthNoPriv" | "authNoPriv" | "authPriv";

/** The order of the levels, which is also their number. */
export const securityLevelRank: Readonly<Record<SecurityLevel, number>> = {
  noAuthNoPriv: 1,
  authNoPriv: 2,
  authPriv: 3,
};
