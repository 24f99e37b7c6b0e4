import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument, requireRun } from "../host/refusals.js";
import {
  cpuStatistics,
  type DiskStatistics,
  diskAllocation,
  diskStatistics,
  memoryStatistics,
  nicStatistics,
  vcpuStatistics,
} from "../machine/machine-statistics.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import type { Progress } from "../migration/departures.js";
import { cpuMap } from "./node-calls.js";
import { countedParameters, int, llong, ullong } from "./typed-values.js";

/** What one machine has used. */
export function statisticsCalls(host: HostState): CallHandlers {
  const { registry, profile, driver, node, nowMs } = host;

  /** Of the disk at `path`, its target or its source; of all together for an empty path. */
  const blockStatistics = (machine: SimulatedMachine, path: string): DiskStatistics => {
    const { disks, filesystems } = requireRun(machine, profile).definition.facts;
    const all = disks.map((disk, number) => diskStatistics(machine, disk, number, nowMs()));
    if (path === "" && driver === "lxc") return containerStatistics(machine, filesystems.length > 0, nowMs());
    if (path === "") return all.reduce(sum, noDisk);
    const number = disks.findIndex((disk) => disk.target === path || disk.source === path);
    const found = all[number];
    if (!found) throw invalidArgument(profile, `invalid path: ${path}`);
    return found;
  };

  return {
    domainGetVcpus({ dom, maxinfo, maplen }) {
      const machine = registry.require(dom);
      requireRun(machine, profile);
      const info = vcpuStatistics(machine, nowMs())
        .slice(0, Math.max(0, maxinfo))
        .map(({ timeNs }, number) => ({ number, state: VCPU_RUNNING, cpuTime: timeNs, cpu: number % node.cpuCount }));
      const map = cpuMap(node.cpuCount, Math.max(0, Math.min(maplen, LONGEST_MAP)));
      return { info, cpumaps: Buffer.concat(info.map(() => map)) };
    },
    domainBlockStats({ dom, path }) {
      const disk = blockStatistics(registry.require(dom), path);
      return {
        rdReq: disk.readRequests,
        rdBytes: disk.readBytes,
        wrReq: disk.writeRequests,
        wrBytes: disk.writeBytes,
        errs: -1n,
      };
    },
    domainBlockStatsFlags({ dom, path, nparams }) {
      const disk = blockStatistics(registry.require(dom), path);
      const requests: readonly TypedParameter[] = [
        llong("rd_operations", disk.readRequests),
        llong("rd_bytes", disk.readBytes),
        llong("wr_operations", disk.writeRequests),
        llong("wr_bytes", disk.writeBytes),
      ];
      const times: readonly TypedParameter[] = [
        llong("rd_total_times", disk.readTimeNs),
        llong("wr_total_times", disk.writeTimeNs),
        llong("flush_operations", disk.flushRequests),
        llong("flush_total_times", disk.flushTimeNs),
      ];
      const flushes = llong("flush_operations", disk.flushRequests);
      const told = { qemu: [...requests, ...times], lxc: requests, xen: [...requests, flushes], openvz: [] };
      return countedParameters(told[driver], nparams);
    },
    domainInterfaceStats({ dom, device }) {
      const machine = registry.require(dom);
      const { taps, definition } = requireRun(machine, profile);
      const number = definition.facts.interfaces.findIndex(
        (nic, index) => taps[index] === device || nic.mac === device,
      );
      if (number < 0) throw invalidArgument(profile, `'${device}' is not a known interface`);
      const nic = nicStatistics(machine, number, nowMs());
      return {
        rxBytes: nic.receivedBytes,
        rxPackets: nic.receivedPackets,
        rxErrs: 0n,
        rxDrop: nic.receivedDrops,
        txBytes: nic.sentBytes,
        txPackets: nic.sentPackets,
        txErrs: 0n,
        txDrop: 0n,
      };
    },
    domainMemoryStats({ dom, maxStats }) {
      const machine = registry.require(dom);
      requireRun(machine, profile);
      const read = { qemu: guestMemory, lxc: containerMemory, xen: xenMemory, openvz: () => [] };
      return { stats: read[driver](machine, nowMs()).slice(0, maxStats) };
    },
    domainGetCpuStats({ dom, startCpu, ncpus, nparams }) {
      const machine = registry.require(dom);
      requireRun(machine, profile);
      const cpu = cpuStatistics(machine, nowMs());
      if (startCpu < 0) {
        const total = ullong("cpu_time", cpu.timeNs);
        const parts = [ullong("user_time", cpu.userNs), ullong("system_time", cpu.systemNs)];
        return countedParameters(driver === "xen" ? [total] : [total, ...parts], nparams);
      }
      // Asked for nothing of nothing, it tells how many processors there are.
      if (nparams === 0 && ncpus === 0) return { params: [], nparams: node.cpuCount };
      if (startCpu >= node.cpuCount) throw invalidArgument(profile, `there is no cpu ${startCpu}`);
      const share = cpu.timeNs / BigInt(node.cpuCount);
      const one =
        driver === "lxc" || driver === "xen"
          ? [ullong("cpu_time", share)]
          : [ullong("cpu_time", share), ullong("vcpu_time", (share * 97n) / 100n)];
      const cpus = Math.min(ncpus, node.cpuCount - startCpu, MOST_CPUS);
      const params = nparams === 0 ? [] : Array.from({ length: cpus }, () => one.slice(0, nparams)).flat();
      return { params, nparams: one.length };
    },
    domainGetBlockInfo({ dom, path }) {
      const machine = registry.require(dom);
      const disk = machine.current.facts.disks.find(({ target, source }) => target === path || source === path);
      if (!disk) throw invalidArgument(profile, `no disk '${path}' found in the domain`);
      if (disk.source === undefined) throw invalidArgument(profile, `disk '${path}' does not currently have a source`);
      const allocation = BigInt(diskAllocation(machine, disk, nowMs()));
      return {
        allocation,
        capacity: BigInt(machine.diskContent(disk).capacityBytes),
        physical: allocation,
      };
    },
    domainGetDiskErrors({ dom }) {
      requireRun(registry.require(dom), profile);
      return { errors: [], nerrors: 0 };
    },
    domainGetJobInfo({ dom }) {
      const machine = registry.require(dom);
      requireRun(machine, profile);
      const progress = host.departures.progressOf(machine);
      return progress ? jobInfo(progress) : noJob;
    },
    domainGetJobStats({ dom }) {
      const machine = registry.require(dom);
      requireRun(machine, profile);
      const progress = host.departures.progressOf(machine);
      return progress ? { type: JOB_UNBOUNDED, params: jobStatistics(progress) } : { type: 0, params: [] };
    },
    domainGetPerfEvents({ dom }) {
      registry.require(dom);
      return { params: [] };
    },
    domainSetMemoryStatsPeriod({ dom }) {
      requireRun(registry.require(dom), profile);
      return {};
    },
  };
}

const VCPU_RUNNING = 1;
/** Octets of a processor map, as the protocol limits it. */
const LONGEST_MAP = 2048;
/** Processors that one answer tells of, as the protocol limits it. */
const MOST_CPUS = 128;

const JOB_UNBOUNDED = 2;
const JOB_MIGRATION_OUT = 4;

function jobInfo({ elapsedMs, totalBytes, doneBytes }: Progress): typeof noJob {
  const left = totalBytes - doneBytes;
  const memory = { memTotal: totalBytes, memProcessed: doneBytes, memRemaining: left };
  const data = { dataTotal: totalBytes, dataProcessed: doneBytes, dataRemaining: left };
  return { ...noJob, type: JOB_UNBOUNDED, timeElapsed: BigInt(elapsedMs), ...data, ...memory };
}

function jobStatistics({ elapsedMs, totalBytes, doneBytes }: Progress): readonly TypedParameter[] {
  const each = (kind: "data" | "memory") => [
    ullong(`${kind}_total`, totalBytes),
    ullong(`${kind}_processed`, doneBytes),
    ullong(`${kind}_remaining`, totalBytes - doneBytes),
  ];
  return [int("operation", JOB_MIGRATION_OUT), ullong("time_elapsed", elapsedMs), ...each("data"), ...each("memory")];
}

const noDisk: DiskStatistics = {
  readRequests: 0n,
  readBytes: 0n,
  readTimeNs: 0n,
  writeRequests: 0n,
  writeBytes: 0n,
  writeTimeNs: 0n,
  flushRequests: 0n,
  flushTimeNs: 0n,
};

function sum(a: DiskStatistics, b: DiskStatistics): DiskStatistics {
  return {
    readRequests: a.readRequests + b.readRequests,
    readBytes: a.readBytes + b.readBytes,
    readTimeNs: a.readTimeNs + b.readTimeNs,
    writeRequests: a.writeRequests + b.writeRequests,
    writeBytes: a.writeBytes + b.writeBytes,
    writeTimeNs: a.writeTimeNs + b.writeTimeNs,
    flushRequests: a.flushRequests + b.flushRequests,
    flushTimeNs: a.flushTimeNs + b.flushTimeNs,
  };
}

/** A container has no disks of its own; its control group counts what it reads and writes. */
function containerStatistics(machine: SimulatedMachine, hasFilesystems: boolean, nowMs: number): DiskStatistics {
  return hasFilesystems ? diskStatistics(machine, containerDisk, 0, nowMs) : noDisk;
}

const containerDisk = {
  type: "file",
  device: "disk",
  driver: undefined,
  format: undefined,
  source: "/",
  pool: undefined,
  protocol: undefined,
  hosts: [],
  target: "/",
  bus: undefined,
  readOnly: false,
  serial: undefined,
} as const;

const noJob = {
  type: 0,
  timeElapsed: 0n,
  timeRemaining: 0n,
  dataTotal: 0n,
  dataProcessed: 0n,
  dataRemaining: 0n,
  memTotal: 0n,
  memProcessed: 0n,
  memRemaining: 0n,
  fileTotal: 0n,
  fileProcessed: 0n,
  fileRemaining: 0n,
};

const tag = {
  swapIn: 0,
  swapOut: 1,
  majorFault: 2,
  minorFault: 3,
  unused: 4,
  available: 5,
  actual: 6,
  resident: 7,
  usable: 8,
  lastUpdate: 9,
  diskCaches: 10,
} as const;

interface MemoryStatistic {
  readonly tag: number;
  readonly val: bigint;
}

function containerMemory(machine: SimulatedMachine, nowMs: number): readonly MemoryStatistic[] {
  const resident = BigInt(memoryStatistics(machine, nowMs).residentKiB);
  return [
    { tag: tag.actual, val: BigInt(machine.current.facts.memoryKiB) },
    // Its swap counter, which on the first generation of control groups includes memory.
    { tag: tag.swapIn, val: resident },
    { tag: tag.resident, val: resident },
  ];
}

function xenMemory(machine: SimulatedMachine): readonly MemoryStatistic[] {
  const { currentMemoryKiB, memoryKiB } = machine.current.facts;
  return [
    { tag: tag.actual, val: BigInt(currentMemoryKiB) },
    { tag: tag.available, val: BigInt(memoryKiB) },
  ];
}

function guestMemory(machine: SimulatedMachine, nowMs: number): readonly MemoryStatistic[] {
  const memory = memoryStatistics(machine, nowMs);
  return [
    { tag: tag.actual, val: BigInt(machine.current.facts.currentMemoryKiB) },
    { tag: tag.swapIn, val: 0n },
    { tag: tag.swapOut, val: 0n },
    { tag: tag.majorFault, val: memory.majorFaults },
    { tag: tag.minorFault, val: memory.minorFaults },
    { tag: tag.unused, val: BigInt(memory.unusedKiB) },
    { tag: tag.available, val: BigInt(memory.availableKiB) },
    { tag: tag.usable, val: BigInt(memory.usableKiB) },
    { tag: tag.lastUpdate, val: BigInt(Math.floor(nowMs / 1000)) },
    { tag: tag.diskCaches, val: BigInt(memory.diskCachesKiB) },
    { tag: tag.resident, val: BigInt(memory.residentKiB) },
  ];
}
