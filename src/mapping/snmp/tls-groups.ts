import { snmpTlstmAddrEntry, snmpTlstmCertificateMapping, snmpTlstmParamsEntry, snmpTlstmSession } from "../../schema/generated/snmp-tls-tm-mib.js";
import { snmpTsmConfiguration, snmpTsmStats } from "../../schema/generated/snmp-tsm-mib.js";
import { bindScalars, bindTable, omit } from "../bind-table.js";
import type { EngineFacts } from "./engine-groups.js";

const noClient = omit("this engine opens no sessions: notifications go over UDP");

/** @see RFC 5591, object snmpTsmStats */
export const snmpTsmScalars = bindScalars<EngineFacts>()(snmpTsmStats, {
  snmpTsmInvalidCaches: ({ counters }) => counters.snmpTsmInvalidCaches,
  snmpTsmInadequateSecurityLevels: () => 0, // TLS protects to the utmost
  snmpTsmUnknownPrefixes: () => 0, // nothing is sent on behalf of such a name
  snmpTsmInvalidPrefixes: () => 0,
});

/** @see RFC 5591, object snmpTsmConfiguration */
export const snmpTsmConfigurationScalars = bindScalars<EngineFacts>()(snmpTsmConfiguration, {
  snmpTsmConfigurationUsePrefix: ({ scalars }) => (scalars.snmpTsmConfigurationUsePrefix === 1 ? 1 : 2),
});

/** @see RFC 6353, object snmpTlstmSession */
export const snmpTlstmSessionScalars = bindScalars<EngineFacts>()(snmpTlstmSession, {
  snmpTlstmSessionOpens: () => 0, // this and what else concerns clients: no sessions are opened
  snmpTlstmSessionClientCloses: () => 0,
  snmpTlstmSessionOpenErrors: () => 0,
  snmpTlstmSessionAccepts: ({ counters }) => counters.snmpTlstmSessionAccepts,
  snmpTlstmSessionServerCloses: ({ counters }) => counters.snmpTlstmSessionServerCloses,
  snmpTlstmSessionNoSessions: () => 0, // an answer goes to the session it was asked on, or nowhere
  snmpTlstmSessionInvalidClientCertificates: ({ counters }) => counters.snmpTlstmSessionInvalidClientCertificates,
  snmpTlstmSessionUnknownServerCertificate: () => 0,
  snmpTlstmSessionInvalidServerCertificates: () => 0,
  snmpTlstmSessionInvalidCaches: () => 0,
});

/** @see RFC 6353, object snmpTlstmCertificateMapping */
export const snmpTlstmMappingScalars = bindScalars<EngineFacts>()(snmpTlstmCertificateMapping, {
  snmpTlstmCertToTSNCount: ({ certificates }) => certificates.count,
  snmpTlstmCertToTSNTableLastChanged: ({ certificates }) => certificates.changedAtCs,
  snmpTlstmParamsCount: noClient,
  snmpTlstmParamsTableLastChanged: noClient,
  snmpTlstmAddrCount: noClient,
  snmpTlstmAddrTableLastChanged: noClient,
});

/** @see RFC 6353, object snmpTlstmParamsTable */
export const snmpTlstmParamsTable = bindTable<string>()(snmpTlstmParamsEntry, (name) => [name], {
  snmpTlstmParamsClientFingerprint: noClient,
  snmpTlstmParamsStorageType: noClient,
  snmpTlstmParamsRowStatus: noClient,
});

/** @see RFC 6353, object snmpTlstmAddrTable */
export const snmpTlstmAddrTable = bindTable<string>()(snmpTlstmAddrEntry, (name) => [name], {
  snmpTlstmAddrServerFingerprint: noClient,
  snmpTlstmAddrServerIdentity: noClient,
  snmpTlstmAddrStorageType: noClient,
  snmpTlstmAddrRowStatus: noClient,
});
