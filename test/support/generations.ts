import type { CpuAffinity } from "../../src/inventory/cpu-affinity.js";
import type { Disk, Nic } from "../../src/inventory/device.js";
import {
  type Generation,
  type HostGeneration,
  type InventoryReader,
  hostGeneration as partOf,
} from "../../src/inventory/generation.js";
import { unseenGuest } from "../../src/inventory/guest.js";
import type { Host } from "../../src/inventory/host.js";
import { noLimits } from "../../src/inventory/limits.js";
import type { Machine } from "../../src/inventory/machine.js";
import { MachineTable } from "../../src/inventory/machine-table.js";
import { noResources } from "../../src/inventory/resources.js";
import type { MachineList } from "../../src/mapping/snmp/vm-scope.js";
import { hostFacts, hostSettings, uuidOf } from "./inventory-builder.js";

/** The n-th machine: running, everything known. */
export function machine(n: number, changes: Partial<Machine> = {}): Machine {
  return {
    host: "kvm1",
    uuid: uuidOf(n),
    index: n,
    gatewayIndex: n,
    name: `machine-${n}`,
    title: undefined,
    description: undefined,
    notes: {},
    kind: "vm",
    technology: "kvm",
    domainId: n,
    state: "running",
    reason: "booted",
    persistent: true,
    autostart: false,
    osType: "hvm",
    vcpuCount: 2,
    vcpuMaximum: 4,
    memoryKiB: 1_048_576,
    memoryMaximumKiB: 2_097_152,
    memoryMinimumKiB: undefined,
    limits: noLimits,
    memoryUse: {},
    cpuTimeNs: 5_000_000_000n,
    cpuUserNs: undefined,
    cpuSystemNs: undefined,
    vcpus: [
      { number: 0, timeNs: 3_000_000_000n },
      { number: 1, timeNs: 2_000_000_000n },
    ],
    vcpuAffinity: affinity([0b011], [0b100]),
    agent: undefined,
    guest: unseenGuest,
    snapshots: undefined,
    adminState: "running",
    startedAt: 1_000_000,
    countersSince: 1_000_000,
    disks: [disk(1)],
    nics: [nic(1)],
    readings: { state: 0, statistics: 0, document: 0 },
    reachable: true,
    stuck: false,
    ...changes,
  };
}

/** Where virtual CPUs may run, by the octets of their maps, on a host with three physical CPUs. */
export function affinity(...maps: readonly (readonly number[])[]): CpuAffinity {
  return { physicalCount: 3, maps: maps.map((octets) => Uint8Array.from(octets)) };
}

export function disk(index: number, changes: Partial<Disk> = {}): Disk {
  return {
    index,
    target: `vd${String.fromCharCode(96 + index)}`,
    device: "disk",
    source: "file",
    format: "qcow2",
    path: `/images/${index}.qcow2`,
    bus: "virtio",
    readOnly: false,
    limits: undefined,
    counters: {
      capacityBytes: 10_737_418_240n,
      allocationBytes: 2_147_483_648n,
      readRequests: 100n,
      writeRequests: 50n,
      readBytes: 409_600n,
      writeBytes: 204_800n,
      readTimeNs: 7_000_000n,
      writeTimeNs: 9_000_000n,
    },
    ...changes,
  };
}

export function nic(index: number, changes: Partial<Nic> = {}): Nic {
  return {
    index,
    mac: `52:54:00:00:00:${index.toString(16).padStart(2, "0")}`,
    model: "virtio",
    target: `vnet${index}`,
    source: "default",
    sourceKind: "network",
    bridge: "virbr0",
    limits: undefined,
    addresses: [],
    counters: {},
    ifIndex: 10 + index,
    parentIfIndex: 3,
    ...changes,
  };
}

/** These machines as a host's context lists them. */
export function machineList(...machines: readonly Machine[]): MachineList {
  const numbers = Uint32Array.from(machines, ({ index }) => index);
  return { length: machines.length, numbers, at: (position) => machines[position] };
}

/** A host that is up, with these machines. */
export function hostGeneration(
  name: string,
  machines: readonly Machine[],
  changes: Partial<Host> = {},
): HostGeneration {
  const own = machines.map((one) => ({ ...one, host: name }));
  const host: Host = {
    ...hostSettings(name),
    link: "up",
    linkReason: undefined,
    linkSince: 1_000_000,
    facts: { ...hostFacts, hostname: `${name}.example` },
    complete: true,
    membershipChangedAt: 1_500_000,
    listedAt: 0,
    resources: noResources,
    ...changes,
  };
  return partOf(host, MachineTable.of(own));
}

let revision = 0;

export function generation(...hosts: readonly HostGeneration[]): Generation {
  revision += 1;
  return { revision, hosts: new Map(hosts.map((part) => [part.host.name, part])) };
}

/** An inventory that stands still until told otherwise. */
export function stillInventory(first: Generation): InventoryReader & { show(next: Generation): void } {
  let shown = first;
  return {
    current: () => shown,
    show(next) {
      shown = next;
    },
  };
}
