import type { DatagramPeer } from "../../../base/channel.js";
import type { RowOf } from "../../../mapping/bind-rows.js";
import { snmpCommunityTable } from "../../../mapping/snmp/community-table.js";
import { snmpTargetAddrTable } from "../../../mapping/snmp/target-tables.js";
import { usmUserTable } from "../../../mapping/snmp/usm-user-table.js";
import {
  vacmAccessTable,
  vacmSecurityToGroupTable,
  vacmViewTreeFamilyTable,
} from "../../../mapping/snmp/vacm-tables.js";
import type { SnmpCommunity } from "../../../protocol/snmp/community.js";
import { type SecurityLevel, type SecurityModel, securityModel } from "../../../protocol/snmp/security.js";
import type { SnmpAccess } from "../../../protocol/snmp/snmp-engine.js";
import type { UsmUser } from "../../../protocol/snmp/usm.js";
import { authProtocolOf, privProtocolOf } from "../../../protocol/snmp/usm-protocol.js";
import type { VacmAccess, VacmGroup, VacmTables, VacmViewFamily } from "../../../protocol/snmp/vacm.js";
import type { usmUserEntry } from "../../../schema/generated/snmp-user-based-sm-mib.js";
import { activeRows, type FrameworkState } from "./framework-state.js";
import { isPeerAt } from "./transport-address.js";
import { hiddenOfUser } from "./usm-user-rules.js";

const EXACT = 1;
const INCLUDED = 1;

export const securityLevels: Readonly<Record<1 | 2 | 3, SecurityLevel>> = {
  1: "noAuthNoPriv",
  2: "authNoPriv",
  3: "authPriv",
};

/** Who may ask what, as the tables have it. @param engineId of this engine */
export function accessOf(state: FrameworkState, engineId: Uint8Array): SnmpAccess {
  const users = usersOf(state);
  const groups = groupsOf(state);
  return {
    users: users.filter(({ engine }) => isSame(engine, engineId)).map(({ user }) => user),
    remoteUsers: users.filter(({ engine }) => !isSame(engine, engineId)),
    communities: communitiesOf(state),
    versions: (["v1", "v2c"] as const).filter((version) =>
      groups.some((group) => group.securityModel === securityModel[version]),
    ),
    vacm: { ...vacmOf(state), groups },
    prefixTlsNames: state.scalar("snmpTsmConfigurationUsePrefix") === 1,
  };
}

function usersOf(state: FrameworkState): readonly { readonly engine: Uint8Array; readonly user: UsmUser }[] {
  const users: { engine: Uint8Array; user: UsmUser }[] = [];
  for (const { values } of state.rows(usmUserTable)) {
    const row = usmUserTable.typed(values);
    if (row.usmUserStatus !== 1) continue;
    users.push({ engine: row.usmUserEngineID, user: userOf(row, values) });
  }
  return users;
}

function userOf(row: RowOf<typeof usmUserEntry>, values: Readonly<Record<string, unknown>>): UsmUser {
  const auth = authProtocolOf(row.usmUserAuthProtocol);
  const priv = privProtocolOf(row.usmUserPrivProtocol);
  const [authKey, privKey] = [values[hiddenOfUser.authKey], values[hiddenOfUser.privKey]];
  const [masterAuth, masterPriv] = [values[hiddenOfUser.masterAuthKey], values[hiddenOfUser.masterPrivKey]];
  return {
    name: row.usmUserName,
    ...(auth && authKey instanceof Uint8Array ? { auth: { protocol: auth, localizedKey: authKey } } : {}),
    ...(priv && privKey instanceof Uint8Array ? { priv: { protocol: priv, localizedKey: privKey } } : {}),
    ...(masterAuth instanceof Uint8Array && masterPriv instanceof Uint8Array
      ? { master: { auth: masterAuth, priv: masterPriv } }
      : {}),
  };
}

function groupsOf(state: FrameworkState): readonly VacmGroup[] {
  const groups: VacmGroup[] = [];
  for (const row of activeRows(state, vacmSecurityToGroupTable)) {
    const model = row.vacmSecurityModel;
    if (!isModel(model) || model === securityModel.any) continue;
    groups.push({ securityModel: model, securityName: row.vacmSecurityName, groupName: row.vacmGroupName });
  }
  return groups;
}

/** Rows for security models that this engine does not have rule nothing. */
function vacmOf(state: FrameworkState): Omit<VacmTables, "groups"> {
  const access: VacmAccess[] = [];
  for (const row of activeRows(state, vacmAccessTable)) {
    if (!isModel(row.vacmAccessSecurityModel)) continue;
    access.push({
      groupName: row.vacmGroupName,
      contextPrefix: row.vacmAccessContextPrefix,
      contextMatch: row.vacmAccessContextMatch === EXACT ? "exact" : "prefix",
      securityModel: row.vacmAccessSecurityModel,
      securityLevel: securityLevels[row.vacmAccessSecurityLevel],
      readViewName: row.vacmAccessReadViewName,
      writeViewName: row.vacmAccessWriteViewName,
      notifyViewName: row.vacmAccessNotifyViewName,
    });
  }
  const views = activeRows(state, vacmViewTreeFamilyTable).map(
    (row): VacmViewFamily => ({
      viewName: row.vacmViewTreeFamilyViewName,
      subtree: row.vacmViewTreeFamilySubtree,
      mask: row.vacmViewTreeFamilyMask,
      type: row.vacmViewTreeFamilyType === INCLUDED ? "included" : "excluded",
    }),
  );
  return { access, views };
}

/** @see RFC 3584, section 5 */
function communitiesOf(state: FrameworkState): readonly SnmpCommunity[] {
  const addresses = activeRows(state, snmpTargetAddrTable);
  return activeRows(state, snmpCommunityTable).map((row): SnmpCommunity => {
    const tag = row.snmpCommunityTransportTag;
    const from = addresses.filter(({ snmpTargetAddrTagList }) => tagsOf(snmpTargetAddrTagList).includes(tag));
    return {
      community: row.snmpCommunityName,
      securityName: row.snmpCommunitySecurityName,
      contextName: row.snmpCommunityContextName,
      ...(tag === ""
        ? {}
        : {
            accepts: rememberingLast((peer) =>
              from.some(({ snmpTargetAddrTAddress: address, snmpTargetAddrTMask: mask }) =>
                isPeerAt(peer, address, mask),
              ),
            ),
          }),
    };
  });
}

/** @see RFC 3413, textual convention SnmpTagList */
export function tagsOf(list: string): readonly string[] {
  return list.split(/[ \t\r\v]/);
}

function isModel(model: number): model is SecurityModel {
  return Object.values<number>(securityModel).includes(model);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** The same, quicker for one who asks again and again: a poller's thousand requests come from one address and port. */
function rememberingLast(accepts: (peer: DatagramPeer) => boolean): (peer: DatagramPeer) => boolean {
  let last: DatagramPeer | undefined;
  let verdict = false;
  return (peer) => {
    if (last === undefined || peer.port !== last.port || peer.address !== last.address) {
      verdict = accepts(peer);
      last = { address: peer.address, port: peer.port };
    }
    return verdict;
  };
}
