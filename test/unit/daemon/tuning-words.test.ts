import { describe, expect, test } from "vitest";
import { readTuning, tuningWords } from "../../../src/daemon/commands/change/tuning-words.js";
import { tuning as isTuning } from "../../../src/engine/change/value-checks.js";

describe("readTuning()", () => {
  test("reads every setting that it tells of, into what the engine takes", () => {
    const values: Readonly<Record<string, string>> = { SIZE: "8M", NUMBER: "5", CPUS: "0-1", NODES: "0" };
    for (const { form } of tuningWords) {
      const [key = "", kinds = ""] = form.split("=");
      const name = key.replace("TARGET", "vda").replace("MAC", "52:54:00:AA:00:01").replace("VCPU", "1");
      for (const kind of kinds.split("|")) {
        const value = kind.startsWith("AVERAGE") ? "100,200,300" : (values[kind] ?? kind);
        const tuning = readTuning([`${name}=${value}`], {});
        expect({ form, value, keys: Object.keys(tuning).length, valid: isTuning(tuning) }).toEqual({
          ...{ form, value, keys: 1, valid: true },
        });
      }
    }
  });

  test("keeps what is set together with it, and leaves the rest alone", () => {
    const present = {
      memoryKiB: 1n,
      memoryLimits: { hardKiB: 10n, softKiB: 5n, swapHardKiB: undefined },
      disks: new Map([["vda", { ...noDiskLimits, readBytesPerS: 7n }]]),
    };
    expect(readTuning(["memory-soft=none", "memory-swap=1M", "disk.vda.write-bytes=2K"], present)).toEqual({
      memoryLimits: { hardKiB: 10n, softKiB: undefined, swapHardKiB: 1024n },
      disks: new Map([["vda", { ...noDiskLimits, readBytesPerS: 7n, writeBytesPerS: 2048n }]]),
    });
  });

  test.each([
    ["memroy=1G", /memroy=1G is nothing that can be set; there is:\n {2}memory=SIZE/],
    ["memory", /nothing that can be set/],
    ["memory=", /nothing that can be set/],
    ["memory=1X", /memory: 1X is no size; write it like 10G/],
    ["memory=1000", /no whole number of KiB/],
    ["vcpus=-1", /no whole number/],
    ["nic.52:54:00:00:00:01.in=1,2,3,4", /AVERAGE,PEAK,BURST/],
  ])("says of %s what is wrong with it", (word, why) => {
    expect(() => readTuning([word], {})).toThrow(why);
  });
});

const noDiskLimits = {
  ...{ totalBytesPerS: undefined, readBytesPerS: undefined, writeBytesPerS: undefined },
  ...{ totalRequestsPerS: undefined, readRequestsPerS: undefined, writeRequestsPerS: undefined },
};
