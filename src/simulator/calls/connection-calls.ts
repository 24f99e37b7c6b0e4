import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import { feature } from "../../protocol/libvirt/feature.js";
import type { ServerSession } from "../../protocol/libvirt/server-session.js";
import { capabilitiesText } from "../host/capabilities.js";
import { domainCapabilitiesText } from "../host/domain-capabilities.js";
import { LIBVIRT_VERSION, type SimulatedDriver } from "../host/driver-profile.js";
import type { HostState } from "../host/host-state.js";
import { sysinfoText } from "../host/sysinfo.js";

/** What the connection itself remembers. */
export interface ClientState {
  readonly session: ServerSession;
  opened: boolean;
  /** Of the socket, or asked for when opening. */
  readOnly: boolean;
  readonly onOpen: () => void;
  /** Of a daemon that pretends to be old. */
  readonly libraryVersion: () => bigint | undefined;
}

const OPEN_READ_ONLY = 1;

/** Strings in typed parameters: asked for by clients before they set that flag. */
const TYPED_STRINGS = 9;

/** Command and section of a network's update come in the order that the protocol says; older libraries had it wrong. */
const NETWORK_UPDATE_ORDER = 16;

const daemonFeatures = [feature.callbackEvents, feature.closeCallback, TYPED_STRINGS, NETWORK_UPDATE_ORDER];
/** Migration: from peer to peer, in three versions of the steps, protected from changes, with typed parameters. */
const migrationFeatures = [4, 6, 7, 11, 13];
const supportedFeatures: Readonly<Record<SimulatedDriver, ReadonlySet<number>>> = {
  qemu: new Set([...daemonFeatures, ...migrationFeatures]),
  lxc: new Set(daemonFeatures),
  xen: new Set([...daemonFeatures, ...migrationFeatures]),
  openvz: new Set(daemonFeatures),
};

/** Virtual processors that one machine can have. */
const maximumVcpus: Readonly<Record<SimulatedDriver, (type: string | undefined) => number>> = {
  qemu: (type) => (type === "kvm" ? 710 : 255),
  lxc: () => 0,
  xen: () => 512,
  openvz: () => 1028,
};

/** Opening, versions, capabilities and registering for events. */
export function connectionCalls(host: HostState, client: ClientState): CallHandlers {
  const { profile, events, node } = host;
  const { session } = client;
  const deregister = ({ callbackId }: { callbackId: number }) => {
    if (!events.deregister(session, callbackId)) {
      throw libvirtFault("INVALID_ARG", `invalid argument: event callback ${callbackId} is not registered`);
    }
    return {};
  };
  const registered = (of: "network" | "pool", eventId: number, uuid: string | undefined) => {
    const callbackId = events.registerFor(session, of, eventId, uuid);
    if (callbackId === undefined)
      throw libvirtFault("INVALID_ARG", `invalid argument: unsupported event ID ${eventId}`);
    return { callbackId };
  };
  const registerForNothing = () => ({ callbackId: events.registerForNothing() });
  return {
    connectOpen({ name, flags }) {
      if (client.opened) throw libvirtFault("INTERNAL_ERROR", "internal error: connection already open");
      const scheme = profile.uri.slice(0, profile.uri.indexOf(":"));
      if (name !== undefined && name !== "" && !name.startsWith(`${scheme}:`)) {
        throw libvirtFault("NO_CONNECT", `no connection driver available for ${name}`);
      }
      client.opened = true;
      client.onOpen();
      client.readOnly ||= (flags & OPEN_READ_ONLY) !== 0;
      return {};
    },
    connectClose() {
      client.opened = false;
      events.forget(session);
      return {};
    },
    connectSupportsFeature: ({ feature: asked }) => ({ supported: supportedFeatures[host.driver].has(asked) ? 1 : 0 }),
    connectGetType: () => ({ type: profile.type }),
    connectGetVersion: () => ({ hvVer: profile.version }),
    connectGetLibVersion: () => ({ libVer: client.libraryVersion() ?? LIBVIRT_VERSION }),
    connectGetUri: () => ({ uri: profile.uri }),
    connectGetHostname: () => ({ hostname: node.hostname }),
    connectIsSecure: () => ({ secure: 1 }),
    connectGetMaxVcpus: ({ type }) => ({ maxVcpus: maximumVcpus[host.driver](type?.toLowerCase()) }),
    connectGetCapabilities: () => ({ capabilities: capabilitiesText(host.driver, node) }),
    connectGetDomainCapabilities: ({ virttype }) => ({ capabilities: domainCapabilitiesText(node, virttype ?? "kvm") }),
    connectGetSysinfo: () => ({ sysinfo: sysinfoText(node) }),
    connectSetIdentity: () => ({}),
    connectDomainEventCallbackRegisterAny({ eventId, dom }) {
      const callbackId = events.register(session, eventId, dom && host.registry.require(dom).uuid);
      if (callbackId === undefined) throw libvirtFault("INVALID_ARG", `invalid argument: unknown event ${eventId}`);
      return { callbackId };
    },
    connectDomainEventCallbackDeregisterAny: deregister,
    connectRegisterCloseCallback() {
      events.listenForClose(session, true);
      return {};
    },
    connectUnregisterCloseCallback() {
      events.listenForClose(session, false);
      return {};
    },
    connectNetworkEventRegisterAny: ({ eventId, net }) => registered("network", eventId, net?.uuid),
    connectNetworkEventDeregisterAny: deregister,
    connectStoragePoolEventRegisterAny: ({ eventId, pool }) => registered("pool", eventId, pool?.uuid),
    connectStoragePoolEventDeregisterAny: deregister,
    connectNodeDeviceEventRegisterAny: registerForNothing,
    connectNodeDeviceEventDeregisterAny: () => ({}),
    connectSecretEventRegisterAny: registerForNothing,
    connectSecretEventDeregisterAny: () => ({}),
  };
}
