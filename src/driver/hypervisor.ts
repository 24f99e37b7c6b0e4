import type { MachineKind, Technology } from "../inventory/machine.js";

/** How a driver's machines are watched: `bulk` and `each` hear events, `slow` has none and is reopened to see changes. */
export type CollectorKind = "bulk" | "each" | "slow";

/** What the gateway must know of one libvirt driver before it connects. */
export interface LibvirtDriver {
  /** In a URI before the transport. */
  readonly scheme: string;
  readonly technology: Technology;
  readonly kind: MachineKind;
  readonly collector: CollectorKind;
  /** The modular daemon `virt…d`; absent for a driver that lives in the library and is reached through any daemon. */
  readonly daemon?: string;
  /** The URI names a foreign server, which the daemon connects to. */
  readonly foreign?: boolean;
}

/** One row per scheme of a URI. */
// biome-ignore format: read as a table
export const hypervisors: readonly LibvirtDriver[] = [
  { scheme: "qemu",         technology: "qemu",   kind: "vm",        collector: "bulk", daemon: "qemu" },
  { scheme: "lxc",          technology: "lxc",    kind: "container", collector: "each", daemon: "lxc" },
  { scheme: "xen",          technology: "xen",    kind: "vm",        collector: "each", daemon: "xen" },
  { scheme: "openvz",       technology: "openvz", kind: "container", collector: "slow" },
  { scheme: "test",         technology: "test",   kind: "vm",        collector: "bulk" },
  { scheme: "vz",           technology: "vz",     kind: "vm",        collector: "each", daemon: "vz" },
  { scheme: "ch",           technology: "ch",     kind: "vm",        collector: "each", daemon: "ch" },
  { scheme: "bhyve",        technology: "bhyve",  kind: "vm",        collector: "each", daemon: "bhyve" },
  { scheme: "vbox",         technology: "vbox",   kind: "vm",        collector: "each", daemon: "vbox" },
  { scheme: "esx",          technology: "esx",    kind: "vm",        collector: "slow", foreign: true },
  { scheme: "vpx",          technology: "esx",    kind: "vm",        collector: "slow", foreign: true },
  { scheme: "gsx",          technology: "esx",    kind: "vm",        collector: "slow", foreign: true },
  { scheme: "hyperv",       technology: "hyperv", kind: "vm",        collector: "slow", foreign: true },
  { scheme: "vmwareplayer", technology: "vmware", kind: "vm",        collector: "slow" },
  { scheme: "vmwarews",     technology: "vmware", kind: "vm",        collector: "slow" },
  { scheme: "vmwarefusion", technology: "vmware", kind: "vm",        collector: "slow" },
];
