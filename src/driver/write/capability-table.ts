import type { HypervisorOperation } from "../../inventory/hypervisor.js";
import type { Technology } from "../../inventory/machine.js";
import type { TuningScope } from "../../inventory/tuning.js";

/** Technologies in the order of the table's letters; `kvm` is qemu's driver, and `other` is asked and answers for itself. */
const columns: readonly Technology[] = [
  ...(["qemu", "lxc", "xen", "openvz", "test", "vz", "ch", "bhyve", "vbox", "esx", "vmware", "hyperv"] as const),
];

/**
 * What libvirt's drivers can be asked to change: `y` yes, `l` only in the present run, `c` only in what the next start takes, `-` not
 * at all. In the configuration most is done by writing the description anew, which every driver that keeps one can.
 *
 * LXC's set-memory call is not used for the configuration: libvirtd 9.0 was seen to crash on it while the container ran.
 * Devices of LXC are changed live by taking them out and putting them in only.
 */
// biome-ignore format: read as a table
const table: Readonly<Record<HypervisorOperation, string>> = {
  //                       qemu
  //                       |lxc
  //                       ||xen
  //                       |||openvz
  //                       ||||test
  //                       |||||vz
  //                       ||||||ch
  //                       |||||||bhyve
  //                       ||||||||vbox
  //                       |||||||||esx
  //                       ||||||||||vmware
  //                       |||||||||||hyperv
  start:                  "yyyyyyyyyyyy",
  shutdown:               "yyyyyyyyyyyy",
  reboot:                 "yyyyyyyyyyyy",
  reset:                  "y---yy-----y",
  suspend:                "yyyyyyy-yyyy",
  resume:                 "yyyyyyy-yyyy",
  save:                   "y-y-yyy-y--y",
  restore:                "y-y-yyy-y--y",
  "discard-saved":        "y-y-yyy----y",
  destroy:                "yyyyyyyyyyyy",
  "set-autostart":        "yyyyy--y-y-y",
  define:                 "yyyyyyyyyyyy",
  undefine:               "yyy-yyyyyyyy",
  "set-memory":           "yyy-yyccclcc",
  "set-vcpus":            "ycylyycccycc",
  "limit-memory":         "yy-ly-------",
  "limit-cpu":            "yyy-cy---l--",
  "limit-block":          "yy--y-------",
  "limit-disk":           "y---y-------",
  "limit-interface":      "ycc-yc------",
  "pin-vcpu":             "y-y-c-y-----",
  "pin-emulator":         "y---y-y-----",
  "set-numa":             "yc--y-y-----",
  "attach-device":        "yyy--y--y--c",
  "detach-device":        "yyy--y--y---",
  "update-device":        "ycy--y--y---",
  "create-snapshot":      "y---yy--yy--",
  "revert-snapshot":      "y---yy--yy--",
  "delete-snapshot":      "y---yy--yy--",
  migrate:                "y-y--y------",
  "create-volume":        "yyy-yyyyyy--",
  "clone-volume":         "yyy-yyyyyy--",
  "resize-volume":        "yyy--yyy----",
  "delete-volume":        "yyy-yyyyyy--",
  "upload-volume":        "yyy--yyy----",
  "download-volume":      "yyy--yyy----",
  "define-pool":          "yyy-yyyy----",
  "build-pool":           "yyy-yyyy----",
  "start-pool":           "yyy-yyyy----",
  "stop-pool":            "yyy-yyyy----",
  "refresh-pool":         "yyy-yyyy-y--",
  "set-pool-autostart":   "yyy-yyyy----",
  "undefine-pool":        "yyy-yyyy----",
  "define-network":       "yyy-yyyyyy--",
  "start-network":        "yyy-yyyyy---",
  "stop-network":         "yyy-yyyyy---",
  "set-network-autostart":"yyy-yyyy----",
  "undefine-network":     "yyy-yyyyyy--",
};

/** Reasons that are not simply the driver's lack. */
const reasons: Readonly<Record<string, string>> = {
  "openvz undefine":
    "libvirt's OpenVZ driver calls vzctl in a way that vzctl refuses: remove the container on its host with vzctl destroy",
  "lxc limit-disk": "containers have no disks of their own to limit: limit the weight of all their block I/O",
  "lxc set-vcpus": "a container's virtual CPUs cannot change while it runs: change them for the next start",
};

const technologyNames: Readonly<Partial<Record<Technology, string>>> = {
  ...{ kvm: "QEMU", qemu: "QEMU", lxc: "LXC", xen: "Xen", openvz: "OpenVZ", esx: "ESX", vmware: "VMware" },
  ...{ hyperv: "Hyper-V", vz: "Virtuozzo", ch: "Cloud Hypervisor", vbox: "VirtualBox" },
};

/**
 * Why a technology cannot do something; `undefined` when it can.
 * @param scope for what can be changed in the present run or in the configuration; left out: whether either can be
 */
export function lackOf(
  technology: Technology,
  operation: HypervisorOperation,
  scope?: TuningScope,
): string | undefined {
  const column = columns.indexOf(technology === "kvm" ? "qemu" : technology);
  const answer = column < 0 ? "y" : table[operation].charAt(column);
  if (answer === "y" || (answer === "l" && scope !== "config") || (answer === "c" && scope !== "live"))
    return undefined;
  const reason = reasons[`${technology} ${operation}`];
  if (reason !== undefined) return reason;
  const name = technologyNames[technology] ?? technology;
  if (answer === "l") return `libvirt's ${name} driver changes this in the present run only (${operation})`;
  if (answer === "c") return `libvirt's ${name} driver changes this for the next start only (${operation})`;
  return `libvirt's ${name} driver cannot do this (${operation})`;
}
