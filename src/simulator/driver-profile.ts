import type { CallName } from "../protocol/libvirt/procedures.js";

/** Hypervisor drivers that can be simulated. */
export type SimulatedDriver = "qemu" | "lxc";

/** What a driver of libvirt 9.0 is and cannot do. */
export interface DriverProfile {
  /** As `connect_get_type` names it. */
  readonly type: string;
  readonly uri: string;
  /** What `<domain type=…>` may say; seeded machines are of the first. */
  readonly domainTypes: readonly [string, ...string[]];
  readonly osTypes: readonly [string, ...string[]];
  /** The hypervisor's version as libvirt packs it: major·1,000,000 + minor·1,000 + release. */
  readonly version: bigint;
  /** Its number as the source of errors. */
  readonly errorDomain: number;
  readonly macPrefix: string;
  readonly emulator: string | undefined;
  /** A running machine's id is the pid of its controller rather than a small number. */
  readonly idIsPid: boolean;
  /** Calls that are answered with "not supported by the driver". */
  readonly lacks: ReadonlySet<CallName>;
}

export const LIBVIRT_VERSION = 9_000_000n;

const lxcLacks: readonly CallName[] = [
  "connectGetAllDomainStats",
  "connectGetMaxVcpus",
  "connectGetDomainCapabilities",
  "domainManagedSave",
  "domainManagedSaveRemove",
  "domainReset",
  "domainRename",
  "domainGetVcpus",
  "domainGetVcpusFlags",
  "domainGetMaxVcpus",
  "domainSetVcpus",
  "domainSetVcpusFlags",
  "domainGetVcpuPinInfo",
  "domainGetEmulatorPinInfo",
  "domainGetNumaParameters",
  "domainGetInterfaceParameters",
  "domainGetBlockIoTune",
  "domainGetBlockInfo",
  "domainGetControlInfo",
  "domainGetJobInfo",
  "domainGetJobStats",
  "domainGetDiskErrors",
  "domainGetIothreadInfo",
  "domainGetMessages",
  "domainGetPerfEvents",
  "domainSetMemoryStatsPeriod",
  "domainInterfaceAddresses",
  "domainGetHostname",
  "domainGetTime",
  "domainGetFsinfo",
  "domainAgentSetResponseTimeout",
  "domainGetGuestInfo",
  "domainListAllSnapshots",
  "domainSnapshotNum",
  "domainListAllCheckpoints",
];

/** One row per driver. */
export const driverProfiles: Readonly<Record<SimulatedDriver, DriverProfile>> = {
  qemu: {
    type: "QEMU",
    uri: "qemu:///system",
    domainTypes: ["kvm", "qemu"],
    osTypes: ["hvm"],
    version: 7_002_022n,
    errorDomain: 10,
    macPrefix: "52:54:00",
    emulator: "/usr/bin/qemu-system-x86_64",
    idIsPid: false,
    lacks: new Set(),
  },
  lxc: {
    type: "LXC",
    uri: "lxc:///system",
    domainTypes: ["lxc"],
    osTypes: ["exe"],
    // The driver has no version of its own and tells the kernel's.
    version: 6_001_000n,
    errorDomain: 17,
    macPrefix: "52:54:00",
    emulator: "/usr/lib/libvirt/libvirt_lxc",
    idIsPid: true,
    lacks: new Set(lxcLacks),
  },
};
