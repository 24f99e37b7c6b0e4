import { element, type XmlElement } from "../codec/xml/element.js";
import type { SimulatedDriver } from "./driver-profile.js";
import { driverProfiles } from "./driver-profile.js";
import { documentText } from "./machine-definition.js";
import type { SimulatedNode } from "./simulated-node.js";
import { textElement } from "./tree-edit.js";

/** The capabilities document of a host. Both drivers of one computer tell the same UUID; only QEMU's knows the processor. */
export function capabilitiesText(driver: SimulatedDriver, node: SimulatedNode): string {
  const guests = driver === "lxc" ? ["x86_64", "i686"].map(containerGuest) : ["i686", "x86_64"].map(virtualGuest);
  return documentText(element("capabilities", {}, [hostElement(driver, node), ...guests]));
}

function hostElement(driver: SimulatedDriver, node: SimulatedNode): XmlElement {
  const processor = [
    textElement("model", node.cpuModel),
    textElement("vendor", "AMD"),
    element("topology", { sockets: node.sockets, dies: 1, cores: node.coresPerSocket, threads: node.threadsPerCore }),
    ...["x2apic", "hypervisor", "topoext", "svm"].map((name) => element("feature", { name })),
  ];
  return element("host", {}, [
    textElement("uuid", node.uuid),
    element("cpu", {}, [
      textElement("arch", "x86_64"),
      ...(driver === "qemu" ? processor : []),
      ...[4, 2048, 1_048_576].map((size) => element("pages", { unit: "KiB", size })),
    ]),
    element("power_management"),
    element("iommu", { support: "no" }),
    driver === "qemu" ? migrationFeatures : undefined,
    element("topology", {}, [cellsElement(node)]),
    element("secmodel", {}, [textElement("model", "none"), textElement("doi", 0)]),
  ]);
}

const migrationFeatures = element("migration_features", {}, [
  element("live"),
  element("uri_transports", {}, [textElement("uri_transport", "tcp"), textElement("uri_transport", "rdma")]),
]);

function cellsElement(node: SimulatedNode): XmlElement {
  const perSocket = node.coresPerSocket * node.threadsPerCore;
  const cpus = Array.from({ length: node.cpuCount }, (_, id) => {
    const core = Math.floor((id % perSocket) / node.threadsPerCore);
    const first = id - (id % node.threadsPerCore);
    const siblings = node.threadsPerCore > 1 ? `${first}-${first + node.threadsPerCore - 1}` : String(id);
    return element("cpu", { id, socket_id: Math.floor(id / perSocket), die_id: 0, core_id: core, siblings });
  });
  return element("cells", { num: 1 }, [
    element("cell", { id: 0 }, [
      textElement("memory", node.memoryKiB, { unit: "KiB" }),
      element("cpus", { num: node.cpuCount }, cpus),
    ]),
  ]);
}

function containerGuest(architecture: string): XmlElement {
  return element("guest", {}, [
    textElement("os_type", "exe"),
    element("arch", { name: architecture }, [
      textElement("wordsize", architecture === "i686" ? 32 : 64),
      textElement("emulator", driverProfiles.lxc.emulator ?? ""),
      element("domain", { type: "lxc" }),
    ]),
  ]);
}

function virtualGuest(architecture: string): XmlElement {
  const machines = [
    textElement("machine", "pc-i440fx-7.2", { maxCpus: "255" }),
    textElement("machine", "pc", { canonical: "pc-i440fx-7.2", maxCpus: "255" }),
    textElement("machine", "pc-q35-7.2", { maxCpus: "288" }),
    textElement("machine", "q35", { canonical: "pc-q35-7.2", maxCpus: "288" }),
  ];
  return element("guest", {}, [
    textElement("os_type", "hvm"),
    element("arch", { name: architecture }, [
      textElement("wordsize", architecture === "i686" ? 32 : 64),
      textElement("emulator", `/usr/bin/qemu-system-${architecture === "i686" ? "i386" : architecture}`),
      ...machines,
      element("domain", { type: "qemu" }),
      element("domain", { type: "kvm" }),
    ]),
    element("features", {}, [
      element("acpi", { default: "on", toggle: "yes" }),
      element("apic", { default: "on", toggle: "no" }),
      element("cpuselection"),
      element("deviceboot"),
      element("disksnapshot", { default: "on", toggle: "no" }),
    ]),
  ]);
}
