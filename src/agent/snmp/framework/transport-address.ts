import type { DatagramPeer } from "../../../base/channel.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import { compareOids } from "../../../protocol/snmp/oid.js";

interface Domain {
  readonly oid: Oid;
  /** Octets of the IP address; two of the port follow. Absent where addresses are text. */
  readonly addressOctets?: 4 | 16;
  /** How notifications can be sent there, if at all; requests come from any. */
  readonly destination?: "datagrams" | "tls";
}

/** The kinds of transport that an address may be of. @see RFC 3417, section 2; RFC 3419; RFC 3430; RFC 6353 */
// biome-ignore format: read as a table
const domains: readonly Domain[] = [
  { oid: [1, 3, 6, 1, 6, 1, 1],         addressOctets: 4,  destination: "datagrams" }, // snmpUDPDomain
  { oid: [1, 3, 6, 1, 2, 1, 100, 1, 1], addressOctets: 4,  destination: "datagrams" }, // transportDomainUdpIpv4
  { oid: [1, 3, 6, 1, 2, 1, 100, 1, 2], addressOctets: 16, destination: "datagrams" }, // transportDomainUdpIpv6
  { oid: [1, 3, 6, 1, 2, 1, 100, 1, 5], addressOctets: 4 },                            // transportDomainTcpIpv4
  { oid: [1, 3, 6, 1, 2, 1, 100, 1, 6], addressOctets: 16 },                           // transportDomainTcpIpv6
  { oid: [1, 3, 6, 1, 6, 1, 8],                            destination: "tls" },       // snmpTLSTCPDomain
];

const snmpTlsTcpDomain: Oid = [1, 3, 6, 1, 6, 1, 8];
const snmpUdpDomain: Oid = [1, 3, 6, 1, 6, 1, 1];
const transportDomainUdpIpv6: Oid = [1, 3, 6, 1, 2, 1, 100, 1, 2];

export function isKnownDomain(oid: Oid): boolean {
  return domainOf(oid) !== undefined;
}

/** Whether octets can be an address of this kind. */
export function fitsDomain(oid: Oid, address: Uint8Array): boolean {
  const domain = domainOf(oid);
  if (domain?.destination === "tls") return textAddress(address) !== undefined;
  return domain?.addressOctets === address.length - 2;
}

/** Where notifications for an address go, and how. */
export interface Destination extends DatagramPeer {
  readonly by: "datagrams" | "tls";
}

/** The destination at an address; `undefined` when nothing can be sent to it. */
export function destinationAt(oid: Oid, address: Uint8Array): Destination | undefined {
  const domain = domainOf(oid);
  if (domain?.destination === undefined) return undefined;
  const peer = domain.addressOctets === undefined ? textAddress(address) : octetAddress(domain.addressOctets, address);
  return peer && { ...peer, by: domain.destination };
}

function octetAddress(addressOctets: 4 | 16, address: Uint8Array): DatagramPeer | undefined {
  if (address.length !== addressOctets + 2) return undefined;
  const octets = Buffer.from(address);
  const port = octets.readUInt16BE(addressOctets);
  if (port === 0) return undefined;
  if (addressOctets === 4) return { address: octets.subarray(0, 4).join("."), port };
  const words = Array.from({ length: 8 }, (_, i) => octets.readUInt16BE(2 * i).toString(16));
  // Sockets name peers in the short form, and so must we to recognise them.
  return { address: new URL(`http://[${words.join(":")}]`).hostname.slice(1, -1), port };
}

/** A host's name or address with a port, in ASCII. @see RFC 6353, textual convention SnmpTLSAddress */
function textAddress(octets: Uint8Array): DatagramPeer | undefined {
  const text = Buffer.from(octets).toString("latin1");
  const [, ipv6, other, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]{1,253})):(\d{1,5})$/.exec(text) ?? [];
  const address = ipv6 ?? other;
  const port = Number(digits);
  if (address === undefined || port < 1 || port > 65_535) return undefined;
  return ipv6 !== undefined && ipv6Octets(ipv6) === undefined ? undefined : { address, port };
}

/** An address and port of TLS as the tables have them. */
export function tlsAddress({ address, port }: DatagramPeer): { domain: Oid; octets: Uint8Array } {
  const text = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return { domain: snmpTlsTcpDomain, octets: Buffer.from(text, "latin1") };
}

/** An address and port of UDP as the tables have them; `undefined` when the text is no IP address. */
export function udpAddress({ address, port }: DatagramPeer): { domain: Oid; octets: Uint8Array } | undefined {
  const ip = ipOctets(address);
  if (ip === undefined) return undefined;
  return {
    domain: ip.length === 4 ? snmpUdpDomain : transportDomainUdpIpv6,
    octets: Uint8Array.of(...ip, port >> 8, port & 0xff),
  };
}

/**
 * Whether a peer is at an address, in the bits that the mask has; without a mask all of them count.
 * @see RFC 3584, object snmpTargetAddrTMask
 */
export function isPeerAt(peer: DatagramPeer, address: Uint8Array, mask: Uint8Array): boolean {
  const ip = ipOctets(peer.address);
  if (ip === undefined || ip.length + 2 !== address.length) return false;
  const octets = [...ip, peer.port >> 8, peer.port & 0xff];
  // What the mask does not reach counts in full.
  return octets.every((octet, i) => ((octet ^ (address[i] as number)) & (mask[i] ?? 0xff)) === 0);
}

/** The octets of an IPv4 or IPv6 address; the interface behind a `%` is left out. */
export function ipOctets(text: string): Uint8Array | undefined {
  const address = text.replace(/%.*$/, "");
  return address.includes(":") ? ipv6Octets(address) : ipv4Octets(address);
}

function domainOf(oid: Oid): Domain | undefined {
  return domains.find((domain) => compareOids(domain.oid, oid) === 0);
}

function ipv4Octets(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return Uint8Array.from(parts, Number);
}

function ipv6Octets(text: string): Uint8Array | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const left = ipv6Words(head, tail === undefined);
  const right = tail === undefined ? [] : ipv6Words(tail, true);
  if (left === undefined || right === undefined) return undefined;
  const missing = 16 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.of(...left, ...new Array<number>(missing).fill(0), ...right);
}

/** The octets of the words on one side of `::`; the very last may be an IPv4 address. */
function ipv6Words(text: string, isLastSide: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  const words = text.split(":");
  for (const [i, word] of words.entries()) {
    const embedded = isLastSide && i === words.length - 1 ? ipv4Octets(word) : undefined;
    if (embedded) octets.push(...embedded);
    else if (/^[0-9a-fA-F]{1,4}$/.test(word))
      octets.push(Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff);
    else return undefined;
  }
  return octets;
}
