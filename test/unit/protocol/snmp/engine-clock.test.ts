import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import { newSnmpCounters } from "../../../../src/protocol/snmp/counters.js";
import { EngineClock } from "../../../../src/protocol/snmp/engine-clock.js";
import { SnmpEngine } from "../../../../src/protocol/snmp/snmp-engine.js";
import { SaltSequence } from "../../../../src/protocol/snmp/usm-salt.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { ENGINE_ID, openTables } from "../../../support/snmp-agent.js";

describe("EngineClock (RFC 3414, section 2.2)", () => {
  test("counts whole seconds since its own start", () => {
    const clock = new ManualClock();
    clock.advance(5000);
    const engine = new EngineClock(3, clock);
    expect([engine.boots, engine.time]).toEqual([3, 0]);
    clock.advance(1999);
    expect(engine.time).toBe(1);
  });

  test("adds a boot when the time runs over, and keeps the last number of boots for ever", () => {
    const clock = new ManualClock();
    const engine = new EngineClock(2147483646, clock);
    clock.advance(2147483647_000);
    expect([engine.boots, engine.time]).toEqual([2147483646, 2147483647]);
    clock.advance(1000);
    expect([engine.boots, engine.time]).toEqual([2147483647, 0]);
    clock.advance(2147483648_000);
    expect([engine.boots, engine.time]).toEqual([2147483647, 0]);
  });
});

describe("SaltSequence", () => {
  test("never repeats, within a start and from one to the next", () => {
    const seen = new Set<string>();
    for (const boots of [1, 2, 3, 2147483647]) {
      const salts = new SaltSequence(ENGINE_ID, () => boots);
      for (let i = 0; i < 2000; i++) seen.add(salts.next().toString("hex"));
    }
    expect(seen.size).toBe(8000);
  });

  test("does not show that it counts: about half of the bits change each time", () => {
    const salts = new SaltSequence(ENGINE_ID, () => 1);
    let changed = 0;
    for (let last = salts.next(), i = 0; i < 1000; i++) {
      const next = salts.next();
      const difference = last.readBigUInt64BE() ^ next.readBigUInt64BE();
      changed += difference.toString(2).replaceAll("0", "").length;
      last = next;
    }
    expect(changed / 1000).toBeGreaterThan(28);
    expect(changed / 1000).toBeLessThan(36);
  });
});

test.each([
  ["an engine ID of four octets", ENGINE_ID.subarray(0, 4), 1],
  ["an engine ID of 33 octets", Buffer.alloc(33), 1],
  ["no boots", ENGINE_ID, 0],
  ["boots that are no number", ENGINE_ID, Number.NaN],
])("SnmpEngine refuses %s", (_, engineId, boots) => {
  const options = { clock: new ManualClock(), counters: newSnmpCounters(), sources: { open: () => undefined } };
  const access = { users: [], communities: [], versions: [], vacm: openTables([]) };
  expect(() => new SnmpEngine({ engineId, boots, ...options, ...access })).toThrow(Fault);
});
