import type { Disk, DiskDescription, Nic, NicDescription } from "../../inventory/device.js";
import type { AdminState, Machine, MachineKind, MachineState, Technology } from "../../inventory/machine.js";
import { ageMs, isoTime } from "./host-view.js";

/** How old each kind of fact is; absent until it was read. */
export interface Ages {
  readonly stateMs: number | undefined;
  readonly statisticsMs: number | undefined;
  readonly documentMs: number | undefined;
}

/** A machine in a list. What is not known is absent; 64-bit numbers are decimal strings, as JSON readers round them otherwise. */
export interface MachineView {
  readonly host: string;
  readonly name: string;
  readonly uuid: string;
  readonly index: number;
  readonly gatewayIndex: number;
  readonly kind: MachineKind;
  readonly technology: Technology;
  readonly state: MachineState;
  readonly reason: string;
  readonly adminState: AdminState;
  readonly reachable: boolean;
  readonly stuck: boolean;
  readonly domainId: number | undefined;
  readonly vcpuCount: number | undefined;
  readonly memoryKiB: number | undefined;
  readonly memoryMaximumKiB: number | undefined;
  readonly cpuTimeNs: string | undefined;
  readonly ages: Ages;
}

type Texts<Counters> = { readonly [Name in keyof Counters]?: string };

export interface DiskView extends DiskDescription {
  readonly index: number;
  readonly counters: Texts<Disk["counters"]>;
}

export interface NicView extends NicDescription {
  readonly index: number;
  readonly ifIndex: number | undefined;
  readonly parentIfIndex: number | undefined;
  readonly counters: Texts<Nic["counters"]>;
}

/** Everything of one machine. */
export interface MachineDetail extends MachineView {
  readonly persistent: boolean | undefined;
  readonly autostart: boolean | undefined;
  readonly osType: string | undefined;
  readonly vcpuMaximum: number | undefined;
  readonly memoryMinimumKiB: number | undefined;
  /** ISO 8601. */
  readonly startedAt: string | undefined;
  readonly countersSince: string;
  readonly vcpus: readonly { readonly number: number; readonly timeNs: string | undefined }[];
  readonly disks: readonly DiskView[];
  readonly nics: readonly NicView[];
}

/** @param monotonic now, on the clock of the machine's readings */
export function viewMachine(machine: Machine, monotonic: number): MachineView {
  return {
    host: machine.host,
    name: machine.name,
    uuid: machine.uuid,
    index: machine.index,
    gatewayIndex: machine.gatewayIndex,
    kind: machine.kind,
    technology: machine.technology,
    state: machine.state,
    reason: machine.reason,
    adminState: machine.adminState,
    reachable: machine.reachable,
    stuck: machine.stuck,
    domainId: machine.domainId,
    vcpuCount: machine.vcpuCount,
    memoryKiB: machine.memoryKiB,
    memoryMaximumKiB: machine.memoryMaximumKiB,
    cpuTimeNs: machine.cpuTimeNs?.toString(),
    ages: {
      stateMs: ageMs(machine.readings.state, monotonic),
      statisticsMs: ageMs(machine.readings.statistics, monotonic),
      documentMs: ageMs(machine.readings.document, monotonic),
    },
  };
}

export function viewMachineDetail(machine: Machine, monotonic: number): MachineDetail {
  return {
    ...viewMachine(machine, monotonic),
    persistent: machine.persistent,
    autostart: machine.autostart,
    osType: machine.osType,
    vcpuMaximum: machine.vcpuMaximum,
    memoryMinimumKiB: machine.memoryMinimumKiB,
    startedAt: machine.startedAt === undefined ? undefined : isoTime(machine.startedAt),
    countersSince: isoTime(machine.countersSince),
    vcpus: machine.vcpus.map(({ number, timeNs }) => ({ number, timeNs: timeNs?.toString() })),
    disks: machine.disks.map((disk) => ({ ...disk, counters: texts(disk.counters) })),
    nics: machine.nics.map((nic) => ({ ...nic, counters: texts(nic.counters) })),
  };
}

function texts<Counters extends object>(counters: Counters): Texts<Counters> {
  return Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, String(value)])) as Texts<Counters>;
}
