import {
  snmpNotifyFilterProfileTable,
  snmpNotifyFilterTable,
  snmpNotifyTable,
} from "../../../mapping/snmp/notification-tables.js";
import { snmpTargetAddrTable, snmpTargetParamsTable } from "../../../mapping/snmp/target-tables.js";
import { snmpTlstmAddrTable, snmpTlstmParamsTable } from "../../../mapping/snmp/tls-client-tables.js";
import type { SessionPlan } from "../../../protocol/snmp/peer.js";
import { securityModel } from "../../../protocol/snmp/security.js";
import { View } from "../../../protocol/snmp/view.js";
import type { TrapTarget } from "../notifier.js";
import { securityLevels, tagsOf } from "./compile-access.js";
import { activeRows, type FrameworkState } from "./framework-state.js";
import { type Destination, destinationAt } from "./transport-address.js";

const INFORM = 2;
const INCLUDED = 1;
/** By security model. */
const versions = { 1: "v1", 2: "v2c", 3: "v3", 4: "v3" } as const;
const NOTHING = new Uint8Array(0);

/**
 * What rows of the configuration have beside the columns of snmpTargetParamsTable: the context whose machines a target hears
 * of. A target of a manager hears of those that it has access to.
 */
export const hiddenOfParams = { contextName: "contextName" } as const;

/** Whom to notify, as the tables have it: every address that a row of snmpNotifyTable selects. @see RFC 3413, section 3.3 */
export function targetsOf(state: FrameworkState): readonly TrapTarget[] {
  const filters = filtersOf(state);
  const addresses = activeRows(state, snmpTargetAddrTable);
  const targets: TrapTarget[] = [];
  for (const { snmpNotifyName, snmpNotifyTag, snmpNotifyType } of activeRows(state, snmpNotifyTable)) {
    for (const address of addresses) {
      if (snmpNotifyTag === "" || !tagsOf(address.snmpTargetAddrTagList).includes(snmpNotifyTag)) continue;
      const destination = destinationAt(address.snmpTargetAddrTDomain, address.snmpTargetAddrTAddress);
      const params = paramsNamed(state, address.snmpTargetAddrParams);
      if (destination === undefined || params === undefined) continue;
      // A session's own security goes over a session, and nothing else does. @see RFC 5591, section 3
      if ((destination.by === "tls") !== (params.security === "transport")) continue;
      const filter = filters.get(address.snmpTargetAddrParams);
      targets.push({
        name: `${address.snmpTargetAddrName}/${snmpNotifyName}`,
        peer: peerOf(state, destination, address.snmpTargetAddrName, address.snmpTargetAddrParams),
        ...params,
        ...(address.snmpTargetAddrMMS === 0 ? {} : { maxMessageSize: address.snmpTargetAddrMMS }),
        // SNMPv1 has no informs. @see RFC 3584, section 3
        ...(snmpNotifyType === INFORM && params.version !== "v1"
          ? { inform: { timeoutMs: 10 * address.snmpTargetAddrTimeout, retries: address.snmpTargetAddrRetryCount } }
          : {}),
        ...(filter === undefined ? {} : { filter }),
      });
    }
  }
  return targets;
}

function peerOf(
  state: FrameworkState,
  { by, address, port }: Destination,
  targetName: string,
  paramsName: string,
): TrapTarget["peer"] {
  return by === "datagrams" ? { address, port } : { address, port, session: planOf(state, targetName, paramsName) };
}

function planOf(state: FrameworkState, targetName: string, paramsName: string): SessionPlan {
  const [server] = activeRows(state, snmpTlstmAddrTable).filter((row) => row.snmpTargetAddrName === targetName);
  const [own] = activeRows(state, snmpTlstmParamsTable).filter((row) => row.snmpTargetParamsName === paramsName);
  const clientFingerprint = own?.snmpTlstmParamsClientFingerprint ?? NOTHING;
  const serverFingerprint = server?.snmpTlstmAddrServerFingerprint ?? NOTHING;
  const serverIdentity = server?.snmpTlstmAddrServerIdentity ?? "";
  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
  const key = JSON.stringify([hex(clientFingerprint), hex(serverFingerprint), serverIdentity]);
  return { key, targetName, clientFingerprint, serverFingerprint, serverIdentity };
}

type TargetParams = Pick<TrapTarget, "version" | "security" | "securityName" | "securityLevel" | "contextName">;

function paramsNamed(state: FrameworkState, name: string): TargetParams | undefined {
  const row = state.rows(snmpTargetParamsTable).get([...Buffer.from(name, "utf8")]);
  if (row?.values[snmpTargetParamsTable.rowStatus] !== 1) return undefined;
  const params = snmpTargetParamsTable.typed(row.values);
  const model = params.snmpTargetParamsSecurityModel;
  const version = versions[model as keyof typeof versions];
  const contextName = row.values[hiddenOfParams.contextName];
  return {
    version,
    ...(model === securityModel.tsm ? { security: "transport" as const } : {}),
    securityName: params.snmpTargetParamsSecurityName,
    securityLevel: securityLevels[params.snmpTargetParamsSecurityLevel],
    contextName: typeof contextName === "string" ? contextName : undefined,
  };
}

/** Filters by the name of the row in snmpTargetParamsTable that they belong to. @see RFC 3413, section 6 */
function filtersOf(state: FrameworkState): ReadonlyMap<string, View> {
  const families = activeRows(state, snmpNotifyFilterTable);
  return new Map(
    activeRows(state, snmpNotifyFilterProfileTable).map(({ snmpTargetParamsName, snmpNotifyFilterProfileName }) => [
      snmpTargetParamsName,
      new View(
        families
          .filter((family) => family.snmpNotifyFilterProfileName === snmpNotifyFilterProfileName)
          .map(({ snmpNotifyFilterSubtree, snmpNotifyFilterMask, snmpNotifyFilterType }) => ({
            subtree: snmpNotifyFilterSubtree,
            mask: snmpNotifyFilterMask,
            type: snmpNotifyFilterType === INCLUDED ? ("included" as const) : ("excluded" as const),
          })),
      ),
    ]),
  );
}
