import type { LibvirtEvent } from "../protocol/libvirt/procedures.js";
import type { Connection } from "./connection.js";
import { orUndefined } from "./outcome.js";
import type { ResourceChange } from "./resource-watch.js";
import { type LifecycleWords, lifecycleWords } from "./state.js";

/** A domain as libvirt names it on the wire; `id` is -1 while it is inactive. */
export interface DomainName {
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
}

/** What an event means for one machine. */
export type MachineEvent =
  | { readonly kind: "lifecycle"; readonly domain: DomainName; readonly words: LifecycleWords }
  /** Its document is out of date. */
  | { readonly kind: "document"; readonly domain: DomainName }
  /** It is being moved, or no longer. */
  | { readonly kind: "migration"; readonly domain: DomainName; readonly going: boolean }
  /** Something happened that only a look can tell. */
  | { readonly kind: "look"; readonly domain: DomainName };

/** What an event means to whoever watches a host; `driver-lost`: the daemon has lost its connection to the hypervisor. */
export type DriverEvent =
  | MachineEvent
  | { readonly kind: "driver-lost" }
  /** Something happened to the computer under the host. */
  | { readonly kind: "resource"; readonly change: ResourceChange };

/** libvirt's numbers of the events to register for, the lifecycle first. */
const eventIds = {
  lifecycle: 0,
  reboot: 1,
  controlError: 7,
  diskChange: 9,
  trayChange: 10,
  deviceRemoved: 15,
  blockJob2: 16,
  tunable: 17,
  agentLifecycle: 18,
  deviceAdded: 19,
  migrationIteration: 20,
  jobCompleted: 21,
  metadataChange: 23,
} as const;

/** Events of pools: their lifecycle, and that they were looked into anew. */
const poolEventIds = [0, 1];
const NETWORK_LIFECYCLE = 0;

/**
 * Registers for everything that concerns a machine, a pool or a network. Kinds that an older daemon lacks are left out.
 * @returns whether lifecycle events will come
 */
export async function registerEvents(connection: Connection): Promise<boolean> {
  if (connection.opened.hasCloseCallback) await tolerated(connection.call("connectRegisterCloseCallback", {}));
  if (!connection.opened.hasCallbackEvents) return tolerated(connection.call("connectDomainEventRegister", {}));
  const [lifecycle] = await Promise.all(
    Object.values(eventIds).map((eventId) =>
      tolerated(connection.call("connectDomainEventCallbackRegisterAny", { eventId })),
    ),
  );
  await Promise.all([
    tolerated(connection.call("connectNetworkEventRegisterAny", { eventId: NETWORK_LIFECYCLE })),
    ...poolEventIds.map((eventId) => tolerated(connection.call("connectStoragePoolEventRegisterAny", { eventId }))),
  ]);
  return lifecycle ?? false;
}

async function tolerated(call: Promise<unknown>): Promise<boolean> {
  return (await orUndefined(call.then(() => true))) ?? false;
}

/** What `event` means; `undefined` for one that does not matter here. */
export function driverEvent(event: LibvirtEvent): DriverEvent | undefined {
  switch (event.name) {
    case "domainEventLifecycle":
    case "domainEventCallbackLifecycle": {
      const { dom: domain, event: what, detail } = event.message;
      const words = lifecycleWords(what, detail);
      return words ? { kind: "lifecycle", domain, words } : { kind: "look", domain };
    }
    case "domainEventCallbackReboot":
    case "domainEventCallbackControlError":
      return { kind: "look", domain: event.message.dom };
    case "domainEventCallbackDiskChange":
    case "domainEventCallbackTrayChange":
    case "domainEventCallbackDeviceRemoved":
    case "domainEventBlockJob2":
    case "domainEventCallbackTunable":
    case "domainEventCallbackDeviceAdded":
    case "domainEventCallbackMetadataChange":
    case "domainEventCallbackAgentLifecycle":
      return { kind: "document", domain: event.message.dom };
    case "domainEventCallbackMigrationIteration":
      return { kind: "migration", domain: event.message.dom, going: true };
    case "domainEventCallbackJobCompleted":
      return { kind: "migration", domain: event.message.dom, going: false };
    case "storagePoolEventLifecycle":
    case "storagePoolEventRefresh":
      return { kind: "resource", change: { kind: "pool", uuid: event.message.pool.uuid } };
    case "networkEventLifecycle":
      return { kind: "resource", change: { kind: "network", uuid: event.message.net.uuid } };
    case "connectEventConnectionClosed":
      return { kind: "driver-lost" };
    default:
      return undefined;
  }
}
