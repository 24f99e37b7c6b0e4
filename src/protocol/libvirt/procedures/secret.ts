import { int32, list, opaque, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { secret, text, uuid } from "../shapes.js";

/** Secrets that libvirt keeps. */
export const secretProcedures = {
  connectNumOfSecrets: call(139, {}, { num: int32 }),
  connectListSecrets: call(140, { maxuuids: int32 }, { uuids: list(text, 16_384) }),
  secretLookupByUuid: call(141, { uuid: uuid }, { secret: secret }),
  secretDefineXml: call(142, { xml: text, flags: uint32 }, { secret: secret }),
  secretGetXmlDesc: call(143, { secret: secret, flags: uint32 }, { xml: text }),
  secretSetValue: call(144, { secret: secret, value: opaque(65_536), flags: uint32 }, {}),
  secretGetValue: call(145, { secret: secret, flags: uint32 }, { value: opaque(65_536) }),
  secretUndefine: call(146, { secret: secret }, {}),
  secretLookupByUsage: call(147, { usageType: int32, usageId: text }, { secret: secret }),
  connectListAllSecrets: call(
    287,
    { needResults: int32, flags: uint32 },
    { secrets: list(secret, 16_384), ret: uint32 },
  ),
} as const;
