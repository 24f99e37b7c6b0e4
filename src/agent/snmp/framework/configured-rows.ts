import type { DatagramPeer } from "../../../base/channel.js";
import { Fault } from "../../../base/fault.js";
import type { SnmpViews, ViewPart } from "../../../engine/access/snmp-views.js";
import { snmpTlstmCertToTSNTable } from "../../../mapping/snmp/certificate-table.js";
import { snmpCommunityTable } from "../../../mapping/snmp/community-table.js";
import { snmpNotifyTable } from "../../../mapping/snmp/notification-tables.js";
import { snmpTargetAddrTable, snmpTargetParamsTable } from "../../../mapping/snmp/target-tables.js";
import { snmpTlstmAddrTable } from "../../../mapping/snmp/tls-client-tables.js";
import { usmUserTable } from "../../../mapping/snmp/usm-user-table.js";
import { vacmAccessTable, vacmViewTreeFamilyTable } from "../../../mapping/snmp/vacm-tables.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import {
  type SecurityLevel,
  type SecurityModel,
  securityLevelRank,
  securityModel,
} from "../../../protocol/snmp/security.js";
import type { UsmUser } from "../../../protocol/snmp/usm.js";
import { usmNoAuthProtocol, usmNoPrivProtocol } from "../../../protocol/snmp/usm-protocol.js";
import { hiddenOfParams } from "./compile-targets.js";
import type { ConfiguredRows } from "./framework-tables.js";
import { RowCollector } from "./row-collector.js";
import { mapType, mapTypeIdentity } from "./tls-names.js";
import { tlsAddress, udpAddress } from "./transport-address.js";
import { hiddenOfUser } from "./usm-user-rules.js";

/** How much a user may set: nothing, what concerns notifications, or everything that can be set. */
export type WriteAccess = "none" | "notifications" | "all";

/** Who may ask and who is told, as configured. */
export interface SnmpClients {
  readonly users: readonly (UsmUser & {
    readonly write?: WriteAccess;
    /** What the gateway's access rules let him see and set; it takes the place of `write`. */
    readonly views?: SnmpViews;
  })[];
  readonly communities: readonly ConfiguredCommunity[];
  readonly targets: readonly ConfiguredTarget[];
  readonly tlsUsers?: readonly ConfiguredTlsUser[];
}

/** Whoever shows a certificate over TLS: its own, or one from an authority. */
export interface ConfiguredTlsUser {
  /** As the standard has it: the number of the hash, then the hash. @see RFC 6353, textual convention SnmpTLSFingerprint */
  readonly fingerprint: Uint8Array;
  /** Where his name is taken from. */
  readonly map: keyof typeof mapType;
  /** His name: given to the certificate, or found in it. */
  readonly name: string;
  readonly write: WriteAccess;
  /** What the gateway's access rules let him see and set; it takes the place of `write`. */
  readonly views?: SnmpViews;
}

/** A community and the networks it is taken from. */
export interface ConfiguredCommunity {
  readonly community: string;
  readonly version: "v1" | "v2c";
  readonly securityName: string;
  readonly contextName: string;
  /** Everywhere when not given. */
  readonly sources?: readonly { readonly address: string; readonly prefixLength: number }[];
  /** What the gateway's access rules let it see; it sets nothing. */
  readonly views?: SnmpViews;
}

/** A manager that is told of the machines of one context; of versions 1 and 2c with the community it is sent. */
export interface ConfiguredTarget {
  /** One to 32 octets. */
  readonly name: string;
  readonly peer: DatagramPeer;
  readonly version: "v1" | "v2c" | "v3";
  /** Over TLS, with version v3 only: who must answer; by a fingerprint, or by a name that an authority vouches for. */
  readonly tls?: { readonly fingerprint?: Uint8Array; readonly serverName?: string };
  readonly securityName: string;
  readonly securityLevel: SecurityLevel;
  readonly contextName: string;
  readonly community?: string;
  /** Asks for an acknowledgement, which a trap does not. */
  readonly inform?: { readonly timeoutMs: number; readonly retries: number };
}

const MONITORING = "monitoring";
const OPERATION = "operation";
const EVERYTHING = "everything";
const DISCOVERY = "discovery";
const NOTIFICATION_SETUP = "notification-setup";
const TRAP_TAG = "virtgate-trap";
const INFORM_TAG = "virtgate-inform";
/** @see RFC 3415, object vacmAccessContextMatch */
const EXACT = 1;
const PREFIX = 2;
const modelNumbers = { v1: 0, v2c: 1, v3: 3 } as const;

/**
 * Everything under `internet`, but nothing that tells who else may ask: users, rights, communities and targets; an operator
 * who may set targets sees these. What may be set for notifications is a view of its own.
 */
// biome-ignore format: read as a table
const families: readonly (readonly [view: string, included: boolean, subtree: Oid])[] = [
  [MONITORING, true,  [1, 3, 6, 1]],
  [MONITORING, false, [1, 3, 6, 1, 6, 3, 12, 1, 2]],  // snmpTargetAddrTable
  [MONITORING, false, [1, 3, 6, 1, 6, 3, 12, 1, 3]],  // snmpTargetParamsTable
  [MONITORING, false, [1, 3, 6, 1, 6, 3, 13]],        // snmpNotificationMIB
  [MONITORING, false, [1, 3, 6, 1, 6, 3, 15, 1, 2]],  // usmUser
  [MONITORING, false, [1, 3, 6, 1, 6, 3, 16]],        // snmpVacmMIB
  [MONITORING, true,  [1, 3, 6, 1, 6, 3, 16, 1, 1]],  // vacmContextTable
  [MONITORING, false, [1, 3, 6, 1, 6, 3, 18]],        // snmpCommunityMIB
  [OPERATION,  true,  [1, 3, 6, 1]],
  [OPERATION,  false, [1, 3, 6, 1, 6, 3, 15, 1, 2]],  // usmUser
  [OPERATION,  false, [1, 3, 6, 1, 6, 3, 16]],        // snmpVacmMIB
  [OPERATION,  true,  [1, 3, 6, 1, 6, 3, 16, 1, 1]],  // vacmContextTable
  [OPERATION,  false, [1, 3, 6, 1, 6, 3, 18]],        // snmpCommunityMIB
  [EVERYTHING, true,  [1, 3, 6, 1]],
  [DISCOVERY,  true,  [1, 3, 6, 1, 6, 3, 10, 2, 1, 1]],  // snmpEngineID
  [NOTIFICATION_SETUP, true, [1, 3, 6, 1, 2, 1, 11, 30]],      // snmpEnableAuthenTraps
  [NOTIFICATION_SETUP, true, [1, 3, 6, 1, 2, 1, 236, 1, 9]],   // vmPerVMNotificationsEnabled
  [NOTIFICATION_SETUP, true, [1, 3, 6, 1, 2, 1, 236, 1, 10]],  // vmBulkNotificationsEnabled
  [NOTIFICATION_SETUP, true, [1, 3, 6, 1, 6, 3, 1, 1, 6]],     // snmpSet
  [NOTIFICATION_SETUP, true, [1, 3, 6, 1, 6, 3, 12, 1]],       // snmpTargetObjects
  [NOTIFICATION_SETUP, true, [1, 3, 6, 1, 6, 3, 13, 1]],       // snmpNotifyObjects
];

interface Group {
  readonly name: string;
  readonly model: SecurityModel;
  readonly level: SecurityLevel;
  readonly read: string;
  readonly write: string;
  readonly notify: string;
}

const { usm, tsm, any } = securityModel;

/**
 * A user must use all the protection that he has keys for; one without keys sees nothing. Who comes over TLS is protected in any
 * case, and may find out what engine he speaks to before he says so.
 */
// biome-ignore format: read as a table
const groups: readonly Group[] = [
  { name: "authPriv",      model: usm, level: "authPriv",     read: MONITORING, write: "",                 notify: MONITORING },
  { name: "authNoPriv",    model: usm, level: "authNoPriv",   read: MONITORING, write: "",                 notify: MONITORING },
  { name: "operator",      model: usm, level: "authPriv",     read: OPERATION,  write: NOTIFICATION_SETUP, notify: MONITORING },
  { name: "administrator", model: usm, level: "authPriv",     read: EVERYTHING, write: EVERYTHING,         notify: MONITORING },
  { name: "authPriv",      model: tsm, level: "authPriv",     read: MONITORING, write: "",                 notify: MONITORING },
  { name: "operator",      model: tsm, level: "authPriv",     read: OPERATION,  write: NOTIFICATION_SETUP, notify: MONITORING },
  { name: "administrator", model: tsm, level: "authPriv",     read: EVERYTHING, write: EVERYTHING,         notify: MONITORING },
  { name: "authPriv",      model: tsm, level: "noAuthNoPriv", read: DISCOVERY,  write: "",                 notify: "" },
  { name: "operator",      model: tsm, level: "noAuthNoPriv", read: DISCOVERY,  write: "",                 notify: "" },
  { name: "administrator", model: tsm, level: "noAuthNoPriv", read: DISCOVERY,  write: "",                 notify: "" },
  { name: "community",     model: any, level: "noAuthNoPriv", read: MONITORING, write: "",                 notify: MONITORING },
  { name: "told",          model: any, level: "noAuthNoPriv", read: "",         write: "",                 notify: MONITORING },
];

/**
 * The rows that the configuration puts into the tables: by default everybody reads everything in every context, writes
 * nothing, and is notified of what he may read.
 *
 * @param engineId of this engine
 * @throws {Fault} `invalid` for an address that is none
 * @see RFC 3415, section A
 */
export function configuredRows(
  { users, communities, targets, tlsUsers = [] }: SnmpClients,
  engineId: Uint8Array,
): ConfiguredRows {
  const rows = new RowCollector();
  for (const [i, user] of users.entries()) addUser(rows, user, i + 1, engineId);
  for (const [i, community] of communities.entries()) addCommunity(rows, community, i + 1, engineId);
  // Before the targets: who may ask is more than told.
  for (const [i, user] of tlsUsers.entries()) addTlsUser(rows, user, i + 1);
  if (targets.length > 0) addNotify(rows);
  for (const [i, target] of targets.entries()) addTarget(rows, target, i + 1, engineId);
  for (const group of groups) addGroup(rows, group);
  for (const [view, included, subtree] of families) {
    rows.add(vacmViewTreeFamilyTable, {
      vacmViewTreeFamilyViewName: view,
      vacmViewTreeFamilySubtree: subtree,
      vacmViewTreeFamilyType: included ? 1 : 2,
    });
  }
  return rows.tables;
}

function addUser(
  rows: RowCollector,
  { name, auth, priv, master, write = "none", views }: SnmpClients["users"][number],
  number: number,
  engineId: Uint8Array,
): void {
  rows.add(
    usmUserTable,
    {
      usmUserEngineID: engineId,
      usmUserName: name,
      usmUserSecurityName: name,
      usmUserAuthProtocol: auth?.protocol.identity ?? usmNoAuthProtocol,
      usmUserPrivProtocol: priv?.protocol.identity ?? usmNoPrivProtocol,
    },
    {
      ...(auth && { [hiddenOfUser.authKey]: auth.localizedKey }),
      ...(priv && { [hiddenOfUser.privKey]: priv.localizedKey }),
      ...(master && { [hiddenOfUser.masterAuthKey]: master.auth, [hiddenOfUser.masterPrivKey]: master.priv }),
    },
  );
  const groupName = priv ? groupOf(write) : auth && "authNoPriv";
  const level = priv ? "authPriv" : "authNoPriv";
  if (views && auth) addViews(rows, { model: usm, name, group: `access-${number}`, level, views });
  else if (groupName !== undefined) rows.addMember(securityModel.usm, name, groupName);
}

/** Somebody with a group of his own. */
interface RuledPrincipal {
  readonly model: Exclude<SecurityModel, 0>;
  readonly name: string;
  readonly group: string;
  readonly level: SecurityLevel;
  readonly views: SnmpViews;
}

/** A group whose views the access rules decide. */
function addViews(rows: RowCollector, { model, name, group, level, views }: RuledPrincipal): void {
  if (!rows.addMember(model, name, group)) return;
  const [read, write] = [`${group}-read`, `${group}-write`];
  addGroup(rows, { name: group, model, level, read, write, notify: read });
  addView(rows, read, views.read);
  addView(rows, write, views.write);
  for (const [i, [host, parts]] of [...views.writeOf].entries()) {
    const writeThere = `${write}-${i + 1}`;
    addGroup(rows, { name: group, model, level, read, write: writeThere, notify: read }, host);
    addView(rows, writeThere, parts);
  }
}

function addView(rows: RowCollector, view: string, parts: readonly ViewPart[]): void {
  for (const { subtree, included } of parts) {
    rows.add(vacmViewTreeFamilyTable, {
      vacmViewTreeFamilyViewName: view,
      vacmViewTreeFamilySubtree: subtree,
      vacmViewTreeFamilyType: included ? 1 : 2,
    });
  }
}

function addTlsUser(
  rows: RowCollector,
  { fingerprint, map, name, write, views }: ConfiguredTlsUser,
  number: number,
): void {
  rows.add(snmpTlstmCertToTSNTable, {
    snmpTlstmCertToTSNID: number,
    snmpTlstmCertToTSNFingerprint: fingerprint,
    snmpTlstmCertToTSNMapType: mapTypeIdentity(mapType[map]),
    ...(map === "specified" ? { snmpTlstmCertToTSNData: Buffer.from(name, "utf8") } : {}),
  });
  if (views === undefined) {
    rows.addMember(tsm, name, groupOf(write));
    return;
  }
  const group = `tls-access-${number}`;
  addViews(rows, { model: tsm, name, group, level: "authPriv", views });
  addGroup(rows, { name: group, model: tsm, level: "noAuthNoPriv", read: DISCOVERY, write: "", notify: "" });
}

/** The group of somebody whose messages are signed and encrypted. */
function groupOf(write: WriteAccess): string {
  return { none: "authPriv", notifications: "operator", all: "administrator" }[write];
}

function addCommunity(
  rows: RowCollector,
  { community, version, securityName, contextName, sources, views }: ConfiguredCommunity,
  number: number,
  engineId: Uint8Array,
): void {
  const tag = sources === undefined ? "" : `virtgate-source-${number}`;
  rows.add(snmpCommunityTable, {
    snmpCommunityIndex: `virtgate-${number}`,
    snmpCommunityName: Buffer.from(community, "utf8"),
    snmpCommunitySecurityName: securityName,
    snmpCommunityContextEngineID: engineId,
    snmpCommunityContextName: contextName,
    snmpCommunityTransportTag: tag,
  });
  const model = securityModel[version];
  if (views === undefined) rows.addMember(model, securityName, "community");
  else
    addViews(rows, {
      model,
      name: securityName,
      group: `community-${number}`,
      level: "noAuthNoPriv",
      views: readOnly(views),
    });
  for (const [i, { address, prefixLength }] of (sources ?? []).entries()) {
    const { domain, octets } = requireAddress({ address, port: 0 });
    rows.add(snmpTargetAddrTable, {
      snmpTargetAddrName: `${tag}-${i + 1}`,
      snmpTargetAddrTDomain: domain,
      snmpTargetAddrTAddress: octets,
      snmpTargetAddrTagList: tag,
      snmpTargetAddrParams: "virtgate-source",
      snmpTargetAddrTMask: maskOf(octets.length - 2, prefixLength),
    });
  }
}

/** What travels in clear text lets nobody set anything. */
function readOnly({ read }: SnmpViews): SnmpViews {
  return { read, write: [], writeOf: new Map() };
}

function addNotify(rows: RowCollector): void {
  rows.add(snmpNotifyTable, { snmpNotifyName: TRAP_TAG, snmpNotifyTag: TRAP_TAG, snmpNotifyType: 1 });
  rows.add(snmpNotifyTable, { snmpNotifyName: INFORM_TAG, snmpNotifyTag: INFORM_TAG, snmpNotifyType: 2 });
}

function addTarget(rows: RowCollector, target: ConfiguredTarget, number: number, engineId: Uint8Array): void {
  const { name, version, tls, securityName, contextName, community, inform } = target;
  const { domain, octets } = tls ? tlsAddress(target.peer) : requireAddress(target.peer);
  const model = tls ? securityModel.tsm : version === "v3" ? securityModel.usm : securityModel[version];
  rows.add(snmpTargetAddrTable, {
    snmpTargetAddrName: name,
    snmpTargetAddrTDomain: domain,
    snmpTargetAddrTAddress: octets,
    snmpTargetAddrTagList: inform ? INFORM_TAG : TRAP_TAG,
    snmpTargetAddrParams: name,
    snmpTargetAddrMMS: 0, // what the operator wants sent is sent
    ...(inform && {
      snmpTargetAddrTimeout: Math.ceil(inform.timeoutMs / 10),
      snmpTargetAddrRetryCount: inform.retries,
    }),
  });
  rows.add(
    snmpTargetParamsTable,
    {
      snmpTargetParamsName: name,
      snmpTargetParamsMPModel: modelNumbers[version],
      snmpTargetParamsSecurityModel: model,
      snmpTargetParamsSecurityName: securityName,
      snmpTargetParamsSecurityLevel: levelNumber(target.securityLevel),
    },
    { [hiddenOfParams.contextName]: contextName },
  );
  if (tls) {
    rows.add(snmpTlstmAddrTable, {
      snmpTargetAddrName: name,
      snmpTlstmAddrServerFingerprint: tls.fingerprint ?? new Uint8Array(0),
      snmpTlstmAddrServerIdentity: tls.serverName ?? "",
    });
    rows.addMember(model, securityName, "told");
  }
  if (version === "v3" || community === undefined) return;
  rows.addMember(model, securityName, "told");
  // Known for sending only: no address has the tag that a request with it would have to come from.
  rows.add(snmpCommunityTable, {
    snmpCommunityIndex: `virtgate-to-${number}`,
    snmpCommunityName: Buffer.from(community, "utf8"),
    snmpCommunitySecurityName: securityName,
    snmpCommunityContextEngineID: engineId,
    snmpCommunityContextName: contextName,
    snmpCommunityTransportTag: "virtgate-nowhere",
  });
}

/** @param context the one that it is for, and no other; without it, all for which there is no other row */
function addGroup(rows: RowCollector, { name, model, level, read, write, notify }: Group, context?: string): void {
  rows.add(vacmAccessTable, {
    vacmGroupName: name,
    vacmAccessContextPrefix: context ?? "",
    vacmAccessSecurityModel: model,
    vacmAccessSecurityLevel: levelNumber(level),
    vacmAccessContextMatch: context === undefined ? PREFIX : EXACT,
    vacmAccessReadViewName: read,
    vacmAccessWriteViewName: write,
    vacmAccessNotifyViewName: notify,
  });
}

function requireAddress(peer: DatagramPeer): { domain: Oid; octets: Uint8Array } {
  const address = udpAddress(peer);
  if (address === undefined) throw new Fault("invalid", `${peer.address} is not an IP address`);
  return address;
}

/** A network's bits of the address, none of the port. */
function maskOf(addressOctets: number, prefixLength: number): Uint8Array {
  const bits = Array.from({ length: addressOctets }, (_, i) => Math.min(8, Math.max(0, prefixLength - 8 * i)));
  return Uint8Array.of(...bits.map((count) => 0xff & ~(0xff >> count)), 0, 0);
}

function levelNumber(level: SecurityLevel): 1 | 2 | 3 {
  return securityLevelRank[level] as 1 | 2 | 3;
}
