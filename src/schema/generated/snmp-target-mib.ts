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

/** @see SNMP-TARGET-MIB, snmpTargetAddrEntry */
export const snmpTargetAddrEntry = {
  name: "snmpTargetAddrEntry",
  oid: [1, 3, 6, 1, 6, 3, 12, 1, 2, 1],
  index: [{ name: "snmpTargetAddrName", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpTargetAddrName: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[1, 32]], description: "Name of the row." },
    snmpTargetAddrTDomain: { id: 2, syntax: "ObjectIdentifier", type: "TDomain", access: "read-create", description: "Kind of transport." },
    snmpTargetAddrTAddress: { id: 3, syntax: "OctetString", type: "TAddress", access: "read-create", size: [[1, 255]], description: "Address in the form of that transport." },
    snmpTargetAddrTimeout: { id: 4, syntax: "Integer32", type: "TimeInterval", access: "read-create", range: [[0, 2147483647]], description: "How long an answer may take." },
    snmpTargetAddrRetryCount: { id: 5, syntax: "Integer32", access: "read-create", range: [[0, 255]], description: "How often an unanswered message is sent again." },
    snmpTargetAddrTagList: { id: 6, syntax: "OctetString", type: "SnmpTagList", text: "utf8", access: "read-create", size: [[0, 255]], description: "Tags by which other tables select the row." },
    snmpTargetAddrParams: { id: 7, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[1, 32]], description: "Name of the row in snmpTargetParamsTable to use." },
    snmpTargetAddrStorageType: { id: 8, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpTargetAddrRowStatus: { id: 9, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-TARGET-MIB, snmpTargetParamsEntry */
export const snmpTargetParamsEntry = {
  name: "snmpTargetParamsEntry",
  oid: [1, 3, 6, 1, 6, 3, 12, 1, 3, 1],
  index: [{ name: "snmpTargetParamsName", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpTargetParamsName: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[1, 32]], description: "Name of the row." },
    snmpTargetParamsMPModel: { id: 2, syntax: "Integer32", type: "SnmpMessageProcessingModel", access: "read-create", range: [[0, 2147483647]], description: "Message processing model to use." },
    snmpTargetParamsSecurityModel: { id: 3, syntax: "Integer32", type: "SnmpSecurityModel", access: "read-create", range: [[1, 2147483647]], description: "Security model to use." },
    snmpTargetParamsSecurityName: { id: 4, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[0, 255]], description: "On whose behalf messages are made." },
    snmpTargetParamsSecurityLevel: { id: 5, syntax: "Integer32", type: "SnmpSecurityLevel", access: "read-create", named: { noAuthNoPriv: 1, authNoPriv: 2, authPriv: 3 }, description: "How messages are protected." },
    snmpTargetParamsStorageType: { id: 6, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpTargetParamsRowStatus: { id: 7, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;
