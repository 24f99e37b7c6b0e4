// biome-ignore-all format: one object a line
// Made from mibs/SNMP-TLS-TM-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-TLS-TM-MIB, snmpTlstmNotifications */
export const snmpTlstmNotifications = {
  name: "snmpTlstmNotifications",
  oid: [1, 3, 6, 1, 2, 1, 198, 0],
  notifications: {
    snmpTlstmServerCertificateUnknown: { id: 1, objects: ["snmpTlstmSessionUnknownServerCertificate"], description: "A server showed a certificate that is not known." },
    snmpTlstmServerInvalidCertificate: { id: 2, objects: ["snmpTlstmAddrServerFingerprint", "snmpTlstmSessionInvalidServerCertificates"], description: "A server showed a certificate that is not valid." },
  },
} as const;

/** @see SNMP-TLS-TM-MIB, snmpTlstmSession */
export const snmpTlstmSession = {
  name: "snmpTlstmSession",
  oid: [1, 3, 6, 1, 2, 1, 198, 2, 1],
  scalars: {
    snmpTlstmSessionOpens: { id: 1, syntax: "Counter32", access: "read-only", description: "Sessions that this engine tried to open as a client." },
    snmpTlstmSessionClientCloses: { id: 2, syntax: "Counter32", access: "read-only", description: "Sessions that this engine closed as a client." },
    snmpTlstmSessionOpenErrors: { id: 3, syntax: "Counter32", access: "read-only", description: "Sessions that this engine could not open as a client." },
    snmpTlstmSessionAccepts: { id: 4, syntax: "Counter32", access: "read-only", description: "Sessions that this engine accepted as a server." },
    snmpTlstmSessionServerCloses: { id: 5, syntax: "Counter32", access: "read-only", description: "Sessions that this engine closed as a server." },
    snmpTlstmSessionNoSessions: { id: 6, syntax: "Counter32", access: "read-only", description: "Messages dropped because the session they belong to was gone." },
    snmpTlstmSessionInvalidClientCertificates: { id: 7, syntax: "Counter32", access: "read-only", description: "Sessions not accepted because of the client's certificate." },
    snmpTlstmSessionUnknownServerCertificate: { id: 8, syntax: "Counter32", access: "read-only", description: "Sessions not opened because the server's certificate is not known." },
    snmpTlstmSessionInvalidServerCertificates: { id: 9, syntax: "Counter32", access: "read-only", description: "Sessions not opened because the server's certificate is not valid." },
    snmpTlstmSessionInvalidCaches: { id: 10, syntax: "Counter32", access: "read-only", description: "Messages not sent because what they need of a session was not there." },
  },
} as const;

/** @see SNMP-TLS-TM-MIB, snmpTlstmCertificateMapping */
export const snmpTlstmCertificateMapping = {
  name: "snmpTlstmCertificateMapping",
  oid: [1, 3, 6, 1, 2, 1, 198, 2, 2, 1],
  scalars: {
    snmpTlstmCertToTSNCount: { id: 1, syntax: "Unsigned32", access: "read-only", description: "Rows of the table of certificates." },
    snmpTlstmCertToTSNTableLastChanged: { id: 2, syntax: "TimeTicks", type: "TimeStamp", access: "read-only", description: "When a row of the table of certificates was last made, changed or removed." },
    snmpTlstmParamsCount: { id: 4, syntax: "Unsigned32", access: "read-only", description: "Rows of the table of own certificates." },
    snmpTlstmParamsTableLastChanged: { id: 5, syntax: "TimeTicks", type: "TimeStamp", access: "read-only", description: "When a row of the table of own certificates was last made, changed or removed." },
    snmpTlstmAddrCount: { id: 7, syntax: "Unsigned32", access: "read-only", description: "Rows of the table of servers." },
    snmpTlstmAddrTableLastChanged: { id: 8, syntax: "TimeTicks", type: "TimeStamp", access: "read-only", description: "When a row of the table of servers was last made, changed or removed." },
  },
} as const;

/** @see SNMP-TLS-TM-MIB, snmpTlstmCertToTSNEntry */
export const snmpTlstmCertToTSNEntry = {
  name: "snmpTlstmCertToTSNEntry",
  oid: [1, 3, 6, 1, 2, 1, 198, 2, 2, 1, 3, 1],
  index: [{ name: "snmpTlstmCertToTSNID", syntax: "Unsigned32", range: [[1, 4294967295]] }],
  columns: {
    snmpTlstmCertToTSNID: { id: 1, syntax: "Unsigned32", access: "not-accessible", range: [[1, 4294967295]], description: "Number of the row; rows are tried in this order." },
    snmpTlstmCertToTSNFingerprint: { id: 2, syntax: "OctetString", type: "SnmpTLSFingerprint", access: "read-create", size: [[1, 255]], description: "Fingerprint of the certificate." },
    snmpTlstmCertToTSNMapType: { id: 3, syntax: "ObjectIdentifier", type: "AutonomousType", access: "read-create", description: "Where the name is taken from." },
    snmpTlstmCertToTSNData: { id: 4, syntax: "OctetString", access: "read-create", size: [[0, 1024]], description: "The name itself, where it is taken from here." },
    snmpTlstmCertToTSNStorageType: { id: 5, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpTlstmCertToTSNRowStatus: { id: 6, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-TLS-TM-MIB, snmpTlstmParamsEntry */
export const snmpTlstmParamsEntry = {
  name: "snmpTlstmParamsEntry",
  oid: [1, 3, 6, 1, 2, 1, 198, 2, 2, 1, 6, 1],
  index: [{ name: "snmpTargetParamsName", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpTlstmParamsClientFingerprint: { id: 1, syntax: "OctetString", type: "SnmpTLSFingerprint", access: "read-create", size: [[0, 255]], description: "Fingerprint of the own certificate." },
    snmpTlstmParamsStorageType: { id: 2, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpTlstmParamsRowStatus: { id: 3, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;

/** @see SNMP-TLS-TM-MIB, snmpTlstmAddrEntry */
export const snmpTlstmAddrEntry = {
  name: "snmpTlstmAddrEntry",
  oid: [1, 3, 6, 1, 2, 1, 198, 2, 2, 1, 9, 1],
  index: [{ name: "snmpTargetAddrName", syntax: "OctetString", text: "utf8", implied: true, size: [[1, 32]] }],
  columns: {
    snmpTlstmAddrServerFingerprint: { id: 1, syntax: "OctetString", type: "SnmpTLSFingerprint", access: "read-create", size: [[0, 255]], description: "Fingerprint of the server's certificate; empty when an authority vouches for it." },
    snmpTlstmAddrServerIdentity: { id: 2, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-create", size: [[0, 255]], description: "Name that the server's certificate must have." },
    snmpTlstmAddrStorageType: { id: 3, syntax: "Integer32", type: "StorageType", access: "read-create", named: { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 }, description: "How the row is kept." },
    snmpTlstmAddrRowStatus: { id: 4, syntax: "Integer32", type: "RowStatus", access: "read-create", named: { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 }, description: "State of the row." },
  },
} as const;
