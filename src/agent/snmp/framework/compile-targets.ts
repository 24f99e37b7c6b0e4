import {
  snmpNotifyFilterProfileTable,
  snmpNotifyFilterTable,
  snmpNotifyTable,
} from "../../../mapping/snmp/notification-tables.js";
import { snmpTargetAddrTable, snmpTargetParamsTable } from "../../../mapping/snmp/target-tables.js";
import { View } from "../../../protocol/snmp/view.js";
import type { TrapTarget } from "../notifier.js";
import { securityLevels, tagsOf } from "./compile-access.js";
import { activeRows, type FrameworkState } from "./framework-state.js";
import { peerAt } from "./transport-address.js";

const INFORM = 2;
const INCLUDED = 1;
const versions = { 1: "v1", 2: "v2c", 3: "v3" } as const;

/**
 * What rows of the configuration have beside the columns of snmpTargetParamsTable: the context whose machines a target hears
 * of. Rows of managers speak for the default context.
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
      const peer = peerAt(address.snmpTargetAddrTDomain, address.snmpTargetAddrTAddress);
      const params = paramsNamed(state, address.snmpTargetAddrParams);
      if (peer === undefined || params === undefined) continue;
      const filter = filters.get(address.snmpTargetAddrParams);
      targets.push({
        name: `${address.snmpTargetAddrName}/${snmpNotifyName}`,
        peer,
        ...params,
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

type TargetParams = Pick<TrapTarget, "version" | "securityName" | "securityLevel" | "contextName">;

function paramsNamed(state: FrameworkState, name: string): TargetParams | undefined {
  const row = state.rows(snmpTargetParamsTable).get([...Buffer.from(name, "utf8")]);
  if (row?.values[snmpTargetParamsTable.rowStatus] !== 1) return undefined;
  const params = snmpTargetParamsTable.typed(row.values);
  const version = versions[params.snmpTargetParamsSecurityModel as keyof typeof versions];
  const contextName = row.values[hiddenOfParams.contextName];
  return {
    version,
    securityName: params.snmpTargetParamsSecurityName,
    securityLevel: securityLevels[params.snmpTargetParamsSecurityLevel],
    contextName: typeof contextName === "string" ? contextName : "",
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
