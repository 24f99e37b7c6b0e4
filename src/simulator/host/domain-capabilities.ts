import { element, type XmlElement } from "../../codec/xml/element.js";
import { documentText } from "../machine/machine-definition.js";
import { textElement } from "../machine/tree-edit.js";
import { driverProfiles } from "./driver-profile.js";
import type { SimulatedNode } from "./simulated-node.js";

/** What guests of one type may have. @param type `kvm` or `qemu` */
export function domainCapabilitiesText(node: SimulatedNode, type: string): string {
  const kvm = type === "kvm";
  return documentText(
    element("domainCapabilities", {}, [
      textElement("path", driverProfiles.qemu.emulator ?? ""),
      textElement("domain", kvm ? "kvm" : "qemu"),
      textElement("machine", "pc-q35-7.2"),
      textElement("arch", "x86_64"),
      element("vcpu", { max: 288 }),
      element("iothreads", { supported: "yes" }),
      element("os", { supported: "yes" }, [
        element("loader", { supported: "yes" }, [choice("type", "rom", "pflash"), choice("secure", "no")]),
      ]),
      element("cpu", {}, [
        element("mode", { name: "host-passthrough", supported: kvm ? "yes" : "no" }),
        element("mode", { name: "maximum", supported: "yes" }),
        element("mode", { name: "host-model", supported: "yes" }, [
          textElement("model", node.cpuModel, { fallback: "forbid" }),
          textElement("vendor", "AMD"),
        ]),
        element("mode", { name: "custom", supported: "yes" }, [
          textElement("model", "qemu64", { usable: "yes" }),
          textElement("model", node.cpuModel, { usable: kvm ? "yes" : "no" }),
        ]),
      ]),
      element("devices", {}, [
        element("disk", { supported: "yes" }, [
          choice("diskDevice", "disk", "cdrom", "floppy", "lun"),
          choice("bus", "fdc", "scsi", "virtio", "usb", "sata"),
        ]),
        element("graphics", { supported: "yes" }, [choice("type", "vnc")]),
        element("video", { supported: "yes" }, [choice("modelType", "vga", "cirrus", "virtio", "none")]),
        element("rng", { supported: "yes" }, [choice("model", "virtio"), choice("backendModel", "random")]),
      ]),
      element("features", {}, [element("gic", { supported: "no" }), element("sev", { supported: "no" })]),
    ]),
  );
}

function choice(name: string, ...values: readonly string[]): XmlElement {
  return element(
    "enum",
    { name },
    values.map((value) => textElement("value", value)),
  );
}
