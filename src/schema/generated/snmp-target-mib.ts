// biome-ignore-all format: one object a line
// Made from mibs/SNMP-TARGET-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-TARGET-MIB, snmpTargetObjects */
export const snmpTargetObjects = {
  name: "snmpTargetObjects",
  oid: [1, 3, 6, 1, 6, 3, 12, 1],
  scalars: {
    snmpTargetSpinLock: { id: 1, syntax: "Integer32", type: "TestAndIncr", access: "read-write", range: [[0, 2147483647]], description: "Lock by which several managers keep their changes apart." },
    snmpUnavailableContexts: { id: 4, syntax: "Counter32", access: "read-only", description: "Messages dropped because their context is not available." },
    snmpUnknownContexts: { id: 5, syntax: "Counter32", access: "read-only", description: "Messages dropped because their context is not known." },
  },
} as const;
