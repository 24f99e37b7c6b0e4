import { charText, fixedCharText, int32, list, opaque, struct, uint32, uint64 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { text, typedParameters } from "../shapes.js";

const nodeCpuStatistic = struct({ field: text, value: uint64 });
const nodeMemoryStatistic = struct({ field: text, value: uint64 });

/** The computer under the hypervisor. */
export const nodeProcedures = {
  nodeGetInfo: call(
    6,
    {},
    {
      model: fixedCharText(32),
      memory: uint64,
      cpus: int32,
      mhz: int32,
      nodes: int32,
      sockets: int32,
      cores: int32,
      threads: int32,
    },
  ),
  nodeGetCellsFreeMemory: call(101, { startCell: int32, maxcells: int32 }, { cells: list(uint64, 1024) }),
  nodeGetFreeMemory: call(102, {}, { freeMem: uint64 }),
  nodeGetSecurityModel: call(122, {}, { model: charText(257), doi: charText(257) }),
  nodeGetCpuStats: call(
    227,
    { cpuNum: int32, nparams: int32, flags: uint32 },
    { params: list(nodeCpuStatistic, 16), nparams: int32 },
  ),
  nodeGetMemoryStats: call(
    228,
    { nparams: int32, cellNum: int32, flags: uint32 },
    { params: list(nodeMemoryStatistic, 16), nparams: int32 },
  ),
  nodeSuspendForDuration: call(250, { target: uint32, duration: uint64, flags: uint32 }, {}),
  nodeSetMemoryParameters: call(288, { params: typedParameters(64), flags: uint32 }, {}),
  nodeGetMemoryParameters: call(
    289,
    { nparams: int32, flags: uint32 },
    { params: typedParameters(64), nparams: int32 },
  ),
  nodeGetCpuMap: call(
    293,
    { needMap: int32, needOnline: int32, flags: uint32 },
    { cpumap: opaque(2048), online: uint32, ret: int32 },
  ),
  nodeGetFreePages: call(
    340,
    { pages: list(uint32, 1024), startCell: int32, cellCount: uint32, flags: uint32 },
    { counts: list(uint64, 1024) },
  ),
  nodeAllocPages: call(
    347,
    {
      pageSizes: list(uint32, 1024),
      pageCounts: list(uint64, 1024),
      startCell: int32,
      cellCount: uint32,
      flags: uint32,
    },
    { ret: int32 },
  ),
  nodeGetSevInfo: call(395, { nparams: int32, flags: uint32 }, { params: typedParameters(64), nparams: int32 }),
} as const;
