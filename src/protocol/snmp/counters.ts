/**
 * Everything the engine counts, under the names of the objects that serve it; the last five are the gateway's own.
 *
 * Plain numbers that only grow: a Counter32 is the number modulo 2^32, which the encoder sees to.
 *
 * @see RFC 3418, group snmp
 * @see RFC 3412, object snmpMPDStats
 * @see RFC 3413, objects snmpUnavailableContexts and snmpUnknownContexts
 * @see RFC 3414, object usmStats
 * @see RFC 5591, object snmpTsmStats
 * @see RFC 6353, object snmpTlstmSession
 */
export interface SnmpCounters {
  snmpInPkts: number;
  snmpInBadVersions: number;
  snmpInBadCommunityNames: number;
  snmpInBadCommunityUses: number;
  snmpInASNParseErrs: number;
  snmpSilentDrops: number;
  snmpProxyDrops: number;
  snmpUnknownSecurityModels: number;
  snmpInvalidMsgs: number;
  snmpUnknownPDUHandlers: number;
  snmpUnavailableContexts: number;
  snmpUnknownContexts: number;
  usmStatsUnsupportedSecLevels: number;
  usmStatsNotInTimeWindows: number;
  usmStatsUnknownUserNames: number;
  usmStatsUnknownEngineIDs: number;
  usmStatsWrongDigests: number;
  usmStatsDecryptionErrors: number;
  snmpTsmInvalidCaches: number;
  snmpTsmInvalidPrefixes: number;
  snmpTlstmSessionOpens: number;
  snmpTlstmSessionClientCloses: number;
  snmpTlstmSessionOpenErrors: number;
  snmpTlstmSessionUnknownServerCertificate: number;
  snmpTlstmSessionInvalidServerCertificates: number;
  snmpTlstmSessionAccepts: number;
  snmpTlstmSessionServerCloses: number;
  snmpTlstmSessionInvalidClientCertificates: number;
  /** Messages that were answered, Reports included. */
  responses: number;
  /** Variable bindings in these answers. */
  varBinds: number;
  /** Messages dropped because their source sent too many. */
  rateLimited: number;
  /** Answers not sent because they would have been too large for an unauthenticated request. */
  amplificationDrops: number;
  /** Requests that met a defect of the gateway; each is logged. */
  internalErrors: number;
}

/** All counters at zero. */
export function newSnmpCounters(): SnmpCounters {
  return {
    snmpInPkts: 0,
    snmpInBadVersions: 0,
    snmpInBadCommunityNames: 0,
    snmpInBadCommunityUses: 0,
    snmpInASNParseErrs: 0,
    snmpSilentDrops: 0,
    snmpProxyDrops: 0,
    snmpUnknownSecurityModels: 0,
    snmpInvalidMsgs: 0,
    snmpUnknownPDUHandlers: 0,
    snmpUnavailableContexts: 0,
    snmpUnknownContexts: 0,
    usmStatsUnsupportedSecLevels: 0,
    usmStatsNotInTimeWindows: 0,
    usmStatsUnknownUserNames: 0,
    usmStatsUnknownEngineIDs: 0,
    usmStatsWrongDigests: 0,
    usmStatsDecryptionErrors: 0,
    snmpTsmInvalidCaches: 0,
    snmpTsmInvalidPrefixes: 0,
    snmpTlstmSessionOpens: 0,
    snmpTlstmSessionClientCloses: 0,
    snmpTlstmSessionOpenErrors: 0,
    snmpTlstmSessionUnknownServerCertificate: 0,
    snmpTlstmSessionInvalidServerCertificates: 0,
    snmpTlstmSessionAccepts: 0,
    snmpTlstmSessionServerCloses: 0,
    snmpTlstmSessionInvalidClientCertificates: 0,
    responses: 0,
    varBinds: 0,
    rateLimited: 0,
    amplificationDrops: 0,
    internalErrors: 0,
  };
}

type ReportedCounter = Extract<
  keyof SnmpCounters,
  `usmStats${string}` | `snmpUnknown${string}` | "snmpUnavailableContexts"
>;

/** The instances that Reports carry. */
// biome-ignore format: read as a table
export const reportOid = {
  snmpUnknownSecurityModels:    [1, 3, 6, 1, 6, 3, 11, 2, 1, 1, 0],
  snmpUnknownPDUHandlers:       [1, 3, 6, 1, 6, 3, 11, 2, 1, 3, 0],
  snmpUnavailableContexts:      [1, 3, 6, 1, 6, 3, 12, 1, 4, 0],
  snmpUnknownContexts:          [1, 3, 6, 1, 6, 3, 12, 1, 5, 0],
  usmStatsUnsupportedSecLevels: [1, 3, 6, 1, 6, 3, 15, 1, 1, 1, 0],
  usmStatsNotInTimeWindows:     [1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0],
  usmStatsUnknownUserNames:     [1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0],
  usmStatsUnknownEngineIDs:     [1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0],
  usmStatsWrongDigests:         [1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0],
  usmStatsDecryptionErrors:     [1, 3, 6, 1, 6, 3, 15, 1, 1, 6, 0],
} as const satisfies Readonly<Record<ReportedCounter, readonly number[]>>;
