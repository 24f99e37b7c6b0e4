import type { DiskDescription, DiskDevice, DiskSource, NicDescription } from "../inventory/device.js";
import type { MachineFacts, Technology } from "../inventory/machine.js";
import type { DomainDocument } from "../protocol/libvirt/document/domain.js";
import { type DomainDisk, diskSourceText } from "../protocol/libvirt/document/domain-disk.js";
import type { DomainFilesystem } from "../protocol/libvirt/document/domain-filesystem.js";
import type { DomainInterface } from "../protocol/libvirt/document/domain-interface.js";
import { detached } from "./detached.js";
import type { LibvirtDriver } from "./hypervisor.js";
import { diskLimitsOf, interfaceLimitsOf, limitsOf } from "./limits-view.js";
import { agentOf, notesOf } from "./notes-view.js";

/** What the inventory takes from a domain's document. */
export interface DomainView {
  readonly facts: Pick<
    MachineFacts,
    | "name"
    | "title"
    | "description"
    | "notes"
    | "kind"
    | "technology"
    | "osType"
    | "vcpuCount"
    | "vcpuMaximum"
    | "memoryKiB"
    | "memoryMaximumKiB"
    | "memoryMinimumKiB"
    | "limits"
    | "agent"
  >;
  readonly disks: readonly DiskDescription[];
  readonly nics: readonly NicDescription[];
}

/** libvirt's largest limit, which means none. */
const UNLIMITED_KIB = Number.MAX_SAFE_INTEGER;

export function domainView(document: DomainDocument, hypervisor: LibvirtDriver): DomainView {
  const memory = memoryOf(document, hypervisor);
  const view = detached({
    facts: {
      name: document.name,
      title: document.title,
      description: document.description,
      notes: notesOf(document),
      kind: hypervisor.kind,
      technology: technologyOf(document, hypervisor),
      osType: document.osinfoId ?? document.osType,
      vcpuCount: document.vcpuCount,
      vcpuMaximum: document.vcpuMaximum,
      memoryMinimumKiB: document.guaranteedKiB,
      agent: agentOf(document),
      ...memory,
    },
    disks: [
      ...document.disks.map(diskOf),
      // A virtual machine's shared folders are not its disks: their target is a tag, not a mount point.
      ...(hypervisor.kind === "container" ? document.filesystems.map(filesystemOf) : []),
    ],
    nics: document.interfaces.flatMap(nicOf),
  });
  return { ...view, facts: { limits: limitsOf(document), ...view.facts } };
}

function technologyOf(document: DomainDocument, hypervisor: LibvirtDriver): Technology {
  if (hypervisor.technology === "qemu" && document.type === "kvm") return "kvm";
  return hypervisor.technology;
}

/** OpenVZ's driver always says 0; what its containers can have is in their limits. */
function memoryOf(
  document: DomainDocument,
  hypervisor: LibvirtDriver,
): { memoryKiB: number | undefined; memoryMaximumKiB: number | undefined } {
  if (hypervisor.technology !== "openvz" || document.memoryKiB > 0) {
    return { memoryKiB: document.currentMemoryKiB, memoryMaximumKiB: document.memoryKiB };
  }
  const limits = [document.hardLimitKiB, document.softLimitKiB].filter(
    (limit) => limit !== undefined && limit < UNLIMITED_KIB,
  );
  return { memoryKiB: limits[0], memoryMaximumKiB: limits[0] };
}

const diskSources: ReadonlySet<string> = new Set<DiskSource>([
  "file",
  "block",
  "network",
  "volume",
  "dir",
  "nvme",
  "vhostuser",
]);
const diskDevices: ReadonlySet<string> = new Set<DiskDevice>(["disk", "lun", "cdrom", "floppy"]);

function diskOf(disk: DomainDisk): DiskDescription {
  const path = diskSourceText(disk);
  return {
    target: disk.target,
    device: diskDevices.has(disk.device) ? (disk.device as DiskDevice) : "disk",
    source: path !== undefined && diskSources.has(disk.type) ? (disk.type as DiskSource) : "none",
    format: disk.type === "network" ? (disk.protocol ?? disk.format) : disk.format,
    path,
    bus: disk.bus,
    readOnly: disk.readOnly || disk.device === "cdrom",
    limits: diskLimitsOf(disk),
  };
}

const filesystemSources: Readonly<Record<string, DiskSource>> = {
  mount: "dir",
  bind: "dir",
  template: "dir",
  file: "file",
  block: "block",
  volume: "volume",
};

function filesystemOf(filesystem: DomainFilesystem): DiskDescription {
  const { pool, source } = filesystem;
  return {
    target: filesystem.target,
    device: "filesystem",
    source: (source !== undefined && filesystemSources[filesystem.type]) || "none",
    format: filesystem.format,
    path: pool !== undefined && source !== undefined ? `${pool}/${source}` : source,
    bus: undefined,
    readOnly: filesystem.readOnly,
    limits: undefined,
  };
}

const nicKinds: ReadonlySet<string> = new Set<NicDescription["sourceKind"]>([
  "network",
  "bridge",
  "direct",
  "user",
  "ethernet",
]);

/** An interface that has no address cannot be told from others. */
function nicOf(nic: DomainInterface): readonly NicDescription[] {
  if (nic.mac === undefined) return [];
  return [
    {
      mac: nic.mac,
      model: nic.model,
      target: nic.target,
      source: nic.type === "bridge" ? nic.bridge : (nic.network ?? nic.device),
      sourceKind: nicKinds.has(nic.type) ? (nic.type as NicDescription["sourceKind"]) : "other",
      bridge: nic.type === "network" ? nic.bridge : undefined,
      limits: interfaceLimitsOf(nic),
    },
  ];
}
