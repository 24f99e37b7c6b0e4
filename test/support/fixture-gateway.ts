import type { Counters } from "../../src/agent/console/console-source.js";
import type { Clock } from "../../src/base/clock.js";
import { Fault } from "../../src/base/fault.js";
import type { Listeners, ReloadReport, RunningGateway } from "../../src/daemon/running-gateway.js";
import { type Generation, type HostGeneration, hostGeneration } from "../../src/inventory/generation.js";
import { unseenGuest } from "../../src/inventory/guest.js";
import type { Host } from "../../src/inventory/host.js";
import { noLimits } from "../../src/inventory/limits.js";
import type { Machine } from "../../src/inventory/machine.js";
import { MachineTable } from "../../src/inventory/machine-table.js";
import { noResources } from "../../src/inventory/resources.js";

/** A host as the inventory has it, up and listed, with what a test wants different. */
export function fixtureHost(changes: Partial<Host> = {}): Host {
  return {
    name: "kvm1",
    uri: "qemu:///system",
    simulated: false,
    allowWrite: false,
    link: "up",
    linkReason: undefined,
    linkSince: Date.UTC(2026, 10, 5, 9, 0, 0),
    facts: {
      driver: "QEMU",
      kvm: true,
      technology: "kvm",
      hypervisorVersion: "7.2.19",
      libvirtVersion: "9.0.0",
      hostname: "box.example.net",
      nodeUuid: "11111111-2222-3333-4444-555555555555",
      architecture: "x86_64",
      cpuModel: "EPYC",
      cpuCount: 8,
      physicalCpuCount: 8,
      memoryKiB: 16 * 1024 * 1024,
      local: true,
      upSince: Date.UTC(2026, 10, 1, 0, 0, 0),
    },
    complete: true,
    membershipChangedAt: Date.UTC(2026, 10, 5, 9, 0, 1),
    listedAt: 4_000,
    resources: noResources,
    ...changes,
  };
}

/** A running machine with one disk and one interface, with what a test wants different. */
export function fixtureMachine(changes: Partial<Machine> = {}): Machine {
  const index = changes.index ?? 1;
  return {
    host: "kvm1",
    uuid: `aaaaaaaa-bbbb-cccc-dddd-${String(index).padStart(12, "0")}`,
    index,
    gatewayIndex: index,
    name: `web${index}`,
    title: undefined,
    description: undefined,
    notes: {},
    kind: "vm",
    technology: "kvm",
    domainId: 7,
    state: "running",
    reason: "booted",
    adminState: "running",
    persistent: true,
    autostart: false,
    osType: "hvm",
    vcpuCount: 2,
    vcpuMaximum: 4,
    memoryKiB: 524_288,
    memoryMaximumKiB: 1_048_576,
    memoryMinimumKiB: undefined,
    limits: noLimits,
    memoryUse: {},
    cpuTimeNs: 12_345_678_900n,
    cpuUserNs: undefined,
    cpuSystemNs: undefined,
    vcpus: [
      { number: 0, timeNs: 6_000_000_000n },
      { number: 1, timeNs: undefined },
    ],
    vcpuAffinity: undefined,
    agent: undefined,
    guest: unseenGuest,
    snapshots: undefined,
    startedAt: Date.UTC(2026, 10, 5, 8, 0, 0),
    countersSince: Date.UTC(2026, 10, 5, 8, 0, 0),
    disks: [
      {
        index: 1,
        target: "vda",
        device: "disk",
        source: "file",
        format: "qcow2",
        path: "/images/web.qcow2",
        bus: "virtio",
        readOnly: false,
        limits: undefined,
        counters: { capacityBytes: 10_737_418_240n, readBytes: 4096n, writeBytes: 8192n, readTimeNs: 1_500_000n },
      },
    ],
    nics: [
      {
        index: 1,
        mac: "52:54:00:00:00:01",
        model: "virtio",
        target: "vnet3",
        source: "default",
        sourceKind: "network",
        bridge: "virbr0",
        limits: undefined,
        addresses: [],
        ifIndex: 9,
        parentIfIndex: 4,
        counters: { receivedBytes: 18_446_744_073_709_551_615n, sentBytes: 2n },
      },
    ],
    readings: { state: 4_500, statistics: 4_000, document: 1_000 },
    reachable: true,
    stuck: false,
    ...changes,
  };
}

/** A generation of hosts with their machines. */
export function fixtureGeneration(parts: readonly (readonly [Host, readonly Machine[]])[]): Generation {
  return {
    revision: 1,
    hosts: new Map(
      parts.map(([host, machines]): [string, HostGeneration] => [
        host.name,
        hostGeneration(host, MachineTable.of(machines)),
      ]),
    ),
  };
}

/** What stands behind a fixture's interface; `generation` may be exchanged while it is in use. */
export interface FixtureGateway extends RunningGateway {
  generation: Generation;
  reloads: number;
  stops: number;
}

async function fixed(): Promise<never> {
  throw new Fault("unsupported", "the hosts of a fixture are fixed");
}

/** A gateway that serves a fixed inventory and has no listeners of its own. */
export function fixtureGateway(options: {
  clock: Clock;
  generation: Generation;
  stateDirectory?: string;
  listeners?: Listeners;
  counters?: Counters;
}): FixtureGateway {
  const { clock, counters = {}, listeners = {} } = options;
  const gateway: FixtureGateway = {
    clock,
    version: "1.2.3",
    startedAt: clock.now(),
    stateDirectory: options.stateDirectory ?? "/nowhere",
    configFile: undefined,
    hostChoice: "configured",
    generation: options.generation,
    reloads: 0,
    stops: 0,
    inventory: { current: () => gateway.generation },
    history: { read: async () => undefined, recentCpu: () => [] },
    snmpEndpoint: () => listeners.snmp,
    hostCounters: () => counters,
    snmpCounters: () => ({ snmpInPkts: 42 }),
    storageFailure: () => undefined,
    queueDrops: () => ({ "traps to nms1": 3 }),
    listeners: () => listeners,
    async reload(): Promise<ReloadReport> {
      gateway.reloads += 1;
      return { changes: [], waiting: [] };
    },
    addHost: () => fixed(),
    removeHost: () => fixed(),
    trust: () => fixed(),
    orders: [],
    async stop() {
      gateway.stops += 1;
    },
  };
  return gateway;
}
