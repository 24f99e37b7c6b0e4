import type { Host, Node } from "./host.js";
import type { Machine } from "./machine.js";
import type { MachineTable } from "./machine-table.js";

/** One host and its machines at one moment. Immutable. */
export interface HostGeneration {
  readonly host: Host;
  readonly machines: MachineTable;
  /** The machines in the order of `index`. */
  readonly byIndex: readonly Machine[];
  /** Their UUIDs in that order: the same array for as long as no machine comes or goes, so that indexes can go by it. */
  readonly members: readonly string[];
}

export function hostGeneration(host: Host, machines: MachineTable): HostGeneration {
  return { host, machines, byIndex: machines.byIndex, members: machines.members };
}

/**
 * The whole inventory at one moment. Immutable and two-level: a change copies one host's part and this short list of hosts.
 * Readers take one generation per request, so nothing vanishes between two columns of a row.
 */
export interface Generation {
  /** Grows with every change, also of counters; not persistent. */
  readonly revision: number;
  /** By name, in the order of the configuration. */
  readonly hosts: ReadonlyMap<string, HostGeneration>;
}

export const emptyGeneration: Generation = { revision: 0, hosts: new Map() };

/** What reads the inventory holds this. */
export interface InventoryReader {
  current(): Generation;
}

/** The computers under the hosts, each once. A host whose driver tells no UUID is a node of its own. */
export function nodesOf(generation: Generation): readonly Node[] {
  const nodes = new Map<string, { id: string; hostname: string; hosts: string[] }>();
  for (const { host } of generation.hosts.values()) {
    const id = host.facts?.nodeUuid ?? host.name;
    const node = nodes.get(id);
    if (node) node.hosts.push(host.name);
    else nodes.set(id, { id, hostname: host.facts?.hostname ?? host.name, hosts: [host.name] });
  }
  return [...nodes.values()];
}
