import type { NicAddress } from "../../inventory/address.js";
import type { Disk, DiskDescription, Nic, NicDescription } from "../../inventory/device.js";
import { type Freshness, machineFreshness } from "../../inventory/freshness.js";
import type { Host } from "../../inventory/host.js";
import type {
  AdminState,
  Machine,
  MachineFacts,
  MachineKind,
  MachineState,
  Technology,
} from "../../inventory/machine.js";
import { nicAddresses } from "../../inventory/nic-addresses.js";
import type { Snapshot } from "../../inventory/snapshot.js";
import { ageMs, isoTime } from "./host-view.js";
import { type Plain, plain } from "./plain.js";

/** How old each kind of fact is; absent until it was read. */
export interface Ages {
  readonly stateMs: number | undefined;
  readonly statisticsMs: number | undefined;
  readonly documentMs: number | undefined;
  /** Of addresses that are not in a lease; those are as old as the host's networks. */
  readonly addressesMs: number | undefined;
  readonly snapshotsMs: number | undefined;
  readonly guestMs: number | undefined;
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
  readonly freshness: Freshness;
  readonly reachable: boolean;
  readonly stuck: boolean;
  readonly domainId: number | undefined;
  readonly vcpuCount: number | undefined;
  readonly memoryKiB: number | undefined;
  readonly memoryMaximumKiB: number | undefined;
  readonly cpuTimeNs: string | undefined;
  readonly ages: Ages;
}

export interface DiskView extends Plain<DiskDescription> {
  readonly index: number;
  readonly counters: Plain<Disk["counters"]>;
}

export interface NicView extends Plain<NicDescription> {
  readonly index: number;
  readonly ifIndex: number | undefined;
  readonly parentIfIndex: number | undefined;
  /** All that are known, whoever told of them. */
  readonly addresses: readonly NicAddress[];
  readonly counters: Plain<Nic["counters"]>;
}

/** `createdAt` is ISO 8601. */
export interface SnapshotView extends Omit<Snapshot, "createdAt"> {
  readonly createdAt: string | undefined;
}

type Shown = "title" | "description" | "notes" | "limits" | "memoryUse" | "agent" | "guest";

/** Everything of one machine. */
export interface MachineDetail extends MachineView, Plain<Pick<MachineFacts, Shown>> {
  readonly persistent: boolean | undefined;
  readonly autostart: boolean | undefined;
  readonly osType: string | undefined;
  readonly vcpuMaximum: number | undefined;
  readonly memoryMinimumKiB: number | undefined;
  /** ISO 8601. */
  readonly startedAt: string | undefined;
  readonly countersSince: string;
  readonly cpuUserNs: string | undefined;
  readonly cpuSystemNs: string | undefined;
  readonly vcpus: Plain<Machine["vcpus"]>;
  readonly disks: readonly DiskView[];
  readonly nics: readonly NicView[];
  readonly snapshots: readonly SnapshotView[] | undefined;
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
    freshness: machineFreshness(machine, monotonic),
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
      addressesMs: ageMs(machine.readings.addresses, monotonic),
      snapshotsMs: ageMs(machine.readings.snapshots, monotonic),
      guestMs: ageMs(machine.readings.guest, monotonic),
    },
  };
}

/** @param host the machine's, which knows the leases */
export function viewMachineDetail(machine: Machine, host: Host, monotonic: number): MachineDetail {
  const { title, description, notes, limits, memoryUse, agent, guest } = machine;
  return {
    ...viewMachine(machine, monotonic),
    ...plain({ title, description, notes, limits, memoryUse, agent, guest }),
    persistent: machine.persistent,
    autostart: machine.autostart,
    osType: machine.osType,
    vcpuMaximum: machine.vcpuMaximum,
    memoryMinimumKiB: machine.memoryMinimumKiB,
    startedAt: machine.startedAt === undefined ? undefined : isoTime(machine.startedAt),
    countersSince: isoTime(machine.countersSince),
    cpuUserNs: machine.cpuUserNs?.toString(),
    cpuSystemNs: machine.cpuSystemNs?.toString(),
    vcpus: plain(machine.vcpus),
    disks: plain(machine.disks),
    nics: machine.nics.map((nic) => plain({ ...nic, addresses: nicAddresses(host, nic) })),
    snapshots: machine.snapshots?.map(({ createdAt, ...snapshot }) => ({
      ...snapshot,
      createdAt: createdAt === undefined ? undefined : isoTime(createdAt),
    })),
  };
}
