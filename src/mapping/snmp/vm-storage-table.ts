import type { Disk } from "../../inventory/device.js";
import { vmStorageEntry } from "../../schema/generated/vm-mib.js";
import { bindTable, type ValueOf } from "../bind-table.js";
import { inUnits, microseconds, unitFor } from "./values.js";
import type { PartRow } from "./vm-scope.js";

type Columns = (typeof vmStorageEntry)["columns"];
type SourceType = ValueOf<Columns["vmStorageSourceType"]>;

/** vmStorageTable: one conceptual row per disk or file system of a machine. @see RFC 7666, object vmStorageTable */
export const vmStorageTable = bindTable<PartRow<Disk>>()(vmStorageEntry, ({ index, part }) => [index, part.index], {
  vmStorageParent: () => 0, // no hrStorageTable is served
  vmStorageSourceType: ({ part }) => sourceType(part),
  vmStorageSourceTypeString: ({ part }) => part.format,
  vmStorageResourceID: ({ part }) => part.path,
  vmStorageAccess: ({ part }) => (part.readOnly || part.device === "cdrom" ? 3 : 2),
  vmStorageMediaType: ({ part }) => mediaType[part.device],
  vmStorageMediaTypeString: ({ part }) => part.bus,
  vmStorageSizeUnit: ({ part }) => sizeUnit(part),
  vmStorageDefinedSize: ({ part }) => size(part, part.counters.capacityBytes),
  vmStorageAllocatedSize: ({ part }) => size(part, allocatedBytes(part)),
  vmStorageReadIOs: ({ part }) => part.counters.readRequests,
  vmStorageWriteIOs: ({ part }) => part.counters.writeRequests,
  vmStorageReadOctets: ({ part }) => part.counters.readBytes,
  vmStorageWriteOctets: ({ part }) => part.counters.writeBytes,
  vmStorageReadLatency: ({ part }) => microseconds(part.counters.readTimeNs),
  vmStorageWriteLatency: ({ part }) => microseconds(part.counters.writeTimeNs),
});

/** Here other is 1 and unknown 2, the reverse of VM-MIB's own types. @see RFC 7666, IANAStorageMediaType */
// biome-ignore format: read as a table
const mediaType: Readonly<Record<Disk["device"], ValueOf<Columns["vmStorageMediaType"]>>> = {
  disk:       3,
  lun:        3,
  cdrom:      4,
  floppy:     5,
  filesystem: 1,
};

/** How content is provided, where the source alone tells. */
// biome-ignore format: read as a table
const sourceTypes: Readonly<Record<Disk["source"], SourceType>> = {
  file:      5, // unless `isFullRaw`
  block:     3,
  network:   6,
  volume:    1, // which kind of pool it lies in is not known
  dir:       2,
  nvme:      2,
  vhostuser: 2,
  none:      2, // an empty drive
};

const BLOCK = 3;
const RAW = 4;
const MIB = 1024 * 1024;

function sourceType(disk: Disk): SourceType {
  if (disk.source === "file" && disk.format === undefined) return 1;
  return isFullRaw(disk) ? RAW : sourceTypes[disk.source];
}

/** raw(4) promises equal sizes, so a raw file with holes is sparse(5). */
function isFullRaw({ source, format, counters: { capacityBytes, allocationBytes } }: Disk): boolean {
  if (source !== "file" || format !== "raw") return false;
  if (capacityBytes === undefined || allocationBytes === undefined) return capacityBytes === allocationBytes;
  return allocationBytes >= capacityBytes;
}

/** What a block device or a full raw file takes is its size: file systems' and drivers' own figures differ a little. */
function allocatedBytes(disk: Disk): bigint | undefined {
  const type = sourceType(disk);
  return type === BLOCK || type === RAW ? disk.counters.capacityBytes : disk.counters.allocationBytes;
}

function sizeUnit(disk: Disk): number {
  return unitFor(MIB, disk.counters.capacityBytes, allocatedBytes(disk));
}

/** In the disk's unit; -1 where it is not known. */
function size(disk: Disk, octets: bigint | undefined): number {
  return octets === undefined ? -1 : inUnits(octets, sizeUnit(disk));
}
