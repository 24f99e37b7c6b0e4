import type { Random } from "../../base/random.js";
import type { DomainDisk } from "../../protocol/libvirt/document/domain-disk.js";
import type { DomainInterface } from "../../protocol/libvirt/document/domain-interface.js";
import { driverProfiles } from "../host/driver-profile.js";
import { between, pick, seededMac, seededUuid } from "../time/seed.js";
import { type Blueprint, beginningOf, DAY_MS } from "./beginning.js";
import { machineName } from "./machine-names.js";
import { diskOf, factsOf, GIB_KIB, interfaceOf } from "./seeded-facts.js";

const turns = [
  "running",
  "running",
  "running",
  "running",
  "running",
  "running",
  "running",
  "paused",
  "running",
  "transient",
  "off",
  "saved",
] as const;

const operatingSystems = [
  "http://debian.org/debian/12",
  "http://ubuntu.com/ubuntu/24.04",
  "http://fedoraproject.org/fedora/41",
  "http://rockylinux.org/rocky/9",
  "http://microsoft.com/win/2k22",
] as const;

/** A machine of QEMU's driver, most of them with KVM. */
export function virtualMachine(random: Random, index: number, prefix: string): Blueprint {
  const name = machineName("virtualMachine", index, prefix);
  const uuid = seededUuid(random);
  const vcpus = pick(random, [1, 2, 2, 4, 4, 8]);
  const memoryKiB = pick(random, [1, 2, 2, 4, 8, 16]) * GIB_KIB;
  const ballooned = random() < 0.25 ? 0.75 : 1;
  const facts = factsOf({
    type: index % 12 === 10 ? "qemu" : "kvm",
    name,
    uuid,
    title: index % 4 === 0 ? `${name} of the ${pick(random, ["north", "south", "east", "west"])} wing` : undefined,
    osType: "hvm",
    architecture: "x86_64",
    machineType: "pc-q35-7.2",
    init: undefined,
    osinfoId: pick(random, operatingSystems),
    memoryKiB,
    currentMemoryKiB: memoryKiB * ballooned,
    vcpuMaximum: random() < 0.3 ? vcpus * 2 : vcpus,
    vcpuCount: vcpus,
    disks: disksOf(random, index, name),
    filesystems: [],
    interfaces: interfacesOf(random, index),
  });
  return {
    facts,
    beginning: beginningOf(turns, index),
    autostart: random() < 0.5 && index % 12 !== 9,
    upForMs: Math.floor(between(random, 0.01, 45) * DAY_MS),
  };
}

function disksOf(random: Random, index: number, name: string): readonly DomainDisk[] {
  const images = "/var/lib/libvirt/images";
  const disks = [diskOf({ format: "qcow2", source: `${images}/${name}.qcow2`, target: "vda" })];
  switch (index % 12) {
    case 1:
      disks.push(diskOf({ type: "block", source: `/dev/vg0/${name}`, target: "vdb" }));
      break;
    case 3:
      disks.push(diskOf({ type: "network", source: `machines/${name}`, target: "vdb", protocol: "rbd", hosts: ceph }));
      break;
    case 5:
      disks.push(diskOf({ type: "volume", source: `${name}.img`, target: "vdb", pool: "default" }));
      break;
    default:
      if (random() < 0.3) disks.push(diskOf({ source: `${images}/${name}-data.img`, target: "vdb" }));
  }
  if (random() < 0.4 || index % 12 === 0) {
    const source = random() < 0.5 ? `${images}/install.iso` : undefined;
    disks.push(diskOf({ device: "cdrom", source, target: "sda", bus: "sata", readOnly: true }));
  }
  return disks;
}

const ceph = ["ceph1.example.net", "ceph2.example.net"].map((name) => ({
  name,
  port: "6789",
  transport: undefined,
  socket: undefined,
}));

function interfacesOf(random: Random, index: number): readonly DomainInterface[] {
  const mac = (): string => seededMac(random, driverProfiles.qemu.macPrefix);
  const plugged = index % 3 === 1 ? { bridge: "br0" } : { network: "default" };
  const first = interfaceOf({ mac: mac(), model: index % 6 === 4 ? "e1000e" : "virtio", ...plugged });
  return random() < 0.25 ? [first, interfaceOf({ mac: mac(), model: "virtio", bridge: "br1" })] : [first];
}
