import type { SimulatedDriver } from "./driver-profile.js";

/** What hosts are called after, with a number. */
export const technologies: Readonly<Record<SimulatedDriver, string>> = {
  qemu: "kvm",
  lxc: "lxc",
  xen: "xen",
  openvz: "openvz",
};

/** The drivers that hosts take turns to have; one may come several times. */
export type HostMix = readonly [SimulatedDriver, ...SimulatedDriver[]];
