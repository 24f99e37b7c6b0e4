import {
  attributeAt,
  count,
  defaulted,
  type Field,
  type Fields,
  integer,
  memoryKiB,
  repeated,
  required,
  text,
} from "./field.js";

/** Where one virtual CPU may run. */
export interface VcpuPin {
  readonly vcpu: number;
  /** Physical CPUs as libvirt writes them: `0-3,^2,8`. */
  readonly cpuset: string;
}

/** Limits of one block device of the host for the whole machine. */
export interface BlockDeviceTuning {
  /** The host's device: `/dev/sda`. */
  readonly path: string;
  readonly weight: number | undefined;
  readonly readBytesPerSecond: number | undefined;
  readonly writeBytesPerSecond: number | undefined;
  readonly readRequestsPerSecond: number | undefined;
  readonly writeRequestsPerSecond: number | undefined;
}

/** What a machine may use of its host's processors, nodes of memory and block devices. */
export interface DomainTuning {
  /** Of memory and swap together. */
  readonly swapLimitKiB: number | undefined;
  /** Where all of it may run, unless a pin says otherwise. */
  readonly cpuset: string | undefined;
  /** Weight among machines: shares of cgroup version 1, weight of version 2. */
  readonly cpuShares: number | undefined;
  /** Microseconds in which each virtual CPU may run for `cpuQuotaUs`. */
  readonly cpuPeriodUs: number | undefined;
  /** Negative for no limit. */
  readonly cpuQuotaUs: number | undefined;
  /** As above for the whole machine. */
  readonly globalPeriodUs: number | undefined;
  readonly globalQuotaUs: number | undefined;
  /** As above for what the hypervisor does for it. */
  readonly emulatorPeriodUs: number | undefined;
  readonly emulatorQuotaUs: number | undefined;
  readonly vcpuPins: readonly VcpuPin[];
  readonly emulatorCpuset: string | undefined;
  /** `strict preferred interleave restrictive`. */
  readonly numaMode: string | undefined;
  readonly numaNodes: string | undefined;
  readonly blockWeight: number | undefined;
  readonly blockDevices: readonly BlockDeviceTuning[];
}

const limit = (name: string): Field<number | undefined> => count(text(name));

const pinFields: Fields<VcpuPin> = {
  vcpu: defaulted(count(required(attributeAt("vcpu"), "a vcpu")), 0),
  cpuset: required(attributeAt("cpuset"), "a cpuset"),
};

const blockDeviceFields: Fields<BlockDeviceTuning> = {
  path: required(text("path"), "a path"),
  weight: limit("weight"),
  readBytesPerSecond: limit("read_bytes_sec"),
  writeBytesPerSecond: limit("write_bytes_sec"),
  readRequestsPerSecond: limit("read_iops_sec"),
  writeRequestsPerSecond: limit("write_iops_sec"),
};

/** Places of a machine's tuning in its description. */
export const tuningFields: Fields<DomainTuning> = {
  swapLimitKiB: memoryKiB("memtune", "swap_hard_limit"),
  cpuset: attributeAt("cpuset", "vcpu"),
  cpuShares: count(text("cputune", "shares")),
  cpuPeriodUs: count(text("cputune", "period")),
  cpuQuotaUs: integer(text("cputune", "quota")),
  globalPeriodUs: count(text("cputune", "global_period")),
  globalQuotaUs: integer(text("cputune", "global_quota")),
  emulatorPeriodUs: count(text("cputune", "emulator_period")),
  emulatorQuotaUs: integer(text("cputune", "emulator_quota")),
  vcpuPins: repeated("vcpupin", pinFields, ({ vcpu }) => String(vcpu), "cputune"),
  emulatorCpuset: attributeAt("cpuset", "cputune", "emulatorpin"),
  numaMode: attributeAt("mode", "numatune", "memory"),
  numaNodes: attributeAt("nodeset", "numatune", "memory"),
  blockWeight: count(text("blkiotune", "weight")),
  blockDevices: repeated("device", blockDeviceFields, ({ path }) => path, "blkiotune"),
};
