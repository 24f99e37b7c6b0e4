// biome-ignore-all format: one object a line
// Made from mibs/SNMP-MPD-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-MPD-MIB, snmpMPDStats */
export const snmpMPDStats = {
  name: "snmpMPDStats",
  oid: [1, 3, 6, 1, 6, 3, 11, 2, 1],
  scalars: {
    snmpUnknownSecurityModels: { id: 1, syntax: "Counter32", access: "read-only", description: "Messages dropped because their security model is not supported." },
    snmpInvalidMsgs: { id: 2, syntax: "Counter32", access: "read-only", description: "Messages dropped because parts of them are invalid or contradict each other." },
    snmpUnknownPDUHandlers: { id: 3, syntax: "Counter32", access: "read-only", description: "Messages dropped because nobody handles their PDU." },
  },
} as const;
