import type { RowTable } from "../bind-rows.js";
import { snmpTlstmCertToTSNTable } from "./certificate-table.js";
import { snmpCommunityTable } from "./community-table.js";
import { snmpNotifyFilterProfileTable, snmpNotifyFilterTable, snmpNotifyTable } from "./notification-tables.js";
import { snmpTargetAddrTable, snmpTargetParamsTable } from "./target-tables.js";
import { snmpTlstmAddrTable, snmpTlstmParamsTable } from "./tls-client-tables.js";
import { usmUserTable } from "./usm-user-table.js";
import { vacmAccessTable, vacmSecurityToGroupTable, vacmViewTreeFamilyTable } from "./vacm-tables.js";

/** Every table whose rows managers may make. */
export const frameworkTables: readonly RowTable[] = [
  snmpTargetAddrTable,
  snmpTargetParamsTable,
  snmpNotifyTable,
  snmpNotifyFilterProfileTable,
  snmpNotifyFilterTable,
  usmUserTable,
  vacmSecurityToGroupTable,
  vacmAccessTable,
  vacmViewTreeFamilyTable,
  snmpCommunityTable,
  snmpTlstmCertToTSNTable,
  snmpTlstmParamsTable,
  snmpTlstmAddrTable,
];
