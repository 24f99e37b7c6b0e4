import type { Fault } from "../base/fault.js";
import type { NicAddress } from "../inventory/address.js";
import type { GuestFacts, GuestFilesystem } from "../inventory/guest.js";
import type { ResultOf } from "../protocol/libvirt/procedures.js";
import type { TypedParameter } from "../protocol/libvirt/typed-parameter.js";
import type { Caller } from "./connection.js";
import { detached } from "./detached.js";
import type { DomainName } from "./driver-event.js";
import { present } from "./outcome.js";

/** Whom libvirt is to ask for addresses. */
const addressSource = { agent: 1, arp: 2 } as const;

/** Everything that the guest's agent can tell. */
const EVERYTHING = 0;
/** The guest's name is to come from its agent. */
const HOSTNAME_OF_AGENT = 2;
const MOST_FILESYSTEMS = 256;

/** libvirt's number of the address family. */
const IPV4 = 0;

/**
 * Asks a guest about itself. For hosts that may be written to only: libvirt refuses it to read-only connections.
 * @returns `undefined` when the agent does not answer
 * @throws {Fault} `timeout` when nothing came until the deadline; `isNoDomain`; what ends the connection
 */
export async function readGuest(caller: Caller, dom: DomainName, deadlineMs: number): Promise<GuestFacts | undefined> {
  try {
    const { params } = await caller.call("domainGetGuestInfo", { dom, types: EVERYTHING, flags: 0 }, deadlineMs);
    return detached(factsOf(new Map(params.map(({ field, value }) => [field, value]))));
  } catch (error) {
    if ((error as Partial<Fault>).code !== "unsupported") return present(Promise.reject(error));
  }
  // Daemons of before that call have one for each fact.
  const named = await present(caller.call("domainGetHostname", { dom, flags: HOSTNAME_OF_AGENT }, deadlineMs));
  const mounted = await present(caller.call("domainGetFsinfo", { dom, flags: 0 }, deadlineMs));
  if (!named && !mounted) return undefined;
  const unknown = { osName: undefined, kernel: undefined, timezone: undefined };
  const filesystems = (mounted?.info ?? []).map(({ mountpoint, fstype }) => ({
    ...{ mountPoint: mountpoint, type: fstype, totalBytes: undefined, usedBytes: undefined },
  }));
  return detached({ hostname: named?.hostname, ...unknown, filesystems });
}

/**
 * Asks for the addresses of a machine's interfaces: its guest, or the neighbour table of its computer.
 * @returns by MAC address in lower case; `undefined` where nobody tells
 * @throws {Fault} as `readGuest`
 */
export async function readAddresses(
  caller: Caller,
  dom: DomainName,
  source: "agent" | "arp",
  deadlineMs: number,
): Promise<ReadonlyMap<string, readonly NicAddress[]> | undefined> {
  const args = { dom, source: addressSource[source], flags: 0 };
  const answer = await present(caller.call("domainInterfaceAddresses", args, deadlineMs));
  return answer && byMac(answer, source);
}

function byMac(
  { ifaces }: ResultOf<"domainInterfaceAddresses">,
  source: "agent" | "arp",
): ReadonlyMap<string, readonly NicAddress[]> {
  const found = new Map<string, NicAddress[]>();
  for (const { hwaddr, addrs } of ifaces) {
    if (hwaddr === undefined) continue;
    const mac = hwaddr.toLowerCase();
    const held = found.get(mac) ?? [];
    for (const { type, addr, prefix } of addrs) {
      const address = detached(addr);
      if (held.some((one) => one.address === address)) continue;
      // The neighbour table has no prefixes.
      held.push({ family: type === IPV4 ? "ipv4" : "ipv6", address, prefix: prefix || undefined, source });
    }
    found.set(detached(mac), held);
  }
  return found;
}

function factsOf(told: ReadonlyMap<string, TypedParameter["value"]>): GuestFacts {
  const text = (field: string): string | undefined => {
    const value = told.get(field);
    return typeof value === "string" ? value : undefined;
  };
  const octets = (field: string): bigint | undefined => {
    const value = told.get(field);
    return typeof value === "bigint" ? value : undefined;
  };
  const count = Math.min(Number(told.get("fs.count") ?? 0), MOST_FILESYSTEMS);
  const filesystems: GuestFilesystem[] = [];
  for (let number = 0; number < count; number++) {
    const mountPoint = text(`fs.${number}.mountpoint`);
    if (mountPoint === undefined) continue;
    filesystems.push({
      mountPoint,
      type: text(`fs.${number}.fstype`),
      totalBytes: octets(`fs.${number}.total-bytes`),
      usedBytes: octets(`fs.${number}.used-bytes`),
    });
  }
  return {
    hostname: text("hostname"),
    osName: text("os.pretty-name") ?? text("os.name"),
    kernel: text("os.kernel-release"),
    timezone: text("timezone.name"),
    filesystems,
  };
}
