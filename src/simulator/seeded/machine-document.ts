import { element, type XmlElement } from "../../codec/xml/element.js";
import { driverProfiles } from "../host/driver-profile.js";
import type { MachineFacts } from "../machine/machine-facts.js";
import { textElement } from "../machine/tree-edit.js";
import { diskElement, filesystemElement, interfaceElement, onEvents } from "./device-elements.js";
import { openvzBody } from "./openvz-document.js";
import { xenBody } from "./xen-document.js";

/** The inactive document of a seeded machine, in the shape libvirt 9.0 gives to one that was defined with its defaults. */
export function machineDocument(facts: MachineFacts): XmlElement {
  const current = facts.vcpuCount === facts.vcpuMaximum ? {} : { current: String(facts.vcpuCount) };
  return element("domain", { type: facts.type }, [
    textElement("name", facts.name),
    textElement("uuid", facts.uuid),
    facts.title === undefined ? undefined : textElement("title", facts.title),
    facts.osinfoId === undefined ? undefined : osinfo(facts.osinfoId),
    textElement("memory", facts.memoryKiB, { unit: "KiB" }),
    textElement("currentMemory", facts.currentMemoryKiB, { unit: "KiB" }),
    memoryLimits(facts),
    textElement("vcpu", facts.vcpuMaximum, { placement: "static", ...current }),
    ...(bodies[facts.type] ?? virtualMachineBody)(facts),
  ]);
}

/** By the type of the domain; QEMU's driver has several. */
const bodies: Readonly<Record<string, (facts: MachineFacts) => readonly XmlElement[]>> = {
  lxc: containerBody,
  xen: xenBody,
  openvz: openvzBody,
};

function memoryLimits({ hardLimitKiB, softLimitKiB }: MachineFacts): XmlElement | undefined {
  if (hardLimitKiB === undefined && softLimitKiB === undefined) return undefined;
  const limit = (name: string, amount: number | undefined) =>
    amount === undefined ? undefined : textElement(name, amount, { unit: "KiB" });
  return element("memtune", {}, [limit("hard_limit", hardLimitKiB), limit("soft_limit", softLimitKiB)]);
}

function osinfo(id: string): XmlElement {
  const namespace = "http://libosinfo.org/xmlns/libvirt/domain/1.0";
  const os = element("libosinfo:os", { id }, [], namespace);
  return element("metadata", {}, [element("libosinfo:libosinfo", {}, [os], namespace)]);
}

function containerBody(facts: MachineFacts): readonly XmlElement[] {
  return [
    element("os", {}, [
      textElement("type", "exe", { arch: facts.architecture ?? "x86_64" }),
      textElement("init", facts.init ?? "/sbin/init"),
    ]),
    element("clock", { offset: "utc" }),
    ...onEvents("destroy"),
    element("devices", {}, [
      textElement("emulator", driverProfiles.lxc.emulator ?? ""),
      ...facts.filesystems.map(filesystemElement),
      ...facts.interfaces.map((nic) => interfaceElement(nic)),
      element("console", { type: "pty" }, [element("target", { type: "lxc", port: 0 })]),
    ]),
  ];
}

function virtualMachineBody(facts: MachineFacts): readonly XmlElement[] {
  const cpu =
    facts.type === "kvm"
      ? element("cpu", { mode: "host-passthrough", check: "none", migratable: "on" })
      : element("cpu", { mode: "custom", match: "exact", check: "none" }, [
          textElement("model", "qemu64", { fallback: "forbid" }),
        ]);
  return [
    element("os", {}, [
      textElement("type", "hvm", { arch: facts.architecture ?? "x86_64", machine: facts.machineType ?? "pc-q35-7.2" }),
      element("boot", { dev: "hd" }),
    ]),
    element("features", {}, [element("acpi"), element("apic")]),
    cpu,
    element("clock", { offset: "utc" }, [
      element("timer", { name: "rtc", tickpolicy: "catchup" }),
      element("timer", { name: "pit", tickpolicy: "delay" }),
      element("timer", { name: "hpet", present: "no" }),
    ]),
    ...onEvents("destroy"),
    element("pm", {}, [element("suspend-to-mem", { enabled: "no" }), element("suspend-to-disk", { enabled: "no" })]),
    element("devices", {}, virtualMachineDevices(facts)),
  ];
}

/** Every device but the SATA ones sits alone behind its own port, in the order in which libvirt hands out addresses. */
function virtualMachineDevices(facts: MachineFacts): readonly XmlElement[] {
  let bus = 0;
  const nextBus = (): XmlElement => {
    bus += 1;
    return pciAddress(bus, 0, 0);
  };
  const interfaces = facts.interfaces.map((nic) => interfaceElement(nic, nextBus()));
  const usb = element("controller", { type: "usb", index: 0, model: "qemu-xhci" }, [nextBus()]);
  const serial = element("controller", { type: "virtio-serial", index: 0 }, [nextBus()]);
  let sataUnit = 0;
  const disks = facts.disks.map((disk) => {
    if (disk.bus === "virtio") return diskElement(disk, nextBus());
    sataUnit += 1;
    return diskElement(disk, driveAddress(sataUnit - 1));
  });
  const balloon = element("memballoon", { model: "virtio" }, [element("stats", { period: 5 }), nextBus()]);
  const rng = element("rng", { model: "virtio" }, [
    textElement("backend", "/dev/urandom", { model: "random" }),
    nextBus(),
  ]);
  const ports = Array.from({ length: bus + 1 }, (_, port) => rootPort(port));
  return [
    textElement("emulator", driverProfiles.qemu.emulator ?? ""),
    ...disks,
    usb,
    element("controller", { type: "sata", index: 0 }, [pciAddress(0, 0x1f, 2)]),
    element("controller", { type: "pci", index: 0, model: "pcie-root" }),
    ...ports,
    serial,
    ...interfaces,
    element("serial", { type: "pty" }, [
      element("target", { type: "isa-serial", port: 0 }, [element("model", { name: "isa-serial" })]),
    ]),
    element("console", { type: "pty" }, [element("target", { type: "serial", port: 0 })]),
    element("channel", { type: "unix" }, [
      element("target", { type: "virtio", name: "org.qemu.guest_agent.0" }),
      element("address", { type: "virtio-serial", controller: 0, bus: 0, port: 1 }),
    ]),
    element("input", { type: "tablet", bus: "usb" }, [element("address", { type: "usb", bus: 0, port: 1 })]),
    element("input", { type: "mouse", bus: "ps2" }),
    element("input", { type: "keyboard", bus: "ps2" }),
    element("graphics", { type: "vnc", port: -1, autoport: "yes" }, [element("listen", { type: "address" })]),
    element("audio", { id: 1, type: "none" }),
    element("video", {}, [
      element("model", { type: "vga", vram: 16384, heads: 1, primary: "yes" }),
      pciAddress(0, 1, 0),
    ]),
    balloon,
    rng,
  ];
}

function rootPort(port: number): XmlElement {
  const slot = 2 + Math.floor(port / 8);
  const address = pciAddress(0, slot, port % 8);
  return element("controller", { type: "pci", index: port + 1, model: "pcie-root-port" }, [
    element("model", { name: "pcie-root-port" }),
    element("target", { chassis: port + 1, port: `0x${(0x10 + port).toString(16)}` }),
    port % 8 === 0 ? element("address", { ...attributesOf(address), multifunction: "on" }) : address,
  ]);
}

function attributesOf(of: XmlElement): Record<string, string> {
  return Object.fromEntries(of.attributes.map(({ name, value }) => [name, value]));
}

function pciAddress(bus: number, slot: number, func: number): XmlElement {
  const hex = (value: number): string => `0x${value.toString(16).padStart(2, "0")}`;
  return element("address", { type: "pci", domain: "0x0000", bus: hex(bus), slot: hex(slot), function: `0x${func}` });
}

function driveAddress(unit: number): XmlElement {
  return element("address", { type: "drive", controller: 0, bus: 0, target: 0, unit });
}
