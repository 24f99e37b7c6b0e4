import type { NicAddress } from "./address.js";
import type { DiskLimits, InterfaceLimits } from "./tuning.js";

/** How a disk's content is provided by the host. */
export type DiskSource = "file" | "block" | "network" | "volume" | "dir" | "nvme" | "vhostuser" | "none";

/** What role a disk plays for the guest. */
export type DiskDevice = "disk" | "lun" | "cdrom" | "floppy" | "filesystem";

/** A disk as the machine's document describes it. */
export interface DiskDescription {
  /** The guest's name for it, unique in the machine: `vda`, `hdc`; for a container's file system its mount point. */
  readonly target: string;
  readonly device: DiskDevice;
  readonly source: DiskSource;
  /** Driver format such as `qcow2` or `raw`; protocol such as `rbd` for a network source. */
  readonly format: string | undefined;
  /** Path, `pool/volume`, or URL without credentials. */
  readonly path: string | undefined;
  readonly bus: string | undefined;
  readonly readOnly: boolean;
  /** `undefined` for a disk that may be as fast as it can. */
  readonly limits: DiskLimits | undefined;
}

/** What was measured of a disk; absent members were not reported. */
export interface DiskCounters {
  readonly capacityBytes?: bigint;
  readonly allocationBytes?: bigint;
  readonly physicalBytes?: bigint;
  readonly readRequests?: bigint;
  readonly writeRequests?: bigint;
  readonly readBytes?: bigint;
  readonly writeBytes?: bigint;
  readonly readTimeNs?: bigint;
  readonly writeTimeNs?: bigint;
}

/** A disk of a machine; `index` is its small, persistent number within the machine (`vmStorageIndex`). */
export interface Disk extends DiskDescription {
  readonly index: number;
  readonly counters: DiskCounters;
}

/** A network interface as the machine's document describes it. */
export interface NicDescription {
  /** Canonical lower-case MAC address, unique in the machine. */
  readonly mac: string;
  readonly model: string | undefined;
  /** The host's device for it, while running: `vnet3`. */
  readonly target: string | undefined;
  /** What it is plugged into: a libvirt network, a bridge, a host device. */
  readonly source: string | undefined;
  readonly sourceKind: "network" | "bridge" | "direct" | "user" | "ethernet" | "other";
  /** The bridge of a network source, while running. */
  readonly bridge: string | undefined;
  /** `undefined` for an interface that may be as fast as it can. */
  readonly limits: InterfaceLimits | undefined;
}

/** What was measured of an interface, from the guest's viewpoint; absent members were not reported. */
export interface NicCounters {
  readonly receivedBytes?: bigint;
  readonly receivedPackets?: bigint;
  readonly receivedErrors?: bigint;
  readonly receivedDrops?: bigint;
  readonly sentBytes?: bigint;
  readonly sentPackets?: bigint;
  readonly sentErrors?: bigint;
  readonly sentDrops?: bigint;
}

/** An interface of a machine; `index` is its small, persistent number within the machine (`vmNetworkIndex`). */
export interface Nic extends NicDescription {
  readonly index: number;
  readonly counters: NicCounters;
  /** `ifIndex` of `target` on the gateway's own computer, when the host is local. */
  readonly ifIndex: number | undefined;
  /** `ifIndex` of the bridge or lower device, likewise. */
  readonly parentIfIndex: number | undefined;
  /** Those that no lease tells of; `nicAddresses` has them all. */
  readonly addresses: readonly NicAddress[];
}
