import type { Node } from "../../inventory/host.js";
import type { Network } from "../../inventory/network.js";
import type { NodeFacts, NumaCell } from "../../inventory/node.js";
import type { Pool } from "../../inventory/pool.js";
import type { HostResources } from "../../inventory/resources.js";
import { node as shape } from "../../schema/generated/virtgate-host.js";
import { entriesOf, type LeafRows } from "../bind-leaves.js";

/** What the entry of a node is read from: what its hosts tell of it, put together. */
export interface NodeRow {
  readonly node: Node;
  readonly resources: HostResources;
  /** Wall time of an instant of the monotonic clock, milliseconds. */
  readonly wallTimeOf: (monotonic: number) => number;
}

interface CellRow {
  readonly cell: NumaCell;
  readonly freeKiB: number | undefined;
}

const { pool, network } = shape.children;

/** /nodes/node. A fact that is not known is absent. */
export const nodeRows: LeafRows<typeof shape, NodeRow> = {
  id: ({ node }) => node.id,
  hostname: ({ node }) => node.hostname,
  host: ({ node }) => node.hosts,
  architecture: (row) => factsOf(row)?.architecture,
  processors: {
    model: (row) => factsOf(row)?.cpuModel,
    vendor: (row) => factsOf(row)?.cpuVendor,
    speed: (row) => factsOf(row)?.megahertz,
    sockets: (row) => factsOf(row)?.sockets,
    cores: (row) => factsOf(row)?.cores,
    threads: (row) => factsOf(row)?.threads,
    count: (row) => factsOf(row)?.cpuCount,
    online: (row) => factsOf(row)?.cpusOnline,
    "user-time": ({ resources }) => resources.use?.value.cpuUserNs,
    "kernel-time": ({ resources }) => resources.use?.value.cpuKernelNs,
    "idle-time": ({ resources }) => resources.use?.value.cpuIdleNs,
    "io-wait-time": ({ resources }) => resources.use?.value.cpuIoWaitNs,
  },
  memory: {
    size: (row) => factsOf(row)?.memoryKiB,
    free: ({ resources }) => resources.use?.value.memoryFreeKiB,
    buffers: ({ resources }) => resources.use?.value.memoryBuffersKiB,
    cached: ({ resources }) => resources.use?.value.memoryCachedKiB,
  },
  "numa-cell": entriesOf(shape.children["numa-cell"], cellsOf, {
    id: ({ cell }) => cell.id,
    size: ({ cell }) => cell.memoryKiB,
    free: ({ freeKiB }) => freeKiB,
    cpus: ({ cell }) => cpuSet(cell.cpus),
  }),
  "network-device": entriesOf(shape.children["network-device"], ({ resources }: NodeRow) => resources.nics?.value, {
    name: (nic) => nic.name,
    "phys-address": (nic) => nic.mac,
    "link-state": (nic) => nic.linkState,
    speed: (nic) => nic.speedMbitPerS,
  }),
  "pools-read": ({ resources, wallTimeOf }) => resources.pools && wallTimeOf(resources.pools.at),
  pool: entriesOf(pool, ({ resources }: NodeRow) => resources.pools?.value, {
    name: (one) => one.name,
    uuid: (one) => one.uuid,
    type: (one) => one.type,
    state: (one) => one.state,
    persistent: (one) => one.persistent,
    autostart: (one) => one.autostart,
    path: (one) => one.path,
    capacity: (one) => one.capacityBytes,
    allocation: (one) => one.allocationBytes,
    available: (one) => one.availableBytes,
    "volumes-left-out": (one) => one.volumesLeftOut,
    volume: entriesOf(pool.children.volume, (one: Pool) => one.volumes, {
      name: (volume) => volume.name,
      key: (volume) => volume.key,
      path: (volume) => volume.path,
      type: (volume) => volume.type,
      format: (volume) => volume.format,
      capacity: (volume) => volume.capacityBytes,
      allocation: (volume) => volume.allocationBytes,
      "backing-path": (volume) => volume.backingPath,
    }),
  }),
  "networks-read": ({ resources, wallTimeOf }) => resources.networks && wallTimeOf(resources.networks.at),
  network: entriesOf(network, ({ resources }: NodeRow) => resources.networks?.value, {
    name: (one) => one.name,
    uuid: (one) => one.uuid,
    active: (one) => one.active,
    persistent: (one) => one.persistent,
    autostart: (one) => one.autostart,
    bridge: (one) => one.bridge,
    "forward-mode": (one) => one.forwardMode,
    domain: (one) => one.domain,
    address: entriesOf(network.children.address, (one: Network) => one.addresses, {
      address: (own) => own.address,
      "prefix-length": (own) => own.prefix,
      "dhcp-range": entriesOf(network.children.address.children["dhcp-range"], (own: Network["addresses"][number]) => own.dhcpRanges, {
        start: (range) => range.start,
        end: (range) => range.end,
      }),
    }),
    lease: entriesOf(network.children.lease, (one: Network) => one.leases, {
      "mac-address": (lease) => lease.mac,
      address: (lease) => lease.address,
      "prefix-length": (lease) => lease.prefix,
      hostname: (lease) => lease.hostname,
      "client-id": (lease) => lease.clientId,
      expires: (lease) => lease.expiresAt,
    }),
  }),
  "facts-read": ({ resources, wallTimeOf }) => resources.node && wallTimeOf(resources.node.at),
  "use-read": ({ resources, wallTimeOf }) => resources.use && wallTimeOf(resources.use.at),
};

function factsOf({ resources }: NodeRow): NodeFacts | undefined {
  return resources.node?.value;
}

function cellsOf(row: NodeRow): readonly CellRow[] | undefined {
  const free = row.resources.use?.value.cellsFreeKiB ?? [];
  return factsOf(row)?.cells.map((cell, at) => ({ cell, freeKiB: free[at] }));
}

/** Numbers as libvirt writes sets of them: `0-3,8`. */
function cpuSet(numbers: readonly number[]): string | undefined {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.length === 0 ? undefined : ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}
