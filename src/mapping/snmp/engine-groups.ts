import { snmpEngine } from "../../schema/generated/snmp-framework-mib.js";
import { snmpMPDStats } from "../../schema/generated/snmp-mpd-mib.js";
import { snmpTargetObjects } from "../../schema/generated/snmp-target-mib.js";
import { usmStats, usmUser } from "../../schema/generated/snmp-user-based-sm-mib.js";
import { vacmContextEntry, vacmMIBViews } from "../../schema/generated/snmp-view-based-acm-mib.js";
import { snmp, snmpSet } from "../../schema/generated/snmpv2-mib.js";
import { bindScalars, bindTable, omit } from "../bind-table.js";

/** What the SNMP engine counts, under the names of the objects. */
export interface EngineCounters {
  readonly snmpInPkts: number;
  readonly snmpInBadVersions: number;
  readonly snmpInBadCommunityNames: number;
  readonly snmpInBadCommunityUses: number;
  readonly snmpInASNParseErrs: number;
  readonly snmpSilentDrops: number;
  readonly snmpProxyDrops: number;
  readonly snmpUnknownSecurityModels: number;
  readonly snmpInvalidMsgs: number;
  readonly snmpUnknownPDUHandlers: number;
  readonly snmpUnavailableContexts: number;
  readonly snmpUnknownContexts: number;
  readonly usmStatsUnsupportedSecLevels: number;
  readonly usmStatsNotInTimeWindows: number;
  readonly usmStatsUnknownUserNames: number;
  readonly usmStatsUnknownEngineIDs: number;
  readonly usmStatsWrongDigests: number;
  readonly usmStatsDecryptionErrors: number;
  readonly snmpTsmInvalidCaches: number;
  readonly snmpTsmInvalidPrefixes: number;
  readonly snmpTlstmSessionOpens: number;
  readonly snmpTlstmSessionClientCloses: number;
  readonly snmpTlstmSessionOpenErrors: number;
  readonly snmpTlstmSessionUnknownServerCertificate: number;
  readonly snmpTlstmSessionInvalidServerCertificates: number;
  readonly snmpTlstmSessionAccepts: number;
  readonly snmpTlstmSessionServerCloses: number;
  readonly snmpTlstmSessionInvalidClientCertificates: number;
}

/** The SNMP engine at one moment. */
export interface EngineFacts {
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly timeS: number;
  readonly maxMessageSize: number;
  readonly counters: EngineCounters;
  /** snmpTlstmCertToTSNTable, snmpTlstmParamsTable and snmpTlstmAddrTable. */
  readonly tlsTables: Readonly<Record<"certificates" | "params" | "servers", TableFacts>>;
  /** What managers may set. */
  readonly scalars: Readonly<Record<EngineScalar, number>>;
}

/** How many rows a table has, and sysUpTime of their last change, hundredths of a second. */
export interface TableFacts {
  readonly count: number;
  readonly changedAtCs: number;
}

export type EngineScalar =
  | "snmpTsmConfigurationUsePrefix"
  | "snmpEnableAuthenTraps"
  | "snmpSetSerialNo"
  | "snmpTargetSpinLock"
  | "usmUserSpinLock"
  | "vacmViewSpinLock";

const obsolete = omit("obsolete since RFC 3418");

/** @see RFC 3418, object snmp */
export const snmpScalars = bindScalars<EngineFacts>()(snmp, {
  snmpInPkts: ({ counters }) => counters.snmpInPkts,
  snmpInBadVersions: ({ counters }) => counters.snmpInBadVersions,
  snmpInBadCommunityNames: ({ counters }) => counters.snmpInBadCommunityNames,
  snmpInBadCommunityUses: ({ counters }) => counters.snmpInBadCommunityUses,
  snmpInASNParseErrs: ({ counters }) => counters.snmpInASNParseErrs,
  snmpEnableAuthenTraps: ({ scalars }) => (scalars.snmpEnableAuthenTraps === 1 ? 1 : 2),
  snmpSilentDrops: ({ counters }) => counters.snmpSilentDrops,
  snmpProxyDrops: ({ counters }) => counters.snmpProxyDrops,
  snmpOutPkts: obsolete,
  snmpInTooBigs: obsolete,
  snmpInNoSuchNames: obsolete,
  snmpInBadValues: obsolete,
  snmpInReadOnlys: obsolete,
  snmpInGenErrs: obsolete,
  snmpInTotalReqVars: obsolete,
  snmpInTotalSetVars: obsolete,
  snmpInGetRequests: obsolete,
  snmpInGetNexts: obsolete,
  snmpInSetRequests: obsolete,
  snmpInGetResponses: obsolete,
  snmpInTraps: obsolete,
  snmpOutTooBigs: obsolete,
  snmpOutNoSuchNames: obsolete,
  snmpOutBadValues: obsolete,
  snmpOutGenErrs: obsolete,
  snmpOutGetRequests: obsolete,
  snmpOutGetNexts: obsolete,
  snmpOutSetRequests: obsolete,
  snmpOutGetResponses: obsolete,
  snmpOutTraps: obsolete,
});

/** @see RFC 3418, object snmpSet */
export const snmpSetScalars = bindScalars<EngineFacts>()(snmpSet, {
  snmpSetSerialNo: ({ scalars }) => scalars.snmpSetSerialNo,
});

/** @see RFC 3411, object snmpEngine */
export const snmpEngineScalars = bindScalars<EngineFacts>()(snmpEngine, {
  snmpEngineID: ({ engineId }) => engineId,
  snmpEngineBoots: ({ boots }) => boots,
  snmpEngineTime: ({ timeS }) => timeS,
  snmpEngineMaxMessageSize: ({ maxMessageSize }) => maxMessageSize,
});

/** @see RFC 3412, object snmpMPDStats */
export const snmpMpdScalars = bindScalars<EngineFacts>()(snmpMPDStats, {
  snmpUnknownSecurityModels: ({ counters }) => counters.snmpUnknownSecurityModels,
  snmpInvalidMsgs: ({ counters }) => counters.snmpInvalidMsgs,
  snmpUnknownPDUHandlers: ({ counters }) => counters.snmpUnknownPDUHandlers,
});

/** @see RFC 3413, objects snmpUnavailableContexts and snmpUnknownContexts */
export const snmpTargetScalars = bindScalars<EngineFacts>()(snmpTargetObjects, {
  snmpTargetSpinLock: ({ scalars }) => scalars.snmpTargetSpinLock,
  snmpUnavailableContexts: ({ counters }) => counters.snmpUnavailableContexts,
  snmpUnknownContexts: ({ counters }) => counters.snmpUnknownContexts,
});

/** @see RFC 3414, object usmStats */
export const usmStatsScalars = bindScalars<EngineFacts>()(usmStats, {
  usmStatsUnsupportedSecLevels: ({ counters }) => counters.usmStatsUnsupportedSecLevels,
  usmStatsNotInTimeWindows: ({ counters }) => counters.usmStatsNotInTimeWindows,
  usmStatsUnknownUserNames: ({ counters }) => counters.usmStatsUnknownUserNames,
  usmStatsUnknownEngineIDs: ({ counters }) => counters.usmStatsUnknownEngineIDs,
  usmStatsWrongDigests: ({ counters }) => counters.usmStatsWrongDigests,
  usmStatsDecryptionErrors: ({ counters }) => counters.usmStatsDecryptionErrors,
});

/** @see RFC 3414, object usmUser */
export const usmUserScalars = bindScalars<EngineFacts>()(usmUser, {
  usmUserSpinLock: ({ scalars }) => scalars.usmUserSpinLock,
});

/** @see RFC 3415, object vacmMIBViews */
export const vacmViewScalars = bindScalars<EngineFacts>()(vacmMIBViews, {
  vacmViewSpinLock: ({ scalars }) => scalars.vacmViewSpinLock,
});

/** vacmContextTable: the contexts that can be asked for, so that managers find the hosts. @see RFC 3415 */
export const vacmContextTable = bindTable<string>()(vacmContextEntry, (name) => [name], {
  vacmContextName: (name) => name,
});
