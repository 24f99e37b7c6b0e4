// biome-ignore-all format: one object a line
// Made from mibs/SNMP-NOTIFICATION-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-NOTIFICATION-MIB, snmpNotifyEntry */
export const snmpNotifyEntry = {
  name: "snmpNotifyEntry",
  oid: [1, 3, 6, 1, 6, 3, 13, 1, 1, 1],
  index: [{ name: "snmpNotifyName", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpNotifyName: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[1, 32]], description: "Name of the row." },
    snmpNotifyTag: { id: 2, syntax: "OctetString", type: "SnmpTagValue", text: "utf8", access: "read-create", size: [[0, 255]], description: "Tag of the targets in snmpTargetAddrTable that are meant." },
    snmpNotifyType: { id: 3, syntax: "Integer32", access: "read-create", named: { trap: 1, inform: 2 }, description: "Whether traps or informs are sent." },
    snmpNotifyStorageType: { id: 4, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpNotifyRowStatus: { id: 5, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-NOTIFICATION-MIB, snmpNotifyFilterProfileEntry */
export const snmpNotifyFilterProfileEntry = {
  name: "snmpNotifyFilterProfileEntry",
  oid: [1, 3, 6, 1, 6, 3, 13, 1, 2, 1],
  index: [{ name: "snmpTargetParamsName", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpNotifyFilterProfileName: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[1, 32]], description: "Name of the filter." },
    snmpNotifyFilterProfileStorType: { id: 2, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpNotifyFilterProfileRowStatus: { id: 3, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-NOTIFICATION-MIB, snmpNotifyFilterEntry */
export const snmpNotifyFilterEntry = {
  name: "snmpNotifyFilterEntry",
  oid: [1, 3, 6, 1, 6, 3, 13, 1, 3, 1],
  index: [{ name: "snmpNotifyFilterProfileName", syntax: "OctetString", text: "utf8", size: [[1, 32]] }, { name: "snmpNotifyFilterSubtree", syntax: "ObjectIdentifier", implied: true }],
  columns: {
    snmpNotifyFilterSubtree: { id: 1, syntax: "ObjectIdentifier", access: "not-accessible", description: "Subtree that, with the mask, makes the family." },
    snmpNotifyFilterMask: { id: 2, syntax: "OctetString", access: "read-create", size: [[0, 16]], description: "Which sub-identifiers must match, one bit each; missing bits are ones." },
    snmpNotifyFilterType: { id: 3, syntax: "Integer32", access: "read-create", named: { included: 1, excluded: 2 }, description: "Whether the family passes or is held back." },
    snmpNotifyFilterStorageType: { id: 4, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpNotifyFilterRowStatus: { id: 5, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;
