import type { Host, Node } from "./host.js";
import type { Machine } from "./machine.js";
import type { MachineTable } from "./machine-table.js";
import type { Dated } from "./resources.js";

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

/**
 * The computers under the hosts, each once, with what belongs to them told once, whichever of their hosts told it. A host whose
 * driver tells no UUID is a node of its own.
 */
export function nodesOf(generation: Generation): readonly Node[] {
  const nodes = new Map<string, Host[]>();
  for (const { host } of generation.hosts.values()) {
    const id = host.facts?.nodeUuid ?? host.name;
    const hosts = nodes.get(id);
    if (hosts) hosts.push(host);
    else nodes.set(id, [host]);
  }
  return [...nodes].map(([id, hosts]) => ({
    id,
    hostname: hosts.find(({ facts }) => facts)?.facts?.hostname ?? id,
    hosts: hosts.map(({ name }) => name),
    build: freshest(hosts.map(({ resources }) => resources.node)),
    use: freshest(hosts.map(({ resources }) => resources.use)),
    nics: freshest(hosts.map(({ resources }) => resources.nics)),
    pools: united(hosts.map(({ resources }) => resources.pools)),
    networks: united(hosts.map(({ resources }) => resources.networks)),
  }));
}

/** What was read last of what several hosts tell. */
function freshest<T>(told: readonly (Dated<T> | undefined)[]): T | undefined {
  return told.reduce((found, one) => (found && (!one || one.at <= found.at) ? found : one), undefined)?.value;
}

/** By UUID, in the order of names; of what several hosts tell, what was read last. */
function united<T extends { readonly uuid: string; readonly name: string }>(
  told: readonly (Dated<readonly T[]> | undefined)[],
): readonly T[] {
  const oldestFirst = told.flatMap((one) => one ?? []).sort((a, b) => a.at - b.at);
  const all = new Map(oldestFirst.flatMap(({ value }) => value.map((one) => [one.uuid, one] as const)));
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
