// biome-ignore-all format: one object a line
// Made from mibs/SNMP-TSM-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-TSM-MIB, snmpTsmStats */
export const snmpTsmStats = {
  name: "snmpTsmStats",
  oid: [1, 3, 6, 1, 2, 1, 190, 1, 1],
  scalars: {
    snmpTsmInvalidCaches: { id: 1, syntax: "Counter32", access: "read-only", description: "Messages dropped because their transport says nothing of security." },
    snmpTsmInadequateSecurityLevels: { id: 2, syntax: "Counter32", access: "read-only", description: "Messages dropped because their transport protects less than they ask for." },
    snmpTsmUnknownPrefixes: { id: 3, syntax: "Counter32", access: "read-only", description: "Messages dropped because the prefix of their transport is not known." },
    snmpTsmInvalidPrefixes: { id: 4, syntax: "Counter32", access: "read-only", description: "Messages not sent because the prefix of a security name is not valid." },
  },
} as const;

/** @see SNMP-TSM-MIB, snmpTsmConfiguration */
export const snmpTsmConfiguration = {
  name: "snmpTsmConfiguration",
  oid: [1, 3, 6, 1, 2, 1, 190, 1, 2],
  scalars: {
    snmpTsmConfigurationUsePrefix: { id: 1, syntax: "Integer32", type: "TruthValue", access: "read-write", named: { true: 1, false: 2 }, description: "Whether security names begin with a prefix that names the transport." },
  },
} as const;
