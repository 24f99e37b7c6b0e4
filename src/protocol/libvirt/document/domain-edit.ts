import { isDeepStrictEqual } from "node:util";
import { DecodeError, Fault } from "../../../base/fault.js";
import { attribute, child, childElements, element, type XmlElement } from "../../../codec/xml/element.js";
import { parseXml } from "../../../codec/xml/parse.js";
import { rewriteXml } from "../../../codec/xml/rewrite.js";
import { readXmlSource } from "../../../codec/xml/xml-source.js";
import { canonicalForm } from "./canonical.js";
import { changedDomain, type DomainFacts } from "./domain.js";
import type { DomainTuning } from "./domain-tuning.js";

/**
 * The description with other facts; what is not about them stays as it is, to the letter.
 * @throws {DecodeError} for anything but a domain, {Fault} `invalid` for values that XML cannot carry
 */
export function changeDomain(text: string, facts: Partial<DomainFacts & DomainTuning>): string {
  return edited(text, (domain) => changedDomain(domain, facts));
}

/** The description with one device more. @param device its element @throws {Fault} `exists` when it has it already */
export function addDevice(text: string, device: string): string {
  return edited(text, (domain) => {
    const added = parseXml(device);
    if (findDevice(domain, added)) throw new Fault("exists", `the machine has this ${deviceWords(added)} already`);
    return changedDevices(domain, (devices) => [...devices, added]);
  });
}

/** The description without a device. @param device says which @throws {Fault} `absent` */
export function removeDevice(text: string, device: string): string {
  return edited(text, (domain) => {
    const found = soughtDevice(domain, parseXml(device));
    return changedDevices(domain, (devices) => devices.filter((node) => node !== found));
  });
}

/** The description with another device in the place of the one that `device` is about. @throws {Fault} `absent` */
export function replaceDevice(text: string, device: string): string {
  return edited(text, (domain) => {
    const wanted = parseXml(device);
    const found = soughtDevice(domain, wanted);
    return changedDevices(domain, (devices) => devices.map((node) => (node === found ? wanted : node)));
  });
}

/**
 * The text of the device that `device` is about: of the same kind, with the same target, MAC address or alias, or else all that it
 * says. @returns undefined when there is none
 */
export function deviceText(text: string, device: string): string | undefined {
  const source = readXmlSource(text);
  const found = findDevice(source.root, parseXml(device));
  const span = found && source.spanOf(found);
  return span && source.text.slice(span.start, span.end);
}

function edited(text: string, change: (domain: XmlElement) => XmlElement): string {
  const source = readXmlSource(text);
  const { local, namespace, name } = source.root;
  if (local !== "domain" || namespace !== "") throw new DecodeError(`<${name}> is not a domain`, 0);
  return rewriteXml(source, change(source.root));
}

function changedDevices(
  domain: XmlElement,
  change: (nodes: XmlElement["children"]) => XmlElement["children"],
): XmlElement {
  const devices = child(domain, "devices");
  const changed = { ...(devices ?? element("devices")), children: change(devices?.children ?? []) };
  const { children } = domain;
  return {
    ...domain,
    children: devices ? children.map((node) => (node === devices ? changed : node)) : [...children, changed],
  };
}

function soughtDevice(domain: XmlElement, device: XmlElement): XmlElement {
  const found = findDevice(domain, device);
  if (!found) throw new Fault("absent", `the machine has no such ${deviceWords(device)}`);
  return found;
}

function findDevice(domain: XmlElement, sought: XmlElement): XmlElement | undefined {
  const devices = childElements(child(domain, "devices") ?? element("devices"), sought.local, sought.namespace);
  const key = identity(sought);
  if (key !== undefined) return devices.find((device) => identity(device) === key || aliasOf(device) === key);
  const all = sayings(canonicalForm(sought));
  return devices.find((device) => {
    const said = sayings(canonicalForm(device));
    return all.every((one) => said.some((other) => isDeepStrictEqual(one, other)));
  });
}

/** What a device is known by. */
function identity(device: XmlElement): string | undefined {
  switch (device.local) {
    case "disk":
      return attribute(child(device, "target"), "dev");
    case "filesystem":
      return attribute(child(device, "target"), "dir");
    case "interface":
      return attribute(child(device, "mac"), "address")?.toLowerCase() ?? aliasOf(device);
    default:
      return aliasOf(device);
  }
}

function aliasOf(device: XmlElement): string | undefined {
  return attribute(child(device, "alias"), "name");
}

/** Every attribute and text of an element with its place. */
function sayings(of: XmlElement, path = ""): readonly string[] {
  return [
    ...of.attributes.map(({ name, value }) => `${path}/@${name}=${value}`),
    ...of.children.flatMap((node) =>
      typeof node === "string"
        ? [`${path}=${node}`]
        : [`${path}/${node.name}`, ...sayings(node, `${path}/${node.name}`)],
    ),
  ];
}

function deviceWords(device: XmlElement): string {
  const key = identity(device);
  return key === undefined ? device.local : `${device.local} ${key}`;
}
