import { DecodeError } from "../../base/fault.js";
import { attribute, child, element } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { type NetworkDocument, readNetwork } from "../../protocol/libvirt/document/network.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import { flagGroups } from "../calls/flag-groups.js";
import type { HostState } from "../host/host-state.js";
import { documentText } from "../machine/machine-definition.js";
import { textElement, withChild, withoutLayout } from "../machine/tree-edit.js";
import { seededUuid } from "../time/seed.js";
import { leasesOf } from "./leases.js";
import { updatedNetwork } from "./network-update.js";
import { NETWORK_DOMAIN, NetworkLifecycle, noNetwork, type SimulatedNetwork } from "./simulated-networks.js";

const LEASE_IPV4 = 0;
const XML_INACTIVE = 1;
const AFFECT_LIVE = 1;
const AFFECT_CONFIG = 2;

const listGroups = flagGroups<SimulatedNetwork>([
  [
    [1 << 0, (net) => !net.active],
    [1 << 1, (net) => net.active],
  ],
  [
    [1 << 2, (net) => net.persistent],
    [1 << 3, (net) => !net.persistent],
  ],
  [
    [1 << 4, (net) => net.autostart],
    [1 << 5, (net) => !net.autostart],
  ],
]);

/** The computer's virtual networks, and what can be done with them. */
export function networkCalls({ node, nowMs }: HostState): CallHandlers {
  const { networks, random } = node;
  const reference = ({ name, uuid }: SimulatedNetwork) => ({ name, uuid });
  const lookedUp = (net: SimulatedNetwork | undefined, what: string) => {
    if (!net) throw noNetwork(what);
    return { net: reference(net) };
  };
  const those = (test: (net: SimulatedNetwork) => boolean): SimulatedNetwork[] => [...networks.all()].filter(test);
  const names = (found: readonly SimulatedNetwork[], most: number) => ({
    names: found.slice(0, Math.max(0, most)).map(({ name }) => name),
  });
  const invalid = (message: string): Error =>
    libvirtFault("OPERATION_INVALID", `Requested operation is not valid: ${message}`, NETWORK_DOMAIN);

  /** The network that a document describes, made if there is none. */
  const described = (xml: string): { readonly net: SimulatedNetwork; readonly isNew: boolean } => {
    const given = parsed(xml);
    const known = networks.named(given.name);
    if (known && given.uuid !== undefined && known.uuid !== given.uuid) {
      const message = `operation failed: network '${known.name}' already exists with uuid ${known.uuid}`;
      throw libvirtFault("OPERATION_FAILED", message, NETWORK_DOMAIN);
    }
    if (!known) return { net: networks.add(given, given.uuid ?? seededUuid(random)), isNew: true };
    if (known.active) known.next = given;
    else known.document = given;
    return { net: known, isNew: false };
  };
  const start = (net: SimulatedNetwork): void => {
    if (net.active) throw invalid("network is already active");
    net.active = true;
    networks.tell(net, NetworkLifecycle.started);
  };
  /** What a change is about. With neither flag it is what the network is doing. */
  const affected = (net: SimulatedNetwork, flags: number): { readonly live: boolean; readonly config: boolean } => {
    const neither = (flags & (AFFECT_LIVE | AFFECT_CONFIG)) === 0;
    const live = neither ? net.active : (flags & AFFECT_LIVE) !== 0;
    const config = neither ? !net.active : (flags & AFFECT_CONFIG) !== 0;
    if (live && !net.active) throw invalid("network is not running");
    if (config && !net.persistent) throw invalid("cannot change persistent config of a transient network");
    return { live, config };
  };
  const create = ({ xml }: { xml: string }) => {
    const { net, isNew } = described(xml);
    if (isNew) net.persistent = false;
    start(net);
    return { net: reference(net) };
  };
  const define = ({ xml }: { xml: string }) => {
    const { net } = described(xml);
    net.persistent = true;
    networks.tell(net, NetworkLifecycle.defined);
    return { net: reference(net) };
  };

  return {
    connectListAllNetworks({ needResults, flags }) {
      const found = those(listGroups(flags, undefined));
      return { nets: needResults ? found.map(reference) : [], ret: found.length };
    },
    connectNumOfNetworks: () => ({ num: those(({ active }) => active).length }),
    connectListNetworks: ({ maxnames }) =>
      names(
        those(({ active }) => active),
        maxnames,
      ),
    connectNumOfDefinedNetworks: () => ({ num: those(({ active }) => !active).length }),
    connectListDefinedNetworks: ({ maxnames }) =>
      names(
        those(({ active }) => !active),
        maxnames,
      ),
    networkLookupByName: ({ name }) => lookedUp(networks.named(name), `no network with matching name '${name}'`),
    networkLookupByUuid: ({ uuid }) => lookedUp(networks.withUuid(uuid), `no network with matching uuid '${uuid}'`),
    networkIsActive: ({ net }) => ({ active: networks.require(net).active ? 1 : 0 }),
    networkIsPersistent: ({ net }) => ({ persistent: networks.require(net).persistent ? 1 : 0 }),
    networkGetAutostart: ({ net }) => ({ autostart: networks.require(net).autostart ? 1 : 0 }),
    networkSetAutostart({ net: asked, autostart }) {
      const net = networks.require(asked);
      if (!net.persistent) throw invalid("cannot set autostart for transient network");
      net.autostart = autostart !== 0;
      return {};
    },
    networkGetBridgeName: ({ net }) => ({ name: networks.require(net).bridge }),
    networkGetXmlDesc({ net: asked, flags }) {
      const net = networks.require(asked);
      const inactive = (flags & XML_INACTIVE) !== 0;
      if (inactive && !net.persistent) throw invalid(`network '${net.name}' does not have a persistent config`);
      return { xml: networkText(net, inactive) };
    },
    networkUpdate({ net: asked, flags, ...update }) {
      const net = networks.require(asked);
      const { live, config } = affected(net, flags);
      // What is told is what the network is doing first: if the one cannot be done, neither is.
      const defined = net.next ?? net.document;
      const document = live || !net.active ? updatedNetwork(net.document, update) : net.document;
      net.next = net.active ? (config ? updatedNetwork(defined, update) : defined) : undefined;
      net.document = document;
      return {};
    },
    networkDefineXml: define,
    networkDefineXmlFlags: define,
    networkCreateXml: create,
    networkCreateXmlFlags: create,
    networkCreate({ net }) {
      start(networks.require(net));
      return {};
    },
    networkDestroy({ net: asked }) {
      const net = networks.require(asked);
      if (!net.active) throw invalid(`network '${net.name}' is not active`);
      net.active = false;
      net.document = net.next ?? net.document;
      net.next = undefined;
      if (!net.persistent) networks.forget(net);
      networks.tell(net, NetworkLifecycle.stopped);
      return {};
    },
    networkUndefine({ net: asked }) {
      const net = networks.require(asked);
      if (!net.persistent) throw invalid("can't undefine transient network");
      net.persistent = false;
      net.autostart = false;
      if (!net.active) networks.forget(net);
      networks.tell(net, NetworkLifecycle.undefined);
      return {};
    },
    networkGetDhcpLeases({ net: asked, mac, needResults }) {
      const net = networks.require(asked);
      const leases = leasesOf(networks, net, nowMs())
        .filter((lease) => mac === undefined || lease.mac === mac)
        .map((lease) => ({
          iface: net.bridge,
          expirytime: BigInt(lease.expiryS),
          type: LEASE_IPV4,
          mac: lease.mac,
          ipaddr: lease.address,
          prefix: lease.prefix,
          hostname: lease.machine.name,
          clientid: `01:${lease.mac}`,
        }));
      return { leases: needResults ? leases : [], ret: leases.length };
    },
  };
}

function parsed(xml: string): NetworkDocument {
  try {
    const tree = parseXml(xml);
    if (tree.name === "network" && !child(tree, "name")) {
      throw libvirtFault("NO_NAME", "missing network name information", NETWORK_DOMAIN);
    }
    return readNetwork(xml);
  } catch (error) {
    if (error instanceof DecodeError) throw libvirtFault("XML_ERROR", `XML error: ${error.message}`, NETWORK_DOMAIN);
    throw error;
  }
}

/** What was defined, with the UUID and the bridge that libvirt fills in. */
function networkText({ document: running, next, uuid, bridge }: SimulatedNetwork, inactive: boolean): string {
  const document = (inactive ? next : undefined) ?? running;
  const tree = withChild(withoutLayout(document.tree), textElement("uuid", uuid), ["name"]);
  const named = attribute(child(tree, "bridge"), "name") !== undefined || document.forwardMode === "bridge";
  const filled = named
    ? tree
    : withChild(tree, element("bridge", { name: bridge, stp: "on", delay: 0 }), ["name", "uuid", "forward"]);
  return documentText(filled);
}
