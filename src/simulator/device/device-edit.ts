import { attribute, child, childElements, childText, type XmlElement, type XmlNode } from "../../codec/xml/element.js";
import { withChild } from "../machine/tree-edit.js";

/** What tells a device of its kind from the others: a disk's target, an interface's address, a file system's mount point. */
function identityOf(device: XmlElement): string | undefined {
  switch (device.name) {
    case "disk":
      return attribute(child(device, "target"), "dev");
    case "interface":
      return attribute(child(device, "mac"), "address")?.toLowerCase();
    case "filesystem":
      return attribute(child(device, "target"), "dir");
    case "controller":
      return `${attribute(device, "type")} ${attribute(device, "index") ?? "0"}`;
    case "hostdev":
      return JSON.stringify(child(device, "source")?.children ?? []);
    case "channel":
      return attribute(child(device, "target"), "name");
    default:
      // There is one of each other kind that matters.
      return "";
  }
}

/** The device of a description that `like` means; an interface without an address means the only one there is. */
export function findDevice(domain: XmlElement, like: XmlElement): XmlElement | undefined {
  const same = childElements(child(domain, "devices") ?? domain, like.name);
  const identity = identityOf(like);
  if (like.name === "interface" && identity === undefined) return same.length === 1 ? same[0] : undefined;
  return same.find((device) => identityOf(device) === identity);
}

/** The device with a name that only running machines' devices have. */
export function deviceNamed(domain: XmlElement, alias: string): XmlElement | undefined {
  return childElements(child(domain, "devices") ?? domain).find((device) => aliasOf(device) === alias);
}

export function aliasOf(device: XmlElement): string | undefined {
  return attribute(child(device, "alias"), "name");
}

/** How people call a device. */
export function deviceWords(device: XmlElement): string {
  const target = attribute(child(device, "target"), "dev") ?? childText(device, "target") ?? identityOf(device);
  return target ? `${device.name} '${target}'` : device.name;
}

/** A description with one more device, after the last of its kind. */
export function withDevice(domain: XmlElement, device: XmlElement): XmlElement {
  return editDevices(domain, (devices) => {
    const place = devices.findLastIndex((node) => typeof node !== "string" && node.name === device.name);
    return place < 0 ? [...devices, device] : devices.toSpliced(place + 1, 0, device);
  });
}

export function withoutDevice(domain: XmlElement, device: XmlElement): XmlElement {
  return editDevices(domain, (devices) => devices.filter((node) => node !== device));
}

export function withDeviceChanged(domain: XmlElement, before: XmlElement, after: XmlElement): XmlElement {
  return editDevices(domain, (devices) => devices.map((node) => (node === before ? after : node)));
}

function editDevices(domain: XmlElement, edit: (devices: readonly XmlNode[]) => readonly XmlNode[]): XmlElement {
  const devices = child(domain, "devices");
  return devices ? withChild(domain, { ...devices, children: edit(devices.children) }) : domain;
}
