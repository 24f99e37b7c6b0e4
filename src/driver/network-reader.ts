import { DecodeError } from "../base/fault.js";
import type { DhcpLease, Network, NetworkAddress } from "../inventory/network.js";
import { type NetworkIpFacts, readNetwork } from "../protocol/libvirt/document/network.js";
import type { ResultOf } from "../protocol/libvirt/procedures.js";
import type { Caller } from "./connection.js";
import { detached } from "./detached.js";
import { orUndefined } from "./outcome.js";

const filters = { active: 1 << 1, persistent: 1 << 2, autostart: 1 << 4 } as const;

/** Descriptions are read again in about this time, for one may be edited without an event. */
const DESCRIPTION_MS = 600_000;

/** libvirt's number of the address family. */
const IPV4 = 0;

type NetworkName = ResultOf<"connectListAllNetworks">["nets"][number];
type Lease = ResultOf<"networkGetDhcpLeases">["leases"][number];
type Setup = Pick<Network, "bridge" | "forwardMode" | "domain" | "addresses">;

interface Known {
  network: Network | undefined;
  setup: Setup | undefined;
  setupDueAt: number;
}

const unknownSetup: Setup = { bridge: undefined, forwardMode: undefined, domain: undefined, addresses: [] };

/** Reads a host's networks and who got which address there. What did not change keeps its identity. */
export class NetworkReader {
  readonly #now: () => number;
  #known = new Map<string, Known>();
  #networks: readonly Network[] = [];

  /** @param now the monotonic clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Something happened to this network: the next read reads its description. */
  changed(uuid?: string): void {
    for (const [held, known] of this.#known)
      if (uuid === undefined || held === uuid) known.setupDueAt = Number.NEGATIVE_INFINITY;
  }

  /** @returns `undefined` where the driver has no networks to tell of @throws {Fault} what ends the connection */
  async read(caller: Caller): Promise<readonly Network[] | undefined> {
    const list = await orUndefined(caller.call("connectListAllNetworks", { needResults: 1, flags: 0 }));
    if (!list) return undefined;
    const active = await this.#filtered(caller, filters.active);
    const persistent = await this.#filtered(caller, filters.persistent);
    const autostart = await this.#filtered(caller, filters.autostart);
    const known = new Map<string, Known>();
    const networks: Network[] = [];
    for (const net of list.nets) {
      const held = this.#known.get(net.uuid) ?? { network: undefined, setup: undefined, setupDueAt: 0 };
      known.set(net.uuid, held);
      const isActive = active?.has(net.uuid) ?? false;
      const started = held.network !== undefined && held.network.active !== isActive;
      if (!held.setup || started || this.#now() >= held.setupDueAt) {
        held.setup = (await readSetup(caller, net)) ?? held.setup;
        held.setupDueAt = this.#now() + DESCRIPTION_MS;
      }
      const setup = held.setup ?? unknownSetup;
      const next: Network = {
        ...{ name: detached(net.name), uuid: net.uuid, active: isActive },
        ...{ persistent: persistent?.has(net.uuid), autostart: autostart?.has(net.uuid) },
        ...setup,
        leases: await readLeases(caller, net, isActive, setup, held.network?.leases),
      };
      if (!(held.network && isSameNetwork(held.network, next))) held.network = next;
      networks.push(held.network ?? next);
    }
    this.#known = known;
    networks.sort((a, b) => (a.name < b.name ? -1 : 1));
    const same = networks.length === this.#networks.length && networks.every((one, at) => one === this.#networks[at]);
    if (!same) this.#networks = networks;
    return this.#networks;
  }

  async #filtered(caller: Caller, flags: number): Promise<ReadonlySet<string> | undefined> {
    const found = await orUndefined(caller.call("connectListAllNetworks", { needResults: 1, flags }));
    return found && new Set(found.nets.map(({ uuid }) => uuid));
  }
}

async function readSetup(caller: Caller, net: NetworkName): Promise<Setup | undefined> {
  const answer = await orUndefined(caller.call("networkGetXmlDesc", { net, flags: 0 }));
  if (!answer) return undefined;
  try {
    const { bridge, forwardMode, domain, ips } = readNetwork(answer.xml);
    return detached({ bridge, forwardMode, domain, addresses: ips.map(addressOf) });
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function addressOf({ family, address, netmask, prefix, dhcpRanges }: NetworkIpFacts): NetworkAddress {
  return {
    family: family === "ipv6" ? "ipv6" : "ipv4",
    address,
    prefix: prefix ?? (netmask === undefined ? undefined : prefixOf(netmask)),
    dhcpRanges,
  };
}

/** `255.255.255.0` is 24; `undefined` for what is no mask. */
function prefixOf(netmask: string): number | undefined {
  const bits = netmask
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.lastIndexOf("1") + 1 : undefined;
}

/** A network without an address of the computer has no DHCP server. Leases that are all the same as before are the same list. */
async function readLeases(
  caller: Caller,
  net: NetworkName,
  active: boolean,
  { addresses }: Setup,
  before: readonly DhcpLease[] | undefined,
): Promise<readonly DhcpLease[] | undefined> {
  if (!active || addresses.length === 0) return noLeases;
  const answer = await orUndefined(caller.call("networkGetDhcpLeases", { net, needResults: 1, flags: 0 }));
  if (!answer) return undefined;
  const leases = answer.leases.flatMap(leaseOf).sort((a, b) => compare(a.address, b.address) || compare(a.mac, b.mac));
  const same = before?.length === leases.length && leases.every((lease, at) => isSameLease(lease, before[at]));
  return same ? before : leases;
}

const noLeases: readonly DhcpLease[] = [];

function leaseOf({ mac, type, ipaddr, prefix, hostname, clientid, expirytime }: Lease): readonly DhcpLease[] {
  if (mac === undefined) return [];
  return [
    detached({
      mac: mac.toLowerCase(),
      family: type === IPV4 ? ("ipv4" as const) : ("ipv6" as const),
      address: ipaddr,
      prefix,
      hostname,
      clientId: clientid,
      expiresAt: expirytime > 0n ? Number(expirytime) * 1000 : undefined,
    }),
  ];
}

function isSameLease(a: DhcpLease, b: DhcpLease | undefined): boolean {
  return b !== undefined && (Object.keys(a) as (keyof DhcpLease)[]).every((member) => a[member] === b[member]);
}

function isSameNetwork(a: Network, b: Network): boolean {
  return (Object.keys(b) as (keyof Network)[]).every((member) => a[member] === b[member]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
