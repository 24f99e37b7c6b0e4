import { describe, expect, test } from "vitest";
import type { Disk } from "../../../src/inventory/device.js";
import type { Machine } from "../../../src/inventory/machine.js";
import type { BoundObject, PlainValue } from "../../../src/mapping/bind-table.js";
import { vmCpuTable } from "../../../src/mapping/snmp/vm-cpu-table.js";
import { vmNetworkTable } from "../../../src/mapping/snmp/vm-network-table.js";
import { vmHypervisorScalars, vmObjectScalars } from "../../../src/mapping/snmp/vm-scalars.js";
import type { VmScope } from "../../../src/mapping/snmp/vm-scope.js";
import { vmStorageTable } from "../../../src/mapping/snmp/vm-storage-table.js";
import { vmTable } from "../../../src/mapping/snmp/vm-table.js";
import { disk, hostGeneration, machine, machineList, nic } from "../../support/generations.js";

const NOW = 2_000_000;
const GIB = 1024n ** 3n;

function cells<Row>(objects: readonly BoundObject<Row>[], row: Row): Readonly<Record<string, PlainValue | undefined>> {
  return Object.fromEntries(objects.map(({ name, read }) => [name, read(row)]));
}

const vm = (changes: Partial<Machine> = {}): Readonly<Record<string, PlainValue | undefined>> =>
  cells(vmTable.columns, { machine: machine(1, changes), index: 1, now: NOW });

const storage = (changes: Partial<Disk> = {}): Readonly<Record<string, PlainValue | undefined>> =>
  cells(vmStorageTable.columns, { machine: machine(1), index: 1, now: NOW, part: disk(1, changes) });

describe("vmTable", () => {
  test("gives a running machine all its facts", () => {
    expect(vm()).toEqual({
      vmName: "machine-1",
      vmUUID: Buffer.from("00000000000040008000000000000001", "hex"),
      vmOSType: "hvm",
      vmAdminState: 1,
      vmOperState: 4,
      vmAutoStart: 3,
      vmPersistent: 2,
      vmCurCpuNumber: 2,
      vmMinCpuNumber: -1,
      vmMaxCpuNumber: 4,
      vmMemUnit: 1024,
      vmCurMem: 1_048_576,
      vmMinMem: -1,
      vmMaxMem: 2_097_152,
      vmUpTime: 100_000,
      vmCpuTime: 5_000_000n,
    });
  });

  test("leaves unknown facts out and says unknown where the object has a word for it", () => {
    const unknown = vm({
      osType: undefined,
      autostart: undefined,
      persistent: undefined,
      vcpuCount: undefined,
      vcpuMaximum: undefined,
      memoryKiB: undefined,
      memoryMaximumKiB: undefined,
      startedAt: undefined,
      cpuTimeNs: undefined,
    });
    expect(unknown).toMatchObject({ vmAutoStart: 1, vmPersistent: 1, vmMinMem: -1, vmMemUnit: 1024 });
    const absent = ["vmOSType", "vmCurCpuNumber", "vmMaxCpuNumber", "vmCurMem", "vmMaxMem", "vmUpTime", "vmCpuTime"];
    for (const name of absent) expect([name, unknown[name]]).toEqual([name, undefined]);
  });

  test("counts memory in KiB up to 31 bits, then all three amounts in MiB", () => {
    const largest = 2_147_483_647;
    expect(vm({ memoryMaximumKiB: largest })).toMatchObject({ vmMemUnit: 1024, vmMaxMem: largest });
    expect(vm({ memoryKiB: 4 << 20, memoryMinimumKiB: 2 << 20, memoryMaximumKiB: largest + 1 })).toMatchObject({
      vmMemUnit: 1_048_576,
      vmCurMem: 4096,
      vmMinMem: 2048,
      vmMaxMem: 2_097_152,
    });
  });

  test("takes libvirt's amounts beyond any memory as no limit", () => {
    expect(vm({ memoryMaximumKiB: 9_007_199_254_740_991 })).toMatchObject({ vmMemUnit: 1024, vmMaxMem: -1 });
  });

  test("has no up-time for a machine that does not run, and none known for one that cannot be seen", () => {
    expect(vm({ state: "stopped" })["vmUpTime"]).toBe(0);
    expect(vm({ reachable: false })["vmUpTime"]).toBeUndefined();
    expect(vm({ reachable: false })["vmOperState"]).toBe(1);
  });

  test("lets the up-time stand at zero when the wall clock went back, and wrap after 497 days", () => {
    expect(vm({ startedAt: NOW + 5000 })["vmUpTime"]).toBe(0);
    expect(vm({ startedAt: NOW - 42_949_672_970 })["vmUpTime"]).toBe(1);
  });
});

test("vmCpuTable counts CPUs from one and leaves an unknown time out", () => {
  const row = (timeNs: bigint | undefined): Parameters<typeof vmCpuTable.index>[0] => ({
    machine: machine(1),
    index: 5,
    now: NOW,
    part: { number: 0, timeNs },
  });
  expect(vmCpuTable.index(row(1n))).toEqual([5, 1]);
  expect(cells(vmCpuTable.columns, row(1_999n))).toEqual({ vmCpuCoreTime: 1n });
  expect(cells(vmCpuTable.columns, row(undefined))).toEqual({ vmCpuCoreTime: undefined });
});

describe("vmStorageTable", () => {
  test("gives a disk all its facts", () => {
    expect(storage()).toEqual({
      vmStorageParent: 0,
      vmStorageSourceType: 5,
      vmStorageSourceTypeString: "qcow2",
      vmStorageResourceID: "/images/1.qcow2",
      vmStorageAccess: 2,
      vmStorageMediaType: 3,
      vmStorageMediaTypeString: "virtio",
      vmStorageSizeUnit: 1_048_576,
      vmStorageDefinedSize: 10_240,
      vmStorageAllocatedSize: 2048,
      vmStorageReadIOs: 100n,
      vmStorageWriteIOs: 50n,
      vmStorageReadOctets: 409_600n,
      vmStorageWriteOctets: 204_800n,
      vmStorageReadLatency: 7000n,
      vmStorageWriteLatency: 9000n,
    });
  });

  // biome-ignore format: read as a table
  test.each([
    ["a block device",                 { source: "block" },                                                      3],
    ["a network disk",                 { source: "network", format: "rbd" },                                     6],
    ["a raw file without holes",       { format: "raw", counters: { capacityBytes: GIB, allocationBytes: GIB } }, 4],
    ["a raw file with holes",          { format: "raw", counters: { capacityBytes: GIB, allocationBytes: 1n } }, 5],
    ["a raw file of unknown size",     { format: "raw", counters: {} },                                          4],
    ["a raw file of which half is known", { format: "raw", counters: { capacityBytes: GIB } },                   5],
    ["a file of unknown format",       { format: undefined },                                                    1],
    ["a volume of an unknown pool",    { source: "volume" },                                                     1],
    ["a directory",                    { source: "dir", device: "filesystem" },                                  2],
    ["an empty drive",                 { source: "none", device: "cdrom" },                                      2],
  ] as const)("knows the source type of %s", (_what, changes, type) => {
    expect(storage(changes)["vmStorageSourceType"]).toBe(type);
  });

  test.each([
    { source: "block", format: "raw" },
    { source: "file", format: "raw" },
  ] as const)("has equal sizes for $source and $format, whatever the driver reports (RFC 7666)", (changes) => {
    const reported = storage({ ...changes, counters: { capacityBytes: GIB, allocationBytes: GIB + 4096n } });
    expect(reported).toMatchObject({ vmStorageDefinedSize: 1024, vmStorageAllocatedSize: 1024 });
    const unknown = storage({ ...changes, counters: {} });
    expect(unknown).toMatchObject({ vmStorageDefinedSize: -1, vmStorageAllocatedSize: -1 });
  });

  test("rounds sizes up, and takes a larger unit when 31 bits are not enough", () => {
    const tiny = { capacityBytes: 1n, allocationBytes: 0n };
    expect(storage({ counters: tiny })).toMatchObject({ vmStorageDefinedSize: 1, vmStorageAllocatedSize: 0 });
    const huge = 2n ** 51n * 3n;
    expect(storage({ counters: { capacityBytes: huge, allocationBytes: 2n ** 20n } })).toMatchObject({
      vmStorageSizeUnit: 4_194_304,
      vmStorageDefinedSize: Number(huge / 4_194_304n),
      vmStorageAllocatedSize: 1,
    });
  });

  test("leaves counters that the driver does not have out", () => {
    expect(storage({ counters: { readRequests: 0n } })).toMatchObject({
      vmStorageReadIOs: 0n,
      vmStorageWriteIOs: undefined,
      vmStorageReadLatency: undefined,
    });
  });

  test("takes an optical disk as one that cannot be written", () => {
    expect(storage({ device: "cdrom" })).toMatchObject({ vmStorageAccess: 3, vmStorageMediaType: 4 });
    expect(storage({ device: "floppy", readOnly: true })).toMatchObject({ vmStorageAccess: 3, vmStorageMediaType: 5 });
  });
});

test("vmNetworkTable has the address in octets, and zero for what is not in ifTable", () => {
  const row = (part: ReturnType<typeof nic>): Parameters<typeof vmNetworkTable.index>[0] => ({
    machine: machine(1),
    index: 1,
    now: NOW,
    part,
  });
  expect(cells(vmNetworkTable.columns, row(nic(2)))).toEqual({
    vmNetworkIfIndex: 12,
    vmNetworkParent: 3,
    vmNetworkModel: "virtio",
    vmNetworkPhysAddress: Buffer.of(0x52, 0x54, 0, 0, 0, 2),
  });
  const remote = nic(2, { ifIndex: undefined, parentIfIndex: undefined, model: undefined });
  expect(cells(vmNetworkTable.columns, row(remote))).toMatchObject({
    vmNetworkIfIndex: 0,
    vmNetworkParent: 0,
    vmNetworkModel: undefined,
  });
});

describe("scalars", () => {
  const scope = (changes: Partial<VmScope> = {}): VmScope => ({
    hosts: [hostGeneration("kvm1", [machine(1), machine(2)])],
    machines: machineList(machine(1), machine(2)),
    now: NOW,
    upSince: 1_000_000,
    membershipChangedAt: 1_500_000,
    notifications: { perVm: true, bulk: false },
    ...changes,
  });
  const told = (changes: Partial<VmScope> = {}): Readonly<Record<string, PlainValue | undefined>> => ({
    ...cells(vmHypervisorScalars.scalars, scope(changes)),
    ...cells(vmObjectScalars.scalars, scope(changes)),
  });

  test("tell of one hypervisor", () => {
    expect(told()).toEqual({
      vmHvSoftware: "QEMU/KVM",
      vmHvVersion: "7.2.19",
      vmHvObjectID: [0, 0],
      vmHvUpTime: 100_000,
      vmNumber: 2,
      vmTableLastChange: 50_000,
      vmPerVMNotificationsEnabled: 1,
      vmBulkNotificationsEnabled: 2,
    });
  });

  test("tell what is different among several, once each", () => {
    const facts = hostGeneration("x", []).host.facts;
    if (facts === undefined) throw new TypeError("a host that is up has facts");
    const lxc = hostGeneration("lxc1", [], { facts: { ...facts, driver: "LXC", kvm: false } });
    expect(told({ hosts: [...scope().hosts, lxc, lxc] })).toMatchObject({
      vmHvSoftware: "QEMU/KVM, LXC",
      vmHvVersion: "7.2.19",
    });
  });

  test("are unknown before the first contact, the number of machines before the first listing", () => {
    const silent = hostGeneration("kvm1", [], { facts: undefined, complete: false, membershipChangedAt: undefined });
    expect(
      told({ hosts: [silent], machines: machineList(), upSince: undefined, membershipChangedAt: undefined }),
    ).toMatchObject({
      vmHvSoftware: undefined,
      vmHvVersion: undefined,
      vmHvUpTime: undefined,
      vmNumber: undefined,
      vmTableLastChange: undefined,
    });
  });

  test("take a change from before the hypervisor came up as none", () => {
    expect(told({ upSince: 1_600_000 })["vmTableLastChange"]).toBe(0);
  });
});
