import type { Random } from "../base/random.js";
import type { DomainDisk } from "../protocol/libvirt/document/domain-disk.js";
import type { DomainFilesystem } from "../protocol/libvirt/document/domain-filesystem.js";
import type { DomainInterface } from "../protocol/libvirt/document/domain-interface.js";
import type { SimulatedDriver } from "./driver-profile.js";
import { driverProfiles } from "./driver-profile.js";
import type { MachineFacts } from "./machine-facts.js";
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
    beginning: qemuBeginnings[index % qemuBeginnings.length] ?? "running",
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

function container(random: Random, index: number, prefix: string): Blueprint {
  const name = machineName("container", index, prefix);
  const uuid = seededUuid(random);
  const root = `/var/lib/lxc/${name}/rootfs`;
  const filesystems = [filesystemOf("mount", root, "/", false)];
  if (index % 3 === 0) filesystems.push(filesystemOf("mount", `/srv/${name}`, "/srv", true));
  if (index % 3 === 1) filesystems.push(filesystemOf("ram", undefined, "/run/shm", false));
  const memoryKiB = pick(random, [128, 256, 512, 1024, 2048]) * 1024;
  const vcpus = pick(random, [1, 1, 2, 4]);
  const plugged = index % 3 === 1 ? { bridge: "br0" } : { network: "default" };
  const mac = seededMac(random, driverProfiles.lxc.macPrefix);
  const facts = factsOf({
    type: "lxc",
    name,
    uuid,
    title: undefined,
    osType: "exe",
    architecture: index % 6 === 5 ? "i686" : "x86_64",
    machineType: undefined,
    init: "/sbin/init",
    osinfoId: undefined,
    memoryKiB,
    currentMemoryKiB: memoryKiB,
    vcpuMaximum: vcpus,
    vcpuCount: vcpus,
    disks: [],
    filesystems,
    interfaces: index % 6 === 3 ? [] : [interfaceOf({ mac, guestDevice: "eth0", ...plugged })],
  });
  return {
    facts,
    beginning: lxcBeginnings[index % lxcBeginnings.length] ?? "running",
    autostart: random() < 0.5,
    upForMs: Math.floor(between(random, 0.01, 45) * DAY_MS),
  };
}

// Ten thousand machines are made at once, and an object spread costs twenty microseconds where a literal costs none.

type Undecided = "id" | "description" | "pluggableMemoryKiB" | "hardLimitKiB" | "softLimitKiB" | "guaranteedKiB";

function factsOf(decided: Omit<MachineFacts, Undecided>): MachineFacts {
  return {
    id: undefined,
    type: decided.type,
    name: decided.name,
    uuid: decided.uuid,
    title: decided.title,
    description: undefined,
    osType: decided.osType,
    architecture: decided.architecture,
    machineType: decided.machineType,
    init: decided.init,
    osinfoId: decided.osinfoId,
    memoryKiB: decided.memoryKiB,
    currentMemoryKiB: decided.currentMemoryKiB,
    pluggableMemoryKiB: undefined,
    hardLimitKiB: undefined,
    softLimitKiB: undefined,
    guaranteedKiB: undefined,
    vcpuMaximum: decided.vcpuMaximum,
    vcpuCount: decided.vcpuCount,
    disks: decided.disks,
    filesystems: decided.filesystems,
    interfaces: decided.interfaces,
  };
}

/** A raw file on a virtio bus, but for what is said. */
function diskOf(said: Partial<DomainDisk> & Pick<DomainDisk, "target" | "source">): DomainDisk {
  return {
    type: said.type ?? "file",
    device: said.device ?? "disk",
    driver: "qemu",
    format: said.format ?? "raw",
    source: said.source,
    pool: said.pool,
    protocol: said.protocol,
    hosts: said.hosts ?? [],
    target: said.target,
    bus: said.bus ?? "virtio",
    readOnly: said.readOnly ?? false,
    serial: undefined,
  };
}

function filesystemOf(type: string, source: string | undefined, target: string, readOnly: boolean): DomainFilesystem {
  return { type, driver: undefined, format: undefined, source, pool: undefined, target, readOnly };
}

/** On the bridge that is said, else on the network. */
function interfaceOf(said: Partial<DomainInterface>): DomainInterface {
  return {
    type: said.bridge === undefined ? "network" : "bridge",
    mac: said.mac,
    model: said.model,
    target: undefined,
    guestDevice: said.guestDevice,
    network: said.network,
    bridge: said.bridge,
    device: undefined,
  };
}
