import type { NicAddress } from "./address.js";
import type { DiskCounters, DiskDescription, NicCounters, NicDescription } from "./device.js";
import type { HostFacts } from "./host.js";
import type { Lifecycle } from "./lifecycle.js";
import type { MachineFacts, MachineState } from "./machine.js";
import type { ResourcesLook } from "./resources.js";

/** Which facts a look was for; the ages of those facts start anew. */
export type Tier = "state" | "statistics" | "document" | "addresses" | "snapshots" | "guest";

/** What one look at a machine showed. Absent members were not looked at; members that are `undefined` are known to be unknown. */
export interface MachineLook {
  readonly uuid: string;
  readonly tiers: readonly Tier[];
  readonly facts: Partial<MachineFacts>;
  /** From the document: replaces the list. */
  readonly disks?: readonly DiskDescription[];
  readonly nics?: readonly NicDescription[];
  /** From statistics, by `target`. */
  readonly diskCounters?: ReadonlyMap<string, DiskCounters>;
  /** From statistics, by `mac`. */
  readonly nicCounters?: ReadonlyMap<string, NicCounters>;
  /** By `mac`; an interface that is not among them has none. */
  readonly nicAddresses?: ReadonlyMap<string, readonly NicAddress[]>;
  /** Numbers of host devices by name, when the host is local: for `Nic.ifIndex`. */
  readonly ifIndexes?: ReadonlyMap<string, number>;
  readonly stuck?: boolean;
}

/** What a driver reports about one host, in the order in which it happened. Instants are of the monotonic clock. */
export type Observation =
  | { readonly kind: "link"; readonly up: true; readonly facts: HostFacts }
  | { readonly kind: "link"; readonly up: false; readonly reason: string }
  /** Some machines were looked at. With `complete`, a machine that is not among them no longer exists. */
  | { readonly kind: "looks"; readonly at: number; readonly looks: readonly MachineLook[]; readonly complete: boolean }
  /** These are all machines there are: any other no longer exists. */
  | { readonly kind: "listed"; readonly at: number; readonly uuids: readonly string[] }
  /**
   * The hypervisor announced a change. `state` is what the machine became by it, or absent when the event does not say.
   * An event for a machine that is not yet known announces it only if `state` is given with enough to make a row of.
   */
  | {
      readonly kind: "lifecycle";
      readonly at: number;
      readonly uuid: string;
      readonly name: string;
      readonly lifecycle: Lifecycle;
      readonly state?: MachineState;
      readonly reason?: string;
    }
  /** The computer under the host was looked at. */
  | { readonly kind: "resources"; readonly at: number; readonly resources: ResourcesLook }
  /** The machine no longer exists. */
  | { readonly kind: "gone"; readonly at: number; readonly uuid: string; readonly lifecycle?: Lifecycle };

/** Where a driver delivers; called in order, never re-entrantly. */
export type ObservationSink = (observations: readonly Observation[]) => void;

/** What a host has beside its machines' states, and what machines have of it. */
export type Surroundings = "snapshots" | "pools" | "networks";

/** Watches one host for as long as it is started: connects, reconnects, polls, hears events. Implemented in `driver`. */
export interface HostMonitor {
  readonly host: string;
  start(sink: ObservationSink): void;
  /** Asks for a fresh look at one machine, or at all, soon. */
  look(uuid?: string): void;
  /** Asks for a fresh look at what changes rarely, soon: somebody just changed it. */
  lookAround(what: Surroundings): void;
  /** Counters for `/metrics`: calls, errors, late answers, reconnects, stuck machines. */
  counters(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}
