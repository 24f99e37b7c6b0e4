import type { BoundScalars, BoundTable } from "../bind-table.js";
import { snmpEngineScalars, snmpMpdScalars, snmpScalars, snmpSetScalars, snmpTargetScalars, usmStatsScalars, vacmContextTable } from "./engine-groups.js";
import { sysOrTable, systemScalars } from "./system-group.js";
import { vmCpuAffinityTable, vmCpuTable } from "./vm-cpu-table.js";
import { vmNetworkTable } from "./vm-network-table.js";
import { vmHypervisorScalars, vmObjectScalars } from "./vm-scalars.js";
import { vmStorageTable } from "./vm-storage-table.js";
import { vmTable } from "./vm-table.js";

/** Rows of any kind: for readers of the tables that read no values. */
type AnyTable = Omit<BoundTable<never>, "index">;

/** Every SNMP object that is bound to a source or left out with a reason, by module. */
export const boundObjects: Readonly<Record<string, readonly (AnyTable | BoundScalars<never>)[]>> = {
  "SNMPv2-MIB": [systemScalars, sysOrTable, snmpScalars, snmpSetScalars],
  "SNMP-FRAMEWORK-MIB": [snmpEngineScalars],
  "SNMP-MPD-MIB": [snmpMpdScalars],
  "SNMP-TARGET-MIB": [snmpTargetScalars],
  "SNMP-USER-BASED-SM-MIB": [usmStatsScalars],
  "SNMP-VIEW-BASED-ACM-MIB": [vacmContextTable],
  "VM-MIB": [vmHypervisorScalars, vmObjectScalars, vmTable, vmCpuTable, vmCpuAffinityTable, vmStorageTable, vmNetworkTable],
};
