import { snmpTargetAddrExtEntry } from "../../schema/generated/snmp-community-mib.js";
import { snmpTargetAddrEntry, snmpTargetParamsEntry } from "../../schema/generated/snmp-target-mib.js";
import { extendedRowTable, rowTable } from "../bind-rows.js";

const NON_VOLATILE = 3;

/** Addresses that notifications go to and that communities may come from. @see RFC 3413, object snmpTargetAddrTable; RFC 3584 */
export const snmpTargetAddrTable = extendedRowTable(snmpTargetAddrEntry, snmpTargetAddrExtEntry, {
  rowStatus: "snmpTargetAddrRowStatus",
  storageType: "snmpTargetAddrStorageType",
  defaults: {
    snmpTargetAddrTimeout: 1500,
    snmpTargetAddrRetryCount: 3,
    snmpTargetAddrTagList: "",
    snmpTargetAddrStorageType: NON_VOLATILE,
    snmpTargetAddrTMask: new Uint8Array(0),
    snmpTargetAddrMMS: 484,
  },
  fixedWhileActive: ["snmpTargetAddrTDomain", "snmpTargetAddrTAddress"],
});

/** How messages to a target are made. @see RFC 3413, object snmpTargetParamsTable */
export const snmpTargetParamsTable = rowTable(snmpTargetParamsEntry, {
  rowStatus: "snmpTargetParamsRowStatus",
  storageType: "snmpTargetParamsStorageType",
  defaults: { snmpTargetParamsStorageType: NON_VOLATILE },
  fixedWhileActive: ["snmpTargetParamsMPModel", "snmpTargetParamsSecurityModel", "snmpTargetParamsSecurityName", "snmpTargetParamsSecurityLevel"],
});
