import { boundRows } from "../../mapping/bind-rows.js";
import {
  type EngineFacts,
  snmpEngineScalars,
  snmpMpdScalars,
  snmpScalars,
  snmpSetScalars,
  snmpTargetScalars,
  usmStatsScalars,
  usmUserScalars,
  vacmContextTable,
  vacmViewScalars,
} from "../../mapping/snmp/engine-groups.js";
import { frameworkTables } from "../../mapping/snmp/framework-tables.js";
import { type Capability, type SystemFacts, sysOrTable, systemScalars } from "../../mapping/snmp/system-group.js";
import {
  snmpTlstmMappingScalars,
  snmpTlstmSessionScalars,
  snmpTsmConfigurationScalars,
  snmpTsmScalars,
} from "../../mapping/snmp/tls-groups.js";
import { vmCpuAffinityTable, vmCpuTable } from "../../mapping/snmp/vm-cpu-table.js";
import { vmNetworkTable } from "../../mapping/snmp/vm-network-table.js";
import { vmHypervisorScalars, vmObjectScalars } from "../../mapping/snmp/vm-scalars.js";
import type { VmScope } from "../../mapping/snmp/vm-scope.js";
import { vmStorageTable } from "../../mapping/snmp/vm-storage-table.js";
import { vmTable } from "../../mapping/snmp/vm-table.js";
import { AffinityRows } from "./affinity-rows.js";
import type { FrameworkState } from "./framework/framework-state.js";
import { columnLeaves, type ObjectLeaf, ObjectTree, rowKey, scalarLeaves } from "./object-tree.js";
import { ListedRows, MachineRows, PartRows } from "./rows.js";

/** What one context shows for as long as one request takes. */
export interface ContextView {
  readonly scope: VmScope;
  readonly system: () => SystemFacts;
  readonly engine: () => EngineFacts;
  /** The names of all contexts, the default context's empty one included. */
  readonly contextNames: () => readonly string[];
  /** The tables that managers may write. */
  readonly framework: FrameworkState;
}

/** The modules that every context has, as sysORTable tells them. */
// biome-ignore format: read as a table
const hostCapabilities: readonly Capability[] = [
  { index: 1, id: [1, 3, 6, 1, 6, 3, 1],           description: "SNMPv2-MIB: the system" },
  { index: 2, id: [1, 3, 6, 1, 2, 1, 236],         description: "VM-MIB: virtual machines and containers" },
];

/** And those that only the gateway's own context has. */
// biome-ignore format: read as a table
const engineCapabilities: readonly Capability[] = [
  { index: 3, id: [1, 3, 6, 1, 6, 3, 10, 3, 1, 1], description: "SNMP-FRAMEWORK-MIB: the SNMP engine" },
  { index: 4, id: [1, 3, 6, 1, 6, 3, 11, 3, 1, 1], description: "SNMP-MPD-MIB: figures of message processing and dispatching" },
  { index: 5, id: [1, 3, 6, 1, 6, 3, 12, 3, 1, 1], description: "SNMP-TARGET-MIB: where notifications are sent" },
  { index: 6, id: [1, 3, 6, 1, 6, 3, 15],          description: "SNMP-USER-BASED-SM-MIB: users" },
  { index: 7, id: [1, 3, 6, 1, 6, 3, 16],          description: "SNMP-VIEW-BASED-ACM-MIB: rights; contexts, one per host" },
  { index: 8, id: [1, 3, 6, 1, 6, 3, 13, 3, 1, 2], description: "SNMP-NOTIFICATION-MIB: what is notified to whom" },
  { index: 9, id: [1, 3, 6, 1, 6, 3, 18, 2, 1, 1], description: "SNMP-COMMUNITY-MIB: communities" },
  { index: 10, id: [1, 3, 6, 1, 2, 1, 190, 2, 1, 1], description: "SNMP-TSM-MIB: security by the transport" },
  { index: 11, id: [1, 3, 6, 1, 2, 1, 198],          description: "SNMP-TLS-TM-MIB: sessions of TLS clients" },
];

const contextKey = rowKey(vacmContextTable);

function systemLeaves(capabilities: readonly Capability[]): readonly ObjectLeaf<ContextView>[] {
  const rows = new ListedRows(capabilities, rowKey(sysOrTable));
  return [
    ...scalarLeaves(systemScalars, (view: ContextView) => view.system()),
    ...columnLeaves(sysOrTable, () => rows),
  ];
}

const engineLeaves: readonly ObjectLeaf<ContextView>[] = [
  snmpScalars,
  snmpSetScalars,
  snmpEngineScalars,
  snmpMpdScalars,
  snmpTargetScalars,
  usmStatsScalars,
  usmUserScalars,
  vacmViewScalars,
  snmpTsmScalars,
  snmpTsmConfigurationScalars,
  snmpTlstmSessionScalars,
  snmpTlstmMappingScalars,
].flatMap((group) => scalarLeaves(group, (view: ContextView) => view.engine()));

const contextLeaves: readonly ObjectLeaf<ContextView>[] = columnLeaves(
  vacmContextTable,
  (view: ContextView) => new ListedRows(view.contextNames(), contextKey),
);

const frameworkLeaves: readonly ObjectLeaf<ContextView>[] = frameworkTables.flatMap((table) =>
  boundRows(table).flatMap((bound) => columnLeaves(bound, ({ framework }: ContextView) => framework.rows(table))),
);

const vmLeaves: readonly ObjectLeaf<ContextView>[] = [
  ...scalarLeaves(vmHypervisorScalars, (view: ContextView) => view.scope),
  ...scalarLeaves(vmObjectScalars, (view: ContextView) => view.scope),
  ...columnLeaves(vmTable, ({ scope }: ContextView) => new MachineRows(scope)),
  ...columnLeaves(
    vmCpuTable,
    ({ scope }: ContextView) =>
      new PartRows(
        scope,
        (machine) => machine.vcpus,
        (cpu) => cpu.number + 1,
      ),
  ),
  ...columnLeaves(vmCpuAffinityTable, ({ scope }: ContextView) => new AffinityRows(scope)),
  ...columnLeaves(
    vmStorageTable,
    ({ scope }: ContextView) =>
      new PartRows(
        scope,
        (machine) => machine.disks,
        (disk) => disk.index,
      ),
  ),
  ...columnLeaves(
    vmNetworkTable,
    ({ scope }: ContextView) =>
      new PartRows(
        scope,
        (machine) => machine.nics,
        (nic) => nic.index,
      ),
  ),
];

/** What a host's context has: its system and its machines. */
export const hostObjects = new ObjectTree<ContextView>([...systemLeaves(hostCapabilities), ...vmLeaves]);

/** What the default context has: the gateway's own engine besides. */
export const defaultObjects = new ObjectTree<ContextView>([
  ...systemLeaves([...hostCapabilities, ...engineCapabilities]),
  ...engineLeaves,
  ...contextLeaves,
  ...frameworkLeaves,
  ...vmLeaves,
]);
