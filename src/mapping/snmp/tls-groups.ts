import { snmpTlstmCertificateMapping, snmpTlstmSession } from "../../schema/generated/snmp-tls-tm-mib.js";
import { snmpTsmConfiguration, snmpTsmStats } from "../../schema/generated/snmp-tsm-mib.js";
import { bindScalars } from "../bind-table.js";
import type { EngineFacts } from "./engine-groups.js";

/** @see RFC 5591, object snmpTsmStats */
export const snmpTsmScalars = bindScalars<EngineFacts>()(snmpTsmStats, {
  snmpTsmInvalidCaches: ({ counters }) => counters.snmpTsmInvalidCaches,
  snmpTsmInadequateSecurityLevels: () => 0, // TLS protects to the utmost
  snmpTsmUnknownPrefixes: () => 0, // there is one transport, and its prefix is known
  snmpTsmInvalidPrefixes: ({ counters }) => counters.snmpTsmInvalidPrefixes,
});

/** @see RFC 5591, object snmpTsmConfiguration */
export const snmpTsmConfigurationScalars = bindScalars<EngineFacts>()(snmpTsmConfiguration, {
  snmpTsmConfigurationUsePrefix: ({ scalars }) => (scalars.snmpTsmConfigurationUsePrefix === 1 ? 1 : 2),
});

/** @see RFC 6353, object snmpTlstmSession */
export const snmpTlstmSessionScalars = bindScalars<EngineFacts>()(snmpTlstmSession, {
  snmpTlstmSessionOpens: ({ counters }) => counters.snmpTlstmSessionOpens,
  snmpTlstmSessionClientCloses: ({ counters }) => counters.snmpTlstmSessionClientCloses,
  snmpTlstmSessionOpenErrors: ({ counters }) => counters.snmpTlstmSessionOpenErrors,
  snmpTlstmSessionAccepts: ({ counters }) => counters.snmpTlstmSessionAccepts,
  snmpTlstmSessionServerCloses: ({ counters }) => counters.snmpTlstmSessionServerCloses,
  snmpTlstmSessionNoSessions: () => 0, // an answer goes to the session it was asked on, or nowhere
  snmpTlstmSessionInvalidClientCertificates: ({ counters }) => counters.snmpTlstmSessionInvalidClientCertificates,
  snmpTlstmSessionUnknownServerCertificate: ({ counters }) => counters.snmpTlstmSessionUnknownServerCertificate,
  snmpTlstmSessionInvalidServerCertificates: ({ counters }) => counters.snmpTlstmSessionInvalidServerCertificates,
  snmpTlstmSessionInvalidCaches: () => 0,
});

/** @see RFC 6353, object snmpTlstmCertificateMapping */
export const snmpTlstmMappingScalars = bindScalars<EngineFacts>()(snmpTlstmCertificateMapping, {
  snmpTlstmCertToTSNCount: ({ tlsTables }) => tlsTables.certificates.count,
  snmpTlstmCertToTSNTableLastChanged: ({ tlsTables }) => tlsTables.certificates.changedAtCs,
  snmpTlstmParamsCount: ({ tlsTables }) => tlsTables.params.count,
  snmpTlstmParamsTableLastChanged: ({ tlsTables }) => tlsTables.params.changedAtCs,
  snmpTlstmAddrCount: ({ tlsTables }) => tlsTables.servers.count,
  snmpTlstmAddrTableLastChanged: ({ tlsTables }) => tlsTables.servers.changedAtCs,
});
