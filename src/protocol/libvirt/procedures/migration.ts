import { int32, opaque, uint32, uint64 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { domain, maybe, text, typedParameters } from "../shapes.js";

/** Moving a domain to another host, in all five versions of the sequence. */
export const migrationProcedures = {
  domainMigratePrepare: call(
    61,
    { uriIn: maybe(text), flags: uint64, dname: maybe(text), resource: uint64 },
    { cookie: opaque(4_194_304), uriOut: maybe(text) },
  ),
  domainMigratePerform: call(
    62,
    { dom: domain, cookie: opaque(4_194_304), uri: text, flags: uint64, dname: maybe(text), resource: uint64 },
    {},
  ),
  domainMigrateFinish: call(63, { dname: text, cookie: opaque(4_194_304), uri: text, flags: uint64 }, { ddom: domain }),
  domainMigratePrepare2: call(
    108,
    { uriIn: maybe(text), flags: uint64, dname: maybe(text), resource: uint64, domXml: text },
    { cookie: opaque(4_194_304), uriOut: maybe(text) },
  ),
  domainMigrateFinish2: call(
    109,
    { dname: text, cookie: opaque(4_194_304), uri: text, flags: uint64, retcode: int32 },
    { ddom: domain },
  ),
  domainMigratePrepareTunnel: call(148, { flags: uint64, dname: maybe(text), resource: uint64, domXml: text }, {}),
  domainMigrateSetMaxDowntime: call(166, { dom: domain, downtime: uint64, flags: uint32 }, {}),
  domainMigrateSetMaxSpeed: call(207, { dom: domain, bandwidth: uint64, flags: uint32 }, {}),
  domainMigrateBegin3: call(
    213,
    { dom: domain, xmlin: maybe(text), flags: uint64, dname: maybe(text), resource: uint64 },
    { cookieOut: opaque(4_194_304), xml: text },
  ),
  domainMigratePrepare3: call(
    214,
    {
      cookieIn: opaque(4_194_304),
      uriIn: maybe(text),
      flags: uint64,
      dname: maybe(text),
      resource: uint64,
      domXml: text,
    },
    { cookieOut: opaque(4_194_304), uriOut: maybe(text) },
  ),
  domainMigratePrepareTunnel3: call(
    215,
    { cookieIn: opaque(4_194_304), flags: uint64, dname: maybe(text), resource: uint64, domXml: text },
    { cookieOut: opaque(4_194_304) },
  ),
  domainMigratePerform3: call(
    216,
    {
      dom: domain,
      xmlin: maybe(text),
      cookieIn: opaque(4_194_304),
      dconnuri: maybe(text),
      uri: maybe(text),
      flags: uint64,
      dname: maybe(text),
      resource: uint64,
    },
    { cookieOut: opaque(4_194_304) },
  ),
  domainMigrateFinish3: call(
    217,
    {
      dname: text,
      cookieIn: opaque(4_194_304),
      dconnuri: maybe(text),
      uri: maybe(text),
      flags: uint64,
      cancelled: int32,
    },
    { dom: domain, cookieOut: opaque(4_194_304) },
  ),
  domainMigrateConfirm3: call(218, { dom: domain, cookieIn: opaque(4_194_304), flags: uint64, cancelled: int32 }, {}),
  domainMigrateGetMaxSpeed: call(242, { dom: domain, flags: uint32 }, { bandwidth: uint64 }),
  domainMigrateGetCompressionCache: call(299, { dom: domain, flags: uint32 }, { cacheSize: uint64 }),
  domainMigrateSetCompressionCache: call(300, { dom: domain, cacheSize: uint64, flags: uint32 }, {}),
  domainMigrateBegin3Params: call(
    302,
    { dom: domain, params: typedParameters(64), flags: uint32 },
    { cookieOut: opaque(4_194_304), xml: text },
  ),
  domainMigratePrepare3Params: call(
    303,
    { params: typedParameters(64), cookieIn: opaque(4_194_304), flags: uint32 },
    { cookieOut: opaque(4_194_304), uriOut: maybe(text) },
  ),
  domainMigratePrepareTunnel3Params: call(
    304,
    { params: typedParameters(64), cookieIn: opaque(4_194_304), flags: uint32 },
    { cookieOut: opaque(4_194_304) },
  ),
  domainMigratePerform3Params: call(
    305,
    { dom: domain, dconnuri: maybe(text), params: typedParameters(64), cookieIn: opaque(4_194_304), flags: uint32 },
    { cookieOut: opaque(4_194_304) },
  ),
  domainMigrateFinish3Params: call(
    306,
    { params: typedParameters(64), cookieIn: opaque(4_194_304), flags: uint32, cancelled: int32 },
    { dom: domain, cookieOut: opaque(4_194_304) },
  ),
  domainMigrateConfirm3Params: call(
    307,
    { dom: domain, params: typedParameters(64), cookieIn: opaque(4_194_304), flags: uint32, cancelled: int32 },
    {},
  ),
  domainMigrateStartPostCopy: call(364, { dom: domain, flags: uint32 }, {}),
  domainMigrateGetMaxDowntime: call(387, { dom: domain, flags: uint32 }, { downtime: uint64 }),
} as const;
