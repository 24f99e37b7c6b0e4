import type { RowTable } from "../../../mapping/bind-rows.js";
import type { PlainValue } from "../../../mapping/bind-table.js";
import { snmpTlstmCertToTSNTable } from "../../../mapping/snmp/certificate-table.js";
import { snmpCommunityTable } from "../../../mapping/snmp/community-table.js";
import {
  snmpNotifyFilterProfileTable,
  snmpNotifyFilterTable,
  snmpNotifyTable,
} from "../../../mapping/snmp/notification-tables.js";
import { snmpTargetAddrTable, snmpTargetParamsTable } from "../../../mapping/snmp/target-tables.js";
import { snmpTlstmAddrTable, snmpTlstmParamsTable } from "../../../mapping/snmp/tls-client-tables.js";
import { usmUserTable } from "../../../mapping/snmp/usm-user-table.js";
import {
  vacmAccessTable,
  vacmSecurityToGroupTable,
  vacmViewTreeFamilyTable,
} from "../../../mapping/snmp/vacm-tables.js";
import { type ErrorStatus, errorStatus } from "../../../protocol/snmp/error-status.js";
import { securityModel } from "../../../protocol/snmp/security.js";
import type { RowDraft, RowRules } from "./row-change.js";
import { isFingerprint, isMapType } from "./tls-names.js";
import { fitsDomain, isKnownDomain } from "./transport-address.js";
import { usmUserRules } from "./usm-user-rules.js";

const { wrongValue } = errorStatus;
const noRules: RowRules = {};
const messageModels = { v1: 0, v2c: 1, v3: 3 } as const;
const NO_AUTH_NO_PRIV = 1;

/** What each table that managers may write asks of its rows. @param engineId of this engine */
export function rulesOfTables(engineId: Uint8Array): ReadonlyMap<RowTable, RowRules> {
  return new Map<RowTable, RowRules>([
    [snmpTargetAddrTable, targetAddrRules],
    [snmpTargetParamsTable, targetParamsRules],
    [snmpNotifyTable, tagRules("snmpNotifyTag")],
    [snmpNotifyFilterProfileTable, noRules],
    [snmpNotifyFilterTable, noRules],
    [usmUserTable, usmUserRules],
    [vacmSecurityToGroupTable, noRules],
    [vacmAccessTable, noRules],
    [vacmViewTreeFamilyTable, noRules],
    [snmpCommunityTable, communityRules(engineId)],
    [snmpTlstmCertToTSNTable, certificateRules],
    [snmpTlstmParamsTable, fingerprintRules("snmpTlstmParamsClientFingerprint")],
    [snmpTlstmAddrTable, fingerprintRules("snmpTlstmAddrServerFingerprint")],
  ]);
}

/** @see RFC 3413, object snmpTargetAddrTable; RFC 3584, object snmpTargetAddrTMask */
const targetAddrRules: RowRules = {
  refusal(name, value) {
    if (name === "snmpTargetAddrTDomain") return Array.isArray(value) && isKnownDomain(value) ? undefined : wrongValue;
    return name === "snmpTargetAddrTagList" ? refusedTagList(value) : undefined;
  },
  conflict({ snmpTargetAddrTDomain: domain, snmpTargetAddrTAddress: address, snmpTargetAddrTMask: mask }) {
    if (!Array.isArray(domain) || !(address instanceof Uint8Array) || !fitsDomain(domain, address)) {
      return "snmpTargetAddrTAddress";
    }
    const fits = mask instanceof Uint8Array && (mask.length === 0 || mask.length === address.length);
    return fits ? undefined : "snmpTargetAddrTMask";
  },
};

/** The models that this engine has, and combinations that make sense. @see RFC 3413, object snmpTargetParamsTable */
const targetParamsRules: RowRules = {
  refusal(name, value) {
    if (name === "snmpTargetParamsMPModel") return isOneOf(value, Object.values(messageModels));
    if (name === "snmpTargetParamsSecurityModel") {
      return isOneOf(value, [securityModel.v1, securityModel.v2c, securityModel.usm, securityModel.tsm]);
    }
    return undefined;
  },
  conflict(values) {
    const model = values["snmpTargetParamsSecurityModel"];
    const wanted: Readonly<Record<number, readonly PlainValue[]>> = {
      [messageModels.v1]: [securityModel.v1],
      [messageModels.v2c]: [securityModel.v2c],
      [messageModels.v3]: [securityModel.usm, securityModel.tsm],
    };
    if (model === undefined || !wanted[Number(values["snmpTargetParamsMPModel"])]?.includes(model))
      return "snmpTargetParamsSecurityModel";
    const isPlain = values["snmpTargetParamsSecurityLevel"] === NO_AUTH_NO_PRIV;
    return model === securityModel.usm || model === securityModel.tsm || isPlain
      ? undefined
      : "snmpTargetParamsSecurityLevel";
  },
};

/** Communities are for this engine: it is no proxy for others. @see RFC 3584, object snmpCommunityTable */
function communityRules(engineId: Uint8Array): RowRules {
  return {
    ...tagRules("snmpCommunityTransportTag"),
    initial: () => ({ snmpCommunityContextEngineID: engineId }),
    conflict({ snmpCommunityContextEngineID: id, snmpCommunityName: name }: Readonly<RowDraft>) {
      if (!(id instanceof Uint8Array) || Buffer.compare(id, engineId) !== 0) return "snmpCommunityContextEngineID";
      return name instanceof Uint8Array && name.length > 0 ? undefined : "snmpCommunityName";
    },
  };
}

/** @see RFC 6353, object snmpTlstmCertToTSNTable */
const certificateRules: RowRules = {
  refusal(name, value) {
    if (name === "snmpTlstmCertToTSNFingerprint") {
      return value instanceof Uint8Array && isFingerprint(value) ? undefined : wrongValue;
    }
    if (name !== "snmpTlstmCertToTSNMapType") return undefined;
    return Array.isArray(value) && isMapType(value) ? undefined : wrongValue;
  },
};

/** A fingerprint may be left out. */
function fingerprintRules(fingerprintName: string): RowRules {
  return {
    refusal(name, value) {
      if (name !== fingerprintName || !(value instanceof Uint8Array) || value.length === 0) return undefined;
      return isFingerprint(value) ? undefined : wrongValue;
    },
  };
}

function tagRules(tagName: string): RowRules {
  return {
    refusal: (name, value) =>
      name === tagName && typeof value === "string" && WHITE_SPACE.test(value) ? wrongValue : undefined,
  };
}

/** What separates the tags of a list. @see RFC 3413, textual convention SnmpTagList */
const WHITE_SPACE = /[ \t\r\v]/;

/** A list neither begins nor ends with a separator, nor has two in succession. */
function refusedTagList(value: PlainValue): ErrorStatus | undefined {
  return value !== "" && typeof value === "string" && value.split(WHITE_SPACE).includes("") ? wrongValue : undefined;
}

function isOneOf(value: PlainValue, allowed: readonly PlainValue[]): ErrorStatus | undefined {
  return allowed.includes(value) ? undefined : wrongValue;
}
