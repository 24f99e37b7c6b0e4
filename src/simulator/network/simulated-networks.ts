import type { ValueOf } from "../../codec/xdr/shape.js";
import { element } from "../../codec/xml/element.js";
import { type NetworkDocument, readNetwork } from "../../protocol/libvirt/document/network.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { network } from "../../protocol/libvirt/shapes.js";
import { bridgeOf } from "../machine/live-document.js";
import { documentText } from "../machine/machine-definition.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { textElement } from "../machine/tree-edit.js";

export type NetworkReference = ValueOf<typeof network>;

/** The part of libvirt that errors about networks come from. */
export const NETWORK_DOMAIN = 19;

/** What happened to a network; numbers as libvirt has them. */
export const NetworkLifecycle = { defined: 0, undefined: 1, started: 2, stopped: 3 } as const;

export interface NetworkEvent {
  readonly net: NetworkReference;
  readonly event: number;
}

/** A virtual network of a computer. */
export interface SimulatedNetwork {
  readonly name: string;
  readonly uuid: string;
  readonly bridge: string;
  /** What it is while it is active, else what it would be. */
  document: NetworkDocument;
  /** What it will be when it is started anew, where that is something else. */
  next: NetworkDocument | undefined;
  active: boolean;
  persistent: boolean;
  autostart: boolean;
  /** Addresses by MAC address: who had one gets it again. */
  readonly addresses: Map<string, string>;
}

const MOST_NETWORKS = 1000;

/** The networks of one computer, which all hypervisors on it share. */
export class SimulatedNetworks {
  readonly #networks = new Map<string, SimulatedNetwork>();
  readonly #machineSources: (() => Iterable<SimulatedMachine>)[] = [];
  readonly #listeners: ((event: NetworkEvent) => void)[] = [];

  /** @param uuid of the network that there is from the beginning */
  constructor(uuid: string) {
    const net = this.add(readNetwork(defaultDocument(uuid)), uuid);
    net.active = true;
    net.autostart = true;
  }

  /** Where to look for machines that may have an address. */
  addMachines(source: () => Iterable<SimulatedMachine>): void {
    this.#machineSources.push(source);
  }

  listen(listener: (event: NetworkEvent) => void): void {
    this.#listeners.push(listener);
  }

  tell(net: SimulatedNetwork, event: number): void {
    for (const listener of this.#listeners) listener({ net: { name: net.name, uuid: net.uuid }, event });
  }

  all(): Iterable<SimulatedNetwork> {
    return this.#networks.values();
  }

  named(name: string): SimulatedNetwork | undefined {
    for (const net of this.#networks.values()) if (net.name === name) return net;
    return undefined;
  }

  withUuid(uuid: string): SimulatedNetwork | undefined {
    return this.#networks.get(uuid);
  }

  /** @throws {Fault} for libvirt's NO_NETWORK */
  require(asked: NetworkReference): SimulatedNetwork {
    const net = this.#networks.get(asked.uuid);
    if (!net) throw noNetwork(`no network with matching uuid '${asked.uuid}' (${asked.name})`);
    return net;
  }

  /** Adds an inactive network. @throws {Fault} when there are too many */
  add(document: NetworkDocument, uuid: string): SimulatedNetwork {
    if (this.#networks.size >= MOST_NETWORKS) {
      throw libvirtFault("OPERATION_FAILED", "operation failed: too many networks", NETWORK_DOMAIN);
    }
    const net: SimulatedNetwork = {
      name: document.name,
      uuid,
      bridge: document.bridge ?? bridgeOf(document.name),
      document,
      next: undefined,
      active: false,
      persistent: true,
      autostart: false,
      addresses: new Map(),
    };
    this.#networks.set(uuid, net);
    return net;
  }

  forget(net: SimulatedNetwork): void {
    this.#networks.delete(net.uuid);
  }

  *machines(): Iterable<SimulatedMachine> {
    for (const source of this.#machineSources) yield* source();
  }
}

export function noNetwork(what: string): Error {
  return libvirtFault("NO_NETWORK", `Network not found: ${what}`, NETWORK_DOMAIN);
}

/** The network that libvirt's packages bring along. */
function defaultDocument(uuid: string): string {
  const range = element("dhcp", {}, [element("range", { start: "192.168.122.2", end: "192.168.122.254" })]);
  const ports = [element("port", { start: 1024, end: 65_535 })];
  return documentText(
    element("network", {}, [
      textElement("name", "default"),
      textElement("uuid", uuid),
      element("forward", { mode: "nat" }, [element("nat", {}, ports)]),
      element("bridge", { name: bridgeOf("default"), stp: "on", delay: 0 }),
      element("ip", { address: "192.168.122.1", netmask: "255.255.255.0" }, [range]),
    ]),
  );
}
