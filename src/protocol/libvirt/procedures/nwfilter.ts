import { int32, list, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { nwfilter, nwfilterBinding, text, uuid } from "../shapes.js";

/** Network filters and their bindings. */
export const nwfilterProcedures = {
  nwfilterLookupByName: call(175, { name: text }, { nwfilter: nwfilter }),
  nwfilterLookupByUuid: call(176, { uuid: uuid }, { nwfilter: nwfilter }),
  nwfilterGetXmlDesc: call(177, { nwfilter: nwfilter, flags: uint32 }, { xml: text }),
  connectNumOfNwfilters: call(178, {}, { num: int32 }),
  connectListNwfilters: call(179, { maxnames: int32 }, { names: list(text, 16_384) }),
  nwfilterDefineXml: call(180, { xml: text }, { nwfilter: nwfilter }),
  nwfilterUndefine: call(181, { nwfilter: nwfilter }, {}),
  connectListAllNwfilters: call(
    286,
    { needResults: int32, flags: uint32 },
    { filters: list(nwfilter, 16_384), ret: uint32 },
  ),
  nwfilterBindingLookupByPortDev: call(397, { name: text }, { nwfilter: nwfilterBinding }),
  nwfilterBindingGetXmlDesc: call(398, { nwfilter: nwfilterBinding, flags: uint32 }, { xml: text }),
  nwfilterBindingCreateXml: call(399, { xml: text, flags: uint32 }, { nwfilter: nwfilterBinding }),
  nwfilterBindingDelete: call(400, { nwfilter: nwfilterBinding }, {}),
  connectListAllNwfilterBindings: call(
    401,
    { needResults: int32, flags: uint32 },
    { bindings: list(nwfilterBinding, 16_384), ret: uint32 },
  ),
  nwfilterDefineXmlFlags: call(431, { xml: text, flags: uint32 }, { nwfilter: nwfilter }),
} as const;
