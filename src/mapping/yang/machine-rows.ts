import type { Nic } from "../../inventory/device.js";
import type { GuestFacts } from "../../inventory/guest.js";
import type { Host } from "../../inventory/host.js";
import type { CpuQuota } from "../../inventory/limits.js";
import type { Machine } from "../../inventory/machine.js";
import { nicAddresses } from "../../inventory/nic-addresses.js";
import type { Bandwidth } from "../../inventory/tuning.js";
import { machine as shape } from "../../schema/generated/virtgate-machine.js";
import { entriesOf, type LeafRows } from "../bind-leaves.js";
import { technologyIdentity } from "./technology.js";

/** What the entry of a machine is read from. */
export interface MachineRow {
  readonly host: Host;
  readonly machine: Machine;
  /** Wall time of an instant of the monotonic clock, milliseconds. */
  readonly wallTimeOf: (monotonic: number) => number;
}

interface NicRow {
  readonly host: Host;
  readonly nic: Nic;
}

const { processors, limits, snapshots, guest } = shape.children;

/** /hosts/host/machine: one entry per machine. A fact that is not known is absent. */
export const machineRows: LeafRows<typeof shape, MachineRow> = {
  uuid: ({ machine }) => machine.uuid,
  name: ({ machine }) => machine.name,
  title: ({ machine }) => machine.title,
  description: ({ machine }) => machine.description,
  kind: ({ machine }) => machine.kind,
  technology: ({ machine }) => technologyIdentity[machine.technology],
  "os-type": ({ machine }) => machine.osType,
  "snmp-index": ({ machine }) => machine.index,
  "snmp-gateway-index": ({ machine }) => machine.gatewayIndex,
  persistent: ({ machine }) => machine.persistent,
  autostart: ({ machine }) => machine.autostart,
  "oper-state": ({ machine }) => (machine.reachable ? machine.state : "unknown"),
  reason: ({ machine }) => machine.reason,
  "admin-state": ({ machine }) => machine.adminState,
  "domain-id": ({ machine }) => machine.domainId,
  started: ({ machine }) => machine.startedAt,
  reachable: ({ machine }) => machine.reachable,
  stuck: ({ machine }) => machine.stuck,
  "counters-since": ({ machine }) => machine.countersSince,
  "last-read": {
    state: ({ machine, wallTimeOf }) => wallTimeOf(machine.readings.state),
    statistics: ({ machine, wallTimeOf }) => dated(machine.readings.statistics, wallTimeOf),
    document: ({ machine, wallTimeOf }) => dated(machine.readings.document, wallTimeOf),
    addresses: ({ machine, wallTimeOf }) => dated(machine.readings.addresses, wallTimeOf),
    snapshots: ({ machine, wallTimeOf }) => dated(machine.readings.snapshots, wallTimeOf),
    guest: ({ machine, wallTimeOf }) => dated(machine.readings.guest, wallTimeOf),
  },
  processors: {
    count: ({ machine }) => machine.vcpuCount,
    maximum: ({ machine }) => machine.vcpuMaximum,
    time: ({ machine }) => machine.cpuTimeNs,
    "user-time": ({ machine }) => machine.cpuUserNs,
    "system-time": ({ machine }) => machine.cpuSystemNs,
    processor: entriesOf(processors.children.processor, ({ machine }: MachineRow) => machine.vcpus, {
      number: (vcpu) => vcpu.number,
      time: (vcpu) => vcpu.timeNs,
      delay: (vcpu) => vcpu.delayNs,
    }),
  },
  memory: {
    current: ({ machine }) => machine.memoryKiB,
    maximum: ({ machine }) => machine.memoryMaximumKiB,
    minimum: ({ machine }) => machine.memoryMinimumKiB,
    resident: ({ machine }) => machine.memoryUse.residentKiB,
    available: ({ machine }) => machine.memoryUse.availableKiB,
    unused: ({ machine }) => machine.memoryUse.unusedKiB,
    usable: ({ machine }) => machine.memoryUse.usableKiB,
    "disk-caches": ({ machine }) => machine.memoryUse.diskCachesKiB,
    "swap-in": ({ machine }) => machine.memoryUse.swapInKiB,
    "swap-out": ({ machine }) => machine.memoryUse.swapOutKiB,
    "major-faults": ({ machine }) => machine.memoryUse.majorFaults,
    "minor-faults": ({ machine }) => machine.memoryUse.minorFaults,
  },
  limits: {
    memory: {
      hard: ({ machine }) => machine.limits.memory.hardKiB,
      soft: ({ machine }) => machine.limits.memory.softKiB,
      "swap-hard": ({ machine }) => machine.limits.memory.swapHardKiB,
    },
    cpu: {
      shares: ({ machine }) => machine.limits.cpu.shares,
      cpuset: ({ machine }) => machine.limits.cpuset,
      vcpu: quotaRows(({ machine }) => machine.limits.cpu),
      total: quotaRows(({ machine }) => machine.limits.cpuTotal),
      emulator: { ...quotaRows(({ machine }) => machine.limits.emulator), cpuset: ({ machine }) => machine.limits.emulatorPinning },
    },
    numa: {
      nodes: ({ machine }) => machine.limits.numaNodes,
      mode: ({ machine }) => machine.limits.numaMode,
    },
    block: {
      weight: ({ machine }) => machine.limits.blockWeight,
      device: entriesOf(limits.children.block.children.device, ({ machine }: MachineRow) => machine.limits.blockDevices, {
        path: (device) => device.path,
        weight: (device) => device.weight,
        "read-octets": (device) => device.readBytesPerS,
        "write-octets": (device) => device.writeBytesPerS,
        "read-requests": (device) => device.readRequestsPerS,
        "write-requests": (device) => device.writeRequestsPerS,
      }),
    },
  },
  disk: entriesOf(shape.children.disk, ({ machine }: MachineRow) => machine.disks, {
    target: (disk) => disk.target,
    "snmp-index": (disk) => disk.index,
    device: (disk) => disk.device,
    "source-kind": (disk) => disk.source,
    format: (disk) => disk.format,
    path: (disk) => disk.path,
    bus: (disk) => disk.bus,
    "read-only": (disk) => disk.readOnly,
    capacity: (disk) => disk.counters.capacityBytes,
    allocation: (disk) => disk.counters.allocationBytes,
    physical: (disk) => disk.counters.physicalBytes,
    "read-octets": (disk) => disk.counters.readBytes,
    "written-octets": (disk) => disk.counters.writeBytes,
    "read-requests": (disk) => disk.counters.readRequests,
    "write-requests": (disk) => disk.counters.writeRequests,
    "read-time": (disk) => disk.counters.readTimeNs,
    "write-time": (disk) => disk.counters.writeTimeNs,
    limits: {
      "read-octets": (disk) => disk.limits?.readBytesPerS,
      "write-octets": (disk) => disk.limits?.writeBytesPerS,
      "read-requests": (disk) => disk.limits?.readRequestsPerS,
      "write-requests": (disk) => disk.limits?.writeRequestsPerS,
      "total-octets": (disk) => disk.limits?.totalBytesPerS,
      "total-requests": (disk) => disk.limits?.totalRequestsPerS,
    },
  }),
  interface: entriesOf(shape.children.interface, ({ host, machine }: MachineRow) => machine.nics.map((nic): NicRow => ({ host, nic })), {
    "mac-address": ({ nic }) => nic.mac,
    "snmp-index": ({ nic }) => nic.index,
    model: ({ nic }) => nic.model,
    "host-device": ({ nic }) => nic.target,
    "source-kind": ({ nic }) => nic.sourceKind,
    source: ({ nic }) => nic.source,
    bridge: ({ nic }) => nic.bridge,
    address: entriesOf(shape.children.interface.children.address, ({ host, nic }: NicRow) => nicAddresses(host, nic), {
      address: (one) => one.address,
      "prefix-length": (one) => one.prefix,
      source: (one) => one.source,
    }),
    "received-octets": ({ nic }) => nic.counters.receivedBytes,
    "received-packets": ({ nic }) => nic.counters.receivedPackets,
    "received-errors": ({ nic }) => nic.counters.receivedErrors,
    "received-drops": ({ nic }) => nic.counters.receivedDrops,
    "sent-octets": ({ nic }) => nic.counters.sentBytes,
    "sent-packets": ({ nic }) => nic.counters.sentPackets,
    "sent-errors": ({ nic }) => nic.counters.sentErrors,
    "sent-drops": ({ nic }) => nic.counters.sentDrops,
    limits: {
      inbound: bandwidthRows(({ nic }) => nic.limits?.inbound),
      outbound: bandwidthRows(({ nic }) => nic.limits?.outbound),
    },
  }),
  guest: {
    agent: ({ machine }) => machine.agent,
    "unknown-because": ({ machine }) => (machine.guest.known ? undefined : machine.guest.why),
    hostname: ({ machine }) => guestFacts(machine)?.hostname,
    "os-name": ({ machine }) => guestFacts(machine)?.osName,
    kernel: ({ machine }) => guestFacts(machine)?.kernel,
    timezone: ({ machine }) => guestFacts(machine)?.timezone,
    filesystem: entriesOf(guest.children.filesystem, ({ machine }: MachineRow) => guestFacts(machine)?.filesystems, {
      "mount-point": (filesystem) => filesystem.mountPoint,
      type: (filesystem) => filesystem.type,
      total: (filesystem) => filesystem.totalBytes,
      used: (filesystem) => filesystem.usedBytes,
    }),
  },
  snapshots: {
    snapshot: entriesOf(snapshots.children.snapshot, ({ machine }: MachineRow) => machine.snapshots, {
      name: (snapshot) => snapshot.name,
      description: (snapshot) => snapshot.description,
      state: (snapshot) => snapshot.state,
      parent: (snapshot) => snapshot.parent,
      created: (snapshot) => snapshot.createdAt,
      current: (snapshot) => snapshot.current,
    }),
  },
};

function quotaRows(of: (row: MachineRow) => CpuQuota): LeafRows<typeof limits.children.cpu.children.vcpu, MachineRow> {
  return { period: (row) => of(row).periodUs, quota: (row) => of(row).quotaUs };
}

function bandwidthRows(of: (row: NicRow) => Bandwidth | undefined): LeafRows<typeof shape.children.interface.children.limits.children.inbound, NicRow> {
  return {
    average: (row) => of(row)?.averageKiBPerS,
    peak: (row) => of(row)?.peakKiBPerS,
    burst: (row) => of(row)?.burstKiB,
  };
}

function guestFacts({ guest: view }: Machine): GuestFacts | undefined {
  return view.known ? view.facts : undefined;
}

function dated(monotonic: number | undefined, wallTimeOf: (monotonic: number) => number): number | undefined {
  return monotonic === undefined ? undefined : wallTimeOf(monotonic);
}
