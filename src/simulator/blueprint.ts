import type { Random } from "../base/random.js";
import type { DomainDisk } from "../protocol/libvirt/document/domain-disk.js";
import type { DomainFilesystem } from "../protocol/libvirt/document/domain-filesystem.js";
import type { DomainInterface } from "../protocol/libvirt/document/domain-interface.js";
import type { SimulatedDriver } from "./driver-profile.js";
import { driverProfiles } from "./driver-profile.js";
import type { MachineFacts } from "./machine-definition.js";
import { machineName } from "./machine-names.js";
import { between, pick, type Seed, seededMac, seededUuid } from "./seed.js";

/** What a seeded machine is and what it is doing when the simulation begins. */
export interface Blueprint {
  readonly facts: MachineFacts;
  readonly beginning: Beginning;
  readonly autostart: boolean;
  /** How long a machine that is running at the beginning has been up, in milliseconds. */
  readonly upForMs: number;
}

export type Beginning = "running" | "transient" | "paused" | "off" | "saved";

const GIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** By a machine's number modulo twelve, so that even a small host shows every kind. */
const qemuBeginnings: readonly Beginning[] = [
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
];

/** By a machine's number modulo six. */
const lxcBeginnings: readonly Beginning[] = ["running", "running", "running", "running", "paused", "off"];

const operatingSystems = [
  "http://debian.org/debian/12",
  "http://ubuntu.com/ubuntu/24.04",
  "http://fedoraproject.org/fedora/41",
  "http://rockylinux.org/rocky/9",
  "http://microsoft.com/win/2k22",
] as const;

/** The machine with number `index` of a host; depends on nothing but its arguments. */
export function blueprint(driver: SimulatedDriver, seed: Seed, index: number, prefix: string): Blueprint {
  const part = seed.part("machine").part(index);
  const random = part.random();
  return driver === "lxc" ? container(random, index, prefix) : virtualMachine(random, index, prefix);
}

function virtualMachine(random: Random, index: number, prefix: string): Blueprint {
  const name = machineName("virtualMachine", index, prefix);
  const uuid = seededUuid(random);
  const vcpus = pick(random, [1, 2, 2, 4, 4, 8]);
  const memoryKiB = pick(random, [1, 2, 2, 4, 8, 16]) * GIB;
  const ballooned = random() < 0.25 ? 0.75 : 1;
  const facts: MachineFacts = {
    ...nothing,
    type: index % 12 === 10 ? "qemu" : "kvm",
    name,
    uuid,
    title: index % 4 === 0 ? `${name} of the ${pick(random, ["north", "south", "east", "west"])} wing` : undefined,
    osType: "hvm",
    architecture: "x86_64",
    machineType: "pc-q35-7.2",
    osinfoId: pick(random, operatingSystems),
    memoryKiB,
    currentMemoryKiB: memoryKiB * ballooned,
    vcpuMaximum: random() < 0.3 ? vcpus * 2 : vcpus,
    vcpuCount: vcpus,
    disks: disksOf(random, index, name),
    interfaces: interfacesOf(random, index, driverProfiles.qemu.macPrefix),
  };
  return {
    facts,
    beginning: qemuBeginnings[index % qemuBeginnings.length] ?? "running",
    autostart: random() < 0.5 && index % 12 !== 9,
    upForMs: Math.floor(between(random, 0.01, 45) * DAY_MS),
  };
}

function disksOf(random: Random, index: number, name: string): readonly DomainDisk[] {
  const images = "/var/lib/libvirt/images";
  const root: DomainDisk = { ...plainDisk, format: "qcow2", source: `${images}/${name}.qcow2` };
  const disks = [root];
  switch (index % 12) {
    case 1:
      disks.push({ ...plainDisk, type: "block", format: "raw", source: `/dev/vg0/${name}`, target: "vdb" });
      break;
    case 3:
      disks.push({
        ...plainDisk,
        type: "network",
        format: "raw",
        protocol: "rbd",
        source: `machines/${name}`,
        hosts: [
          { name: "ceph1.example.net", port: "6789", transport: undefined, socket: undefined },
          { name: "ceph2.example.net", port: "6789", transport: undefined, socket: undefined },
        ],
        target: "vdb",
      });
      break;
    case 5:
      disks.push({
        ...plainDisk,
        type: "volume",
        format: "raw",
        pool: "default",
        source: `${name}.img`,
        target: "vdb",
      });
      break;
    default:
      if (random() < 0.3)
        disks.push({ ...plainDisk, format: "raw", source: `${images}/${name}-data.img`, target: "vdb" });
  }
  if (random() < 0.4 || index % 12 === 0) {
    const inserted = random() < 0.5;
    disks.push({
      ...plainDisk,
      device: "cdrom",
      format: "raw",
      source: inserted ? `${images}/install.iso` : undefined,
      target: "sda",
      bus: "sata",
      readOnly: true,
    });
  }
  return disks;
}

function interfacesOf(random: Random, index: number, macPrefix: string): readonly DomainInterface[] {
  const first: DomainInterface = {
    ...plainInterface,
    type: index % 3 === 1 ? "bridge" : "network",
    mac: seededMac(random, macPrefix),
    model: index % 6 === 4 ? "e1000e" : "virtio",
    ...(index % 3 === 1 ? { bridge: "br0" } : { network: "default" }),
  };
  if (random() >= 0.25) return [first];
  return [
    first,
    { ...plainInterface, type: "bridge", mac: seededMac(random, macPrefix), model: "virtio", bridge: "br1" },
  ];
}

function container(random: Random, index: number, prefix: string): Blueprint {
  const name = machineName("container", index, prefix);
  const uuid = seededUuid(random);
  const root = `/var/lib/lxc/${name}/rootfs`;
  const filesystems: DomainFilesystem[] = [{ ...plainFilesystem, source: root }];
  if (index % 3 === 0) filesystems.push({ ...plainFilesystem, source: `/srv/${name}`, target: "/srv", readOnly: true });
  if (index % 3 === 1) filesystems.push({ ...plainFilesystem, type: "ram", target: "/run/shm" });
  const facts: MachineFacts = {
    ...nothing,
    type: "lxc",
    name,
    uuid,
    osType: "exe",
    architecture: index % 6 === 5 ? "i686" : "x86_64",
    init: "/sbin/init",
    memoryKiB: pick(random, [128, 256, 512, 1024, 2048]) * 1024,
    currentMemoryKiB: 0,
    vcpuMaximum: pick(random, [1, 1, 2, 4]),
    vcpuCount: 1,
    filesystems,
    interfaces:
      index % 6 === 3
        ? []
        : [
            {
              ...plainInterface,
              type: index % 3 === 1 ? "bridge" : "network",
              mac: seededMac(random, driverProfiles.lxc.macPrefix),
              guestDevice: "eth0",
              ...(index % 3 === 1 ? { bridge: "br0" } : { network: "default" }),
            },
          ],
  };
  return {
    facts: { ...facts, currentMemoryKiB: facts.memoryKiB, vcpuCount: facts.vcpuMaximum },
    beginning: lxcBeginnings[index % lxcBeginnings.length] ?? "running",
    autostart: random() < 0.5,
    upForMs: Math.floor(between(random, 0.01, 45) * DAY_MS),
  };
}

const nothing = {
  id: undefined,
  title: undefined,
  description: undefined,
  osType: undefined,
  architecture: undefined,
  machineType: undefined,
  init: undefined,
  osinfoId: undefined,
  pluggableMemoryKiB: undefined,
  hardLimitKiB: undefined,
  softLimitKiB: undefined,
  guaranteedKiB: undefined,
  disks: [],
  filesystems: [],
  interfaces: [],
} as const;

const plainDisk: DomainDisk = {
  type: "file",
  device: "disk",
  driver: "qemu",
  format: undefined,
  source: undefined,
  pool: undefined,
  protocol: undefined,
  hosts: [],
  target: "vda",
  bus: "virtio",
  readOnly: false,
  serial: undefined,
};

const plainFilesystem: DomainFilesystem = {
  type: "mount",
  driver: undefined,
  format: undefined,
  source: undefined,
  pool: undefined,
  target: "/",
  readOnly: false,
};

const plainInterface: DomainInterface = {
  type: "network",
  mac: undefined,
  model: undefined,
  target: undefined,
  guestDevice: undefined,
  network: undefined,
  bridge: undefined,
  device: undefined,
};
