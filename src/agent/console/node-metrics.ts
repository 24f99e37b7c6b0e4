import { type Generation, nodesOf } from "../../inventory/generation.js";
import type { Node } from "../../inventory/host.js";
import type { Network } from "../../inventory/network.js";
import type { Pool } from "../../inventory/pool.js";
import { type Family, heading, labels, line, secondsOf } from "./exposition.js";

type Row<Of> = readonly [
  name: string,
  type: Family["type"],
  value: (of: Of) => number | bigint | string | undefined,
  help: string,
];

const kib = (value: number | undefined) => (value === undefined ? undefined : value * 1024);
const seconds = (ns: bigint | undefined) => (ns === undefined ? undefined : secondsOf(ns));

// biome-ignore format: read as a table
const nodeRows: readonly Row<Node>[] = [
  ["virtgate_node_cpus_online",              "gauge",   (n) => n.build?.cpusOnline,             "Physical CPUs that are online"],
  ["virtgate_node_memory_bytes",             "gauge",   (n) => kib(n.build?.memoryKiB),         "Memory of the computer, in bytes"],
  ["virtgate_node_memory_free_bytes",        "gauge",   (n) => kib(n.use?.memoryFreeKiB),       "Memory nobody uses, in bytes"],
  ["virtgate_node_memory_cached_bytes",      "gauge",   (n) => kib(n.use?.memoryCachedKiB),     "Memory that caches take, in bytes"],
  ["virtgate_node_cpu_user_seconds_total",   "counter", (n) => seconds(n.use?.cpuUserNs),       "Time of all CPUs in programs, in seconds"],
  ["virtgate_node_cpu_kernel_seconds_total", "counter", (n) => seconds(n.use?.cpuKernelNs),     "Time of all CPUs in the kernel, in seconds"],
  ["virtgate_node_cpu_iowait_seconds_total", "counter", (n) => seconds(n.use?.cpuIoWaitNs),     "Time of all CPUs waiting for devices, in seconds"],
  ["virtgate_node_cpu_idle_seconds_total",   "counter", (n) => seconds(n.use?.cpuIdleNs),       "Time of all CPUs without work, in seconds"],
];

/** Names that the libvirt exporters of the Prometheus world use, as far as they have one. */
// biome-ignore format: read as a table
const poolRows: readonly Row<Pool>[] = [
  ["virtgate_pool_active",               "gauge", (p) => Number(p.state !== "inactive" && p.state !== "inaccessible"), "1 while the pool can be used"],
  ["libvirt_pool_info_capacity_bytes",   "gauge", (p) => p.capacityBytes,   "Size of the pool, in bytes"],
  ["libvirt_pool_info_allocation_bytes", "gauge", (p) => p.allocationBytes, "Bytes of the pool in use"],
  ["libvirt_pool_info_available_bytes",  "gauge", (p) => p.availableBytes,  "Bytes of the pool that are free"],
];

// biome-ignore format: read as a table
const networkRows: readonly Row<Network>[] = [
  ["virtgate_network_active", "gauge", (n) => Number(n.active),                "1 while the network is active"],
  ["virtgate_network_leases", "gauge", (n) => n.leases?.length,                "Addresses that the network's DHCP server has given out"],
];

/** The computers under the hosts, each once, with their pools and networks. */
export function* nodeMetrics(generation: Generation): Generator<string> {
  const nodes = nodesOf(generation);
  yield* family(nodeRows, nodes, (node) => [[node, {}]]);
  yield* family(poolRows, nodes, ({ pools }) => pools.map((pool) => [pool, { pool: pool.name }]));
  yield* family(networkRows, nodes, ({ networks }) => networks.map((network) => [network, { network: network.name }]));
}

function* family<Of>(
  rows: readonly Row<Of>[],
  nodes: readonly Node[],
  things: (node: Node) => readonly (readonly [Of, Readonly<Record<string, string>>])[],
): Generator<string> {
  for (const [name, type, value, help] of rows) {
    yield heading({ name, type, help });
    for (const node of nodes) {
      for (const [of, own] of things(node)) {
        const sample = value(of);
        if (sample !== undefined)
          yield line(name, labels({ node: node.id, hostname: node.hostname, ...own }), String(sample));
      }
    }
  }
}
