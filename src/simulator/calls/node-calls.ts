import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { HostState } from "../host/host-state.js";
import { nodeCpuTimes } from "../host/simulated-node.js";

/** All processors together, or all cells. */
const ALL = -1;

/** What Linux itself and the daemons take. */
const SYSTEM_KIB = 3 * 1024 * 1024;

/** The computer under the host. */
export function nodeCalls(host: HostState): CallHandlers {
  const { node, driver, registry, nowMs } = host;

  const freeKiB = (): number => {
    let used = SYSTEM_KIB;
    for (const { run } of registry.all()) used += run?.definition.facts.currentMemoryKiB ?? 0;
    return Math.max(node.memoryKiB - used, Math.floor(node.memoryKiB / 50));
  };

  return {
    nodeGetInfo: () => ({
      model: "x86_64",
      memory: BigInt(node.memoryKiB),
      cpus: node.cpuCount,
      mhz: node.megahertz,
      nodes: 1,
      sockets: node.sockets,
      cores: node.coresPerSocket,
      threads: node.threadsPerCore,
    }),
    nodeGetFreeMemory: () => ({ freeMem: BigInt(freeKiB()) * 1024n }),
    nodeGetCellsFreeMemory({ startCell }) {
      if (startCell !== 0) throw libvirtFault("INVALID_ARG", `invalid argument: there is no cell ${startCell}`);
      return { cells: [BigInt(freeKiB()) * 1024n] };
    },
    nodeGetSecurityModel: () => (driver === "xen" ? { model: "", doi: "" } : { model: "none", doi: "0" }),
    nodeGetCpuStats({ cpuNum, nparams }) {
      if (cpuNum < ALL || cpuNum >= node.cpuCount) throw libvirtFault("INVALID_ARG", `invalid argument: cpu ${cpuNum}`);
      const { kernel, user, idle, iowait } = nodeCpuTimes(node, cpuNum === ALL ? node.cpuCount : 1, nowMs());
      const params = Object.entries({ kernel, user, idle, iowait }).map(([field, value]) => ({ field, value }));
      return exactly(params, nparams);
    },
    nodeGetMemoryStats({ cellNum, nparams }) {
      if (cellNum < ALL || cellNum > 0) throw libvirtFault("INVALID_ARG", `invalid argument: cell ${cellNum}`);
      const total = BigInt(node.memoryKiB);
      const free = BigInt(freeKiB());
      const cell = [
        { field: "total", value: total },
        { field: "free", value: free },
      ];
      const buffers = { field: "buffers", value: total / 200n };
      const cached = { field: "cached", value: (total - free) / 10n };
      return exactly(cellNum === ALL ? [...cell, buffers, cached] : cell, nparams);
    },
    nodeGetCpuMap({ needMap, needOnline }) {
      return {
        cpumap: needMap ? cpuMap(node.cpuCount) : Buffer.alloc(0),
        online: needOnline ? node.cpuCount : 0,
        ret: node.cpuCount,
      };
    },
    nodeGetMemoryParameters: () => ({ params: [], nparams: 0 }),
    nodeGetFreePages: ({ pages }) => ({ counts: pages.map((size) => (size === 4 ? BigInt(freeKiB()) / 4n : 0n)) }),
  };
}

/** Unlike others, these calls insist on being asked for as many as there are. */
function exactly<T>(params: readonly T[], asked: number): { params: readonly T[]; nparams: number } {
  if (asked === 0) return { params: [], nparams: params.length };
  if (asked !== params.length) {
    throw libvirtFault("INVALID_ARG", `invalid argument: nparams must be ${params.length}, not ${asked}`);
  }
  return { params, nparams: params.length };
}

/** A bit for each of `count` processors, lowest first. */
export function cpuMap(count: number, length = Math.ceil(count / 8)): Buffer {
  const map = Buffer.alloc(length);
  for (let cpu = 0; cpu < count && cpu < length * 8; cpu++) map[cpu >> 3] = (map[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return map;
}
