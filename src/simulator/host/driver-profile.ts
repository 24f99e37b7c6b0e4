import { allBut, lxcLacks, type OffersCall, onlyThese, openvzTable, xenTable } from "./driver-calls.js";

/** Hypervisor drivers that can be simulated. */
export type SimulatedDriver = "qemu" | "lxc" | "xen" | "openvz";

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
  /** Where a running machine's id comes from: a counter, its controller's process, or its own name, which is a number. */
  readonly idsFrom: "counter" | "processes" | "names";
  readonly offers: OffersCall;
}

export const LIBVIRT_VERSION = 9_000_000n;

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
    idsFrom: "counter",
    offers: allBut([]),
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
    idsFrom: "processes",
    offers: allBut(lxcLacks),
  },
  xen: {
    type: "Xen",
    uri: "xen:///system",
    domainTypes: ["xen"],
    osTypes: ["linux", "hvm"],
    version: 4_017_000n,
    errorDomain: 41,
    macPrefix: "00:16:3e",
    emulator: undefined,
    idsFrom: "counter",
    offers: onlyThese(xenTable, { shared: true }),
  },
  openvz: {
    type: "OpenVZ",
    uri: "openvz:///system",
    domainTypes: ["openvz"],
    osTypes: ["exe"],
    // Of the program vzctl.
    version: 4_011_001n,
    errorDomain: 14,
    macPrefix: "00:18:51",
    emulator: undefined,
    idsFrom: "names",
    offers: onlyThese(openvzTable, { shared: false }),
  },
};
