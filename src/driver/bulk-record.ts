import type { DiskCounters, NicCounters } from "../inventory/device.js";
import type { MachineFacts, MemoryUse, VirtualCpu } from "../inventory/machine.js";
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

type Fact = "cpuTimeNs" | "cpuUserNs" | "cpuSystemNs" | "memoryKiB" | "memoryMaximumKiB" | "vcpuCount" | "vcpuMaximum";

// biome-ignore format: read as a table
const facts: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ["cpu.time",        "cpuTimeNs"],
  ["cpu.user",        "cpuUserNs"],
  ["cpu.system",      "cpuSystemNs"],
  ["balloon.current", "memoryKiB"],
  ["balloon.maximum", "memoryMaximumKiB"],
  ["vcpu.current",    "vcpuCount"],
  ["vcpu.maximum",    "vcpuMaximum"],
]);

// biome-ignore format: read as a table
const memoryMembers: ReadonlyMap<string, keyof MemoryUse> = new Map<string, keyof MemoryUse>([
  ["balloon.rss",         "residentKiB"],
  ["balloon.available",   "availableKiB"],
  ["balloon.unused",      "unusedKiB"],
  ["balloon.usable",      "usableKiB"],
  ["balloon.disk_caches", "diskCachesKiB"],
  ["balloon.swap_in",     "swapInKiB"],
  ["balloon.swap_out",    "swapOutKiB"],
  ["balloon.major_fault", "majorFaults"],
  ["balloon.minor_fault", "minorFaults"],
]);

/** What only grows, and may grow beyond what a number holds. */
const memoryCounters: ReadonlySet<keyof MemoryUse> = new Set(["swapInKiB", "swapOutKiB", "majorFaults", "minorFaults"]);

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
/** Field names whose meaning is kept: more than any host has, few enough for a daemon that makes names up. */
const MOST_MEANINGS = 20_000;

/** What a field tells. */
type Meaning =
  | { readonly of: "state" | "reason" | "monitor" | "nothing" }
  | { readonly of: "fact"; readonly fact: Fact }
  | { readonly of: "memory"; readonly member: keyof MemoryUse }
  | { readonly of: "vcpu"; readonly number: number; readonly member: "state" | "time" | "delay" | "other" }
  | { readonly of: "disk"; readonly number: number; readonly member: keyof DiskCounters | "name" | "other" }
  | { readonly of: "nic"; readonly number: number; readonly member: keyof NicCounters | "name" | "other" };

/** By field name: tens of thousands of fields come in a second, and their names are the same few hundred. */
const meanings = new Map<string, Meaning>();

interface Device {
  name: string | undefined;
  readonly counters: Record<string, bigint>;
}

interface Vcpu {
  state: number | undefined;
  timeNs: bigint | undefined;
  delayNs: bigint | undefined;
}

/** Makes sense of one machine's parameters; names it does not know, of which newer daemons have many, are passed over. */
export function readBulkRecord(parameters: readonly TypedParameter[]): BulkRecord {
  const known: { -readonly [F in Fact]?: MachineFacts[F] } = {};
  let disks: Map<number, Device> | undefined;
  let nics: Map<number, Device> | undefined;
  let vcpus: Map<number, Vcpu> | undefined;
  let memoryUse: Record<string, number | bigint> | undefined;
  let state: number | undefined;
  let reason: number | undefined;
  let fromMonitor = false;
  for (const { field, value } of parameters) {
    const meaning = meaningOf(field);
    switch (meaning.of) {
      case "nothing":
        break;
      case "state":
        state = toNumber(value);
        break;
      case "reason":
        reason = toNumber(value);
        break;
      case "monitor":
        fromMonitor = true;
        break;
      case "fact":
        if (isTime(meaning.fact)) known[meaning.fact] = toBigInt(value);
        else known[meaning.fact] = toNumber(value);
        break;
      case "memory": {
        fromMonitor = true;
        const amount = memoryCounters.has(meaning.member) ? toBigInt(value) : toNumber(value);
        memoryUse ??= {};
        if (amount !== undefined) memoryUse[meaning.member] = amount;
        break;
      }
      case "vcpu":
        vcpus ??= new Map();
        takeVcpu(entry(vcpus, meaning.number, newVcpu), meaning.member, value);
        break;
      case "disk":
        disks ??= new Map();
        takeDevice(entry(disks, meaning.number, newDevice), meaning.member, value);
        if (meaning.member === "readRequests") fromMonitor = true;
        break;
      case "nic":
        nics ??= new Map();
        takeDevice(entry(nics, meaning.number, newDevice), meaning.member, value);
        break;
    }
  }
  return {
    state,
    reason,
    facts: {
      ...known,
      ...(memoryUse ? { memoryUse } : {}),
      ...(vcpus ? { vcpus: onlineVcpus(vcpus) } : {}),
    },
    diskCounters: disks && byName(disks),
    nicCounters: nics && byName(nics),
    fromMonitor,
  };
}

function meaningOf(field: string): Meaning {
  const kept = meanings.get(field);
  if (kept !== undefined) return kept;
  const meaning = interpret(field);
  if (meanings.size < MOST_MEANINGS) meanings.set(field, meaning);
  return meaning;
}

function interpret(field: string): Meaning {
  const fact = facts.get(field);
  if (fact) return { of: "fact", fact };
  if (field === "state.state") return { of: "state" };
  if (field === "state.reason") return { of: "reason" };
  const use = memoryMembers.get(field);
  if (use) return { of: "memory", member: use };
  if (field.startsWith("balloon.")) return { of: "monitor" };
  const [, group, digits, member = ""] = /^(block|net|vcpu)\.(\d+)\.(.+)$/.exec(field) ?? [];
  const number = Number(digits);
  switch (group) {
    case "vcpu":
      return { of: "vcpu", number, member: isVcpuMember(member) ? member : "other" };
    case "block":
      return { of: "disk", number, member: member === "name" ? member : (diskMembers.get(member) ?? "other") };
    case "net":
      return { of: "nic", number, member: member === "name" ? member : (nicMembers.get(member) ?? "other") };
    default:
      return { of: "nothing" };
  }
}

function isTime(fact: Fact): fact is "cpuTimeNs" | "cpuUserNs" | "cpuSystemNs" {
  return fact === "cpuTimeNs" || fact === "cpuUserNs" || fact === "cpuSystemNs";
}

function isVcpuMember(member: string): member is "state" | "time" | "delay" {
  return member === "state" || member === "time" || member === "delay";
}

function takeVcpu(vcpu: Vcpu, member: string, value: TypedParameter["value"]): void {
  if (member === "state") vcpu.state = toNumber(value) ?? VCPU_OFFLINE;
  else if (member === "time") vcpu.timeNs = toBigInt(value) ?? 0n;
  else if (member === "delay") vcpu.delayNs = toBigInt(value);
}

function takeDevice(device: Device, member: string, value: TypedParameter["value"]): void {
  if (member === "other") return;
  if (member === "name") {
    if (typeof value === "string") device.name = value;
    return;
  }
  const amount = toBigInt(value);
  if (amount !== undefined) device.counters[member] = amount;
}

function newVcpu(): Vcpu {
  return { state: undefined, timeNs: undefined, delayNs: undefined };
}

function newDevice(): Device {
  return { name: undefined, counters: {} };
}

function onlineVcpus(vcpus: ReadonlyMap<number, Vcpu>): readonly VirtualCpu[] {
  const online: VirtualCpu[] = [];
  for (const [number, { state, timeNs, delayNs }] of vcpus) {
    if (state !== VCPU_OFFLINE) online.push(delayNs === undefined ? { number, timeNs } : { number, timeNs, delayNs });
  }
  return online.sort((a, b) => a.number - b.number);
}

function byName(devices: ReadonlyMap<number, Device>): ReadonlyMap<string, Record<string, bigint>> {
  const named = new Map<string, Record<string, bigint>>();
  for (const { name, counters } of devices.values()) if (name !== undefined) named.set(name, counters);
  return named;
}

function entry<T>(map: Map<number, T>, key: number, create: () => T): T {
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
