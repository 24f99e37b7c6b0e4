import type { NicAddress } from "./address.js";
import type { Nic } from "./device.js";
import type { Host } from "./host.js";
import type { Network } from "./network.js";

/** Leases are looked up for every interface, and those of a host change all at once. */
const indexes = new WeakMap<readonly Network[], ReadonlyMap<string, readonly NicAddress[]>>();

/**
 * All that is known of an interface's addresses, those of leases first, each address once. Leases are as old as the host's
 * networks, the others as old as the machine's reading of addresses.
 */
export function nicAddresses({ resources }: Host, { mac, addresses }: Nic): readonly NicAddress[] {
  const { networks } = resources;
  const leased = (networks && leasesByMac(networks.value).get(mac)) ?? [];
  if (leased.length === 0) return addresses;
  const known = new Set(leased.map(({ address }) => address));
  return [...leased, ...addresses.filter(({ address }) => !known.has(address))];
}

function leasesByMac(networks: readonly Network[]): ReadonlyMap<string, readonly NicAddress[]> {
  const known = indexes.get(networks);
  if (known) return known;
  const index = new Map<string, NicAddress[]>();
  for (const { leases } of networks) {
    for (const { mac, family, address, prefix } of leases ?? []) {
      const entry: NicAddress = { family, address, prefix, source: "lease" };
      const held = index.get(mac);
      if (held) held.push(entry);
      else index.set(mac, [entry]);
    }
  }
  indexes.set(networks, index);
  return index;
}
