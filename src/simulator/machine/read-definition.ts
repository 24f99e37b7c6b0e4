import { DecodeError } from "../../base/fault.js";
import type { Random } from "../../base/random.js";
import { attribute, child, element, textOf, type XmlElement } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import { type DomainFacts, readDomain } from "../../protocol/libvirt/document/domain.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { DriverProfile } from "../host/driver-profile.js";
import { seededMac, seededUuid } from "../time/seed.js";
import { documentText, MachineDefinition } from "./machine-definition.js";
import {
  mapChildren,
  textElement,
  withAmounts,
  withAttribute,
  withChild,
  withoutAttribute,
  withoutChild,
  withoutLayout,
} from "./tree-edit.js";

/** Names become names of files. */
const MAXIMUM_NAME = 255;

/**
 * Reads a document that a client hands in, and completes it with what libvirt fills in: UUID, MAC addresses, current amounts,
 * defaults. Elements that only a running machine has are dropped.
 * @throws {Fault} the fault of a libvirt error, for documents that libvirt would not take
 */
export function readDefinition(xml: string, profile: DriverProfile, random: Random): MachineDefinition {
  try {
    const root = parseXml(xml);
    if (root.name === "domain" && !child(root, "name")) {
      throw libvirtFault("NO_NAME", "missing domain name information", XML_DOMAIN);
    }
    const given = readDomain(xml);
    check(given, profile);
    const tree = completed(withoutLayout(given.tree), given, profile, random);
    const facts = readDomain(documentText(tree));
    return new MachineDefinition({ ...facts, uuid: facts.uuid ?? "", id: undefined }, () => tree);
  } catch (error) {
    if (error instanceof DecodeError) throw libvirtFault("XML_ERROR", `XML error: ${error.message}`, XML_DOMAIN);
    throw error;
  }
}

/** The number of the part of libvirt that reads documents. */
const XML_DOMAIN = 20;

function check(facts: DomainFacts, profile: DriverProfile): void {
  const refuse = (message: string): never => {
    throw libvirtFault("XML_ERROR", `XML error: ${message}`, XML_DOMAIN);
  };
  if (!profile.domainTypes.includes(facts.type)) {
    throw libvirtFault(
      "INVALID_ARG",
      `invalid argument: no emulator here runs domains of type '${facts.type}'`,
      profile.errorDomain,
    );
  }
  if (facts.osType === undefined) refuse("an os type must be specified");
  if (!profile.osTypes.includes(facts.osType ?? "")) {
    throw libvirtFault(
      "CONFIG_UNSUPPORTED",
      `unsupported configuration: os type '${facts.osType}' is not offered by this hypervisor`,
      profile.errorDomain,
    );
  }
  if (facts.name.includes("/") || facts.name.includes("\n") || Buffer.byteLength(facts.name) > MAXIMUM_NAME) {
    refuse("name must not contain '/' or line breaks and is limited in length");
  }
  const numbered = profile.idsFrom === "names";
  if (numbered && !/^[1-9]\d{0,8}$/.test(facts.name)) {
    throw libvirtFault("INTERNAL_ERROR", "internal error: Could not convert domain name to VEID", profile.errorDomain);
  }
  if (facts.memoryKiB < 1 && !numbered) refuse("memory must be larger than zero");
  if (facts.vcpuMaximum < 1 || facts.vcpuMaximum > 288) refuse("the number of vCPUs is out of range");
  if (facts.vcpuCount < 1 || facts.vcpuCount > facts.vcpuMaximum) refuse("current vCPUs exceed the maximum");
}

function completed(tree: XmlElement, facts: DomainFacts, profile: DriverProfile, random: Random): XmlElement {
  const uuid = facts.uuid ?? seededUuid(random);
  const running = ["resource", "seclabel"];
  const plain = mapChildren(withoutAttribute(tree, "id"), (part) => (running.includes(part.name) ? undefined : part));
  const steps: readonly ((domain: XmlElement) => XmlElement)[] = [
    (domain) => withChild(domain, textElement("uuid", uuid), ["name"]),
    (domain) => withDefault(domain, textElement("vcpu", 1), ["memory", "currentMemory"]),
    (domain) => withAmounts(domain, facts),
    (domain) =>
      mapChildren(domain, (part) => {
        if (part.name === "vcpu") return withDefaultAttribute(part, "placement", "static");
        return part.name === "os" ? completedOs(part, profile) : part;
      }),
    (domain) => withDefault(domain, element("clock", { offset: "utc" }), ["os", "features", "cpu"]),
    (domain) => withDefault(domain, textElement("on_poweroff", "destroy"), ["clock"]),
    (domain) => withDefault(domain, textElement("on_reboot", "restart"), ["on_poweroff"]),
    (domain) => withDefault(domain, textElement("on_crash", "destroy"), ["on_reboot"]),
    (domain) => withDefault(domain, element("devices"), ["on_crash", "pm"]),
    (domain) =>
      mapChildren(domain, (part) => (part.name === "devices" ? completedDevices(part, profile, random) : part)),
  ];
  return steps.reduce((domain, step) => step(domain), plain);
}

function withDefault(of: XmlElement, fallback: XmlElement, after: readonly string[]): XmlElement {
  return child(of, fallback.name) ? of : withChild(of, fallback, after);
}

/** The machine types that QEMU's short names stand for. */
const canonicalMachines: ReadonlyMap<string, string> = new Map([
  ["pc", "pc-i440fx-7.2"],
  ["q35", "pc-q35-7.2"],
]);

function completedOs(os: XmlElement, profile: DriverProfile): XmlElement {
  return mapChildren(os, (part) => {
    if (part.name !== "type") return part;
    const typed = withDefaultAttribute(part, "arch", "x86_64");
    if (profile.type === "Xen") {
      return withDefaultAttribute(typed, "machine", textOf(typed) === "hvm" ? "xenfv" : "xenpv");
    }
    if (profile.type !== "QEMU") return typed;
    const machine = attribute(typed, "machine") ?? "pc";
    return withAttribute(typed, "machine", canonicalMachines.get(machine) ?? machine);
  });
}

function completedDevices(devices: XmlElement, profile: DriverProfile, random: Random): XmlElement {
  const given = mapChildren(devices, (device) => {
    const plain = withoutChild(device, "alias");
    switch (device.name) {
      case "interface":
        return withDefault(withoutTap(plain), element("mac", { address: seededMac(random, profile.macPrefix) }), []);
      case "disk":
        return completedDisk(plain, profile);
      case "filesystem":
        return attribute(plain, "accessmode") === undefined ? withAttribute(plain, "accessmode", "passthrough") : plain;
      case "console":
        return profile.type === "LXC" ? withDefault(plain, element("target", { type: "lxc", port: 0 }), []) : plain;
      default:
        return plain;
    }
  });
  const whole = profile.type === "Xen" ? withXenDevices(given) : given;
  return profile.emulator === undefined || child(whole, "emulator")
    ? whole
    : { ...whole, children: [textElement("emulator", profile.emulator), ...whole.children] };
}

/** What every guest of Xen has. */
function withXenDevices(devices: XmlElement): XmlElement {
  const console = element("console", { type: "pty" }, [element("target", { type: "xen", port: 0 })]);
  const bus = withDefault(devices, element("controller", { type: "xenbus", index: 0 }), ["disk"]);
  return withDefault(withDefault(bus, console, ["interface", "controller"]), element("memballoon", { model: "xen" }), [
    "console",
  ]);
}

/** The host's names for devices are chosen anew at each start. */
function withoutTap(nic: XmlElement): XmlElement {
  const tap = attribute(child(nic, "target"), "dev");
  return tap !== undefined && /^(vnet|vif|macvtap)/.test(tap) ? withoutChild(nic, "target") : nic;
}

function completedDisk(disk: XmlElement, profile: DriverProfile): XmlElement {
  const target = child(disk, "target");
  const bus = attribute(target, "bus") ?? busOf(attribute(target, "dev") ?? "");
  const bused = target ? withChild(disk, withAttribute(target, "bus", bus)) : disk;
  const typed = withDefaultAttribute(withDefaultAttribute(bused, "type", "file"), "device", "disk");
  const readOnly = attribute(typed, "device") === "cdrom" ? withDefault(typed, element("readonly"), ["target"]) : typed;
  const name = profile.type === "Xen" && attribute(typed, "type") === "block" ? "phy" : "qemu";
  return withDefault(readOnly, element("driver", { name, type: "raw" }), []);
}

function withDefaultAttribute(of: XmlElement, name: string, value: string): XmlElement {
  return attribute(of, name) === undefined ? withAttribute(of, name, value) : of;
}

/** The bus that a target's name stands for. */
function busOf(target: string): string {
  if (target.startsWith("vd")) return "virtio";
  if (target.startsWith("xvd")) return "xen";
  if (target.startsWith("hd")) return "ide";
  return target.startsWith("fd") ? "fdc" : "scsi";
}
