import { int32, list, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { maybe, nodeDevice, text } from "../shapes.js";

/** Devices of the host. */
export const nodeDeviceProcedures = {
  nodeNumOfDevices: call(111, { cap: maybe(text), flags: uint32 }, { num: int32 }),
  nodeListDevices: call(112, { cap: maybe(text), maxnames: int32, flags: uint32 }, { names: list(text, 65_536) }),
  nodeDeviceLookupByName: call(113, { name: text }, { dev: nodeDevice }),
  nodeDeviceGetXmlDesc: call(114, { name: text, flags: uint32 }, { xml: text }),
  nodeDeviceGetParent: call(115, { name: text }, { parentName: maybe(text) }),
  nodeDeviceNumOfCaps: call(116, { name: text }, { num: int32 }),
  nodeDeviceListCaps: call(117, { name: text, maxnames: int32 }, { names: list(text, 65_536) }),
  nodeDeviceDettach: call(118, { name: text }, {}),
  nodeDeviceReAttach: call(119, { name: text }, {}),
  nodeDeviceReset: call(120, { name: text }, {}),
  nodeDeviceCreateXml: call(123, { xmlDesc: text, flags: uint32 }, { dev: nodeDevice }),
  nodeDeviceDestroy: call(124, { name: text }, {}),
  connectListAllNodeDevices: call(
    285,
    { needResults: int32, flags: uint32 },
    { devices: list(nodeDevice, 65_536), ret: uint32 },
  ),
  nodeDeviceLookupScsiHostByWwn: call(297, { wwnn: text, wwpn: text, flags: uint32 }, { dev: nodeDevice }),
  nodeDeviceDetachFlags: call(301, { name: text, driverName: maybe(text), flags: uint32 }, {}),
  nodeDeviceDefineXml: call(428, { xmlDesc: text, flags: uint32 }, { dev: nodeDevice }),
  nodeDeviceUndefine: call(429, { name: text, flags: uint32 }, {}),
  nodeDeviceCreate: call(430, { name: text, flags: uint32 }, {}),
  nodeDeviceGetAutostart: call(433, { name: text }, { autostart: int32 }),
  nodeDeviceSetAutostart: call(434, { name: text, autostart: int32 }, {}),
  nodeDeviceIsPersistent: call(435, { name: text }, { persistent: int32 }),
  nodeDeviceIsActive: call(436, { name: text }, { active: int32 }),
} as const;
