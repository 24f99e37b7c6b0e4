import { int32, opaque, uint32, uint64 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { domain, maybe, text, typedParameters } from "../shapes.js";

/** Devices of a domain and jobs on its disks. */
export const domainDeviceProcedures = {
  domainAttachDevice: call(8, { dom: domain, xml: text }, {}),
  domainDetachDevice: call(13, { dom: domain, xml: text }, {}),
  domainBlockPeek: call(
    103,
    { dom: domain, path: text, offset: uint64, size: uint32, flags: uint32 },
    { buffer: opaque(4_194_304) },
  ),
  domainMemoryPeek: call(
    104,
    { dom: domain, offset: uint64, size: uint32, flags: uint32 },
    { buffer: opaque(4_194_304) },
  ),
  domainAttachDeviceFlags: call(160, { dom: domain, xml: text, flags: uint32 }, {}),
  domainDetachDeviceFlags: call(161, { dom: domain, xml: text, flags: uint32 }, {}),
  domainUpdateDeviceFlags: call(174, { dom: domain, xml: text, flags: uint32 }, {}),
  domainBlockJobAbort: call(237, { dom: domain, path: text, flags: uint32 }, {}),
  domainGetBlockJobInfo: call(
    238,
    { dom: domain, path: text, flags: uint32 },
    { found: int32, type: int32, bandwidth: uint64, cur: uint64, end: uint64 },
  ),
  domainBlockJobSetSpeed: call(239, { dom: domain, path: text, bandwidth: uint64, flags: uint32 }, {}),
  domainBlockPull: call(240, { dom: domain, path: text, bandwidth: uint64, flags: uint32 }, {}),
  domainBlockResize: call(251, { dom: domain, disk: text, size: uint64, flags: uint32 }, {}),
  domainBlockRebase: call(266, { dom: domain, path: text, base: maybe(text), bandwidth: uint64, flags: uint32 }, {}),
  domainBlockCommit: call(
    290,
    { dom: domain, disk: text, base: maybe(text), top: maybe(text), bandwidth: uint64, flags: uint32 },
    {},
  ),
  domainBlockCopy: call(
    345,
    { dom: domain, path: text, destxml: text, params: typedParameters(16), flags: uint32 },
    {},
  ),
  domainSetBlockThreshold: call(386, { dom: domain, dev: text, threshold: uint64, flags: uint32 }, {}),
  domainDetachDeviceAlias: call(392, { dom: domain, alias: text, flags: uint32 }, {}),
} as const;
