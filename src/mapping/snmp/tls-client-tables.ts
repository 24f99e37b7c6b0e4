import { snmpTlstmAddrEntry, snmpTlstmParamsEntry } from "../../schema/generated/snmp-tls-tm-mib.js";
import { rowTable } from "../bind-rows.js";

const NON_VOLATILE = 3;

/** With which certificate this engine shows itself where notifications are sent. @see RFC 6353, object snmpTlstmParamsTable */
export const snmpTlstmParamsTable = rowTable(snmpTlstmParamsEntry, {
  rowStatus: "snmpTlstmParamsRowStatus",
  storageType: "snmpTlstmParamsStorageType",
  defaults: { snmpTlstmParamsStorageType: NON_VOLATILE },
});

/** Who must answer at an address. @see RFC 6353, object snmpTlstmAddrTable */
export const snmpTlstmAddrTable = rowTable(snmpTlstmAddrEntry, {
  rowStatus: "snmpTlstmAddrRowStatus",
  storageType: "snmpTlstmAddrStorageType",
  defaults: {
    snmpTlstmAddrServerFingerprint: new Uint8Array(0),
    snmpTlstmAddrServerIdentity: "",
    snmpTlstmAddrStorageType: NON_VOLATILE,
  },
});
