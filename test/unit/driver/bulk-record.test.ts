import { expect, test } from "vitest";
import { readBulkRecord } from "../../../src/driver/bulk-record.js";
import type { TypedParameter } from "../../../src/protocol/libvirt/typed-parameter.js";

const ullong = (field: string, value: bigint): TypedParameter => ({ field, type: "ullong", value });
const int = (field: string, value: number): TypedParameter => ({ field, type: "int", value });
const string = (field: string, value: string): TypedParameter => ({ field, type: "string", value });

test("readBulkRecord() reads what QEMU's driver tells", () => {
  const record = readBulkRecord([
    int("state.state", 1),
    int("state.reason", 1),
    ullong("cpu.time", 18446744073709551615n),
    ullong("cpu.user", 1n),
    ullong("cpu.system", 2n),
    ullong("balloon.current", 524288n),
    ullong("balloon.rss", 300000n),
    ullong("balloon.unused", 100000n),
    ullong("balloon.swap_in", 18446744073709551615n),
    ullong("balloon.last-update", 1n),
    ullong("balloon.maximum", 1048576n),
    { field: "vcpu.current", type: "uint", value: 2 },
    { field: "vcpu.maximum", type: "uint", value: 4 },
    int("vcpu.0.state", 1),
    ullong("vcpu.0.time", 100n),
    ullong("vcpu.0.delay", 11n),
    int("vcpu.3.state", 2),
    ullong("vcpu.3.time", 300n),
    int("vcpu.1.state", 0),
    { field: "net.count", type: "uint", value: 1 },
    string("net.0.name", "vnet0"),
    ullong("net.0.rx.bytes", 5n),
    ullong("net.0.rx.drop", 6n),
    ullong("net.0.tx.errs", 7n),
    { field: "block.count", type: "uint", value: 1 },
    string("block.0.name", "vda"),
    string("block.0.path", "/a"),
    ullong("block.0.wr.times", 9n),
    ullong("block.0.physical", 10n),
  ]);
  expect(record).toEqual({
    state: 1,
    reason: 1,
    facts: {
      cpuTimeNs: 18446744073709551615n,
      cpuUserNs: 1n,
      cpuSystemNs: 2n,
      memoryUse: { residentKiB: 300000, unusedKiB: 100000, swapInKiB: 18446744073709551615n },
      memoryKiB: 524288,
      memoryMaximumKiB: 1048576,
      vcpuCount: 2,
      vcpuMaximum: 4,
      vcpus: [
        { number: 0, timeNs: 100n, delayNs: 11n },
        { number: 3, timeNs: 300n },
      ],
    },
    diskCounters: new Map([["vda", { writeTimeNs: 9n, physicalBytes: 10n }]]),
    nicCounters: new Map([["vnet0", { receivedBytes: 5n, receivedDrops: 6n, sentErrors: 7n }]]),
    fromMonitor: true,
  });
});

test("readBulkRecord() knows what only a monitor can tell", () => {
  expect(readBulkRecord([ullong("balloon.current", 1n), ullong("balloon.maximum", 1n)]).fromMonitor).toBe(false);
  expect(readBulkRecord([ullong("balloon.rss", 1n)]).fromMonitor).toBe(true);
  expect(readBulkRecord([ullong("block.0.rd.reqs", 0n)]).fromMonitor).toBe(true);
});

test("readBulkRecord() invents nothing", () => {
  expect(readBulkRecord([])).toEqual({
    ...{ state: undefined, reason: undefined, facts: {}, fromMonitor: false },
    ...{ diskCounters: undefined, nicCounters: undefined },
  });
});
