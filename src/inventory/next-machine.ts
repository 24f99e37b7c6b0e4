import { isDeepStrictEqual } from "node:util";
import { impliedAdminState, nextAdminState } from "./admin-state.js";
import { isSameAffinity } from "./cpu-affinity.js";
import type { Disk, DiskCounters, DiskDescription, Nic, NicDescription } from "./device.js";
import { unseenGuest } from "./guest.js";
import type { IndexAllocator } from "./index-allocator.js";
import type { Lifecycle } from "./lifecycle.js";
import { noLimits } from "./limits.js";
import { isActive, type Machine, type MachineFacts, type MachineState } from "./machine.js";
import type { MachineLook } from "./observation.js";

/** An observed start counts as the start time only if the machine was seen inactive this recently. */
const START_SEEN_WITHIN_MS = 60_000;

/*
 * Where members are new, they stand before the spread of others: V8 gives each object its own hidden class when members are added
 * to a copy, a kilobyte for every machine and disk, and slow to read.
 */

/** A machine while it is made, before anybody else holds it. Thousands are made a second, so it is made in one copy. */
type Draft = { -readonly [K in keyof Machine]: Machine[K] };

/** The two clocks of one observation: monotonic for ages, wall for what people read. */
export interface Instant {
  readonly at: number;
  readonly wall: number;
}

const unknownFacts: MachineFacts = {
  name: "",
  title: undefined,
  description: undefined,
  notes: {},
  kind: "vm",
  technology: "other",
  domainId: undefined,
  state: "unknown",
  reason: "unknown",
  persistent: undefined,
  autostart: undefined,
  osType: undefined,
  vcpuCount: undefined,
  vcpuMaximum: undefined,
  memoryKiB: undefined,
  memoryMaximumKiB: undefined,
  memoryMinimumKiB: undefined,
  limits: noLimits,
  memoryUse: {},
  cpuTimeNs: undefined,
  cpuUserNs: undefined,
  cpuSystemNs: undefined,
  vcpus: [],
  vcpuAffinity: undefined,
  agent: undefined,
  guest: unseenGuest,
  snapshots: undefined,
};

/**
 * The machine that a first look shows; `undefined` while the look does not even tell its name.
 * @param lifecycle what announced it; `observed` for one that was there before
 */
export function firstMachine(
  host: string,
  look: MachineLook,
  lifecycle: Lifecycle,
  indexes: IndexAllocator,
  instant: Instant,
): Machine | undefined {
  const facts: MachineFacts = { ...unknownFacts, ...look.facts };
  if (facts.name === "") return undefined;
  const numbers = indexes.machine(host, look.uuid);
  const remembered = facts.domainId !== undefined && numbers.run?.domainId === facts.domainId ? numbers.run : undefined;
  const startedAt = lifecycle === "observed" ? remembered?.startedAt : instant.wall;
  const goesOn = facts.state === "saved" || lifecycle === "started-restored";
  const machine: Machine = {
    host,
    uuid: look.uuid,
    index: numbers.index,
    gatewayIndex: numbers.gatewayIndex,
    adminState: impliedAdminState(facts.state, facts.reason),
    startedAt: goesOn ? numbers.run?.startedAt : isActive(facts.state) ? startedAt : undefined,
    countersSince: instant.wall,
    disks: [],
    nics: [],
    readings: { state: instant.at, statistics: undefined, document: undefined },
    reachable: true,
    stuck: look.stuck ?? false,
    ...facts,
  };
  rememberRun(machine, indexes);
  return withDevices(machine, look, indexes, instant);
}

/** The machine after another look at it. A change of state is taken as `observed`: no event told of it. */
export function lookedAt(before: Machine, look: MachineLook, indexes: IndexAllocator, instant: Instant): Machine {
  let machine: Draft = { ...before, ...look.facts, reachable: true, stuck: look.stuck ?? before.stuck };
  const stateChanged = machine.state !== before.state;
  const newRun =
    machine.domainId !== undefined && before.domainId !== undefined && machine.domainId !== before.domainId;
  if (stateChanged) machine = withState(machine, before, "observed", instant);
  if (newRun && !(stateChanged && !isActive(before.state))) {
    machine.startedAt = undefined;
    machine.countersSince = instant.wall;
  }
  if (machine.domainId !== before.domainId || machine.startedAt !== before.startedAt) rememberRun(machine, indexes);
  return withDevices(machine, look, indexes, instant);
}

/** The machine after an announced change of state. */
export function changedBy(
  before: Machine,
  lifecycle: Lifecycle,
  state: MachineState,
  reason: string,
  instant: Instant,
): Machine {
  const machine: Machine = { ...before, state, reason, reachable: true };
  const moved = withState(machine, before, lifecycle, instant);
  return { ...moved, readings: { ...before.readings, state: instant.at } };
}

/**
 * Whether a described fact differs; counters, ages and the moving memory of a balloon do not count.
 * @param look what made `after` of `before`
 */
export function descriptionChanged(before: Machine, after: Machine, look: MachineLook): boolean {
  return (
    before.name !== after.name ||
    before.title !== after.title ||
    before.description !== after.description ||
    before.agent !== after.agent ||
    before.persistent !== after.persistent ||
    before.autostart !== after.autostart ||
    before.osType !== after.osType ||
    before.technology !== after.technology ||
    before.vcpuCount !== after.vcpuCount ||
    before.vcpuMaximum !== after.vcpuMaximum ||
    before.memoryMaximumKiB !== after.memoryMaximumKiB ||
    before.memoryMinimumKiB !== after.memoryMinimumKiB ||
    !isSameAffinity(before.vcpuAffinity, after.vcpuAffinity) ||
    !isSame(before.limits, after.limits) ||
    !isSame(before.notes, after.notes) ||
    !isSame(before.snapshots, after.snapshots) ||
    ((look.disks !== undefined || look.nics !== undefined) && descriptionOf(before) !== descriptionOf(after))
  );
}

/** Mostly both are one object, since what reads them shares what is alike. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || isDeepStrictEqual(a, b);
}

/** Keeps the start of the present run for the gateway's next start. */
function rememberRun({ host, uuid, domainId, startedAt }: Machine, indexes: IndexAllocator): void {
  if (domainId !== undefined && startedAt !== undefined) indexes.rememberRun(host, uuid, { domainId, startedAt });
}

function withState(machine: Machine, before: Machine, lifecycle: Lifecycle, instant: Instant): Machine {
  const adminState = nextAdminState(before.adminState, lifecycle, machine.state, machine.reason);
  if (!isActive(machine.state)) {
    const disks = machine.disks.map((disk) => ({ ...disk, counters: sizesOf(disk.counters) }));
    const nics = machine.nics.map((nic) => ({ ...nic, counters: {}, addresses: [] }));
    const startedAt = machine.state === "saved" ? before.startedAt : undefined;
    const over = { domainId: undefined, vcpus: [], memoryUse: {}, agent: undefined, guest: unseenGuest };
    return { ...machine, ...over, adminState, startedAt, disks, nics };
  }
  if (isActive(before.state) || before.state === "unknown" || before.state === "other") {
    return { ...machine, adminState };
  }
  const goesOn = before.state === "saved" && lifecycle !== "booted";
  if (goesOn) return { ...machine, adminState, startedAt: before.startedAt, countersSince: instant.wall };
  const seen = lifecycle !== "observed" || instant.at - before.readings.state <= START_SEEN_WITHIN_MS;
  return { ...machine, adminState, startedAt: seen ? instant.wall : undefined, countersSince: instant.wall };
}

/** What remains of a disk's figures when the run that counted is over. */
function sizesOf({ capacityBytes, allocationBytes, physicalBytes }: DiskCounters): DiskCounters {
  return {
    ...(capacityBytes === undefined ? {} : { capacityBytes }),
    ...(allocationBytes === undefined ? {} : { allocationBytes }),
    ...(physicalBytes === undefined ? {} : { physicalBytes }),
  };
}

/** Completes a draft by what a look tells of devices, and notes what was read. */
function withDevices(machine: Draft, look: MachineLook, indexes: IndexAllocator, instant: Instant): Machine {
  if (look.tiers.length > 0) {
    const readings = { ...machine.readings };
    for (const tier of look.tiers) readings[tier] = instant.at;
    machine.readings = readings;
  }
  if (look.disks) machine.disks = numberDisks(machine, look.disks, indexes, instant);
  if (look.nics) machine.nics = numberNics(machine, look.nics, indexes, instant);
  const { diskCounters } = look;
  if (diskCounters) machine.disks = machine.disks.map((disk) => countedDisk(disk, diskCounters));
  if (look.nicCounters || look.ifIndexes || look.nicAddresses) {
    machine.nics = machine.nics.map((nic) => countedNic(nic, look));
  }
  return machine;
}

function countedDisk(disk: Disk, found: ReadonlyMap<string, DiskCounters>): Disk {
  const counters = found.get(disk.target);
  return counters ? { ...disk, counters } : disk;
}

function countedNic(nic: Nic, { nicCounters, nicAddresses, ifIndexes }: MachineLook): Nic {
  return {
    ...nic,
    counters: nicCounters?.get(nic.mac) ?? nic.counters,
    addresses: nicAddresses ? (nicAddresses.get(nic.mac) ?? []) : nic.addresses,
    ifIndex: ifIndexes ? ifIndexOf(ifIndexes, nic.target) : nic.ifIndex,
    parentIfIndex: ifIndexes ? ifIndexOf(ifIndexes, nic.bridge ?? lowerDevice(nic)) : nic.parentIfIndex,
  };
}

function numberDisks(
  machine: Machine,
  descriptions: readonly DiskDescription[],
  indexes: IndexAllocator,
  instant: Instant,
): readonly Disk[] {
  const targets = descriptions.map((disk) => disk.target);
  const numbers = indexes.devices(machine.host, machine.uuid, "disks", targets, instant.wall);
  const before = new Map(machine.disks.map((disk) => [disk.target, disk]));
  return descriptions
    .map((disk) => ({
      index: numbers.get(disk.target) ?? 0,
      counters: before.get(disk.target)?.counters ?? {},
      ...disk,
    }))
    .sort((a, b) => a.index - b.index);
}

function numberNics(
  machine: Machine,
  descriptions: readonly NicDescription[],
  indexes: IndexAllocator,
  instant: Instant,
): readonly Nic[] {
  const macs = descriptions.map((nic) => nic.mac);
  const numbers = indexes.devices(machine.host, machine.uuid, "nics", macs, instant.wall);
  const before = new Map(machine.nics.map((nic) => [nic.mac, nic]));
  return descriptions
    .map((nic) => ({
      index: numbers.get(nic.mac) ?? 0,
      counters: before.get(nic.mac)?.counters ?? {},
      ifIndex: before.get(nic.mac)?.ifIndex,
      parentIfIndex: before.get(nic.mac)?.parentIfIndex,
      addresses: before.get(nic.mac)?.addresses ?? [],
      ...nic,
    }))
    .sort((a, b) => a.index - b.index);
}

function lowerDevice(nic: Nic): string | undefined {
  return nic.sourceKind === "bridge" || nic.sourceKind === "direct" ? nic.source : undefined;
}

function ifIndexOf(ifIndexes: ReadonlyMap<string, number>, device: string | undefined): number | undefined {
  return device === undefined ? undefined : ifIndexes.get(device);
}

/** The described facts of all devices as one comparable text. */
function descriptionOf(machine: Machine): string {
  const disks = machine.disks.map(({ counters: _, ...disk }) => disk);
  const nics = machine.nics.map(({ counters: _, ifIndex: __, parentIfIndex: ___, addresses: ____, ...nic }) => nic);
  return JSON.stringify([disks, nics], (_name, value) => (typeof value === "bigint" ? String(value) : value));
}
