// biome-ignore-all format: one object a line
// Made from mibs/SNMP-VIEW-BASED-ACM-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-VIEW-BASED-ACM-MIB, vacmContextEntry */
export const vacmContextEntry = {
  name: "vacmContextEntry",
  oid: [1, 3, 6, 1, 6, 3, 16, 1, 1, 1],
  index: [{ name: "vacmContextName", syntax: "OctetString", text: "utf8", size: [[0, 32]] }],
  columns: {
    vacmContextName: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 32]], description: "Name of the context; empty for the default context." },
  },
} as const;

/** @see SNMP-VIEW-BASED-ACM-MIB, vacmSecurityToGroupEntry */
export const vacmSecurityToGroupEntry = {
  name: "vacmSecurityToGroupEntry",
  oid: [1, 3, 6, 1, 6, 3, 16, 1, 2, 1],
  index: [{ name: "vacmSecurityModel", syntax: "Integer32", range: [[1, 2147483647]] }, { name: "vacmSecurityName", syntax: "OctetString", text: "utf8", size: [[1, 32]] }],
  columns: {
    vacmSecurityModel: { id: 1, syntax: "Integer32", type: "SnmpSecurityModel", access: "not-accessible", range: [[1, 2147483647]], description: "Security model that the name comes from." },
    vacmSecurityName: { id: 2, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[1, 32]], description: "The security name." },
    vacmGroupName: { id: 3, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[1, 32]], description: "The group it belongs to." },
    vacmSecurityToGroupStorageType: { id: 4, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    vacmSecurityToGroupStatus: { id: 5, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-VIEW-BASED-ACM-MIB, vacmAccessEntry */
export const vacmAccessEntry = {
  name: "vacmAccessEntry",
  oid: [1, 3, 6, 1, 6, 3, 16, 1, 4, 1],
  index: [{ name: "vacmGroupName", syntax: "OctetString", text: "utf8", size: [[1, 32]] }, { name: "vacmAccessContextPrefix", syntax: "OctetString", text: "utf8", size: [[0, 32]] }, { name: "vacmAccessSecurityModel", syntax: "Integer32", range: [[0, 2147483647]] }, { name: "vacmAccessSecurityLevel", syntax: "Integer32", named: { noAuthNoPriv: 1, authNoPriv: 2, authPriv: 3 } }],
  columns: {
    vacmAccessContextPrefix: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[0, 32]], description: "The context, or how its name begins." },
    vacmAccessSecurityModel: { id: 2, syntax: "Integer32", type: "SnmpSecurityModel", access: "not-accessible", range: [[0, 2147483647]], description: "Security model that must be used." },
    vacmAccessSecurityLevel: { id: 3, syntax: "Integer32", type: "SnmpSecurityLevel", access: "not-accessible", named: { noAuthNoPriv: 1, authNoPriv: 2, authPriv: 3 }, description: "Least security level that is needed." },
    vacmAccessContextMatch: { id: 4, syntax: "Integer32", access: "read-create", named: { exact: 1, prefix: 2 }, description: "Whether the whole name of the context must match, or only its beginning." },
    vacmAccessReadViewName: { id: 5, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[0, 32]], description: "View of what may be read." },
    vacmAccessWriteViewName: { id: 6, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[0, 32]], description: "View of what may be written." },
    vacmAccessNotifyViewName: { id: 7, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[0, 32]], description: "View of what notifications may carry." },
    vacmAccessStorageType: { id: 8, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    vacmAccessStatus: { id: 9, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-VIEW-BASED-ACM-MIB, vacmMIBViews */
export const vacmMIBViews = {
  name: "vacmMIBViews",
  oid: [1, 3, 6, 1, 6, 3, 16, 1, 5],
  scalars: {
    vacmViewSpinLock: { id: 1, syntax: "Integer32", type: "TestAndIncr", access: "read-write", range: [[0, 2147483647]], description: "Lock by which several managers keep their changes apart." },
  },
} as const;

/** @see SNMP-VIEW-BASED-ACM-MIB, vacmViewTreeFamilyEntry */
export const vacmViewTreeFamilyEntry = {
  name: "vacmViewTreeFamilyEntry",
  oid: [1, 3, 6, 1, 6, 3, 16, 1, 5, 2, 1],
  index: [{ name: "vacmViewTreeFamilyViewName", syntax: "OctetString", text: "utf8", size: [[1, 32]] }, { name: "vacmViewTreeFamilySubtree", syntax: "ObjectIdentifier" }],
  columns: {
    vacmViewTreeFamilyViewName: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[1, 32]], description: "Name of the view." },
    vacmViewTreeFamilySubtree: { id: 2, syntax: "ObjectIdentifier", access: "not-accessible", description: "Subtree that, with the mask, makes the family." },
    vacmViewTreeFamilyMask: { id: 3, syntax: "OctetString", access: "read-create", size: [[0, 16]], description: "Which sub-identifiers must match, one bit each; missing bits are ones." },
    vacmViewTreeFamilyType: { id: 4, syntax: "Integer32", access: "read-create", named: { included: 1, excluded: 2 }, description: "Whether the family is in the view or not." },
    vacmViewTreeFamilyStorageType: { id: 5, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    vacmViewTreeFamilyStatus: { id: 6, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;
