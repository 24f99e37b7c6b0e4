import type { Lifecycle } from "../inventory/lifecycle.js";
import type { MachineState } from "../inventory/machine.js";
import type { vmNotifications } from "../schema/generated/vm-mib.js";
import type { OperState } from "./machine-state.js";

/** A notification about one machine. */
export type VmNotification = Exclude<keyof (typeof vmNotifications)["notifications"], `vmBulk${string}`>;

/** A notification about many machines at once. */
export type VmBulkNotification = Extract<keyof (typeof vmNotifications)["notifications"], `vmBulk${string}`>;

interface LifecycleRow {
  /** In the order in which they are sent; `by-state` stands for the one that announces the state the machine is in then. */
  readonly snmp: readonly (VmNotification | "by-state")[];
  /** What a machine comes from that was not active: between that and this a look may have shown it as it was being prepared. */
  readonly from?: MachineState;
}

/** What each management world sends when this happened to a machine. */
// biome-ignore format: read as a table
export const lifecycle: Readonly<Record<Lifecycle, LifecycleRow>> = {
  //                     RFC 7666
  defined:             { snmp: [] },
  redefined:           { snmp: [] },
  undefined:           { snmp: ["vmDeleted"] },
  booted:              { snmp: ["by-state"], from: "stopped" },
  "started-migrated":  { snmp: ["vmMigrating", "by-state"], from: "stopped" },
  "started-restored":  { snmp: ["vmResuming", "by-state"], from: "saved" },
  "started-snapshot":  { snmp: ["by-state"], from: "stopped" },
  woken:               { snmp: ["vmRunning"] },
  paused:              { snmp: ["vmPaused"] },
  "paused-migrating":  { snmp: ["vmMigrating"] },
  "paused-error":      { snmp: ["vmPaused"] },
  "paused-restored":   { snmp: ["vmPaused"] },
  "paused-snapshot":   { snmp: ["vmPaused"] },
  resumed:             { snmp: ["vmRunning"] },
  "resumed-migrated":  { snmp: ["by-state"] }, // by post-copy it goes on here while it still migrates
  "resumed-snapshot":  { snmp: ["vmRunning"] },
  "shutting-down":     { snmp: ["vmShuttingdown"] },
  "shut-down":         { snmp: ["vmShutdown"] },
  destroyed:           { snmp: ["vmShutdown"] },
  "stopped-crashed":   { snmp: ["vmCrashed"] },
  "stopped-migrated":  { snmp: ["vmShutdown"] },
  saved:               { snmp: ["vmSuspended"] },
  failed:              { snmp: ["vmShutdown"] },
  "stopped-snapshot":  { snmp: ["vmShutdown"] },
  "pm-suspended":      { snmp: ["vmPaused"] },
  "pm-suspended-disk": { snmp: ["vmSuspended"] },
  crashed:             { snmp: ["vmCrashed"] },
  observed:            { snmp: ["by-state"] },
};

/** The notification that announces a state, and the state that each announces; three states are announced by none. */
// biome-ignore format: read as a table
export const announcement: Readonly<Record<OperState, VmNotification | undefined>> = {
  1:  undefined,
  2:  undefined,
  3:  undefined,
  4:  "vmRunning",
  5:  "vmSuspending",
  6:  "vmSuspended",
  7:  "vmResuming",
  8:  "vmPaused",
  9:  "vmMigrating",
  10: "vmShuttingdown",
  11: "vmShutdown",
  12: "vmCrashed",
};

/** What a notification becomes when it is about many machines. */
// biome-ignore format: read as a table
export const bulkForm: Readonly<Record<VmNotification, VmBulkNotification>> = {
  vmRunning:      "vmBulkRunning",
  vmShuttingdown: "vmBulkShuttingdown",
  vmShutdown:     "vmBulkShutdown",
  vmPaused:       "vmBulkPaused",
  vmSuspending:   "vmBulkSuspending",
  vmSuspended:    "vmBulkSuspended",
  vmResuming:     "vmBulkResuming",
  vmMigrating:    "vmBulkMigrating",
  vmCrashed:      "vmBulkCrashed",
  vmDeleted:      "vmBulkDeleted",
};
