import { int32, list, opaque, struct, uint32, uint64 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { domain, maybe, text, typedParameters } from "../shapes.js";

const iothread = struct({ iothreadId: uint32, cpumap: opaque(2048) });

/** What a domain may use: processors, memory, block and network limits. */
export const domainTuningProcedures = {
  domainGetMaxMemory: call(17, { dom: domain }, { memory: uint64 }),
  domainGetMaxVcpus: call(18, { dom: domain }, { num: int32 }),
  domainPinVcpu: call(26, { dom: domain, vcpu: uint32, cpumap: opaque(2048) }, {}),
  domainSetMaxMemory: call(30, { dom: domain, memory: uint64 }, {}),
  domainSetMemory: call(31, { dom: domain, memory: uint64 }, {}),
  domainSetVcpus: call(32, { dom: domain, nvcpus: uint32 }, {}),
  domainGetSchedulerType: call(56, { dom: domain }, { type: text, nparams: int32 }),
  domainGetSchedulerParameters: call(57, { dom: domain, nparams: int32 }, { params: typedParameters(16) }),
  domainSetSchedulerParameters: call(58, { dom: domain, params: typedParameters(16) }, {}),
  domainSetMemoryParameters: call(197, { dom: domain, params: typedParameters(16), flags: uint32 }, {}),
  domainGetMemoryParameters: call(
    198,
    { dom: domain, nparams: int32, flags: uint32 },
    { params: typedParameters(16), nparams: int32 },
  ),
  domainSetVcpusFlags: call(199, { dom: domain, nvcpus: uint32, flags: uint32 }, {}),
  domainGetVcpusFlags: call(200, { dom: domain, flags: uint32 }, { num: int32 }),
  domainSetMemoryFlags: call(204, { dom: domain, memory: uint64, flags: uint32 }, {}),
  domainSetBlkioParameters: call(205, { dom: domain, params: typedParameters(16), flags: uint32 }, {}),
  domainGetBlkioParameters: call(
    206,
    { dom: domain, nparams: int32, flags: uint32 },
    { params: typedParameters(16), nparams: int32 },
  ),
  domainSetSchedulerParametersFlags: call(219, { dom: domain, params: typedParameters(16), flags: uint32 }, {}),
  domainGetSchedulerParametersFlags: call(
    223,
    { dom: domain, nparams: int32, flags: uint32 },
    { params: typedParameters(16) },
  ),
  domainPinVcpuFlags: call(225, { dom: domain, vcpu: uint32, cpumap: opaque(2048), flags: uint32 }, {}),
  domainGetVcpuPinInfo: call(
    230,
    { dom: domain, ncpumaps: int32, maplen: int32, flags: uint32 },
    { cpumaps: opaque(8_388_608), num: int32 },
  ),
  domainSetBlockIoTune: call(252, { dom: domain, disk: text, params: typedParameters(32), flags: uint32 }, {}),
  domainGetBlockIoTune: call(
    253,
    { dom: domain, disk: maybe(text), nparams: int32, flags: uint32 },
    { params: typedParameters(32), nparams: int32 },
  ),
  domainSetNumaParameters: call(254, { dom: domain, params: typedParameters(16), flags: uint32 }, {}),
  domainGetNumaParameters: call(
    255,
    { dom: domain, nparams: int32, flags: uint32 },
    { params: typedParameters(16), nparams: int32 },
  ),
  domainSetInterfaceParameters: call(
    256,
    { dom: domain, device: text, params: typedParameters(16), flags: uint32 },
    {},
  ),
  domainGetInterfaceParameters: call(
    257,
    { dom: domain, device: text, nparams: int32, flags: uint32 },
    { params: typedParameters(16), nparams: int32 },
  ),
  domainPinEmulator: call(279, { dom: domain, cpumap: opaque(2048), flags: uint32 }, {}),
  domainGetEmulatorPinInfo: call(
    280,
    { dom: domain, maplen: int32, flags: uint32 },
    { cpumaps: opaque(8_388_608), ret: int32 },
  ),
  domainGetIothreadInfo: call(351, { dom: domain, flags: uint32 }, { info: list(iothread, 16_384), ret: uint32 }),
  domainPinIothread: call(352, { dom: domain, iothreadsId: uint32, cpumap: opaque(2048), flags: uint32 }, {}),
  domainAddIothread: call(355, { dom: domain, iothreadId: uint32, flags: uint32 }, {}),
  domainDelIothread: call(356, { dom: domain, iothreadId: uint32, flags: uint32 }, {}),
  domainSetVcpu: call(384, { dom: domain, cpumap: text, state: int32, flags: uint32 }, {}),
  domainSetIothreadParams: call(
    402,
    { dom: domain, iothreadId: uint32, params: typedParameters(64), flags: uint32 },
    {},
  ),
} as const;
