import { element } from "../codec/xml/element.js";
import type { CallHandlers } from "../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../protocol/libvirt/error.js";
import type { HostState } from "./host-state.js";
import { bridgeOf } from "./live-document.js";
import { documentText } from "./machine-definition.js";
import { textElement } from "./tree-edit.js";

const NETWORK_DOMAIN = 19;

const ACTIVE = 1 << 1;
const PERSISTENT = 1 << 2;
const AUTOSTART = 1 << 4;
/** Filters for what the one network is not. */
const INACTIVE = 1 << 0;
const TRANSIENT = 1 << 3;
const NO_AUTOSTART = 1 << 5;

/** The computer's networks: the one called `default`, active and started with the computer. */
export function networkCalls({ node }: HostState): CallHandlers {
  const net = { name: "default", uuid: node.networkUuid };
  const found = (matches: boolean, what: string) => {
    if (!matches) throw libvirtFault("NO_NETWORK", `Network not found: ${what}`, NETWORK_DOMAIN);
    return { net };
  };
  const require = (asked: { readonly uuid: string; readonly name: string }): void => {
    found(asked.uuid === net.uuid, `no network with matching uuid '${asked.uuid}' (${asked.name})`);
  };
  const listed = (flags: number) => {
    const groups = [
      [ACTIVE, INACTIVE],
      [PERSISTENT, TRANSIENT],
      [AUTOSTART, NO_AUTOSTART],
    ] as const;
    return groups.every(([is, isNot]) => (flags & (is | isNot)) === 0 || (flags & is) !== 0) ? [net] : [];
  };
  return {
    connectListAllNetworks({ needResults, flags }) {
      const nets = listed(flags);
      return { nets: needResults ? nets : [], ret: nets.length };
    },
    connectNumOfNetworks: () => ({ num: 1 }),
    connectListNetworks: ({ maxnames }) => ({ names: maxnames > 0 ? [net.name] : [] }),
    connectNumOfDefinedNetworks: () => ({ num: 0 }),
    connectListDefinedNetworks: () => ({ names: [] }),
    networkLookupByName: ({ name }) => found(name === net.name, `no network with matching name '${name}'`),
    networkLookupByUuid: ({ uuid }) => found(uuid === net.uuid, `no network with matching uuid '${uuid}'`),
    networkIsActive({ net: asked }) {
      require(asked);
      return { active: 1 };
    },
    networkIsPersistent({ net: asked }) {
      require(asked);
      return { persistent: 1 };
    },
    networkGetAutostart({ net: asked }) {
      require(asked);
      return { autostart: 1 };
    },
    networkGetBridgeName({ net: asked }) {
      require(asked);
      return { name: bridgeOf(net.name) };
    },
    networkGetDhcpLeases({ net: asked }) {
      require(asked);
      return { leases: [], ret: 0 };
    },
    networkGetXmlDesc({ net: asked }) {
      require(asked);
      const range = element("dhcp", {}, [element("range", { start: "192.168.122.2", end: "192.168.122.254" })]);
      const ports = [element("port", { start: 1024, end: 65_535 })];
      return {
        xml: documentText(
          element("network", {}, [
            textElement("name", net.name),
            textElement("uuid", net.uuid),
            element("forward", { mode: "nat" }, [element("nat", {}, ports)]),
            element("bridge", { name: bridgeOf(net.name), stp: "on", delay: 0 }),
            element("ip", { address: "192.168.122.1", netmask: "255.255.255.0" }, [range]),
          ]),
        ),
      };
    },
  };
}
