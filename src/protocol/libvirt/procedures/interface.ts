import { int32, list, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { networkInterface, text } from "../shapes.js";

/** Network interfaces of the host. */
export const interfaceProcedures = {
  connectNumOfInterfaces: call(126, {}, { num: int32 }),
  connectListInterfaces: call(127, { maxnames: int32 }, { names: list(text, 16_384) }),
  interfaceLookupByName: call(128, { name: text }, { iface: networkInterface }),
  interfaceLookupByMacString: call(129, { mac: text }, { iface: networkInterface }),
  interfaceGetXmlDesc: call(130, { iface: networkInterface, flags: uint32 }, { xml: text }),
  interfaceDefineXml: call(131, { xml: text, flags: uint32 }, { iface: networkInterface }),
  interfaceUndefine: call(132, { iface: networkInterface }, {}),
  interfaceCreate: call(133, { iface: networkInterface, flags: uint32 }, {}),
  interfaceDestroy: call(134, { iface: networkInterface, flags: uint32 }, {}),
  connectNumOfDefinedInterfaces: call(137, {}, { num: int32 }),
  connectListDefinedInterfaces: call(138, { maxnames: int32 }, { names: list(text, 16_384) }),
  interfaceIsActive: call(156, { iface: networkInterface }, { active: int32 }),
  interfaceChangeBegin: call(220, { flags: uint32 }, {}),
  interfaceChangeCommit: call(221, { flags: uint32 }, {}),
  interfaceChangeRollback: call(222, { flags: uint32 }, {}),
  connectListAllInterfaces: call(
    284,
    { needResults: int32, flags: uint32 },
    { ifaces: list(networkInterface, 16_384), ret: uint32 },
  ),
} as const;
