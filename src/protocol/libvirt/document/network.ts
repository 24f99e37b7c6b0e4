import type { XmlElement } from "../../../codec/xml/element.js";
import { editDocument } from "./edit.js";
import { attributeAt, count, defaulted, type Fields, readFields, repeated, required, text } from "./field.js";
import { parseRoot, uuidField } from "./root.js";

/** A range of addresses that the network's DHCP server gives out. */
export interface DhcpRangeFacts {
  readonly start: string;
  readonly end: string;
}

/** An `<ip>` of a network: the computer's own address in it. */
export interface NetworkIpFacts {
  /** `ipv4` when absent, or `ipv6`. */
  readonly family: string;
  readonly address: string;
  /** Of IPv4; else there is a prefix, or the address's class tells. */
  readonly netmask: string | undefined;
  readonly prefix: number | undefined;
  readonly dhcpRanges: readonly DhcpRangeFacts[];
}

/** What the gateway reads in a virtual network's description. */
export interface NetworkFacts {
  readonly name: string;
  readonly uuid: string | undefined;
  readonly bridge: string | undefined;
  /** `nat route open bridge private vepa passthrough hostdev`; `undefined` for a network without a way out. */
  readonly forwardMode: string | undefined;
  readonly domain: string | undefined;
  readonly ips: readonly NetworkIpFacts[];
}

/** A network's description: its facts, and the tree they were read from, which has what is not among them. */
export interface NetworkDocument extends NetworkFacts {
  readonly tree: XmlElement;
}

/** Reads a virtual network's description. @throws {DecodeError} for anything but a network with a name */
export function readNetwork(input: Uint8Array | string): NetworkDocument {
  const tree = parseRoot(input, "network", "a network");
  const facts = readFields(networkFields, tree);
  // A `<forward>` that does not say how means NAT.
  const forwards = tree.children.some((node) => typeof node !== "string" && node.local === "forward");
  return { ...facts, forwardMode: facts.forwardMode ?? (forwards ? "nat" : undefined), tree };
}

/** The description of a virtual network with other facts, and all else as it is. @throws {DecodeError} and {Fault} as `editDocument` */
export function changeNetwork(text: string, facts: Partial<NetworkFacts>): string {
  return editDocument(text, readNetwork, networkFields, facts);
}

const rangeFields: Fields<DhcpRangeFacts> = {
  start: required(attributeAt("start"), "a start"),
  end: required(attributeAt("end"), "an end"),
};

const ipFields: Fields<NetworkIpFacts> = {
  family: defaulted(attributeAt("family"), "ipv4"),
  address: required(attributeAt("address"), "an address"),
  netmask: attributeAt("netmask"),
  prefix: count(attributeAt("prefix")),
  dhcpRanges: repeated("range", rangeFields, ({ start }) => start, "dhcp"),
};

const networkFields: Fields<NetworkFacts> = {
  name: required(text("name"), "a name"),
  uuid: uuidField,
  bridge: attributeAt("name", "bridge"),
  forwardMode: attributeAt("mode", "forward"),
  domain: attributeAt("name", "domain"),
  ips: repeated("ip", ipFields, ({ address }) => address),
};
