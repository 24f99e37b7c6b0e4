import { element, type XmlElement } from "../../codec/xml/element.js";
import type { MachineFacts } from "../machine/machine-facts.js";
import { textElement } from "../machine/tree-edit.js";
import { diskElement, interfaceElement, onEvents } from "./device-elements.js";

/** What follows the amounts in the document of a guest of Xen, or of Xen's own domain, which has no devices. */
export function xenBody(facts: MachineFacts): readonly XmlElement[] {
  const type = textElement("type", facts.osType ?? "linux", {
    arch: facts.architecture ?? "x86_64",
    machine: facts.machineType ?? "xenpv",
  });
  if (facts.disks.length === 0) {
    return [
      element("os", {}, [type]),
      element("clock", { offset: "utc", adjustment: "reset" }),
      ...onEvents("destroy"),
      element("devices", {}, [element("memballoon", { model: "xen" })]),
    ];
  }
  return facts.osType === "hvm" ? hardwareBody(facts, type) : paravirtualBody(facts, type);
}

function paravirtualBody(facts: MachineFacts, type: XmlElement): readonly XmlElement[] {
  return [
    textElement("bootloader", "pygrub"),
    element("os", {}, [type]),
    element("clock", { offset: "utc", adjustment: "reset" }),
    ...onEvents("destroy"),
    element("devices", {}, [
      ...facts.disks.map((disk) => diskElement(disk)),
      element("controller", { type: "xenbus", index: 0 }),
      ...facts.interfaces.map((nic) => interfaceElement(nic)),
      element("console", { type: "pty" }, [element("target", { type: "xen", port: 0 })]),
      element("memballoon", { model: "xen" }),
    ]),
  ];
}

function hardwareBody(facts: MachineFacts, type: XmlElement): readonly XmlElement[] {
  return [
    element("os", {}, [
      type,
      textElement("loader", "/usr/lib/xen-4.17/boot/hvmloader", { type: "rom" }),
      element("boot", { dev: "hd" }),
    ]),
    element("features", {}, [element("acpi"), element("apic"), element("pae")]),
    element("clock", { offset: "variable", adjustment: 0, basis: "utc" }),
    ...onEvents("destroy"),
    element("devices", {}, [
      textElement("emulator", "/usr/bin/qemu-system-i386"),
      ...facts.disks.map((disk, unit) =>
        diskElement(disk, element("address", { type: "drive", controller: 0, bus: 0, target: 0, unit })),
      ),
      element("controller", { type: "xenbus", index: 0 }),
      element("controller", { type: "ide", index: 0 }),
      ...facts.interfaces.map((nic) => interfaceElement(nic)),
      element("serial", { type: "pty" }, [element("target", { port: 0 })]),
      element("console", { type: "pty" }, [element("target", { type: "serial", port: 0 })]),
      element("input", { type: "mouse", bus: "ps2" }),
      element("input", { type: "keyboard", bus: "ps2" }),
      element("graphics", { type: "vnc", port: -1, autoport: "yes" }, [element("listen", { type: "address" })]),
      element("video", {}, [element("model", { type: "cirrus", vram: 8192, heads: 1, primary: "yes" })]),
      element("memballoon", { model: "xen" }),
    ]),
  ];
}
