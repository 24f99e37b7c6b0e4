import type { SnmpCommunity } from "../../protocol/snmp/community.js";
import type { NotificationTarget } from "../../protocol/snmp/notification.js";
import { type SecurityLevel, securityModel } from "../../protocol/snmp/security.js";
import type { SnmpAccess } from "../../protocol/snmp/snmp-engine.js";
import type { UsmUser } from "../../protocol/snmp/usm.js";
import type { VacmAccess, VacmGroup, VacmViewFamily } from "../../protocol/snmp/vacm.js";

/** Who may ask, as configured. */
export interface SnmpClients {
  readonly users: readonly UsmUser[];
  readonly communities: readonly (SnmpCommunity & { readonly version: "v1" | "v2c" })[];
  /** Managers that are told; those of versions 1 and 2c with the community that their notifications carry. */
  readonly targets: readonly (Pick<NotificationTarget, "version" | "securityName" | "contextName"> & {
    readonly community?: string;
  })[];
}

const VIEW = "monitoring";

/** Everything under `internet`, but nothing that tells who else may ask: users, rights, communities and targets. */
// biome-ignore format: read as a table
const families: readonly VacmViewFamily[] = [
  { viewName: VIEW, type: "included", subtree: [1, 3, 6, 1] },
  { viewName: VIEW, type: "excluded", subtree: [1, 3, 6, 1, 6, 3, 12, 1, 2] },  // snmpTargetAddrTable
  { viewName: VIEW, type: "excluded", subtree: [1, 3, 6, 1, 6, 3, 12, 1, 3] },  // snmpTargetParamsTable
  { viewName: VIEW, type: "excluded", subtree: [1, 3, 6, 1, 6, 3, 15, 1, 2] },  // usmUser
  { viewName: VIEW, type: "excluded", subtree: [1, 3, 6, 1, 6, 3, 16] },        // snmpVacmMIB
  { viewName: VIEW, type: "included", subtree: [1, 3, 6, 1, 6, 3, 16, 1, 1] },  // vacmContextTable
  { viewName: VIEW, type: "excluded", subtree: [1, 3, 6, 1, 6, 3, 18] },        // snmpCommunityMIB
];

/**
 * What clients may do by default: read everything in every context, write nothing, and be notified of what they may read.
 * A user must use all the protection that he has keys for; one without keys sees nothing.
 *
 * @see RFC 3415, section A
 */
export function defaultAccess({ users, communities, targets }: SnmpClients): SnmpAccess {
  const groups: VacmGroup[] = [];
  for (const user of users) {
    const groupName = groupOf(user);
    if (groupName !== undefined) groups.push({ securityModel: securityModel.usm, securityName: user.name, groupName });
  }
  for (const { version, securityName } of communities) {
    groups.push({ securityModel: securityModel[version], securityName, groupName: "community" });
  }
  const outgoing: SnmpCommunity[] = [];
  for (const { version, securityName, contextName, community } of targets) {
    if (version === "v3" || community === undefined) continue;
    groups.push({ securityModel: securityModel[version], securityName, groupName: "told" });
    outgoing.push({ community, securityName, contextName, accepts: () => false });
  }
  return {
    users,
    communities: [...communities, ...outgoing],
    versions: [...new Set(communities.map(({ version }) => version))],
    vacm: {
      groups,
      access: [
        accessOf("authPriv", securityModel.usm, "authPriv"),
        accessOf("authNoPriv", securityModel.usm, "authNoPriv"),
        accessOf("community", securityModel.any, "noAuthNoPriv"),
        { ...accessOf("told", securityModel.any, "noAuthNoPriv"), readViewName: "" },
      ],
      views: families,
    },
  };
}

/** Named after the least level that the group must use. */
function groupOf(user: UsmUser): "authPriv" | "authNoPriv" | undefined {
  if (user.priv !== undefined) return "authPriv";
  return user.auth === undefined ? undefined : "authNoPriv";
}

function accessOf(groupName: string, model: VacmAccess["securityModel"], securityLevel: SecurityLevel): VacmAccess {
  return {
    groupName,
    contextPrefix: "",
    contextMatch: "prefix",
    securityModel: model,
    securityLevel,
    readViewName: VIEW,
    writeViewName: "",
    notifyViewName: VIEW,
  };
}
