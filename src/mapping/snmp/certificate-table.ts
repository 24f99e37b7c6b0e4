import { snmpTlstmCertToTSNEntry } from "../../schema/generated/snmp-tls-tm-mib.js";
import { rowTable } from "../bind-rows.js";

const NON_VOLATILE = 3;
const snmpTlstmCertSpecified = [1, 3, 6, 1, 2, 1, 198, 1, 1, 1];

/** For whom certificates of TLS clients stand. @see RFC 6353, object snmpTlstmCertToTSNTable */
export const snmpTlstmCertToTSNTable = rowTable(snmpTlstmCertToTSNEntry, {
  rowStatus: "snmpTlstmCertToTSNRowStatus",
  storageType: "snmpTlstmCertToTSNStorageType",
  defaults: {
    snmpTlstmCertToTSNMapType: snmpTlstmCertSpecified,
    snmpTlstmCertToTSNData: new Uint8Array(0),
    snmpTlstmCertToTSNStorageType: NON_VOLATILE,
  },
});
