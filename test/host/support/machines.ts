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

/** Why no machine of type kvm can be made; `undefined` when the device is there. Whether it works, its start tells. */
export function whyNoKvm(): string | undefined {
  return existsSync("/dev/kvm") ? undefined : "no /dev/kvm on this computer";
}

/** All machines that this computer can have, in the order in which they are made. */
export function testMachines(): readonly TestMachine[] {
  const machines: TestMachine[] = [];
  const add = (
    driver: Driver,
    name: string,
    baseline: Baseline,
    makeXml: (uuid: string) => string,
    { transient = false, autostart = false } = {},
  ): void => {
    const uuid = uuidOf(machines.length + (driver === "lxc" ? 0x1_00 : 1));
    machines.push({ driver, name, uuid, xml: makeXml(uuid), baseline, transient, autostart });
  };
  if (whyNoKvm() === undefined) add("qemu", "kvm-firmware", "running", (uuid) => kvmFirmware(uuid));
  if (whyNoGuestImage() === undefined) {
    add("qemu", "booted", "running", (uuid) => booted(uuid), { autostart: true });
  }
  add("qemu", "paused", "paused", (uuid) => paused(uuid));
  add("qemu", "transient", "running", (uuid) => layered(uuid), { transient: true });
  add("qemu", "käse-off", "shut off", (uuid) => off(uuid), { autostart: true });
  add("qemu", "saved", "saved", (uuid) => saved(uuid));
  for (const name of ["idle-1", "idle-2", "idle-3"]) {
    add("qemu", name, "running", (uuid) => qemuXml(name, uuid, { type: "qemu", memoryMiB: 16, vcpus: 1, devices: [] }));
  }
  const sleeping = { memoryMiB: 32, vcpus: 1, init: ["/bin/sleep", "100000"], devices: [] };
  add("lxc", "ct-sleep", "running", (uuid) => containerXml("ct-sleep", uuid, sleeping), { transient: true });
  add("lxc", "ct-paused", "paused", (uuid) => containerXml("ct-paused", uuid, { ...sleeping, memoryMiB: 48 }));
  add("lxc", "ct-off", "shut off", (uuid) => containerXml("ct-off", uuid, { ...sleeping, vcpus: 3 }), {
    autostart: true,
  });
  if (hasBusybox()) add("lxc", "ct-box", "running", (uuid) => box(uuid), { autostart: true });
  return machines;
}

function kvmFirmware(uuid: string): string {
  return qemuXml("kvm-firmware", uuid, {
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

function booted(uuid: string): string {
  return qemuXml("booted", uuid, {
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

function paused(uuid: string): string {
  return qemuXml("paused", uuid, {
    type: "qemu",
    memoryMiB: 48,
    vcpus: 4,
    currentVcpus: 3,
    devices: [
      disk({ file: image("full.raw"), target: "sda", bus: "sata" }),
      disk({ device: "cdrom", file: image("disc.iso"), target: "sdb", bus: "sata", readOnly: true }),
      disk({ device: "cdrom", target: "hda", bus: "ide", readOnly: true }),
      nic("user", macOf(3), "rtl8139"),
      nic("bridge", macOf(4), "e1000"),
    ],
  });
}

function layered(uuid: string): string {
  return qemuXml("transient", uuid, {
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

function off(uuid: string): string {
  return qemuXml("käse-off", uuid, {
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

function saved(uuid: string): string {
  return qemuXml("saved", uuid, {
    type: "qemu",
    memoryMiB: 20,
    vcpus: 1,
    devices: [disk({ file: image("saved.raw"), target: "hda", bus: "ide" }), nic("network", macOf(7), "virtio")],
  });
}

function box(uuid: string): string {
  const work = "while true; do busybox dd if=/dev/zero of=/tmp/work bs=64k count=4 2>/dev/null; busybox sleep 1; done";
  return containerXml("ct-box", uuid, {
    memoryMiB: 64,
    vcpus: 2,
    init: ["/bin/busybox", "sh", "-c", work],
    devices: [filesystem(CONTAINER_ROOT, "/"), filesystem("/usr/share", "/data", true), nic("bridge", macOf(8))],
  });
}
