import type { CallLimit } from "./hypervisor-call.js";

/** A virtual network right now. */
export interface NetworkStatus {
  readonly name: string;
  readonly uuid: string;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly bridge: string | undefined;
}

/** What can be done to virtual networks, which are named by name. */
export interface HypervisorNetworks {
  /** @returns undefined when there is no such network */
  networkStatus(name: string, limit: CallLimit): Promise<NetworkStatus | undefined>;
  /** Defines or redefines. @returns the network's name */
  defineNetwork(document: string, limit: CallLimit): Promise<string>;
  startNetwork(name: string, limit: CallLimit): Promise<void>;
  /** Machines that are plugged into it lose it. */
  stopNetwork(name: string, limit: CallLimit): Promise<void>;
  setNetworkAutostart(name: string, autostart: boolean, limit: CallLimit): Promise<void>;
  undefineNetwork(name: string, limit: CallLimit): Promise<void>;
}
