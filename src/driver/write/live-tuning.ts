import { Fault } from "../../base/fault.js";
import type { HypervisorOperation } from "../../inventory/hypervisor.js";
import type { CpuLimits, DiskLimits, InterfaceLimits, MachineTuning, MemoryLimits } from "../../inventory/tuning.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { DomainName } from "../driver-event.js";
import { present } from "../outcome.js";
import { cpuMap } from "./cpu-map.js";
import { effect } from "./machine-devices.js";
import type { Calls } from "./operation-time.js";
import { UNLIMITED_KIB } from "./tuning-facts.js";
import type { Writer } from "./writer.js";

const flags = effect.live;
const DEFAULT_PERIOD_US = 100_000;
/** The protocol's limit on parameters in one answer. */
const MOST_PARAMETERS = 16;

/** Which operation each setting is, in the order in which they are changed. */
export const settingOperations: Readonly<Record<keyof MachineTuning, HypervisorOperation>> = {
  memoryKiB: "set-memory",
  memoryMaximumKiB: "set-memory",
  vcpuCount: "set-vcpus",
  vcpuMaximum: "set-vcpus",
  memoryLimits: "limit-memory",
  cpuLimits: "limit-cpu",
  blockWeight: "limit-block",
  disks: "limit-disk",
  interfaces: "limit-interface",
  vcpuPinning: "pin-vcpu",
  emulatorPinning: "pin-emulator",
  numaNodes: "set-numa",
};

/** Changes settings of the present run, one call each. @throws {Fault} `invalid` for what only the next start can take */
export async function tuneLive(writer: Writer, calls: Calls, dom: DomainName, tuning: MachineTuning): Promise<void> {
  const { memoryKiB, vcpuCount, blockWeight, emulatorPinning, numaNodes } = tuning;
  if (tuning.memoryMaximumKiB !== undefined || tuning.vcpuMaximum !== undefined) {
    throw new Fault("invalid", "a maximum cannot change while the machine runs: change it for the next start");
  }
  if (memoryKiB !== undefined) await calls.call("domainSetMemoryFlags", { dom, memory: memoryKiB, flags });
  if (vcpuCount !== undefined) await calls.call("domainSetVcpusFlags", { dom, nvcpus: vcpuCount, flags });
  if (tuning.memoryLimits) {
    // OpenVZ's driver knows no flags: it changes what runs and what is stored at once.
    const known = writer.driver.technology === "openvz" ? 0 : flags;
    const params = memoryParameters(tuning.memoryLimits);
    await calls.call("domainSetMemoryParameters", { dom, params, flags: known });
  }
  if (tuning.cpuLimits) {
    const params = cpuParameters(tuning.cpuLimits, writer.driver.technology === "xen");
    if (params.length > 0) await calls.call("domainSetSchedulerParametersFlags", { dom, params, flags });
  }
  if (blockWeight !== undefined) {
    const params: TypedParameter[] = [{ field: "weight", type: "uint", value: blockWeight }];
    await calls.call("domainSetBlkioParameters", { dom, params, flags });
  }
  for (const [disk, limits] of tuning.disks ?? []) {
    await calls.call("domainSetBlockIoTune", { dom, disk, params: diskParameters(limits), flags });
  }
  for (const [device, limits] of tuning.interfaces ?? []) {
    await calls.call("domainSetInterfaceParameters", { dom, device, params: interfaceParameters(limits), flags });
  }
  if (tuning.vcpuPinning || emulatorPinning !== undefined) {
    const { ret: cpus } = await calls.call("nodeGetCpuMap", { needMap: 0, needOnline: 0, flags: 0 });
    for (const [vcpu, cpuset] of tuning.vcpuPinning ?? []) {
      await calls.call("domainPinVcpuFlags", { dom, vcpu, cpumap: cpuMap(cpuset, cpus), flags });
    }
    if (emulatorPinning !== undefined) {
      await calls.call("domainPinEmulator", { dom, cpumap: cpuMap(emulatorPinning, cpus), flags });
    }
  }
  if (numaNodes !== undefined) {
    const params: TypedParameter[] = [{ field: "numa_nodeset", type: "string", value: numaNodes }];
    await calls.call("domainSetNumaParameters", { dom, params, flags });
  }
}

/** Settings as they are in force, which a description leaves out while they are the kernel's defaults. */
interface InForce {
  readonly cpu: Pick<Partial<CpuLimits>, "shares" | "periodUs">;
  readonly blockWeight?: number;
}

/** Reads what is in force, so that what is changed can be changed back. */
export async function readInForce(calls: Calls, dom: DomainName): Promise<InForce> {
  const args = { dom, nparams: MOST_PARAMETERS, flags };
  const [scheduler, blkio] = await Promise.all([
    present(calls.call("domainGetSchedulerParametersFlags", args)),
    present(calls.call("domainGetBlkioParameters", args)),
  ]);
  const shares = numberIn(scheduler?.params, "cpu_shares") ?? numberIn(scheduler?.params, "weight");
  const periodUs = numberIn(scheduler?.params, "vcpu_period");
  const blockWeight = numberIn(blkio?.params, "weight");
  return { cpu: { ...(shares && { shares }), ...(periodUs && { periodUs }) }, ...(blockWeight && { blockWeight }) };
}

function numberIn(params: readonly TypedParameter[] | undefined, field: string): number | undefined {
  const found = params?.find((parameter) => parameter.field === field);
  return found === undefined || found.type === "string" ? undefined : Number(found.value);
}

function memoryParameters({ hardKiB, softKiB, swapHardKiB }: MemoryLimits): readonly TypedParameter[] {
  return [
    { field: "hard_limit", type: "ullong", value: hardKiB ?? UNLIMITED_KIB },
    { field: "soft_limit", type: "ullong", value: softKiB ?? UNLIMITED_KIB },
    { field: "swap_hard_limit", type: "ullong", value: swapHardKiB ?? UNLIMITED_KIB },
  ];
}

/** @throws {Fault} `unsupported` for a quota on Xen, whose scheduler has weights */
function cpuParameters({ shares, periodUs, quotaUs }: CpuLimits, isXen: boolean): readonly TypedParameter[] {
  if (isXen) {
    if (quotaUs !== undefined) throw new Fault("unsupported", "Xen's scheduler has weights, and no quota in a period");
    return shares === undefined ? [] : [{ field: "weight", type: "uint", value: shares }];
  }
  const quota: readonly TypedParameter[] = [
    { field: "vcpu_period", type: "ullong", value: BigInt(periodUs ?? DEFAULT_PERIOD_US) },
    { field: "vcpu_quota", type: "llong", value: BigInt(quotaUs ?? -1) },
  ];
  return shares === undefined ? quota : [{ field: "cpu_shares", type: "ullong", value: BigInt(shares) }, ...quota];
}

function diskParameters(limits: DiskLimits): readonly TypedParameter[] {
  const values = {
    total_bytes_sec: limits.totalBytesPerS,
    read_bytes_sec: limits.readBytesPerS,
    write_bytes_sec: limits.writeBytesPerS,
    total_iops_sec: limits.totalRequestsPerS,
    read_iops_sec: limits.readRequestsPerS,
    write_iops_sec: limits.writeRequestsPerS,
  };
  return Object.entries(values).map(([field, value]) => ({ field, type: "ullong", value: value ?? 0n }));
}

function interfaceParameters(limits: InterfaceLimits): readonly TypedParameter[] {
  return (["inbound", "outbound"] as const).flatMap((direction): TypedParameter[] => {
    const { averageKiBPerS = 0, peakKiBPerS = 0, burstKiB = 0 } = limits[direction] ?? {};
    return [
      { field: `${direction}.average`, type: "uint", value: averageKiBPerS },
      { field: `${direction}.peak`, type: "uint", value: peakKiBPerS },
      { field: `${direction}.burst`, type: "uint", value: burstKiB },
    ];
  });
}
