import { DecodeError } from "../base/fault.js";
import type { HostFacts } from "../inventory/host.js";
import { type CapabilitiesDocument, offers, readCapabilities } from "../protocol/libvirt/document/capabilities.js";
import type { Connection } from "./connection.js";
import type { LibvirtDriver } from "./hypervisor.js";
import { orUndefined } from "./outcome.js";

/** What the gateway's own computer can tell, when the host is on it. */
export interface LocalComputer {
  /** Wall time of the kernel's start, milliseconds. */
  bootTime(): Promise<number | undefined>;
  /** `ifIndex` of network devices by name. */
  interfaceIndexes(): Promise<ReadonlyMap<string, number>>;
  /** IPv4 addresses of what is connected to it, by MAC address in lower case. */
  neighbours(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Asks a host what it is. @param now wall time, for a host whose start nobody knows */
export async function readHostFacts(
  connection: Connection,
  hypervisor: LibvirtDriver,
  local: LocalComputer | undefined,
  now: number,
): Promise<HostFacts> {
  const [info, cpus, document, bootTime] = await Promise.all([
    orUndefined(connection.call("nodeGetInfo", {})),
    orUndefined(connection.call("nodeGetCpuMap", { needMap: 0, needOnline: 0, flags: 0 })),
    orUndefined(connection.call("connectGetCapabilities", {})),
    local?.bootTime(),
  ]);
  const capabilities = (document && tolerantly(document.capabilities)) ?? noCapabilities;
  const kvm = offers(capabilities, "kvm");
  return {
    driver: connection.opened.type,
    kvm,
    technology: hypervisor.technology === "qemu" && kvm ? "kvm" : hypervisor.technology,
    hypervisorVersion: connection.opened.version,
    libvirtVersion: connection.opened.libvirtVersion,
    hostname: connection.opened.hostname ?? connection.opened.uri,
    nodeUuid: capabilities.hostUuid,
    architecture: capabilities.architecture ?? (info?.model || undefined),
    cpuModel: capabilities.cpuModel,
    cpuCount: info?.cpus,
    physicalCpuCount: cpus ? cpus.ret : info && info.nodes * info.sockets * info.cores * info.threads,
    memoryKiB: info && Number(info.memory),
    local: local !== undefined,
    upSince: bootTime ?? now,
  };
}

/** A host whose capabilities cannot be read is still worth watching. */
function tolerantly(text: string): CapabilitiesDocument | undefined {
  try {
    return readCapabilities(text);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

const noCapabilities: CapabilitiesDocument = {
  hostUuid: undefined,
  architecture: undefined,
  cpuModel: undefined,
  cpuVendor: undefined,
  guests: [],
  cells: [],
};
