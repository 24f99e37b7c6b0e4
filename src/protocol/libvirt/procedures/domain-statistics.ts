import { int32, int64, list, opaque, struct, uint32, uint64 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { domain, text, typedParameters } from "../shapes.js";

const vcpuInfo = struct({ number: uint32, state: int32, cpuTime: uint64, cpu: int32 });
const memoryStatistic = struct({ tag: int32, val: uint64 });
const diskError = struct({ disk: text, error: int32 });
const domainStatisticsRecord = struct({ dom: domain, params: typedParameters(262_144) });

/** What a domain has used, and jobs in progress. */
export const domainStatisticsProcedures = {
  domainGetVcpus: call(
    20,
    { dom: domain, maxinfo: int32, maplen: int32 },
    { info: list(vcpuInfo, 16_384), cpumaps: opaque(8_388_608) },
  ),
  domainBlockStats: call(
    64,
    { dom: domain, path: text },
    { rdReq: int64, rdBytes: int64, wrReq: int64, wrBytes: int64, errs: int64 },
  ),
  domainInterfaceStats: call(
    65,
    { dom: domain, device: text },
    {
      rxBytes: int64,
      rxPackets: int64,
      rxErrs: int64,
      rxDrop: int64,
      txBytes: int64,
      txPackets: int64,
      txErrs: int64,
      txDrop: int64,
    },
  ),
  domainMemoryStats: call(
    159,
    { dom: domain, maxStats: uint32, flags: uint32 },
    { stats: list(memoryStatistic, 1024) },
  ),
  domainGetJobInfo: call(
    163,
    { dom: domain },
    {
      type: int32,
      timeElapsed: uint64,
      timeRemaining: uint64,
      dataTotal: uint64,
      dataProcessed: uint64,
      dataRemaining: uint64,
      memTotal: uint64,
      memProcessed: uint64,
      memRemaining: uint64,
      fileTotal: uint64,
      fileProcessed: uint64,
      fileRemaining: uint64,
    },
  ),
  domainAbortJob: call(164, { dom: domain }, {}),
  domainGetBlockInfo: call(
    194,
    { dom: domain, path: text, flags: uint32 },
    { allocation: uint64, capacity: uint64, physical: uint64 },
  ),
  domainBlockStatsFlags: call(
    243,
    { dom: domain, path: text, nparams: int32, flags: uint32 },
    { params: typedParameters(16), nparams: int32 },
  ),
  domainGetCpuStats: call(
    262,
    { dom: domain, nparams: uint32, startCpu: int32, ncpus: uint32, flags: uint32 },
    { params: typedParameters(2048), nparams: int32 },
  ),
  domainGetDiskErrors: call(
    263,
    { dom: domain, maxerrors: uint32, flags: uint32 },
    { errors: list(diskError, 256), nerrors: int32 },
  ),
  domainGetJobStats: call(298, { dom: domain, flags: uint32 }, { type: int32, params: typedParameters(64) }),
  domainSetMemoryStatsPeriod: call(308, { dom: domain, period: int32, flags: uint32 }, {}),
  connectGetAllDomainStats: call(
    344,
    { doms: list(domain, 16_384), stats: uint32, flags: uint32 },
    { retStats: list(domainStatisticsRecord, 16_384) },
  ),
  domainGetPerfEvents: call(365, { dom: domain, flags: uint32 }, { params: typedParameters(64) }),
  domainSetPerfEvents: call(366, { dom: domain, params: typedParameters(64), flags: uint32 }, {}),
  domainStartDirtyRateCalc: call(427, { dom: domain, seconds: int32, flags: uint32 }, {}),
  domainAbortJobFlags: call(442, { dom: domain, flags: uint32 }, {}),
} as const;
