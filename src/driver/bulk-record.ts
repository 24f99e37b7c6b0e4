import type { DiskCounters, NicCounters } from "../inventory/device.js";
import type { MachineFacts, VirtualCpu } from "../inventory/machine.js";
import type { TypedParameter } from "../protocol/libvirt/typed-parameter.js";

/** Groups of the bulk statistics call. */
export const statisticsGroup = {
  state: 1,
  cpu: 2,
  balloon: 4,
  vcpu: 8,
  interface: 16,
  block: 32,
} as const;

/** What a bulk answer tells of one machine; an absent member was not reported, which never means zero. */
export interface BulkRecord {
  readonly state: number | undefined;
  readonly reason: number | undefined;
  readonly facts: Partial<MachineFacts>;
  /** By target: `vda`. */
  readonly diskCounters: ReadonlyMap<string, DiskCounters> | undefined;
  /** By the host's device: `vnet3`. */
  readonly nicCounters: ReadonlyMap<string, NicCounters> | undefined;
  /** Whether there is something among it that only the machine's monitor knows. */
  readonly fromMonitor: boolean;
}

type Fact = "cpuTimeNs" | "memoryKiB" | "memoryMaximumKiB" | "vcpuCount" | "vcpuMaximum";

// biome-ignore format: read as a table
const facts: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ["cpu.time",        "cpuTimeNs"],
  ["balloon.current", "memoryKiB"],
  ["balloon.maximum", "memoryMaximumKiB"],
  ["vcpu.current",    "vcpuCount"],
  ["vcpu.maximum",    "vcpuMaximum"],
]);

// biome-ignore format: read as a table
const diskMembers: ReadonlyMap<string, keyof DiskCounters> = new Map<string, keyof DiskCounters>([
  ["rd.reqs",    "readRequests"],
  ["rd.bytes",   "readBytes"],
  ["rd.times",   "readTimeNs"],
  ["wr.reqs",    "writeRequests"],
  ["wr.bytes",   "writeBytes"],
  ["wr.times",   "writeTimeNs"],
  ["capacity",   "capacityBytes"],
  ["allocation", "allocationBytes"],
  ["physical",   "physicalBytes"],
]);

// biome-ignore format: read as a table
const nicMembers: ReadonlyMap<string, keyof NicCounters> = new Map<string, keyof NicCounters>([
  ["rx.bytes", "receivedBytes"],
  ["rx.pkts",  "receivedPackets"],
  ["rx.errs",  "receivedErrors"],
  ["rx.drop",  "receivedDrops"],
  ["tx.bytes", "sentBytes"],
  ["tx.pkts",  "sentPackets"],
  ["tx.errs",  "sentErrors"],
  ["tx.drop",  "sentDrops"],
]);

const VCPU_OFFLINE = 0;

interface Device {
  name?: string;
  readonly counters: Record<string, bigint>;
}

interface Vcpu {
  state?: number;
  timeNs?: bigint;
}

/** Makes sense of one machine's parameters; names it does not know, of which newer daemons have many, are passed over. */
export function readBulkRecord(parameters: readonly TypedParameter[]): BulkRecord {
  const known: { -readonly [F in Fact]?: MachineFacts[F] } = {};
  const disks = new Map<string, Device>();
  const nics = new Map<string, Device>();
  const vcpus = new Map<string, Vcpu>();
  let state: number | undefined;
  let reason: number | undefined;
  let fromMonitor = false;
  for (const { field, value } of parameters) {
    const fact = facts.get(field);
    if (fact === "cpuTimeNs") known.cpuTimeNs = toBigInt(value);
    else if (fact) known[fact] = toNumber(value);
    else if (field === "state.state") state = toNumber(value);
    else if (field === "state.reason") reason = toNumber(value);
    else if (field.startsWith("balloon.")) fromMonitor = true;
    else {
      const [, group, number = "", member = ""] = /^(block|net|vcpu)\.(\d+)\.(.+)$/.exec(field) ?? [];
      if (group === "vcpu") {
        const vcpu = entry(vcpus, number, (): Vcpu => ({}));
        if (member === "state") vcpu.state = toNumber(value) ?? VCPU_OFFLINE;
        else if (member === "time") vcpu.timeNs = toBigInt(value) ?? 0n;
      } else if (group !== undefined) {
        const device = entry(group === "net" ? nics : disks, number, (): Device => ({ counters: {} }));
        const counter = (group === "net" ? nicMembers : diskMembers).get(member);
        if (member === "name" && typeof value === "string") device.name = value;
        const amount = counter && toBigInt(value);
        if (counter && amount !== undefined) device.counters[counter] = amount;
        if (member === "rd.reqs") fromMonitor = true;
      }
    }
  }
  return {
    state,
    reason,
    facts: vcpus.size > 0 ? { ...known, vcpus: onlineVcpus(vcpus) } : known,
    diskCounters: byName(disks),
    nicCounters: byName(nics),
    fromMonitor,
  };
}

function onlineVcpus(vcpus: ReadonlyMap<string, Vcpu>): readonly VirtualCpu[] {
  return [...vcpus]
    .filter(([, vcpu]) => vcpu.state !== VCPU_OFFLINE)
    .map(([number, vcpu]) => ({ number: Number(number), timeNs: vcpu.timeNs }))
    .sort((a, b) => a.number - b.number);
}

function byName(devices: ReadonlyMap<string, Device>): ReadonlyMap<string, Record<string, bigint>> | undefined {
  if (devices.size === 0) return undefined;
  return new Map(
    [...devices.values()].flatMap(({ name, counters }) => (name === undefined ? [] : [[name, counters] as const])),
  );
}

function entry<T>(map: Map<string, T>, key: string, create: () => T): T {
  const held = map.get(key);
  if (held !== undefined) return held;
  const created = create();
  map.set(key, created);
  return created;
}

function toNumber(value: TypedParameter["value"]): number | undefined {
  return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : undefined;
}

function toBigInt(value: TypedParameter["value"]): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
