import type { HostGeneration } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";

/** What one SNMP context shows of hypervisors and machines, at one moment. */
export interface VmScope {
  /** One host, or all of them in the aggregate. */
  readonly hosts: readonly HostGeneration[];
  /** Those that may be seen, in the order of their number in this context: vmIndex. */
  readonly machines: MachineList;
  /** Wall time, milliseconds. */
  readonly now: number;
  /** Wall time since which the numbers of this context hold, milliseconds; `undefined` before the first contact. */
  readonly upSince: number | undefined;
  /** Wall time of the last machine among them that came or went, milliseconds; `undefined` before the first listing. */
  readonly membershipChangedAt: number | undefined;
  readonly notifications: VmNotificationSwitches;
}

/** The machines of one context in the order of their numbers, at one moment. */
export interface MachineList {
  readonly length: number;
  /** Ascending, one per machine. */
  readonly numbers: Uint32Array;
  /** @returns `undefined` beyond the end */
  at(position: number): Machine | undefined;
}

/** Which of the two families of notifications are sent. */
export interface VmNotificationSwitches {
  readonly perVm: boolean;
  readonly bulk: boolean;
}

/** A machine as one context shows it. */
export interface VmRow {
  readonly machine: Machine;
  readonly index: number;
  /** Wall time, milliseconds. */
  readonly now: number;
}

/** Something that a machine has: a CPU, a disk, an interface. */
export interface PartRow<Part> extends VmRow {
  readonly part: Part;
}
