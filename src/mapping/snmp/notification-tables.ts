import { snmpNotifyEntry, snmpNotifyFilterEntry, snmpNotifyFilterProfileEntry } from "../../schema/generated/snmp-notification-mib.js";
import { rowTable } from "../bind-rows.js";

const NON_VOLATILE = 3;
const TRAP = 1;
const INCLUDED = 1;

/** Which targets are notified, and whether by trap or inform. @see RFC 3413, object snmpNotifyTable */
export const snmpNotifyTable = rowTable(snmpNotifyEntry, {
  rowStatus: "snmpNotifyRowStatus",
  storageType: "snmpNotifyStorageType",
  defaults: { snmpNotifyTag: "", snmpNotifyType: TRAP, snmpNotifyStorageType: NON_VOLATILE },
});

/** Which filter rules the notifications made with a row of snmpTargetParamsTable. @see RFC 3413, object snmpNotifyFilterProfileTable */
export const snmpNotifyFilterProfileTable = rowTable(snmpNotifyFilterProfileEntry, {
  rowStatus: "snmpNotifyFilterProfileRowStatus",
  storageType: "snmpNotifyFilterProfileStorType",
  defaults: { snmpNotifyFilterProfileStorType: NON_VOLATILE },
});

/** Which notifications a filter lets through. @see RFC 3413, object snmpNotifyFilterTable */
export const snmpNotifyFilterTable = rowTable(snmpNotifyFilterEntry, {
  rowStatus: "snmpNotifyFilterRowStatus",
  storageType: "snmpNotifyFilterStorageType",
  defaults: { snmpNotifyFilterMask: new Uint8Array(0), snmpNotifyFilterType: INCLUDED, snmpNotifyFilterStorageType: NON_VOLATILE },
});
