import type { Disk, Nic } from "../../inventory/device.js";
import type { Generation } from "../../inventory/generation.js";
import type { Machine, MachineState, VirtualCpu } from "../../inventory/machine.js";
import { type Family, heading, labels, line, secondsOf } from "./exposition.js";

/** One family with its value per machine, or per device of a machine; `undefined` leaves the sample out. */
type Row<Of> = readonly [
  name: string,
  type: Family["type"],
  value: (of: Of) => number | bigint | string | undefined,
  help: string,
];

/** A family's rows and the things they are of, with the labels of each thing beside its machine's. */
interface Group<Of> {
  readonly prefix: string;
  readonly of: (machine: Machine) => readonly Of[];
  readonly labels: (of: Of) => Readonly<Record<string, string>>;
  readonly rows: readonly Row<Of>[];
}

/** The numbers of libvirt's enumeration of domain states, which dashboards expect. */
// biome-ignore format: read as a table
const domainState: Readonly<Record<MachineState, number>> = {
  unknown: 0, other: 0, preparing: 5, running: 1, saving: 1, saved: 5, restoring: 1, paused: 3, migrating: 1, stopping: 4,
  stopped: 5, crashed: 6, "pm-suspended": 7,
};

const kib = (value: number | undefined) => (value === undefined ? undefined : value * 1024);
const seconds = (ns: bigint | undefined) => (ns === undefined ? undefined : secondsOf(ns));

/**
 * The names that the libvirt exporters of the Prometheus world agree on, so that their dashboards work unchanged. Labels `host` and
 * `uuid` are added, because a name is unique on one host only.
 */
// biome-ignore format: read as a table
const ofMachine: Group<Machine> = {
  prefix: "libvirt_domain_info_",
  of: (machine) => [machine],
  labels: () => ({}),
  rows: [
    ["vstate",                 "gauge",   (m) => domainState[m.state],            "State of the domain, as libvirt numbers it"],
    ["virtual_cpus",           "gauge",   (m) => m.vcpuCount,                     "Virtual CPUs of the domain"],
    ["maximum_memory_bytes",   "gauge",   (m) => kib(m.memoryMaximumKiB),         "Memory the domain may have, in bytes"],
    ["memory_usage_bytes",     "gauge",   (m) => kib(m.memoryKiB),                "Memory given to the domain, in bytes"],
    ["cpu_time_seconds_total", "counter", (m) => seconds(m.cpuTimeNs),            "CPU time used by the domain, in seconds"],
  ],
};

// biome-ignore format: read as a table
const ofMemory: Group<Machine> = {
  prefix: "libvirt_domain_memory_stats_",
  of: (machine) => [machine],
  labels: () => ({}),
  rows: [
    ["rss_bytes",         "gauge",   (m) => kib(m.memoryUse.residentKiB),   "Memory the host holds for the domain, in bytes"],
    ["available_bytes",   "gauge",   (m) => kib(m.memoryUse.availableKiB),  "Memory the guest sees, in bytes"],
    ["unused_bytes",      "gauge",   (m) => kib(m.memoryUse.unusedKiB),     "Memory nobody uses in the guest, in bytes"],
    ["usable_bytes",      "gauge",   (m) => kib(m.memoryUse.usableKiB),     "Memory new programs could get in the guest, in bytes"],
    ["disk_cache_bytes",  "gauge",   (m) => kib(m.memoryUse.diskCachesKiB), "Memory the guest's caches take, in bytes"],
    ["major_fault_total", "counter", (m) => m.memoryUse.majorFaults,        "Page faults of the guest that read from disk"],
    ["minor_fault_total", "counter", (m) => m.memoryUse.minorFaults,        "Other page faults of the guest"],
  ],
};

// biome-ignore format: read as a table
const ofVcpu: Group<VirtualCpu> = {
  prefix: "libvirt_domain_vcpu_",
  of: (machine) => machine.vcpus,
  labels: (vcpu) => ({ vcpu: String(vcpu.number) }),
  rows: [
    ["time_seconds_total",  "counter", (v) => seconds(v.timeNs),  "CPU time used by one virtual CPU, in seconds"],
    ["delay_seconds_total", "counter", (v) => seconds(v.delayNs), "Time one virtual CPU waited for a physical one, in seconds"],
  ],
};

// biome-ignore format: read as a table
const ofDisk: Group<Disk> = {
  prefix: "libvirt_domain_block_stats_",
  of: (machine) => machine.disks,
  labels: (disk) => ({ target_device: disk.target, source_file: disk.path ?? "" }),
  rows: [
    ["capacity_bytes",           "gauge",   (d) => d.counters.capacityBytes,        "Size the guest sees, in bytes"],
    ["allocation",               "gauge",   (d) => d.counters.allocationBytes,      "Bytes allocated on the host"],
    ["physicalsize_bytes",       "gauge",   (d) => d.counters.physicalBytes,        "Size of the image's container, in bytes"],
    ["read_bytes_total",         "counter", (d) => d.counters.readBytes,            "Bytes read"],
    ["read_requests_total",      "counter", (d) => d.counters.readRequests,         "Read requests"],
    ["read_time_seconds_total",  "counter", (d) => seconds(d.counters.readTimeNs),  "Time spent reading, in seconds"],
    ["write_bytes_total",        "counter", (d) => d.counters.writeBytes,           "Bytes written"],
    ["write_requests_total",     "counter", (d) => d.counters.writeRequests,        "Write requests"],
    ["write_time_seconds_total", "counter", (d) => seconds(d.counters.writeTimeNs), "Time spent writing, in seconds"],
  ],
};

// biome-ignore format: read as a table
const ofNic: Group<Nic> = {
  prefix: "libvirt_domain_interface_stats_",
  of: (machine) => machine.nics,
  labels: (nic) => ({ target_device: nic.target ?? "", source_bridge: nic.bridge ?? nic.source ?? "", mac: nic.mac }),
  rows: [
    ["receive_bytes_total",    "counter", (n) => n.counters.receivedBytes,   "Bytes the guest received"],
    ["receive_packets_total",  "counter", (n) => n.counters.receivedPackets, "Packets the guest received"],
    ["receive_errors_total",   "counter", (n) => n.counters.receivedErrors,  "Errors while receiving"],
    ["receive_drops_total",    "counter", (n) => n.counters.receivedDrops,   "Packets dropped while receiving"],
    ["transmit_bytes_total",   "counter", (n) => n.counters.sentBytes,       "Bytes the guest sent"],
    ["transmit_packets_total", "counter", (n) => n.counters.sentPackets,     "Packets the guest sent"],
    ["transmit_errors_total",  "counter", (n) => n.counters.sentErrors,      "Errors while sending"],
    ["transmit_drops_total",   "counter", (n) => n.counters.sentDrops,       "Packets dropped while sending"],
  ],
};

/** All samples of all machines, family by family as the format demands; cheap per text, so that the caller can pause anywhere. */
export function* machineMetrics(generation: Generation): Generator<string> {
  yield* groupMetrics(generation, ofMachine);
  yield* groupMetrics(generation, ofMemory);
  yield* groupMetrics(generation, ofVcpu);
  yield* groupMetrics(generation, ofDisk);
  yield* groupMetrics(generation, ofNic);
}

function* groupMetrics<Of>(generation: Generation, group: Group<Of>): Generator<string> {
  for (const [suffix, type, value, help] of group.rows) {
    const name = group.prefix + suffix;
    yield heading({ name, type, help });
    for (const { byIndex } of generation.hosts.values())
      for (const machine of byIndex) {
        let text = "";
        for (const of of group.of(machine)) {
          const sample = value(of);
          if (sample === undefined) continue;
          const labelText = labels({
            domain: machine.name,
            host: machine.host,
            uuid: machine.uuid,
            ...group.labels(of),
          });
          text += line(name, labelText, String(sample));
        }
        if (text !== "") yield text;
      }
  }
}
