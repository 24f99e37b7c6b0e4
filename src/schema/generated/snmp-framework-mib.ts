// biome-ignore-all format: one object a line
// Made from mibs/SNMP-FRAMEWORK-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-FRAMEWORK-MIB, snmpEngine */
export const snmpEngine = {
  name: "snmpEngine",
  oid: [1, 3, 6, 1, 6, 3, 10, 2, 1],
  scalars: {
    snmpEngineID: { id: 1, syntax: "OctetString", type: "SnmpEngineID", access: "read-only", size: [[5, 32]], description: "Identity of this engine." },
    snmpEngineBoots: { id: 2, syntax: "Integer32", access: "read-only", range: [[1, 2147483647]], description: "How often the engine started since its identity was set." },
    snmpEngineTime: { id: 3, syntax: "Integer32", access: "read-only", units: "seconds", range: [[0, 2147483647]], description: "Seconds since snmpEngineBoots last grew." },
    snmpEngineMaxMessageSize: { id: 4, syntax: "Integer32", access: "read-only", range: [[484, 2147483647]], description: "Largest message, in octets, that the engine can send or take." },
  },
} as const;
