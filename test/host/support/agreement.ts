import { cpus } from "node:os";
import { expect } from "vitest";
import type { NicFacts, StorageFacts, VirshFacts } from "./facts.js";
import { interfaceIndex } from "./interfaces.js";
import type { SnmpTable, SnmpValue } from "./snmp.js";

/** VM-MIB's four tables as one context served them at one moment. */
export interface VmTables {
  readonly vm: SnmpTable;
  readonly cpu: SnmpTable;
  readonly affinity: SnmpTable;
  readonly storage: SnmpTable;
  readonly network: SnmpTable;
}

type Row = ReadonlyMap<number, SnmpValue>;

const MIB = 1024n * 1024n;

/** What `virsh` told before and after the gateway read; facts are equal in both, counters enclose. */
export interface Bracket {
  readonly before: VirshFacts;
  readonly after: VirshFacts;
}

/** Everything that VM-MIB has of one machine. */
export function expectAgreement(served: VmTables, bracket: Bracket, runningSince?: RunningSince): void {
  const [vmIndex, row] = findVm(served.vm, bracket.before.name);
  expectVm(row, bracket, runningSince);
  expectCpus(served.cpu, vmIndex, bracket);
  expectAffinity(served.affinity, vmIndex, bracket);
  expectStorage(served.storage, vmIndex, bracket);
  expectNetwork(served.network, vmIndex, bracket);
}

/** For how long a machine has run that the gateway saw starting, hundredths of a second. */
export interface RunningSince {
  readonly leastCs: number;
  readonly mostCs: number;
}

/** Every column of vmTable. @see RFC 7666, object vmTable */
function expectVm(row: Row, { before, after }: Bracket, runningSince?: RunningSince): void {
  const served = Object.fromEntries(row);
  const { 16: upTime, 17: cpuTime, ...facts } = served;
  expect(facts).toEqual({
    2: Buffer.from(before.name),
    3: Buffer.from(before.uuid.replaceAll("-", ""), "hex"),
    4: Buffer.from(before.osType),
    5: before.adminState,
    6: before.operState,
    7: before.autoStart,
    8: before.persistent,
    9: before.cpus,
    10: -1,
    11: before.maximumCpus,
    12: 1024,
    13: before.memoryKiB,
    14: -1,
    15: before.maximumMemoryKiB,
  });
  if (runningSince === undefined) {
    // It ran before the gateway did, and libvirt does not tell since when: left out, not invented.
    expect(upTime, "vmUpTime").toBe(before.active ? undefined : 0);
  } else {
    expect(upTime, "vmUpTime").toBeGreaterThanOrEqual(runningSince.leastCs);
    expect(upTime, "vmUpTime").toBeLessThanOrEqual(runningSince.mostCs);
  }
  expectBetween("vmCpuTime", cpuTime, microseconds(before.cpuTimeNs), microseconds(after.cpuTimeNs));
}

/** Every row of vmCpuTable that belongs to the machine. @see RFC 7666, object vmCpuTable */
function expectCpus(rows: SnmpTable, vmIndex: string, { before, after }: Bracket): void {
  const own = rowsOf(rows, vmIndex);
  expect([...own.keys()].sort()).toEqual([...before.cpuTimesNs.keys()].map((number) => String(number + 1)).sort());
  for (const [number, timeNs] of before.cpuTimesNs) {
    const row = own.get(String(number + 1)) ?? new Map();
    expect([...row.keys()]).toEqual([2]);
    expectBetween("vmCpuCoreTime", row.get(2), microseconds(timeNs), microseconds(after.cpuTimesNs.get(number)));
  }
}

/** Every row of vmCpuAffinityTable that belongs to the machine. @see RFC 7666, object vmCpuAffinityTable */
function expectAffinity(rows: SnmpTable, vmIndex: string, { before }: Bracket): void {
  const expected: Record<string, Record<number, SnmpValue>> = {};
  for (const [virtual, allowed] of before.affinity) {
    if (virtual >= before.cpus) continue; // virsh also lists those that could be added
    for (let physical = 0; physical < cpus().length; physical++) {
      expected[`${virtual + 1}.${FIRST_PROCESSOR + physical}`] = { 3: allowed.has(physical) ? 1 : 2 };
    }
  }
  const served = [...rowsOf(rows, vmIndex)].map(([index, row]) => [index, Object.fromEntries(row)]);
  expect(Object.fromEntries(served)).toEqual(expected);
}

/** hrDeviceIndex of the first processor, as Net-SNMP's agent numbers them. */
const FIRST_PROCESSOR = 196608;

/** Every column of the machine's rows in vmStorageTable. @see RFC 7666, object vmStorageTable */
function expectStorage(rows: SnmpTable, vmIndex: string, { before, after }: Bracket): void {
  const own = new Map([...rowsOf(rows, vmIndex).values()].map((row) => [storageKey(row.get(6), row.get(8)), row]));
  expect(own.size).toBe(before.storage.length);
  before.storage.forEach((disk, position) => {
    const row = own.get(storageKey(disk.path && Buffer.from(disk.path), mediaTypeOf(disk)));
    expect(row, `a row for ${before.name}'s ${disk.target}`).toBeDefined();
    if (row) expectDisk(row, disk, after.storage[position] ?? disk);
  });
}

function expectDisk(row: Row, disk: StorageFacts, later: StorageFacts): void {
  const served = Object.fromEntries(row);
  const type = sourceTypeOf(disk);
  const { 11: defined, 12: allocated } = served;
  expect({ ...pick(served, [3, 4, 5, 6, 7, 8, 9, 10]) }, disk.target).toEqual({
    3: 0,
    4: type,
    ...(disk.format === undefined ? {} : { 5: Buffer.from(disk.format) }),
    ...(disk.path === undefined ? {} : { 6: Buffer.from(disk.path) }),
    7: disk.readOnly || disk.device === "cdrom" ? 3 : 2,
    8: mediaTypeOf(disk),
    ...(disk.bus === undefined ? {} : { 9: Buffer.from(disk.bus) }),
    10: Number(MIB),
  });
  expectBetween(
    `${disk.target} vmStorageDefinedSize`,
    big(defined),
    size(disk.capacityBytes),
    size(later.capacityBytes),
  );
  const taken = (facts: StorageFacts) => (type === RAW ? facts.capacityBytes : facts.allocationBytes);
  expectBetween(`${disk.target} vmStorageAllocatedSize`, big(allocated), size(taken(disk)), size(taken(later)));
  for (const [column, counter, divisor] of STORAGE_COUNTERS) {
    const [from, to] = [disk.counters.get(counter), later.counters.get(counter)];
    const scaled = (value: bigint | undefined) => (value === undefined ? undefined : value / divisor);
    expectBetween(`${disk.target} column ${column}`, served[column], scaled(from), scaled(to));
  }
}

const RAW = 4;
const STORAGE_COUNTERS = [
  [13, "rd.reqs", 1n],
  [14, "wr.reqs", 1n],
  [15, "rd.bytes", 1n],
  [16, "wr.bytes", 1n],
  [17, "rd.times", 1000n],
  [18, "wr.times", 1000n],
] as const;

/** Every column of the machine's rows in vmNetworkTable. @see RFC 7666, object vmNetworkTable */
function expectNetwork(rows: SnmpTable, vmIndex: string, { before }: Bracket): void {
  const served = [...rowsOf(rows, vmIndex).values()].map((row) => Object.fromEntries(row));
  const byMac = (a: Record<number, SnmpValue>, b: Record<number, SnmpValue>) =>
    String(hex(a[5])) < String(hex(b[5])) ? -1 : 1;
  expect(served.sort(byMac)).toEqual(before.nics.map(networkRow).sort(byMac));
}

function networkRow({ mac, model, target, bridge }: NicFacts): Record<number, SnmpValue> {
  return {
    2: interfaceIndex(target),
    3: interfaceIndex(bridge),
    ...(model === undefined ? {} : { 4: Buffer.from(model) }),
    5: Buffer.from(mac.replaceAll(":", ""), "hex"),
  };
}

/** The row of vmTable that has this name, with its index. */
export function findVm(rows: SnmpTable, name: string): readonly [string, Row] {
  const found = [...rows].find(([, row]) => String(row.get(2)) === name);
  if (found === undefined) throw new Error(`vmTable has no row for ${name}`);
  return found;
}

function rowsOf(rows: SnmpTable, vmIndex: string): ReadonlyMap<string, Row> {
  const own = new Map<string, Row>();
  for (const [index, row] of rows) {
    const [vm, ...part] = index.split(".");
    if (vm === vmIndex) own.set(part.join("."), row);
  }
  return own;
}

function sourceTypeOf({ source, format, capacityBytes, allocationBytes }: StorageFacts): number {
  if (source !== "file") return 2;
  const full = allocationBytes !== undefined && capacityBytes !== undefined && allocationBytes >= capacityBytes;
  return format === "raw" && full ? RAW : 5;
}

function mediaTypeOf({ device }: StorageFacts): number {
  return { disk: 3, lun: 3, cdrom: 4, floppy: 5, filesystem: 1 }[device] ?? 0;
}

function storageKey(path: SnmpValue | undefined, mediaType: SnmpValue | undefined): string {
  return `${mediaType} ${path === undefined ? "" : path}`;
}

function expectBetween(
  what: string,
  value: SnmpValue | undefined,
  least: bigint | undefined,
  most: bigint | undefined,
): void {
  if (least === undefined || most === undefined) {
    expect(value, `${what}, of which virsh tells nothing`).toBeUndefined();
    return;
  }
  expect(value, what).toBeTypeOf("bigint");
  expect(value, what).toBeGreaterThanOrEqual(least);
  expect(value, what).toBeLessThanOrEqual(most);
}

/** In units of a mebibyte, rounded up; -1 where virsh tells no size. */
function size(octets: bigint | undefined): bigint {
  return octets === undefined ? -1n : (octets + MIB - 1n) / MIB;
}

function big(value: SnmpValue | undefined): SnmpValue | undefined {
  return typeof value === "number" ? BigInt(value) : value;
}

function microseconds(nanoseconds: bigint | undefined): bigint | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1000n;
}

function hex(value: SnmpValue | undefined): string {
  return Buffer.isBuffer(value) ? value.toString("hex") : "";
}

function pick(row: Record<string, SnmpValue>, columns: readonly number[]): Record<string, SnmpValue> {
  return Object.fromEntries(Object.entries(row).filter(([column]) => columns.includes(Number(column))));
}
