// biome-ignore-all format: one object a line
// Made from mibs/SNMPv2-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMPv2-MIB, system */
export const system = {
  name: "system",
  oid: [1, 3, 6, 1, 2, 1, 1],
  scalars: {
    sysDescr: { id: 1, syntax: "OctetString", type: "DisplayString", text: "ascii", access: "read-only", size: [[0, 255]], description: "What the entity is, in words." },
    sysObjectID: { id: 2, syntax: "ObjectIdentifier", access: "read-only", description: "Identity that the vendor gave this kind of entity." },
    sysUpTime: { id: 3, syntax: "TimeTicks", access: "read-only", description: "Time since the network management part of the system was re-initialised." },
    sysContact: { id: 4, syntax: "OctetString", type: "DisplayString", text: "ascii", access: "read-write", size: [[0, 255]], description: "Whom to ask about this node." },
    sysName: { id: 5, syntax: "OctetString", type: "DisplayString", text: "ascii", access: "read-write", size: [[0, 255]], description: "Name of the node, by custom its fully qualified domain name." },
    sysLocation: { id: 6, syntax: "OctetString", type: "DisplayString", text: "ascii", access: "read-write", size: [[0, 255]], description: "Where the node stands." },
    sysServices: { id: 7, syntax: "Integer32", access: "read-only", range: [[0, 127]], description: "Sum of 2 to the power L-1 over the layers L in which the entity primarily works." },
    sysORLastChange: { id: 8, syntax: "TimeTicks", type: "TimeStamp", access: "read-only", description: "Value of sysUpTime when a row of sysORTable last changed." },
  },
} as const;

/** @see SNMPv2-MIB, sysOREntry */
export const sysOREntry = {
  name: "sysOREntry",
  oid: [1, 3, 6, 1, 2, 1, 1, 9, 1],
  index: [{ name: "sysORIndex", syntax: "Integer32", range: [[1, 2147483647]] }],
  columns: {
    sysORIndex: { id: 1, syntax: "Integer32", access: "not-accessible", range: [[1, 2147483647]], description: "Number of the row." },
    sysORID: { id: 2, syntax: "ObjectIdentifier", access: "read-only", description: "Identity of the capability statement." },
    sysORDescr: { id: 3, syntax: "OctetString", type: "DisplayString", text: "ascii", access: "read-only", size: [[0, 255]], description: "What the statement is about, in words." },
    sysORUpTime: { id: 4, syntax: "TimeTicks", type: "TimeStamp", access: "read-only", description: "Value of sysUpTime when the row came to be." },
  },
} as const;

/** @see SNMPv2-MIB, snmp */
export const snmp = {
  name: "snmp",
  oid: [1, 3, 6, 1, 2, 1, 11],
  scalars: {
    snmpInPkts: { id: 1, syntax: "Counter32", access: "read-only", description: "Messages that the transport delivered." },
    snmpOutPkts: { id: 2, syntax: "Counter32", access: "read-only", description: "Messages handed to the transport." },
    snmpInBadVersions: { id: 3, syntax: "Counter32", access: "read-only", description: "Messages of a version that is not supported." },
    snmpInBadCommunityNames: { id: 4, syntax: "Counter32", access: "read-only", description: "Messages with a community that is not known." },
    snmpInBadCommunityUses: { id: 5, syntax: "Counter32", access: "read-only", description: "Messages whose community does not permit the operation." },
    snmpInASNParseErrs: { id: 6, syntax: "Counter32", access: "read-only", description: "Messages that do not parse." },
    snmpInTooBigs: { id: 8, syntax: "Counter32", access: "read-only", description: "Messages received with the error tooBig." },
    snmpInNoSuchNames: { id: 9, syntax: "Counter32", access: "read-only", description: "Messages received with the error noSuchName." },
    snmpInBadValues: { id: 10, syntax: "Counter32", access: "read-only", description: "Messages received with the error badValue." },
    snmpInReadOnlys: { id: 11, syntax: "Counter32", access: "read-only", description: "Messages received with the error readOnly." },
    snmpInGenErrs: { id: 12, syntax: "Counter32", access: "read-only", description: "Messages received with the error genErr." },
    snmpInTotalReqVars: { id: 13, syntax: "Counter32", access: "read-only", description: "Objects read successfully by Get and GetNext." },
    snmpInTotalSetVars: { id: 14, syntax: "Counter32", access: "read-only", description: "Objects written successfully by Set." },
    snmpInGetRequests: { id: 15, syntax: "Counter32", access: "read-only", description: "Get requests processed." },
    snmpInGetNexts: { id: 16, syntax: "Counter32", access: "read-only", description: "GetNext requests processed." },
    snmpInSetRequests: { id: 17, syntax: "Counter32", access: "read-only", description: "Set requests processed." },
    snmpInGetResponses: { id: 18, syntax: "Counter32", access: "read-only", description: "Responses processed." },
    snmpInTraps: { id: 19, syntax: "Counter32", access: "read-only", description: "Traps processed." },
    snmpOutTooBigs: { id: 20, syntax: "Counter32", access: "read-only", description: "Messages sent with the error tooBig." },
    snmpOutNoSuchNames: { id: 21, syntax: "Counter32", access: "read-only", description: "Messages sent with the error noSuchName." },
    snmpOutBadValues: { id: 22, syntax: "Counter32", access: "read-only", description: "Messages sent with the error badValue." },
    snmpOutGenErrs: { id: 24, syntax: "Counter32", access: "read-only", description: "Messages sent with the error genErr." },
    snmpOutGetRequests: { id: 25, syntax: "Counter32", access: "read-only", description: "Get requests sent." },
    snmpOutGetNexts: { id: 26, syntax: "Counter32", access: "read-only", description: "GetNext requests sent." },
    snmpOutSetRequests: { id: 27, syntax: "Counter32", access: "read-only", description: "Set requests sent." },
    snmpOutGetResponses: { id: 28, syntax: "Counter32", access: "read-only", description: "Responses sent." },
    snmpOutTraps: { id: 29, syntax: "Counter32", access: "read-only", description: "Traps sent." },
    snmpEnableAuthenTraps: { id: 30, syntax: "Integer32", access: "read-write", named: { enabled: 1, disabled: 2 }, description: "Whether authenticationFailure may be sent." },
    snmpSilentDrops: { id: 31, syntax: "Counter32", access: "read-only", description: "Requests dropped in silence because not even an empty answer fits." },
    snmpProxyDrops: { id: 32, syntax: "Counter32", access: "read-only", description: "Requests dropped in silence because the proxy target did not answer in time." },
  },
} as const;

/** @see SNMPv2-MIB, snmpTrap */
export const snmpTrap = {
  name: "snmpTrap",
  oid: [1, 3, 6, 1, 6, 3, 1, 1, 4],
  scalars: {
    snmpTrapOID: { id: 1, syntax: "ObjectIdentifier", access: "accessible-for-notify", description: "What a notification is: its second variable binding." },
    snmpTrapEnterprise: { id: 3, syntax: "ObjectIdentifier", access: "accessible-for-notify", description: "The enterprise of a trap that came from an SNMPv1 entity." },
  },
} as const;

/** @see SNMPv2-MIB, snmpTraps */
export const snmpTraps = {
  name: "snmpTraps",
  oid: [1, 3, 6, 1, 6, 3, 1, 1, 5],
  notifications: {
    coldStart: { id: 1, objects: [], description: "The entity starts, and its configuration may have changed." },
    warmStart: { id: 2, objects: [], description: "The entity starts anew with an unchanged configuration." },
    authenticationFailure: { id: 5, objects: [], description: "A message came that is not properly authenticated." },
  },
} as const;

/** @see SNMPv2-MIB, snmpSet */
export const snmpSet = {
  name: "snmpSet",
  oid: [1, 3, 6, 1, 6, 3, 1, 1, 6],
  scalars: {
    snmpSetSerialNo: { id: 1, syntax: "Integer32", type: "TestAndIncr", access: "read-write", range: [[0, 2147483647]], description: "Lock by which several managers keep their Set requests apart." },
  },
} as const;
