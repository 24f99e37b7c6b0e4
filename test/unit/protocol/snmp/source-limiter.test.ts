import { describe, expect, test } from "vitest";
import { SourceLimiter } from "../../../../src/protocol/snmp/source-limiter.js";
import { ManualClock } from "../../../support/manual-clock.js";

test("SourceLimiter forgets the source that has been silent longest when there are too many", () => {
  const limiter = new SourceLimiter({ perSecond: 1, burst: 1 }, new ManualClock());
  expect(limiter.admit("10.0.0.1")).toBe(true);
  for (let i = 0; i < 4095; i++) limiter.admit(`10.1.${i >> 8}.${i & 255}`);
  expect(limiter.admit("10.0.0.1")).toBe(false);
  limiter.admit("10.2.0.0");
  expect(limiter.admit("10.0.0.1")).toBe(false);
  expect(limiter.admit("10.1.0.0")).toBe(true);
});

describe("SourceLimiter", () => {
  const stingy = { perSecond: 1, burst: 1 };

  test.each([
    ["2001:db8::1", "2001:db8::2"],
    ["2001:db8:0:0:1::", "2001:0db8::ffff:1"],
    ["fe80::1%eth0", "fe80::2%eth0"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
  ])("counts %s and %s as one source", (one, other) => {
    const limiter = new SourceLimiter(stingy, new ManualClock());
    expect(limiter.admit(one)).toBe(true);
    expect(limiter.admit(other)).toBe(false);
  });

  test.each([
    ["2001:db8::1", "2001:db8:0:1::1"],
    ["fe80::1%eth0", "fe80::1%eth1"],
    ["192.0.2.1", "192.0.2.2"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.2"],
  ])("counts %s and %s as two", (one, other) => {
    const limiter = new SourceLimiter(stingy, new ManualClock());
    expect([limiter.admit(one), limiter.admit(other)]).toEqual([true, true]);
  });

  test("has a bucket for each name at a source, which refills with time", () => {
    const clock = new ManualClock();
    const limiter = new SourceLimiter(stingy, clock);
    const admitted = (): boolean[] => ["", "a", "b", "a"].map((name) => limiter.admit("2001:db8::1", name));
    expect(admitted()).toEqual([true, true, true, false]);
    expect(limiter.admit("2001:db8::9", "a")).toBe(false);
    clock.advance(1000);
    expect(admitted()).toEqual([true, true, true, false]);
  });

  test("exempts loopback", () => {
    const limiter = new SourceLimiter(stingy, new ManualClock());
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      expect([limiter.admit(address), limiter.admit(address)]).toEqual([true, true]);
    }
  });
});
