import { boundRows } from "../bind-rows.js";
import type { BoundScalars, BoundTable } from "../bind-table.js";
import { snmpTlstmCertToTSNTable } from "./certificate-table.js";
import { snmpCommunityTable } from "./community-table.js";
import {
  snmpEngineScalars,
  snmpMpdScalars,
  snmpScalars,
  snmpSetScalars,
  snmpTargetScalars,
  usmStatsScalars,
  usmUserScalars,
  vacmContextTable,
  vacmViewScalars,
} from "./engine-groups.js";
import { snmpNotifyFilterProfileTable, snmpNotifyFilterTable, snmpNotifyTable } from "./notification-tables.js";
import { sysOrTable, systemScalars } from "./system-group.js";
import { snmpTargetAddrTable, snmpTargetParamsTable } from "./target-tables.js";
import { snmpTlstmAddrTable, snmpTlstmParamsTable } from "./tls-client-tables.js";
import { snmpTlstmMappingScalars, snmpTlstmSessionScalars, snmpTsmConfigurationScalars, snmpTsmScalars } from "./tls-groups.js";
import { usmUserTable } from "./usm-user-table.js";
import { vacmAccessTable, vacmSecurityToGroupTable, vacmViewTreeFamilyTable } from "./vacm-tables.js";
import { vmCpuAffinityTable, vmCpuTable } from "./vm-cpu-table.js";
import { vmNetworkTable } from "./vm-network-table.js";
import { vmHypervisorScalars, vmObjectScalars } from "./vm-scalars.js";
import { vmStorageTable } from "./vm-storage-table.js";
import { vmTable } from "./vm-table.js";

/** Rows of any kind: for readers of the tables that read no values. */
type AnyTable = Omit<BoundTable<never>, "index">;

const [targetAddresses, targetAddressExtensions] = boundRows(snmpTargetAddrTable);

/** Every SNMP object that is bound to a source or left out with a reason, by module. */
export const boundObjects: Readonly<Record<string, readonly (AnyTable | BoundScalars<never>)[]>> = {
  "SNMPv2-MIB": [systemScalars, sysOrTable, snmpScalars, snmpSetScalars],
  "SNMP-FRAMEWORK-MIB": [snmpEngineScalars],
  "SNMP-MPD-MIB": [snmpMpdScalars],
  "SNMP-TARGET-MIB": [snmpTargetScalars, ...present(targetAddresses), ...boundRows(snmpTargetParamsTable)],
  "SNMP-NOTIFICATION-MIB": [snmpNotifyTable, snmpNotifyFilterProfileTable, snmpNotifyFilterTable].flatMap(boundRows),
  "SNMP-USER-BASED-SM-MIB": [usmStatsScalars, usmUserScalars, ...boundRows(usmUserTable)],
  "SNMP-VIEW-BASED-ACM-MIB": [vacmContextTable, vacmViewScalars, ...[vacmSecurityToGroupTable, vacmAccessTable, vacmViewTreeFamilyTable].flatMap(boundRows)],
  "SNMP-TSM-MIB": [snmpTsmScalars, snmpTsmConfigurationScalars],
  "SNMP-TLS-TM-MIB": [
    snmpTlstmSessionScalars,
    snmpTlstmMappingScalars,
    ...[snmpTlstmCertToTSNTable, snmpTlstmParamsTable, snmpTlstmAddrTable].flatMap(boundRows),
  ],
  "SNMP-COMMUNITY-MIB": [...boundRows(snmpCommunityTable), ...present(targetAddressExtensions)],
  "VM-MIB": [vmHypervisorScalars, vmObjectScalars, vmTable, vmCpuTable, vmCpuAffinityTable, vmStorageTable, vmNetworkTable],
};

function present<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
