import type { Host } from "../../inventory/host.js";
import type { DhcpLease, Network } from "../../inventory/network.js";
import type { NodeFacts, NodeNic, NodeUse } from "../../inventory/node.js";
import type { Pool } from "../../inventory/pool.js";
import type { Dated } from "../../inventory/resources.js";
import { ageMs, isoTime } from "./host-view.js";
import { type Plain, plain } from "./plain.js";

/** How old each part is; absent until it was read. */
export interface ResourceAges {
  readonly nodeMs: number | undefined;
  readonly useMs: number | undefined;
  readonly nicsMs: number | undefined;
  readonly poolsMs: number | undefined;
  readonly networksMs: number | undefined;
}

/** `expiresAt` is ISO 8601. */
export interface LeaseView extends Omit<DhcpLease, "expiresAt"> {
  readonly expiresAt: string | undefined;
}

export interface NetworkView extends Omit<Network, "leases"> {
  readonly leases: readonly LeaseView[] | undefined;
}

/** The computer under a host, as that host tells of it. What is not known is absent. */
export interface ResourcesView {
  readonly node: NodeFacts | undefined;
  readonly use: Plain<NodeUse> | undefined;
  readonly nics: readonly NodeNic[] | undefined;
  readonly pools: Plain<readonly Pool[]> | undefined;
  readonly networks: readonly NetworkView[] | undefined;
  readonly ages: ResourceAges;
}

/** @param monotonic now, on the clock of the host's readings */
export function viewResources({ resources }: Host, monotonic: number): ResourcesView {
  const { node, use, nics, pools, networks } = resources;
  const age = (dated: Dated<unknown> | undefined) => ageMs(dated?.at, monotonic);
  return {
    node: node?.value,
    use: plain(use?.value),
    nics: nics?.value,
    pools: plain(pools?.value),
    networks: networks?.value.map(({ leases, ...network }) => ({
      ...network,
      leases: leases?.map(({ expiresAt, ...lease }) => ({
        ...lease,
        expiresAt: expiresAt === undefined ? undefined : isoTime(expiresAt),
      })),
    })),
    ages: { nodeMs: age(node), useMs: age(use), nicsMs: age(nics), poolsMs: age(pools), networksMs: age(networks) },
  };
}
