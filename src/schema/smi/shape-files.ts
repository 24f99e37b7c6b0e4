import type { SmiLibrary } from "./library.js";
import { shapeOf } from "./shapes.js";

/** Which nodes of which module each file of `schema/generated` has: the ones that something is bound to. */
export const shapeFiles: Readonly<Record<string, { readonly module: string; readonly nodes: readonly string[] }>> = {
  "vm-mib.ts": {
    module: "VM-MIB",
    nodes: [
      "vmHypervisor",
      "vmObjects",
      "vmEntry",
      "vmCpuEntry",
      "vmCpuAffinityEntry",
      "vmStorageEntry",
      "vmNetworkEntry",
      "vmNotifications",
    ],
  },
  "snmpv2-mib.ts": {
    module: "SNMPv2-MIB",
    nodes: ["system", "sysOREntry", "snmp", "snmpTrap", "snmpTraps", "snmpSet"],
  },
  "snmp-framework-mib.ts": { module: "SNMP-FRAMEWORK-MIB", nodes: ["snmpEngine"] },
  "snmp-mpd-mib.ts": { module: "SNMP-MPD-MIB", nodes: ["snmpMPDStats"] },
  "snmp-target-mib.ts": {
    module: "SNMP-TARGET-MIB",
    nodes: ["snmpTargetObjects", "snmpTargetAddrEntry", "snmpTargetParamsEntry"],
  },
  "snmp-notification-mib.ts": {
    module: "SNMP-NOTIFICATION-MIB",
    nodes: ["snmpNotifyEntry", "snmpNotifyFilterProfileEntry", "snmpNotifyFilterEntry"],
  },
  "snmp-user-based-sm-mib.ts": {
    module: "SNMP-USER-BASED-SM-MIB",
    nodes: ["usmStats", "usmUser", "usmUserEntry"],
  },
  "snmp-view-based-acm-mib.ts": {
    module: "SNMP-VIEW-BASED-ACM-MIB",
    nodes: [
      "vacmContextEntry",
      "vacmSecurityToGroupEntry",
      "vacmAccessEntry",
      "vacmMIBViews",
      "vacmViewTreeFamilyEntry",
    ],
  },
  "snmp-tsm-mib.ts": { module: "SNMP-TSM-MIB", nodes: ["snmpTsmStats", "snmpTsmConfiguration"] },
  "snmp-tls-tm-mib.ts": {
    module: "SNMP-TLS-TM-MIB",
    nodes: [
      "snmpTlstmNotifications",
      "snmpTlstmSession",
      "snmpTlstmCertificateMapping",
      "snmpTlstmCertToTSNEntry",
      "snmpTlstmParamsEntry",
      "snmpTlstmAddrEntry",
    ],
  },
  "snmp-community-mib.ts": {
    module: "SNMP-COMMUNITY-MIB",
    nodes: ["snmpCommunityEntry", "snmpTargetAddrExtEntry"],
  },
};

/** The text of one file of `schema/generated`. */
export function shapeFileText(library: SmiLibrary, moduleName: string, nodes: readonly string[]): string {
  const head = [
    "// biome-ignore-all format: one object a line",
    `// Made from mibs/${moduleName}.txt by schema/smi/shape-files.ts; the architecture test rewrites it.`,
  ];
  const parts = nodes.map((node) => {
    const { name, oid, ...shape } = shapeOf(library, moduleName, node);
    const members = Object.entries(shape).map(([key, value]) => `  ${key}: ${memberText(key, value)},\n`);
    return `\n/** @see ${moduleName}, ${node} */\nexport const ${node} = {\n  name: "${name}",\n  oid: ${literal(oid)},\n${members.join("")}} as const;\n`;
  });
  return `${head.join("\n")}\n${parts.join("")}`;
}

function memberText(key: string, value: unknown): string {
  if (key === "index") return literal(value);
  const lines = Object.entries(value as object).map(([name, shape]) => `    ${name}: ${literal(shape)},\n`);
  return `{\n${lines.join("")}  }`;
}

/** A value as source text; member names are quoted only where they must be. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}: ${literal(member)}`,
  );
  return `{ ${members.join(", ")} }`;
}
