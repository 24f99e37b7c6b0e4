import { attribute, childElements } from "../../codec/xml/element.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import type { SimulatedNetwork, SimulatedNetworks } from "./simulated-networks.js";

/** How long after its boot a guest asks for an address. */
const ASKS_AFTER_MS = 4000;

const HALF_LEASE_S = 1800;

/** An address that a network's DHCP server has given to a machine. */
export interface Lease {
  readonly network: SimulatedNetwork;
  readonly machine: SimulatedMachine;
  readonly mac: string;
  readonly address: string;
  readonly prefix: number;
  /** Seconds since 1970. */
  readonly expiryS: number;
}

/** The leases of one network, of machines on all hosts of the computer. */
export function leasesOf(networks: SimulatedNetworks, network: SimulatedNetwork, nowMs: number): readonly Lease[] {
  if (!network.active) return [];
  return [...networks.machines()].flatMap((machine) => machineLeases(machine, network, nowMs));
}

/** The leases of one machine on one network; none before its guest is up. */
export function machineLeases(machine: SimulatedMachine, network: SimulatedNetwork, nowMs: number): readonly Lease[] {
  const { run } = machine;
  if (!network.active || !run || nowMs - run.startedMs < ASKS_AFTER_MS) return [];
  return run.definition.facts.interfaces.flatMap(({ type, network: name, mac }) => {
    if (type !== "network" || name !== network.name || mac === undefined) return [];
    const address = addressOf(network, mac);
    if (address === undefined) return [];
    const elapsedS = Math.floor((nowMs - run.startedMs) / 1000);
    // Renewed when half of it is over.
    const renewedS = elapsedS - (elapsedS % HALF_LEASE_S);
    const expiryS = Math.floor(run.startedMs / 1000) + renewedS + 2 * HALF_LEASE_S;
    return [{ network, machine, mac, address, prefix: prefixOf(network), expiryS }];
  });
}

/** The address that a card has or gets: a place in the range that follows from its MAC address, or the next that is free. */
function addressOf(network: SimulatedNetwork, mac: string): string | undefined {
  const fixed = fixedAddress(network, mac);
  if (fixed !== undefined) return fixed;
  const known = network.addresses.get(mac);
  if (known !== undefined) return known;
  const range = network.document.ips.flatMap(({ dhcpRanges }) => dhcpRanges)[0];
  const first = range && numberOf(range.start);
  const last = range && numberOf(range.end);
  if (first === undefined || last === undefined || last < first) return undefined;
  const size = last - first + 1;
  const taken = new Set(network.addresses.values());
  if (taken.size >= size) return undefined;
  let place = 0;
  for (const character of mac) place = (place * 31 + character.charCodeAt(0)) % size;
  let address = textOf(first + place);
  while (taken.has(address)) {
    place = (place + 1) % size;
    address = textOf(first + place);
  }
  network.addresses.set(mac, address);
  return address;
}

/** The address that the network's document keeps for a card. */
function fixedAddress({ document }: SimulatedNetwork, mac: string): string | undefined {
  for (const ip of childElements(document.tree, "ip")) {
    for (const dhcp of childElements(ip, "dhcp")) {
      const host = childElements(dhcp, "host").find((one) => attribute(one, "mac")?.toLowerCase() === mac);
      if (host) return attribute(host, "ip");
    }
  }
  return undefined;
}

function prefixOf({ document }: SimulatedNetwork): number {
  const ip = document.ips.find(({ dhcpRanges }) => dhcpRanges.length > 0);
  if (ip?.prefix !== undefined) return ip.prefix;
  const mask = ip?.netmask === undefined ? undefined : numberOf(ip.netmask);
  return mask === undefined ? 24 : 32 - Math.round(Math.log2(2 ** 32 - mask));
}

/** @returns `undefined` for anything but an address of version 4 */
function numberOf(address: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  return parts?.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
