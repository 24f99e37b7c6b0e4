import { element, type XmlElement } from "../../codec/xml/element.js";
import { documentText } from "../machine/machine-definition.js";
import { textElement } from "../machine/tree-edit.js";
import type { SimulatedDriver } from "./driver-profile.js";
import { driverProfiles } from "./driver-profile.js";
import type { SimulatedNode } from "./simulated-node.js";

/**
 * The capabilities document of a host. QEMU's and LXC's drivers tell the UUID of their computer, QEMU's and Xen's know its
 * processor.
 */
export function capabilitiesText(driver: SimulatedDriver, node: SimulatedNode): string {
  return documentText(element("capabilities", {}, [hostElement(driver, node), ...guests[driver]]));
}

function hostElement(driver: SimulatedDriver, node: SimulatedNode): XmlElement {
  const processor = [
    textElement("model", node.cpuModel),
    textElement("vendor", "AMD"),
    element("topology", { sockets: node.sockets, dies: 1, cores: node.coresPerSocket, threads: node.threadsPerCore }),
    ...["x2apic", "hypervisor", "topoext", "svm"].map((name) => element("feature", { name })),
  ];
  const pages = [4, 2048, 1_048_576].map((size) => element("pages", { unit: "KiB", size }));
  const linux = driver === "qemu" || driver === "lxc";
  return element("host", {}, [
    linux ? textElement("uuid", node.uuid) : undefined,
    element("cpu", {}, [
      textElement("arch", "x86_64"),
      ...(driver === "qemu" || driver === "xen" ? processor : []),
      ...(linux ? pages : []),
    ]),
    linux ? element("power_management") : undefined,
    linux ? element("iommu", { support: "no" }) : undefined,
    migration[driver],
    driver === "xen" ? textElement("netprefix", "vif") : undefined,
    element("topology", {}, [cellsElement(node)]),
    linux ? element("secmodel", {}, [textElement("model", "none"), textElement("doi", 0)]) : undefined,
  ]);
}

const migrationOver = (...transports: readonly string[]): XmlElement =>
  element("migration_features", {}, [
    element("live"),
    element(
      "uri_transports",
      {},
      transports.map((one) => textElement("uri_transport", one)),
    ),
  ]);

const migration: Readonly<Record<SimulatedDriver, XmlElement | undefined>> = {
  qemu: migrationOver("tcp", "rdma"),
  lxc: undefined,
  xen: migrationOver("xenmigr"),
  openvz: undefined,
};

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

function xenGuest(osType: "xen" | "hvm", machine: string): XmlElement {
  const features = element("features", {}, [element("acpi", { default: "on", toggle: "yes" }), element("pae")]);
  return element("guest", {}, [
    textElement("os_type", osType),
    element("arch", { name: "x86_64" }, [
      textElement("wordsize", 64),
      osType === "hvm" ? textElement("emulator", "/usr/bin/qemu-system-i386") : undefined,
      osType === "hvm" ? textElement("loader", "/usr/lib/xen-4.17/boot/hvmloader") : undefined,
      textElement("machine", machine),
      element("domain", { type: "xen" }),
    ]),
    osType === "hvm" ? features : undefined,
  ]);
}

const openvzGuest = element("guest", {}, [
  textElement("os_type", "exe"),
  element("arch", { name: "x86_64" }, [textElement("wordsize", 64), element("domain", { type: "openvz" })]),
]);

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

const guests: Readonly<Record<SimulatedDriver, readonly XmlElement[]>> = {
  qemu: ["i686", "x86_64"].map(virtualGuest),
  lxc: ["x86_64", "i686"].map(containerGuest),
  xen: [xenGuest("xen", "xenpv"), xenGuest("hvm", "xenfv")],
  openvz: [openvzGuest],
};
