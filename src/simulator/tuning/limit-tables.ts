import { child, childText, element } from "../../codec/xml/element.js";
import type { DomainDocument } from "../../protocol/libvirt/document/domain.js";
import type { DiskLimits } from "../../protocol/libvirt/document/domain-disk.js";
import type { Bandwidth } from "../../protocol/libvirt/document/domain-interface.js";
import type { BlockDeviceTuning } from "../../protocol/libvirt/document/domain-tuning.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";

import { textElement, withChild } from "../machine/tree-edit.js";

/** One parameter of a tuning call: where a description has it, and what is told when it does not. */
export interface LimitRow<T> {
  readonly field: string;
  readonly type: TypedParameter["type"];
  /** @param live whether it is of a running machine, where the kernel's own value counts */
  readonly read: (from: T, live: boolean) => number | bigint | string;
  readonly write: (into: T, value: number | string) => T;
  /** Least and greatest value, but for 0 and what is negative, which take the limit away. */
  readonly range?: readonly [number, number];
}

/** What libvirt tells where there is no limit, in KiB. */
const UNLIMITED = 9_007_199_254_740_991;

type NumberFact<T> = { readonly [K in keyof T]: T[K] extends number | undefined ? K : never }[keyof T];

function numberRow<T, K extends NumberFact<T>>(
  field: string,
  type: TypedParameter["type"],
  fact: K,
  absent: { readonly live: number; readonly config: number },
  range?: readonly [number, number],
): LimitRow<T> {
  return {
    field,
    type,
    read: (from, live) => (from[fact] as number | undefined) ?? (live ? absent.live : absent.config),
    write: (into, value) => ({ ...into, [fact]: value }),
    ...(range && { range }),
  };
}

const PERIOD = { live: 100_000, config: 0 };
const QUOTA = { live: -1, config: 0 };
const PERIOD_RANGE = [1000, 1_000_000] as const;
const QUOTA_RANGE = [1000, 17_592_186_044_415] as const;

const period = (field: string, fact: "cpuPeriodUs" | "globalPeriodUs" | "emulatorPeriodUs"): LimitRow<DomainDocument> =>
  numberRow(field, "ullong", fact, PERIOD, PERIOD_RANGE);
const quota = (field: string, fact: "cpuQuotaUs" | "globalQuotaUs" | "emulatorQuotaUs"): LimitRow<DomainDocument> =>
  numberRow(field, "llong", fact, QUOTA, QUOTA_RANGE);

/** Of a container; a virtual machine has more. */
export const containerScheduler: readonly LimitRow<DomainDocument>[] = [
  numberRow("cpu_shares", "ullong", "cpuShares", { live: 1024, config: 0 }, [2, 262_144]),
  period("vcpu_period", "cpuPeriodUs"),
  quota("vcpu_quota", "cpuQuotaUs"),
];

export const virtualMachineScheduler: readonly LimitRow<DomainDocument>[] = [
  ...containerScheduler,
  period("emulator_period", "emulatorPeriodUs"),
  quota("emulator_quota", "emulatorQuotaUs"),
  period("global_period", "globalPeriodUs"),
  quota("global_quota", "globalQuotaUs"),
  treeRow("iothread_period", "ullong", PERIOD, PERIOD_RANGE),
  treeRow("iothread_quota", "llong", QUOTA, QUOTA_RANGE),
];

/** A limit that nobody reads from documents but the simulation itself. */
function treeRow(
  field: string,
  type: TypedParameter["type"],
  absent: { readonly live: number; readonly config: number },
  range: readonly [number, number],
): LimitRow<DomainDocument> {
  return {
    field,
    type,
    range,
    read({ tree }, live) {
      const said = childText(child(tree, "cputune"), field);
      return said === undefined ? (live ? absent.live : absent.config) : Number(said);
    },
    write(into, value) {
      const cputune = withChild(child(into.tree, "cputune") ?? element("cputune"), textElement(field, value));
      return { ...into, tree: withChild(into.tree, cputune, ["vcpu", "vcpus", "iothreads"]) };
    },
  };
}

const memoryRow = (
  field: string,
  fact: "hardLimitKiB" | "softLimitKiB" | "swapLimitKiB",
): LimitRow<DomainDocument> => ({
  field,
  type: "ullong",
  read: (from) => from[fact] ?? UNLIMITED,
  write: (into, value) => ({ ...into, [fact]: Number(value) >= UNLIMITED ? undefined : Number(value) }),
});

export const memoryRows: readonly LimitRow<DomainDocument>[] = [
  memoryRow("hard_limit", "hardLimitKiB"),
  memoryRow("soft_limit", "softLimitKiB"),
  memoryRow("swap_hard_limit", "swapLimitKiB"),
];

/** libvirt writes such limits as one text: device, value, device, value. */
const deviceRow = (field: string, fact: Exclude<keyof BlockDeviceTuning, "path">): LimitRow<DomainDocument> => ({
  field,
  type: "string",
  read: ({ blockDevices }) =>
    blockDevices.flatMap((device) => (device[fact] === undefined ? [] : [device.path, device[fact]])).join(","),
  write(into, value) {
    const words = String(value).split(",");
    const devices = new Map(into.blockDevices.map((device) => [device.path, device]));
    for (let at = 0; at + 1 < words.length; at += 2) {
      const path = words[at] ?? "";
      const limit = Number(words[at + 1]);
      devices.set(path, { ...(devices.get(path) ?? unlimitedDevice(path)), [fact]: limit === 0 ? undefined : limit });
    }
    return { ...into, blockDevices: [...devices.values()] };
  },
});

function unlimitedDevice(path: string): BlockDeviceTuning {
  return {
    path,
    weight: undefined,
    readBytesPerSecond: undefined,
    writeBytesPerSecond: undefined,
    readRequestsPerSecond: undefined,
    writeRequestsPerSecond: undefined,
  };
}

export const blockRows: readonly LimitRow<DomainDocument>[] = [
  numberRow("weight", "uint", "blockWeight", { live: 100, config: 0 }, [10, 1000]),
  deviceRow("device_weight", "weight"),
  deviceRow("device_read_iops_sec", "readRequestsPerSecond"),
  deviceRow("device_write_iops_sec", "writeRequestsPerSecond"),
  deviceRow("device_read_bytes_sec", "readBytesPerSecond"),
  deviceRow("device_write_bytes_sec", "writeBytesPerSecond"),
];

/** By their number. */
const numaModes = ["strict", "preferred", "interleave", "restrictive"];

export const numaRows: readonly LimitRow<DomainDocument>[] = [
  {
    field: "numa_mode",
    type: "int",
    read: ({ numaMode }) => Math.max(0, numaModes.indexOf(numaMode ?? "strict")),
    write: (into, value) => ({ ...into, numaMode: numaModes[Number(value)] ?? "strict" }),
  },
  {
    field: "numa_nodeset",
    type: "string",
    read: ({ numaNodes }) => numaNodes ?? "",
    write: (into, value) => ({ ...into, numaMode: into.numaMode ?? "strict", numaNodes: String(value) }),
  },
];

const NONE = { live: 0, config: 0 };

/** Of one disk. */
export const diskRows: readonly LimitRow<DiskLimits>[] = [
  numberRow("total_bytes_sec", "ullong", "totalBytesPerSecond", NONE),
  numberRow("read_bytes_sec", "ullong", "readBytesPerSecond", NONE),
  numberRow("write_bytes_sec", "ullong", "writeBytesPerSecond", NONE),
  numberRow("total_iops_sec", "ullong", "totalRequestsPerSecond", NONE),
  numberRow("read_iops_sec", "ullong", "readRequestsPerSecond", NONE),
  numberRow("write_iops_sec", "ullong", "writeRequestsPerSecond", NONE),
];

export const noDiskLimits: DiskLimits = {
  totalBytesPerSecond: undefined,
  readBytesPerSecond: undefined,
  writeBytesPerSecond: undefined,
  totalRequestsPerSecond: undefined,
  readRequestsPerSecond: undefined,
  writeRequestsPerSecond: undefined,
};

/** What may pass one interface, both ways. */
export interface BothWays {
  readonly inbound: Bandwidth;
  readonly outbound: Bandwidth;
}

export const noBandwidth: Bandwidth = {
  averageKiBps: undefined,
  peakKiBps: undefined,
  burstKiB: undefined,
  floorKiBps: undefined,
};

const wayRow = (way: keyof BothWays, name: string, fact: keyof Bandwidth): LimitRow<BothWays> => ({
  field: `${way}.${name}`,
  type: "uint",
  read: (from) => from[way][fact] ?? 0,
  write: (into, value) => ({
    ...into,
    [way]: { ...into[way], [fact]: Number(value) === 0 ? undefined : Number(value) },
  }),
});

export const interfaceRows: readonly LimitRow<BothWays>[] = [
  wayRow("inbound", "average", "averageKiBps"),
  wayRow("inbound", "peak", "peakKiBps"),
  wayRow("inbound", "burst", "burstKiB"),
  wayRow("outbound", "average", "averageKiBps"),
  wayRow("outbound", "peak", "peakKiBps"),
  wayRow("outbound", "burst", "burstKiB"),
];
