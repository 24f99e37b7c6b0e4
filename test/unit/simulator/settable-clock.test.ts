import { expect, test } from "vitest";
import { SettableClock } from "../../../src/simulator/time/settable-clock.js";
import { ManualClock } from "../../support/manual-clock.js";

function clocks() {
  const base = new ManualClock();
  return { base, clock: new SettableClock(base) };
}

test("SettableClock goes on with its base, and ahead of it once it was moved", () => {
  const { base, clock } = clocks();
  base.advance(1000);
  expect(clock.now()).toBe(base.now());
  clock.skip(5000);
  expect(clock.now() - base.now()).toBe(5000);
  expect(clock.monotonic() - base.monotonic()).toBe(5000);
});

test("SettableClock.skip() lets what falls due happen in its order, each at its own moment, and later things on time", () => {
  const { base, clock } = clocks();
  const happened: string[] = [];
  const note = (name: string) => () => happened.push(`${name} at ${clock.monotonic()}`);
  clock.after(3000, note("second"));
  clock.after(1000, () => {
    note("first")();
    clock.after(500, note("between"));
  });
  clock.after(9000, note("later"));
  clock.after(2000, note("never")).cancel();
  clock.skip(5000);
  expect(happened).toEqual(["first at 1000", "between at 1500", "second at 3000"]);
  base.advance(3999);
  expect(happened).toHaveLength(3);
  base.advance(1);
  expect(happened.at(-1)).toBe("later at 9000");
});
