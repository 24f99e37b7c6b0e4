import { element, type XmlElement } from "../../codec/xml/element.js";
import type { DomainDisk } from "../../protocol/libvirt/document/domain-disk.js";
import type { DomainFilesystem } from "../../protocol/libvirt/document/domain-filesystem.js";
import type { DomainInterface } from "../../protocol/libvirt/document/domain-interface.js";
import { textElement } from "../machine/tree-edit.js";

/** What is to happen when the guest powers off, reboots or crashes. */
export function onEvents(onCrash: string): readonly XmlElement[] {
  return [textElement("on_poweroff", "destroy"), textElement("on_reboot", "restart"), textElement("on_crash", onCrash)];
}

/** @param address where the guest finds it */
export function diskElement(disk: DomainDisk, address?: XmlElement): XmlElement {
  const discard = disk.format === "qcow2" ? "unmap" : undefined;
  return element("disk", { type: disk.type, device: disk.device }, [
    element("driver", { name: disk.driver, type: disk.format, discard }),
    diskSource(disk),
    element("target", { dev: disk.target, bus: disk.bus }),
    disk.readOnly ? element("readonly") : undefined,
    address,
  ]);
}

function diskSource(disk: DomainDisk): XmlElement | undefined {
  if (disk.source === undefined) return undefined;
  switch (disk.type) {
    case "block":
      return element("source", { dev: disk.source });
    case "volume":
      return element("source", { pool: disk.pool, volume: disk.source });
    case "network":
      return element(
        "source",
        { protocol: disk.protocol, name: disk.source },
        disk.hosts.map(({ name, port }) => element("host", { name, port })),
      );
    default:
      return element("source", { file: disk.source });
  }
}

export function interfaceElement(nic: DomainInterface, address?: XmlElement): XmlElement {
  return element("interface", { type: nic.type }, [
    element("mac", { address: nic.mac }),
    interfaceSource(nic),
    nic.target === undefined ? undefined : element("target", { dev: nic.target }),
    nic.guestDevice === undefined ? undefined : element("guest", { dev: nic.guestDevice }),
    nic.model === undefined ? undefined : element("model", { type: nic.model }),
    address,
  ]);
}

function interfaceSource(nic: DomainInterface): XmlElement | undefined {
  if (nic.type === "ethernet") return undefined;
  return element("source", nic.type === "bridge" ? { bridge: nic.bridge } : { network: nic.network });
}

export function filesystemElement(filesystem: DomainFilesystem): XmlElement {
  const { source: from } = filesystem;
  const sources: Readonly<Record<string, XmlElement>> = {
    ram: element("source", { usage: 65_536, units: "KiB" }),
    template: element("source", { name: from }),
  };
  const source = sources[filesystem.type] ?? element("source", { dir: from });
  return element("filesystem", { type: filesystem.type, accessmode: "passthrough" }, [
    source,
    element("target", { dir: filesystem.target }),
    filesystem.readOnly ? element("readonly") : undefined,
  ]);
}
