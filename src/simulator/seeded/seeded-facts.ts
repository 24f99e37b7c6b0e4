import type { DomainDisk } from "../../protocol/libvirt/document/domain-disk.js";
import type { DomainFilesystem } from "../../protocol/libvirt/document/domain-filesystem.js";
import type { DomainInterface } from "../../protocol/libvirt/document/domain-interface.js";
import type { MachineFacts } from "../machine/machine-facts.js";

export const GIB_KIB = 1024 * 1024;

// Ten thousand machines are made at once, and an object spread costs twenty microseconds where a literal costs none.

type Undecided = "id" | "description" | "pluggableMemoryKiB" | "hardLimitKiB" | "softLimitKiB" | "guaranteedKiB";

/** The facts of a seeded machine. */
export function factsOf(
  decided: Omit<MachineFacts, Undecided> & { readonly hardLimitKiB?: number; readonly softLimitKiB?: number },
): MachineFacts {
  return {
    id: undefined,
    type: decided.type,
    name: decided.name,
    uuid: decided.uuid,
    title: decided.title,
    description: undefined,
    osType: decided.osType,
    architecture: decided.architecture,
    machineType: decided.machineType,
    init: decided.init,
    osinfoId: decided.osinfoId,
    memoryKiB: decided.memoryKiB,
    currentMemoryKiB: decided.currentMemoryKiB,
    pluggableMemoryKiB: undefined,
    hardLimitKiB: decided.hardLimitKiB,
    softLimitKiB: decided.softLimitKiB,
    guaranteedKiB: undefined,
    vcpuMaximum: decided.vcpuMaximum,
    vcpuCount: decided.vcpuCount,
    disks: decided.disks,
    filesystems: decided.filesystems,
    interfaces: decided.interfaces,
  };
}

/** A raw file on a virtio bus, but for what is said. */
export function diskOf(said: Partial<DomainDisk> & Pick<DomainDisk, "target" | "source">): DomainDisk {
  return {
    type: said.type ?? "file",
    device: said.device ?? "disk",
    driver: said.driver ?? "qemu",
    format: said.format ?? "raw",
    source: said.source,
    pool: said.pool,
    protocol: said.protocol,
    hosts: said.hosts ?? [],
    target: said.target,
    bus: said.bus ?? "virtio",
    readOnly: said.readOnly ?? false,
    serial: undefined,
  };
}

/** A folder, a template or memory in a container. */
export function filesystemOf(
  type: string,
  source: string | undefined,
  target: string,
  readOnly: boolean,
): DomainFilesystem {
  return { type, driver: undefined, format: undefined, source, pool: undefined, target, readOnly };
}

/** On the bridge that is said, else on the network. */
export function interfaceOf(said: Partial<DomainInterface>): DomainInterface {
  return {
    type: said.type ?? (said.bridge === undefined ? "network" : "bridge"),
    mac: said.mac,
    model: said.model,
    target: said.target,
    guestDevice: said.guestDevice,
    network: said.network,
    bridge: said.bridge,
    device: undefined,
  };
}
