import type { CpuAffinity } from "./cpu-affinity.js";
import type { Disk, Nic } from "./device.js";
import type { AgentState, GuestView } from "./guest.js";
import type { MachineLimits } from "./limits.js";
import type { Snapshot } from "./snapshot.js";

/**
 * What a machine can be doing. "Suspended" is avoided on purpose: libvirt means `paused` by it, VM-MIB means `saved`.
 * `mapping/machine-state.ts` has every management world's word for each.
 */
export const machineStates = [
  "unknown",
  "other",
  "preparing",
  "running",
  "saving",
  "saved",
  "restoring",
  "paused",
  "migrating",
  "stopping",
  "stopped",
  "crashed",
  "pm-suspended",
] as const;

export type MachineState = (typeof machineStates)[number];

/** What somebody last asked a machine to be, or what its state implies when nobody was seen asking. */
export type AdminState = "running" | "saved" | "paused" | "stopped";

/** What makes a machine run; each is a row of the capability table. */
export type Technology =
  | "kvm"
  | "qemu"
  | "lxc"
  | "xen"
  | "openvz"
  | "test"
  | "esx"
  | "vmware"
  | "hyperv"
  | "bhyve"
  | "vz"
  | "ch"
  | "vbox"
  | "other";

export type MachineKind = "vm" | "container";

/** One virtual CPU that is online. */
export interface VirtualCpu {
  /** libvirt's number, from 0. */
  readonly number: number;
  readonly timeNs: bigint | undefined;
  /** How long it waited for a physical CPU though it had work to do: what the guest sees as stolen. */
  readonly delayNs?: bigint;
}

/** What a machine does with its memory; absent members were not reported. */
export interface MemoryUse {
  /** What the host holds for it. */
  readonly residentKiB?: number;
  /** As the guest sees it: all, what nobody uses, and what new programs could get. */
  readonly availableKiB?: number;
  readonly unusedKiB?: number;
  readonly usableKiB?: number;
  readonly diskCachesKiB?: number;
  /** Counters of the guest. */
  readonly swapInKiB?: bigint;
  readonly swapOutKiB?: bigint;
  readonly majorFaults?: bigint;
  readonly minorFaults?: bigint;
}

/** When each kind of fact was last read, on the monotonic clock; absent until it was. Ages derive from these. */
export interface Readings {
  readonly state: number;
  readonly statistics: number | undefined;
  readonly document: number | undefined;
  /** Of addresses that are not in a lease. */
  readonly addresses?: number;
  readonly snapshots?: number;
  /** Of what the guest itself tells. */
  readonly guest?: number;
}

/**
 * What the hypervisor tells of a machine. A fact that is not known is `undefined`, never zero: an invented zero is a lie in
 * somebody's graph.
 */
export interface MachineFacts {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** What the gateway noted in the machine's document, by name: whose it is, and what for. */
  readonly notes: Readonly<Record<string, string>>;
  readonly kind: MachineKind;
  readonly technology: Technology;
  /** The running instance's number; changes with every start, so never an identity. `undefined` while inactive. */
  readonly domainId: number | undefined;
  readonly state: MachineState;
  /** Why it is in that state, in libvirt's words (`booted`, `user`, `io-error`, …). */
  readonly reason: string;
  readonly persistent: boolean | undefined;
  readonly autostart: boolean | undefined;
  /** What runs inside, as far as known: `hvm`, `exe`, a libosinfo identifier. */
  readonly osType: string | undefined;
  readonly vcpuCount: number | undefined;
  readonly vcpuMaximum: number | undefined;
  readonly memoryKiB: number | undefined;
  readonly memoryMaximumKiB: number | undefined;
  /** A guaranteed minimum, where one is set. */
  readonly memoryMinimumKiB: number | undefined;
  readonly limits: MachineLimits;
  readonly memoryUse: MemoryUse;
  readonly cpuTimeNs: bigint | undefined;
  /** The parts of `cpuTimeNs`; only what the driver tells. */
  readonly cpuUserNs: bigint | undefined;
  readonly cpuSystemNs: bigint | undefined;
  readonly vcpus: readonly VirtualCpu[];
  /** Where its virtual CPUs may run; while inactive, where they will. `undefined` where the driver cannot tell. */
  readonly vcpuAffinity: CpuAffinity | undefined;
  /** `undefined` while it does not run. */
  readonly agent: AgentState | undefined;
  readonly guest: GuestView;
  /** In the order of their names; `undefined` where the driver cannot tell. */
  readonly snapshots: readonly Snapshot[] | undefined;
}

/** A virtual machine or container: one libvirt domain. Identified by (host, uuid). Immutable; a change makes a new one. */
export interface Machine extends MachineFacts {
  readonly host: string;
  readonly uuid: string;
  /** Its small number among the machines of its host (`vmIndex` in the host's SNMP context). */
  readonly index: number;
  /** Its small number among all machines of the gateway (`vmIndex` in the aggregate context). */
  readonly gatewayIndex: number;
  readonly adminState: AdminState;
  /**
   * Wall time of the start of the present run, milliseconds; `undefined` when not running or not seen starting. What is saved
   * keeps it, for restoring goes on with the same run.
   */
  readonly startedAt: number | undefined;
  /** Wall time since which its counters are continuous. */
  readonly countersSince: number;
  readonly disks: readonly Disk[];
  readonly nics: readonly Nic[];
  readonly readings: Readings;
  /** False while its host cannot be reached; the other facts are then the last known. */
  readonly reachable: boolean;
  /** True while it does not answer statistics calls and is asked only rarely. */
  readonly stuck: boolean;
}

/** Whether a machine in this state has a running instance on its host. */
export function isActive(state: MachineState): boolean {
  return state !== "stopped" && state !== "saved" && state !== "crashed" && state !== "unknown" && state !== "other";
}

/**
 * Numbers of the virtual CPUs that a machine has, in order: of those that are online, where that is known, else as many as it has,
 * or will have when it starts, counted from 0.
 * @param most how many are of interest
 */
export function virtualCpuNumbers({ vcpus, vcpuCount }: Machine, most: number): readonly number[] {
  if (vcpus.length === 0) return Array.from({ length: Math.max(0, Math.min(vcpuCount ?? 0, most)) }, (_, at) => at);
  return vcpus.map(({ number }) => number).sort((a, b) => a - b);
}
