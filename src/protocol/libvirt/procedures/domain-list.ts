import { int32, list, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { domain, text, uuid } from "../shapes.js";

/** Finding domains, and their documents in foreign formats. */
export const domainListProcedures = {
  connectListDefinedDomains: call(21, { maxnames: int32 }, { names: list(text, 16_384) }),
  domainLookupById: call(22, { id: int32 }, { dom: domain }),
  domainLookupByName: call(23, { name: text }, { dom: domain }),
  domainLookupByUuid: call(24, { uuid: uuid }, { dom: domain }),
  connectNumOfDefinedDomains: call(25, {}, { num: int32 }),
  connectListDomains: call(37, { maxids: int32 }, { ids: list(int32, 16_384) }),
  connectNumOfDomains: call(51, {}, { num: int32 }),
  connectDomainXmlFromNative: call(135, { nativeFormat: text, nativeConfig: text, flags: uint32 }, { domainXml: text }),
  connectDomainXmlToNative: call(136, { nativeFormat: text, domainXml: text, flags: uint32 }, { nativeConfig: text }),
  connectListAllDomains: call(
    273,
    { needResults: int32, flags: uint32 },
    { domains: list(domain, 16_384), ret: uint32 },
  ),
} as const;
