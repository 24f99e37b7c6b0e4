import { DecodeError } from "../../base/fault.js";
import { attribute, child, childElements, element, type XmlElement } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import { type NetworkDocument, readNetwork } from "../../protocol/libvirt/document/network.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import { documentText } from "../machine/machine-definition.js";
import { withoutLayout } from "../machine/tree-edit.js";
import { NETWORK_DOMAIN } from "./simulated-networks.js";

/** What is to happen to an entry of a network's document; numbers as libvirt has them. */
const MODIFY = 1;
const DELETE = 2;
const ADD_LAST = 3;
const ADD_FIRST = 4;

export interface NetworkUpdate {
  readonly command: number;
  /** libvirt's number of the part of the document. */
  readonly section: number;
  /** Which `<ip>` it is about, counted from 0; -1 for the one that fits. */
  readonly parentIndex: number;
  /** The entry: what to add, or enough of it to find the one that is meant. */
  readonly xml: string;
}

interface Section {
  /** How messages call an entry. */
  readonly title: string;
  /** Elements around the entries, from the outside. */
  readonly path: readonly string[];
  readonly entry: string;
  /** Attributes that entries are known by. */
  readonly keys: readonly string[];
  readonly modifiable: boolean;
}

/** The parts that libvirt's own networks let be changed while they run, by libvirt's number. */
const sections: ReadonlyMap<number, Section> = new Map([
  [4, { title: "dhcp host", path: ["ip", "dhcp"], entry: "host", keys: ["mac", "name", "ip"], modifiable: true }],
  [5, { title: "dhcp range", path: ["ip", "dhcp"], entry: "range", keys: ["start", "end"], modifiable: false }],
  [7, { title: "interface", path: ["forward"], entry: "interface", keys: ["dev"], modifiable: false }],
  [9, { title: "portgroup", path: [], entry: "portgroup", keys: ["name"], modifiable: true }],
  [10, { title: "DNS HOST record", path: ["dns"], entry: "host", keys: ["ip"], modifiable: false }],
  [11, { title: "DNS TXT record", path: ["dns"], entry: "txt", keys: ["name"], modifiable: false }],
  [12, { title: "DNS SRV record", path: ["dns"], entry: "srv", keys: ["service", "protocol"], modifiable: false }],
]);

/**
 * The document of a network with an entry added, changed or taken away.
 * @throws {Fault} of libvirt's errors: OPERATION_UNSUPPORTED for what cannot be changed, OPERATION_INVALID when an entry is there already or
 * is not there, XML_ERROR
 */
export function updatedNetwork(document: NetworkDocument, update: NetworkUpdate): NetworkDocument {
  const section = sections.get(update.section);
  if (!section) {
    const message = `can't update section ${update.section} of network '${document.name}'`;
    throw refusal("OPERATION_UNSUPPORTED", `Operation not supported: ${message}`);
  }
  const given = entryIn(update.xml, section);
  const place = [...section.path];
  const tree = withoutLayout(document.tree);
  const parent = place.shift();
  const changed =
    parent === "ip"
      ? inIp(tree, update.parentIndex, section, (dhcp) => edited(dhcp, given, update.command, section, document.name))
      : within(tree, section.path, (holder) => edited(holder, given, update.command, section, document.name));
  try {
    return readNetwork(documentText(changed));
  } catch (error) {
    if (error instanceof DecodeError) throw refusal("XML_ERROR", `XML error: ${error.message}`);
    throw error;
  }
}

function entryIn(xml: string, { entry }: Section): XmlElement {
  try {
    const given = withoutLayout(parseXml(xml));
    if (given.name !== entry) throw new DecodeError(`expected <${entry}>, not <${given.name}>`);
    return given;
  } catch (error) {
    if (error instanceof DecodeError) throw refusal("XML_ERROR", `XML error: ${error.message}`);
    throw error;
  }
}

/** Changes the DHCP part of one `<ip>`: the one with this number, else the first of IPv4 that has such a part, else the first. */
function inIp(
  tree: XmlElement,
  index: number,
  { title }: Section,
  change: (dhcp: XmlElement) => XmlElement,
): XmlElement {
  const all = childElements(tree, "ip");
  const isV4 = (ip: XmlElement): boolean => (attribute(ip, "family") ?? "ipv4") === "ipv4";
  const meant = index >= 0 ? all[index] : (all.find((ip) => isV4(ip) && child(ip, "dhcp")) ?? all.find(isV4));
  if (!meant) {
    const message =
      index >= 0 ? `couldn't locate <ip> element with index ${index}` : `no <ip> that a ${title} could belong to`;
    throw refusal("INTERNAL_ERROR", `internal error: ${message}`);
  }
  return replaced(tree, meant, within(meant, ["dhcp"], change));
}

/** Changes what is at the end of a path of elements, which are made when they are not there. */
function within(tree: XmlElement, path: readonly string[], change: (holder: XmlElement) => XmlElement): XmlElement {
  const [name, ...deeper] = path;
  if (name === undefined) return change(tree);
  const held = child(tree, name);
  if (held) return replaced(tree, held, within(held, deeper, change));
  return { ...tree, children: [...tree.children, within(element(name), deeper, change)] };
}

function edited(
  holder: XmlElement,
  given: XmlElement,
  command: number,
  { title, entry, keys, modifiable }: Section,
  network: string,
): XmlElement {
  const found = childElements(holder, entry).find((one) =>
    isMeant(one, given, keys, command === DELETE || !modifiable),
  );
  switch (command) {
    case ADD_FIRST:
    case ADD_LAST:
      if (found) throw existing(title, network);
      return { ...holder, children: command === ADD_FIRST ? [given, ...holder.children] : [...holder.children, given] };
    case MODIFY:
      if (!modifiable) {
        const message = `${title}s cannot be modified, only added or deleted`;
        throw refusal("OPERATION_UNSUPPORTED", `Operation not supported: ${message}`);
      }
      if (!found) throw missing(title, network);
      return replaced(holder, found, given);
    case DELETE:
      if (!found) throw missing(title, network);
      return { ...holder, children: holder.children.filter((one) => one !== found) };
    default:
      throw refusal("NO_SUPPORT", `unrecognized network update command code ${command}`);
  }
}

/** Whether keys that both have are the same: any of them, or all where `wholly` it must be that one. */
function isMeant(one: XmlElement, given: XmlElement, keys: readonly string[], wholly: boolean): boolean {
  const common = keys.filter((key) => attribute(given, key) !== undefined && attribute(one, key) !== undefined);
  const same = common.filter((key) => attribute(one, key) === attribute(given, key));
  return same.length > 0 && (!wholly || same.length === common.length);
}

function replaced(parent: XmlElement, before: XmlElement, after: XmlElement): XmlElement {
  return { ...parent, children: parent.children.map((one) => (one === before ? after : one)) };
}

function existing(title: string, network: string): Error {
  const message = `there is an existing ${title} entry in network '${network}' that matches the given one`;
  return refusal("OPERATION_INVALID", `Requested operation is not valid: ${message}`);
}

function missing(title: string, network: string): Error {
  const message = `couldn't locate a matching ${title} entry in network '${network}'`;
  return refusal("OPERATION_INVALID", `Requested operation is not valid: ${message}`);
}

function refusal(name: Parameters<typeof libvirtFault>[0], message: string): Error {
  return libvirtFault(name, message, NETWORK_DOMAIN);
}
