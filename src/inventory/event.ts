import type { Lifecycle } from "./lifecycle.js";
import type { Machine } from "./machine.js";
import type { Network } from "./network.js";
import type { Pool } from "./pool.js";

/**
 * One change of the inventory. `sequence` is the gateway's: it grows by one, survives restarts, and every world's message about
 * this change carries it.
 */
export type InventoryEvent = {
  readonly sequence: number;
  /** Wall time, milliseconds. */
  readonly at: number;
  readonly host: string;
} & (
  | { readonly kind: "host-added" | "host-removed" | "host-up" }
  | { readonly kind: "host-down"; readonly reason: string }
  | { readonly kind: "machine-added"; readonly machine: Machine; readonly lifecycle: Lifecycle }
  /** `machine` is as it was last known. */
  | { readonly kind: "machine-removed"; readonly machine: Machine; readonly lifecycle: Lifecycle }
  | {
      readonly kind: "machine-state";
      readonly machine: Machine;
      readonly before: Machine;
      readonly lifecycle: Lifecycle;
    }
  /** A described fact changed (name, sizes, devices, autostart, persistence); counters do not count. */
  | { readonly kind: "machine-changed"; readonly machine: Machine; readonly before: Machine }
  | { readonly kind: "machine-stuck" | "machine-unstuck"; readonly machine: Machine }
  /** With `pool-removed` as it was last known. */
  | { readonly kind: "pool-added" | "pool-removed"; readonly pool: Pool }
  /** Its state or how it is set up changed; sizes and volumes do not count. */
  | { readonly kind: "pool-changed"; readonly pool: Pool; readonly before: Pool }
  | { readonly kind: "network-added" | "network-removed"; readonly network: Network }
  /** Its state or how it is set up changed; leases do not count. */
  | { readonly kind: "network-changed"; readonly network: Network; readonly before: Network }
);

/** An event before it has its number. */
export type UnnumberedEvent = InventoryEvent extends infer Event
  ? Event extends InventoryEvent
    ? Omit<Event, "sequence">
    : never
  : never;
