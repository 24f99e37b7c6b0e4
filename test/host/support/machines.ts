import { existsSync } from "node:fs";
import { containerXml, disk, filesystem, nic, qemuXml } from "./domain-xml.js";
import { CONTAINER_ROOT, hasBusybox, image, initrdFile, kernelFile, SERIAL_LOG } from "./media.js";
import { whyNoGuestImage } from "./room.js";

export type Driver = "qemu" | "lxc";
export type Baseline = "running" | "paused" | "shut off" | "saved";

/** A machine of the tests: how it is defined, and in which state every test file finds it. */
export interface TestMachine {
  readonly driver: Driver;
  readonly name: string;
  readonly uuid: string;
  readonly xml: string;
  readonly baseline: Baseline;
  readonly transient: boolean;
  readonly autostart: boolean;
}

const uuidOf = (number: number): string => `7d3c5a10-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
const macOf = (number: number): string => `52:54:00:aa:00:${number.toString(16).padStart(2, "0")}`;

type Make = (name: string, uuid: string) => string;

const SLEEPING = { memoryMiB: 32, vcpus: 1, init: ["/bin/sleep", "100000"], devices: [] };
const idle: Make = (name, uuid) => qemuXml(name, uuid, { type: "qemu", memoryMiB: 16, vcpus: 1, devices: [] });

const idleWithDevices: Make = (name, uuid) =>
  qemuXml(name, uuid, {
    type: "qemu",
    memoryMiB: 16,
    vcpus: 1,
    devices: [
      disk({ format: "qcow2", file: image("idle.qcow2"), target: "vda", bus: "virtio" }),
      nic("bridge", macOf(9), "virtio"),
    ],
  });

const rows: readonly [Driver, string, Baseline, Make, { transient?: boolean; autostart?: boolean }?][] = [
  ["qemu", "kvm-firmware", "running", kvmFirmware],
  ["qemu", "booted", "running", booted, { autostart: true }],
  ["qemu", "paused", "paused", paused],
  ["qemu", "transient", "running", layered, { transient: true }],
  ["qemu", "käse-off", "shut off", off, { autostart: true }],
  ["qemu", "saved", "saved", saved],
  ["qemu", "idle-1", "running", idle],
  ["qemu", "idle-2", "running", idle],
  ["qemu", "idle-3", "running", idleWithDevices],
  ["lxc", "ct-sleep", "running", (name, uuid) => containerXml(name, uuid, SLEEPING), { transient: true }],
  ["lxc", "ct-paused", "paused", (name, uuid) => containerXml(name, uuid, { ...SLEEPING, memoryMiB: 48 })],
  [
    "lxc",
    "ct-off",
    "shut off",
    (name, uuid) => containerXml(name, uuid, { ...SLEEPING, vcpus: 3 }),
    { autostart: true },
  ],
  ["lxc", "ct-box", "running", box, { autostart: true }],
];

/** Every machine that the tests know, whether this computer can have it or not; for the names of tests. */
export const EVERY_MACHINE: readonly { readonly driver: Driver; readonly name: string }[] = rows.map(
  ([driver, name]) => ({
    driver,
    name,
  }),
);

/** Why a machine cannot exist on this computer; `undefined` when it can, as far as is known before it is started. */
export function whyImpossible(name: string): string | undefined {
  if (name === "kvm-firmware" && !existsSync("/dev/kvm")) return "no /dev/kvm on this computer";
  if (name === "booted") return whyNoGuestImage();
  if (name === "ct-box" && !hasBusybox()) return whyNoGuestImage();
  return undefined;
}

/** All machines that can exist on this computer, in the order in which they are made. */
export function testMachines(): readonly TestMachine[] {
  return rows.flatMap(([driver, name, baseline, make, { transient = false, autostart = false } = {}], position) => {
    const uuid = uuidOf(position + 1);
    if (whyImpossible(name) !== undefined) return [];
    return [{ driver, name, uuid, xml: make(name, uuid), baseline, transient, autostart }];
  });
}

/** One of them, which must be possible here. */
export function testMachine(name: string): TestMachine {
  const machine = testMachines().find((each) => each.name === name);
  if (machine === undefined) throw new Error(`${name} cannot exist here: ${whyImpossible(name)}`);
  return machine;
}

function kvmFirmware(name: string, uuid: string): string {
  return qemuXml(name, uuid, {
    type: "kvm",
    memoryMiB: 64,
    vcpus: 2,
    metadata: `<metadata><libosinfo:libosinfo xmlns:libosinfo='http://libosinfo.org/xmlns/libvirt/domain/1.0'>
      <libosinfo:os id='http://debian.org/debian/12'/></libosinfo:libosinfo></metadata>`,
    devices: [
      disk({ format: "qcow2", file: image("firmware.qcow2"), target: "vda", bus: "virtio" }),
      nic("user", macOf(1), "e1000"),
    ],
  });
}

function booted(name: string, uuid: string): string {
  return qemuXml(name, uuid, {
    type: "qemu",
    memoryMiB: 192,
    currentMemoryMiB: 160,
    vcpus: 1,
    boot: `<kernel>${kernelFile()}</kernel><initrd>${initrdFile()}</initrd><cmdline>console=ttyS0 quiet panic=1</cmdline>`,
    devices: [
      disk({ file: image("thin.raw"), target: "vda", bus: "virtio" }),
      nic("bridge", macOf(2), "virtio"),
      `<serial type='file'><source path='${SERIAL_LOG}'/></serial>`,
      "<memballoon model='virtio'/>",
    ],
  });
}

function paused(name: string, uuid: string): string {
  return qemuXml(name, uuid, {
    type: "qemu",
    memoryMiB: 48,
    vcpus: 4,
    currentVcpus: 3,
    tuning: "<cputune><vcpupin vcpu='1' cpuset='0'/></cputune>",
    devices: [
      disk({ file: image("full.raw"), target: "sda", bus: "sata" }),
      disk({ device: "cdrom", file: image("disc.iso"), target: "sdb", bus: "sata", readOnly: true }),
      disk({ device: "cdrom", target: "hda", bus: "ide", readOnly: true }),
      nic("user", macOf(3), "rtl8139"),
      nic("bridge", macOf(4), "e1000"),
    ],
  });
}

function layered(name: string, uuid: string): string {
  return qemuXml(name, uuid, {
    type: "qemu",
    memoryMiB: 24,
    vcpus: 2,
    devices: [
      disk({ format: "qcow2", file: image("layered.qcow2"), target: "vda", bus: "virtio" }),
      disk({ file: image("frozen.raw"), target: "vdb", bus: "virtio", readOnly: true }),
      disk({ device: "floppy", file: image("floppy.img"), target: "fda", bus: "fdc" }),
    ],
  });
}

function off(name: string, uuid: string): string {
  return qemuXml(name, uuid, {
    type: "qemu",
    memoryMiB: 3 * 1024,
    currentMemoryMiB: 2 * 1024,
    vcpus: 8,
    currentVcpus: 2,
    devices: [
      disk({ format: "qcow2", file: image("off.qcow2"), target: "sda", bus: "scsi" }),
      nic("bridge", macOf(5), "virtio"),
      nic("network", macOf(6), "e1000"),
    ],
  });
}

function saved(name: string, uuid: string): string {
  return qemuXml(name, uuid, {
    type: "qemu",
    memoryMiB: 20,
    vcpus: 1,
    devices: [disk({ file: image("saved.raw"), target: "hda", bus: "ide" }), nic("network", macOf(7), "virtio")],
  });
}

function box(name: string, uuid: string): string {
  const work = "while true; do busybox dd if=/dev/zero of=/tmp/work bs=64k count=4 2>/dev/null; busybox sleep 1; done";
  return containerXml(name, uuid, {
    memoryMiB: 64,
    vcpus: 2,
    init: ["/bin/busybox", "sh", "-c", work],
    devices: [filesystem(CONTAINER_ROOT, "/"), filesystem("/usr/share", "/data", true), nic("bridge", macOf(8))],
  });
}
