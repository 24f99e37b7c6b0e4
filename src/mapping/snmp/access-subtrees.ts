/** A part of the MIB that stands for a part of the gateway's data: whoever may see one may see the other. */
export interface AccessSubtree {
  readonly subtree: readonly number[];
  /** Instance identifier as in JSON; `undefined` for what everybody may know who may ask at all. */
  readonly path: string | undefined;
  /** Whether it shows hosts and machines: which of them, is decided one by one. Set, it is the context's host that is written to. */
  readonly inventory?: true;
  /** Where somebody must be allowed to write who sets something there; not given: `path`. */
  readonly writePath?: string;
  /** What the data's module says of it by itself. @see RFC 8341, section 7 */
  readonly defaultDeny?: "all" | "write";
}

/** Subtree, data and what its module denies; a later row holds within an earlier one. */
// biome-ignore format: read as a table
export const accessSubtrees: readonly AccessSubtree[] = [
  { subtree: [1, 3, 6, 1, 2, 1, 1],         path: undefined, writePath: "/ietf-system:system" },           // system
  { subtree: [1, 3, 6, 1, 2, 1, 11],        path: undefined },                                             // snmp
  { subtree: [1, 3, 6, 1, 6, 3, 1],         path: undefined },                                             // snmpMIB
  { subtree: [1, 3, 6, 1, 6, 3, 10],        path: undefined },                                             // snmpFrameworkMIB
  { subtree: [1, 3, 6, 1, 6, 3, 11],        path: undefined },                                             // snmpMPDMIB
  { subtree: [1, 3, 6, 1, 2, 1, 236],       path: undefined, inventory: true },                            // vmMIB
  { subtree: [1, 3, 6, 1, 6, 3, 12],        path: "/ietf-snmp:snmp/target",      defaultDeny: "write" },   // snmpTargetMIB
  { subtree: [1, 3, 6, 1, 6, 3, 13],        path: "/ietf-snmp:snmp/notify",      defaultDeny: "write" },   // snmpNotificationMIB
  { subtree: [1, 3, 6, 1, 2, 1, 198],       path: "/ietf-snmp:snmp/tlstm",       defaultDeny: "write" },   // snmpTlstmMIB
  { subtree: [1, 3, 6, 1, 2, 1, 190],       path: "/ietf-snmp:snmp/tsm",         defaultDeny: "write" },   // snmpTsmMIB
  { subtree: [1, 3, 6, 1, 6, 3, 15],        path: "/ietf-snmp:snmp/usm",         defaultDeny: "all" },     // snmpUsmMIB
  { subtree: [1, 3, 6, 1, 6, 3, 15, 1, 1],  path: undefined },                                             // usmStats
  { subtree: [1, 3, 6, 1, 6, 3, 16],        path: "/ietf-snmp:snmp/vacm",        defaultDeny: "all" },     // snmpVacmMIB
  { subtree: [1, 3, 6, 1, 6, 3, 16, 1, 1],  path: undefined },                                             // vacmContextTable
  { subtree: [1, 3, 6, 1, 6, 3, 18],        path: "/ietf-snmp:snmp/community",   defaultDeny: "all" },     // snmpCommunityMIB
];
