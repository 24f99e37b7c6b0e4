import type { InventoryEvent } from "../../inventory/event.js";
import type { hostDown, hostUp } from "../../schema/generated/virtgate-host.js";
import type {
  machineAdded,
  machineChanged,
  machineRecovered,
  machineRemoved,
  machineStateChanged,
  machineStuck,
} from "../../schema/generated/virtgate-machine.js";
import type { AnyRows, LeafRows } from "../bind-leaves.js";

type EventOf<Kind extends InventoryEvent["kind"]> = Extract<InventoryEvent, { readonly kind: Kind }>;
type MachineEvent = Extract<InventoryEvent, { readonly machine: unknown }>;

/** A notification, and what its leaves are read from. */
export interface BoundNotification {
  readonly module: string;
  readonly name: string;
  readonly rows: AnyRows<InventoryEvent>;
}

const aboutHost: LeafRows<typeof hostUp, InventoryEvent> = {
  sequence: ({ sequence }) => sequence,
  host: ({ host }) => host,
};

const aboutMachine: LeafRows<typeof machineChanged, MachineEvent> = {
  sequence: ({ sequence }) => sequence,
  host: ({ host }) => host,
  uuid: ({ machine }) => machine.uuid,
  name: ({ machine }) => machine.name,
};

const ofState: LeafRows<typeof machineAdded, EventOf<"machine-added" | "machine-removed" | "machine-state">> = {
  ...aboutMachine,
  "oper-state": ({ machine }) => machine.state,
  reason: ({ machine }) => machine.reason,
  lifecycle: ({ lifecycle }) => lifecycle,
};

const ofHostDown: LeafRows<typeof hostDown, EventOf<"host-down">> = { ...aboutHost, reason: ({ reason }) => reason };

const ofChange: LeafRows<typeof machineStateChanged, EventOf<"machine-state">> = {
  ...ofState,
  "previous-state": ({ before }) => before.state,
};

const ofRemoved: LeafRows<typeof machineRemoved, EventOf<"machine-removed">> = ofState;
const ofStuck: LeafRows<typeof machineStuck, MachineEvent> = aboutMachine;
const ofRecovered: LeafRows<typeof machineRecovered, MachineEvent> = aboutMachine;

/** What each event of the inventory is told as; events without a row are seen in the data only. */
export const notificationOf: { readonly [Kind in InventoryEvent["kind"]]: BoundNotification | undefined } = {
  "host-added": undefined,
  "host-removed": undefined,
  "host-up": bound("virtgate-host", "host-up", aboutHost),
  "host-down": bound("virtgate-host", "host-down", ofHostDown),
  "machine-added": bound("virtgate-machine", "machine-added", ofState),
  "machine-removed": bound("virtgate-machine", "machine-removed", ofRemoved),
  "machine-state": bound("virtgate-machine", "machine-state-changed", ofChange),
  "machine-changed": bound("virtgate-machine", "machine-changed", aboutMachine),
  "machine-stuck": bound("virtgate-machine", "machine-stuck", ofStuck),
  "machine-unstuck": bound("virtgate-machine", "machine-recovered", ofRecovered),
  "pool-added": undefined,
  "pool-removed": undefined,
  "pool-changed": undefined,
  "network-added": undefined,
  "network-removed": undefined,
  "network-changed": undefined,
};

/** Rows are only ever given events of the kind that they are made for. */
function bound(module: string, name: string, rows: AnyRows<never>): BoundNotification {
  return { module, name, rows: rows as AnyRows<InventoryEvent> };
}
