import { int32, list, uint32, uint64 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { maybe, text, typedParameters } from "../shapes.js";

/** Opening a hypervisor and asking what it is. */
export const connectionProcedures = {
  connectOpen: call(1, { name: maybe(text), flags: uint32 }, {}),
  connectClose: call(2, {}, {}),
  connectGetType: call(3, {}, { type: text }),
  connectGetVersion: call(4, {}, { hvVer: uint64 }),
  connectGetMaxVcpus: call(5, { type: maybe(text) }, { maxVcpus: int32 }),
  connectGetCapabilities: call(7, {}, { capabilities: text }),
  connectGetHostname: call(59, {}, { hostname: text }),
  connectSupportsFeature: call(60, { feature: int32 }, { supported: int32 }),
  connectGetUri: call(110, {}, { uri: text }),
  connectIsSecure: call(149, {}, { secure: int32 }),
  connectGetLibVersion: call(157, {}, { libVer: uint64 }),
  connectCompareCpu: call(158, { xml: text, flags: uint32 }, { result: int32 }),
  connectBaselineCpu: call(162, { xmlCPUs: list(text, 256), flags: uint32 }, { cpu: text }),
  connectGetSysinfo: call(203, { flags: uint32 }, { sysinfo: text }),
  connectGetCpuModelNames: call(
    312,
    { arch: text, needResults: int32, flags: uint32 },
    { models: list(text, 8192), ret: int32 },
  ),
  connectGetDomainCapabilities: call(
    342,
    { emulatorbin: maybe(text), arch: maybe(text), machine: maybe(text), virttype: maybe(text), flags: uint32 },
    { capabilities: text },
  ),
  connectCompareHypervisorCpu: call(
    393,
    {
      emulator: maybe(text),
      arch: maybe(text),
      machine: maybe(text),
      virttype: maybe(text),
      xmlCPU: text,
      flags: uint32,
    },
    { result: int32 },
  ),
  connectBaselineHypervisorCpu: call(
    394,
    {
      emulator: maybe(text),
      arch: maybe(text),
      machine: maybe(text),
      virttype: maybe(text),
      xmlCPUs: list(text, 256),
      flags: uint32,
    },
    { cpu: text },
  ),
  connectSetIdentity: call(419, { params: typedParameters(20), flags: uint32 }, {}),
} as const;
