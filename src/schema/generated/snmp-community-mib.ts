// biome-ignore-all format: one object a line
// Made from mibs/SNMP-COMMUNITY-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-COMMUNITY-MIB, snmpCommunityEntry */
export const snmpCommunityEntry = {
  name: "snmpCommunityEntry",
  oid: [1, 3, 6, 1, 6, 3, 18, 1, 1, 1],
  index: [{ name: "snmpCommunityIndex", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpCommunityIndex: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[1, 32]], description: "Name of the row." },
    snmpCommunityName: { id: 2, syntax: "OctetString", access: "read-create", description: "The community." },
    snmpCommunitySecurityName: { id: 3, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[1, 32]], description: "The security name it stands for." },
    snmpCommunityContextEngineID: { id: 4, syntax: "OctetString", type: "SnmpEngineID", access: "read-create", size: [[5, 32]], description: "Engine whose context is meant." },
    snmpCommunityContextName: { id: 5, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[0, 32]], description: "Context that is meant." },
    snmpCommunityTransportTag: { id: 6, syntax: "OctetString", type: "SnmpTagValue", text: "utf8", access: "read-create", size: [[0, 255]], description: "Tag of the addresses that the community may come from; empty for any." },
    snmpCommunityStorageType: { id: 7, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpCommunityStatus: { id: 8, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-COMMUNITY-MIB, snmpTargetAddrExtEntry */
export const snmpTargetAddrExtEntry = {
  name: "snmpTargetAddrExtEntry",
  oid: [1, 3, 6, 1, 6, 3, 18, 1, 2, 1],
  index: [{ name: "snmpTargetAddrName", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpTargetAddrTMask: { id: 1, syntax: "OctetString", access: "read-create", size: [[0, 255]], description: "Which bits of an address must match; empty for all." },
    snmpTargetAddrMMS: { id: 2, syntax: "Integer32", access: "read-create", range: [[0, 0], [484, 2147483647]], description: "Largest message, in octets, that the address takes; 0 when that is not known." },
  },
} as const;
