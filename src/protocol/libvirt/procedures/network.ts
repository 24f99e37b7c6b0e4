import { int32, int64, list, struct, uint32 } from "../../../codec/xdr/shape.js";
import { call } from "../procedure.js";
import { maybe, network, networkPort, text, typedParameters, uuid } from "../shapes.js";

const dhcpLease = struct({
  iface: text,
  expirytime: int64,
  type: int32,
  mac: maybe(text),
  iaid: maybe(text),
  ipaddr: text,
  prefix: uint32,
  hostname: maybe(text),
  clientid: maybe(text),
});

/** Virtual networks, their leases and ports. */
export const networkProcedures = {
  connectListDefinedNetworks: call(36, { maxnames: int32 }, { names: list(text, 16_384) }),
  connectListNetworks: call(38, { maxnames: int32 }, { names: list(text, 16_384) }),
  networkCreate: call(39, { net: network }, {}),
  networkCreateXml: call(40, { xml: text }, { net: network }),
  networkDefineXml: call(41, { xml: text }, { net: network }),
  networkDestroy: call(42, { net: network }, {}),
  networkGetXmlDesc: call(43, { net: network, flags: uint32 }, { xml: text }),
  networkGetAutostart: call(44, { net: network }, { autostart: int32 }),
  networkGetBridgeName: call(45, { net: network }, { name: text }),
  networkLookupByName: call(46, { name: text }, { net: network }),
  networkLookupByUuid: call(47, { uuid: uuid }, { net: network }),
  networkSetAutostart: call(48, { net: network, autostart: int32 }, {}),
  networkUndefine: call(49, { net: network }, {}),
  connectNumOfDefinedNetworks: call(50, {}, { num: int32 }),
  connectNumOfNetworks: call(52, {}, { num: int32 }),
  networkIsActive: call(152, { net: network }, { active: int32 }),
  networkIsPersistent: call(153, { net: network }, { persistent: int32 }),
  connectListAllNetworks: call(
    283,
    { needResults: int32, flags: uint32 },
    { nets: list(network, 16_384), ret: uint32 },
  ),
  networkUpdate: call(
    291,
    { net: network, command: uint32, section: uint32, parentIndex: int32, xml: text, flags: uint32 },
    {},
  ),
  networkGetDhcpLeases: call(
    341,
    { net: network, mac: maybe(text), needResults: int32, flags: uint32 },
    { leases: list(dhcpLease, 65_536), ret: uint32 },
  ),
  networkListAllPorts: call(
    404,
    { network: network, needResults: int32, flags: uint32 },
    { ports: list(networkPort, 16_384), ret: uint32 },
  ),
  networkPortLookupByUuid: call(405, { network: network, uuid: uuid }, { port: networkPort }),
  networkPortCreateXml: call(406, { network: network, xml: text, flags: uint32 }, { port: networkPort }),
  networkPortGetParameters: call(
    407,
    { port: networkPort, nparams: int32, flags: uint32 },
    { params: typedParameters(16), nparams: int32 },
  ),
  networkPortSetParameters: call(408, { port: networkPort, params: typedParameters(16), flags: uint32 }, {}),
  networkPortGetXmlDesc: call(409, { port: networkPort, flags: uint32 }, { xml: text }),
  networkPortDelete: call(410, { port: networkPort, flags: uint32 }, {}),
  networkDefineXmlFlags: call(432, { xml: text, flags: uint32 }, { net: network }),
  networkCreateXmlFlags: call(437, { xml: text, flags: uint32 }, { net: network }),
} as const;
