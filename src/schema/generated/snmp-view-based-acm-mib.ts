// biome-ignore-all format: one object a line
// Made from mibs/SNMP-VIEW-BASED-ACM-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-VIEW-BASED-ACM-MIB, vacmContextEntry */
export const vacmContextEntry = {
  name: "vacmContextEntry",
  oid: [1, 3, 6, 1, 6, 3, 16, 1, 1, 1],
  index: [{ name: "vacmContextName", syntax: "OctetString", text: "utf8" }],
  columns: {
    vacmContextName: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 32]], description: "Name of the context; empty for the default context." },
  },
} as const;
