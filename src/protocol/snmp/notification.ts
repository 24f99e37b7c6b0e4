import type { CommunityTable } from "./community.js";
import { encodeCommunityMessage, messageVersion } from "./message.js";
import { encodeScopedPdu, encodeTsmMessage } from "./message-v3.js";
import type { Oid, VarBind } from "./object-source.js";
import type { PlainPdu, TrapV1Pdu } from "./pdu.js";
import { type SecurityLevel, type SecurityModel, securityModel } from "./security.js";
import { canReach, type Usm } from "./usm.js";
import type { Vacm } from "./vacm.js";
import type { View } from "./view.js";

/** Something that happened, in terms of SMIv2. */
export interface SnmpNotification {
  /** The notification's own identifier: the value of snmpTrapOID.0. */
  readonly trapOid: Oid;
  /** sysUpTime when it happened, hundredths of a second. */
  readonly upTime: number;
  /** What follows sysUpTime.0 and snmpTrapOID.0. */
  readonly varBinds: readonly VarBind[];
}

/** Whom to tell, in the manner of snmpTargetParamsTable. Where to send is the caller's business. */
export interface NotificationTarget {
  readonly version: "v1" | "v2c" | "v3";
  /** Who protects a message of version 3: the session it is sent over, or the user's keys. */
  readonly security?: "transport";
  /** A user, or the security name of a community. */
  readonly securityName: string;
  readonly securityLevel: SecurityLevel;
  readonly contextName: string;
  /** The agent's IPv4 address, for SNMPv1 only; 0.0.0.0 when not given. */
  readonly agentAddress?: Uint8Array;
  /** Which notifications it wants; all when not given. */
  readonly filter?: View;
  /** Octets that a message of version 1 or 2c may have; what a datagram holds when not given. */
  readonly maxMessageSize?: number;
}

/** Why a target is not told. */
export type NotificationDrop =
  /** The target's filter does not let it through. */
  | "filtered"
  /** There is no such user or community, or the user lacks a key for the level. */
  | "unknownSecurityName"
  /** The target's notify view lacks the notification or one of its objects. */
  | "notInView"
  /** SNMPv1 cannot carry a Counter64. */
  | "notInVersion1"
  /** A session protects it whose transport the name does not begin with. @see RFC 5591, section 3.1 */
  | "invalidPrefix"
  /** More than a datagram holds, or the target takes. */
  | "tooBig";

interface NotificationOrigin {
  readonly usm: Usm;
  readonly vacm: Vacm;
  readonly communities: CommunityTable;
  /** What names must begin with that go over TLS; empty when nothing. */
  readonly tsmPrefix: string;
  /** request-id and msgID, different for each notification. */
  readonly id: number;
}

/** What UDP over IPv4 carries at most. */
const LARGEST_DATAGRAM = 65507;
const sysUpTime = [1, 3, 6, 1, 2, 1, 1, 3, 0];
const snmpTrapOid = [1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0];
const snmpTraps = [1, 3, 6, 1, 6, 3, 1, 1, 5];

/** The message that tells `target`, complete, or why there is none. @see RFC 3413, section 3.3; RFC 3584, section 3 */
export function encodeNotification(
  notification: SnmpNotification,
  target: NotificationTarget,
  origin: NotificationOrigin,
): Buffer | NotificationDrop {
  const refusal = refusalOf(notification, target, origin.vacm);
  if (refusal !== undefined) return refusal;
  const message =
    target.version === "v3"
      ? encodeForUser(notification, target, origin)
      : encodeForCommunity(notification, target, target.version, origin);
  return typeof message !== "string" && message.length > largestFor(target) ? "tooBig" : message;
}

/** Octets that a message to a target may have. @see RFC 3584, object snmpTargetAddrMMS */
export function largestFor({ version, maxMessageSize = LARGEST_DATAGRAM }: NotificationTarget): number {
  return version === "v3" ? LARGEST_DATAGRAM : Math.min(maxMessageSize, LARGEST_DATAGRAM);
}

type NamedModel = Exclude<SecurityModel, typeof securityModel.any>;

/** The model that speaks for a target in the tables of access. */
export function modelOf({ version, security }: Pick<NotificationTarget, "version" | "security">): NamedModel {
  if (version !== "v3") return securityModel[version];
  return security === "transport" ? securityModel.tsm : securityModel.usm;
}

/** Whether a target hears of anything at all in its context. */
export function isToldOf(target: NotificationTarget, vacm: Vacm): boolean {
  return typeof notifyView(target, vacm) !== "string";
}

/** Why a target is not told of a notification, whatever its message would be. */
export function refusalOf(
  notification: SnmpNotification,
  target: NotificationTarget,
  vacm: Vacm,
): "filtered" | "notInView" | undefined {
  if (!isWanted(notification, target)) return "filtered";
  return isVisible(notification, target, vacm) ? undefined : "notInView";
}

/** SNMPv1's form of a notification; `undefined` when it has none. @see RFC 3584, section 3.2 */
export function trapV1(
  { trapOid, upTime, varBinds }: SnmpNotification,
  agentAddress: Uint8Array = Uint8Array.of(0, 0, 0, 0),
): TrapV1Pdu | undefined {
  if (varBinds.some(({ value }) => value.type === "Counter64")) return undefined;
  const last = trapOid.at(-1) ?? 0;
  const common = { type: "Trap", agentAddress, timeStamp: upTime, varBinds } as const;
  const isStandard = trapOid.length === snmpTraps.length + 1 && snmpTraps.every((arc, i) => trapOid[i] === arc);
  if (isStandard && last >= 1 && last <= 6) {
    return { ...common, enterprise: snmpTraps, genericTrap: last - 1, specificTrap: 0 };
  }
  const enterprise = trapOid.slice(0, trapOid.at(-2) === 0 ? -2 : -1);
  return { ...common, enterprise, genericTrap: 6, specificTrap: last };
}

/** A filter must name the notification, and must not rule out an object. @see RFC 3413, section 6 */
function isWanted({ trapOid, varBinds }: SnmpNotification, { filter }: NotificationTarget): boolean {
  return filter === undefined || (filter.includes(trapOid) && !varBinds.some(({ oid }) => filter.excludes(oid)));
}

function isVisible({ trapOid, varBinds }: SnmpNotification, target: NotificationTarget, vacm: Vacm): boolean {
  const view = notifyView(target, vacm);
  return typeof view !== "string" && view.includes(trapOid) && varBinds.every(({ oid }) => view.includes(oid));
}

function notifyView(target: NotificationTarget, vacm: Vacm): ReturnType<Vacm["view"]> {
  const { securityName, securityLevel, contextName } = target;
  return vacm.view({ securityModel: modelOf(target), securityName, securityLevel, contextName, viewType: "notify" });
}

function encodeForUser(
  notification: SnmpNotification,
  { security, securityName, securityLevel: level, contextName }: NotificationTarget,
  { usm, tsmPrefix, id }: NotificationOrigin,
): Buffer | NotificationDrop {
  const scopedPdu = encodeScopedPdu(
    usm.engineId,
    Buffer.from(contextName, "utf8"),
    notificationPdu("SNMPv2-Trap", notification, id),
  );
  if (security === "transport") {
    return securityName.startsWith(tsmPrefix) ? encodeTsmMessage(id, level, scopedPdu) : "invalidPrefix";
  }
  const user = usm.user(securityName);
  if (user === undefined || !canReach(user, level)) return "unknownSecurityName";
  return usm.protect(id, { user, level }, scopedPdu, false);
}

function encodeForCommunity(
  notification: SnmpNotification,
  { securityName, contextName, agentAddress }: NotificationTarget,
  version: "v1" | "v2c",
  { communities, id }: NotificationOrigin,
): Buffer | NotificationDrop {
  const community = communities.communityOf(securityName, contextName);
  if (community === undefined) return "unknownSecurityName";
  const pdu = version === "v1" ? trapV1(notification, agentAddress) : notificationPdu("SNMPv2-Trap", notification, id);
  return pdu === undefined ? "notInVersion1" : encodeCommunityMessage(messageVersion[version], community, pdu);
}

/** @see RFC 3416, sections 4.2.6 and 4.2.7 */
export function notificationPdu(
  type: "SNMPv2-Trap" | "InformRequest",
  { trapOid, upTime, varBinds }: SnmpNotification,
  requestId: number,
): PlainPdu {
  return {
    type,
    requestId,
    errorStatus: 0,
    errorIndex: 0,
    varBinds: [
      { oid: sysUpTime, value: { type: "TimeTicks", value: upTime } },
      { oid: snmpTrapOid, value: { type: "ObjectIdentifier", value: trapOid } },
      ...varBinds,
    ],
  };
}
