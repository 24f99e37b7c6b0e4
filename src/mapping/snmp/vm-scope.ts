import type { HostGeneration } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";

/** What one SNMP context shows of hypervisors and machines, at one moment. */
export interface VmScope {
  /** One host, or all of them in the aggregate. */
  readonly hosts: readonly HostGeneration[];
  /** In the order of their number in this context. */
  readonly machines: readonly Machine[];
  /** The machine's number in this context: vmIndex. */
  readonly indexOf: (machine: Machine) => number;
  /** Wall time, milliseconds. */
  readonly now: number;
  /** Wall time since which the numbers of this context hold, milliseconds; `undefined` before the first contact. */
  readonly upSince: number | undefined;
  readonly perVmNotifications: boolean;
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
