// biome-ignore-all format: one object a line
// Made from mibs/SNMP-USER-BASED-SM-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-USER-BASED-SM-MIB, usmStats */
export const usmStats = {
  name: "usmStats",
  oid: [1, 3, 6, 1, 6, 3, 15, 1, 1],
  scalars: {
    usmStatsUnsupportedSecLevels: { id: 1, syntax: "Counter32", access: "read-only", description: "Messages dropped because their security level is unknown or not available." },
    usmStatsNotInTimeWindows: { id: 2, syntax: "Counter32", access: "read-only", description: "Messages dropped because they are outside the engine's time window." },
    usmStatsUnknownUserNames: { id: 3, syntax: "Counter32", access: "read-only", description: "Messages dropped because their user is not known." },
    usmStatsUnknownEngineIDs: { id: 4, syntax: "Counter32", access: "read-only", description: "Messages dropped because their engine is not known." },
    usmStatsWrongDigests: { id: 5, syntax: "Counter32", access: "read-only", description: "Messages dropped because their digest is wrong." },
    usmStatsDecryptionErrors: { id: 6, syntax: "Counter32", access: "read-only", description: "Messages dropped because they could not be decrypted." },
  },
} as const;

/** @see SNMP-USER-BASED-SM-MIB, usmUser */
export const usmUser = {
  name: "usmUser",
  oid: [1, 3, 6, 1, 6, 3, 15, 1, 2],
  scalars: {
    usmUserSpinLock: { id: 1, syntax: "Integer32", type: "TestAndIncr", access: "read-write", range: [[0, 2147483647]], description: "Lock by which several managers keep their changes apart." },
  },
} as const;

/** @see SNMP-USER-BASED-SM-MIB, usmUserEntry */
export const usmUserEntry = {
  name: "usmUserEntry",
  oid: [1, 3, 6, 1, 6, 3, 15, 1, 2, 2, 1],
  index: [{ name: "usmUserEngineID", syntax: "OctetString", size: [[5, 32]] }, { name: "usmUserName", syntax: "OctetString", text: "utf8", size: [[1, 32]] }],
  columns: {
    usmUserEngineID: { id: 1, syntax: "OctetString", type: "SnmpEngineID", access: "not-accessible", size: [[5, 32]], description: "Engine at which the user is known." },
    usmUserName: { id: 2, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "not-accessible", size: [[1, 32]], description: "Name of the user." },
    usmUserSecurityName: { id: 3, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "The user's name in the form that all security models share." },
    usmUserCloneFrom: { id: 4, syntax: "ObjectIdentifier", type: "RowPointer", access: "read-create", description: "The row that a new user starts as a copy of." },
    usmUserAuthProtocol: { id: 5, syntax: "ObjectIdentifier", type: "AutonomousType", access: "read-create", description: "How the user's messages are authenticated." },
    usmUserAuthKeyChange: { id: 6, syntax: "OctetString", type: "KeyChange", access: "read-create", description: "Changes the authentication key." },
    usmUserOwnAuthKeyChange: { id: 7, syntax: "OctetString", type: "KeyChange", access: "read-create", description: "Changes the authentication key of the user who asks." },
    usmUserPrivProtocol: { id: 8, syntax: "ObjectIdentifier", type: "AutonomousType", access: "read-create", description: "How the user's messages are encrypted." },
    usmUserPrivKeyChange: { id: 9, syntax: "OctetString", type: "KeyChange", access: "read-create", description: "Changes the privacy key." },
    usmUserOwnPrivKeyChange: { id: 10, syntax: "OctetString", type: "KeyChange", access: "read-create", description: "Changes the privacy key of the user who asks." },
    usmUserPublic: { id: 11, syntax: "OctetString", access: "read-create", size: [[0, 32]], description: "Octets that anybody may read, to see whether a change of keys took place." },
    usmUserStorageType: { id: 12, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    usmUserStatus: { id: 13, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;
