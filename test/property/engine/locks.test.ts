import fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { nextTurn } from "../../../src/base/turn.js";
import { type Held, Locks } from "../../../src/engine/locks.js";
import { ManualClock } from "../../support/manual-clock.js";

const DEADLINE_MS = 60_000;
const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ on: fc.constant("acquire" as const), names }) },
  { weight: 3, arbitrary: fc.record({ on: fc.constant("release" as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ on: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 70_000 }) }) },
  { weight: 1, arbitrary: fc.record({ on: fc.constant("cancel" as const), which: fc.nat(20) }) },
);

interface Claim {
  readonly names: readonly string[];
  readonly since: number;
  readonly abort: AbortController;
  state: "waiting" | "held" | "refused";
  held?: Held;
}

test("Locks: nobody shares a name, nobody waits for what is free, nobody waits beyond the deadline", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new ManualClock();
      const locks = new Locks(clock);
      const claims: Claim[] = [];
      for (const one of steps) {
        if (one.on === "acquire") {
          const claim: Claim = {
            names: one.names,
            since: clock.monotonic(),
            abort: new AbortController(),
            state: "waiting",
          };
          claims.push(claim);
          locks.acquire(one.names, "somebody", DEADLINE_MS, claim.abort.signal).then(
            (held) => Object.assign(claim, { state: "held", held }),
            (error: unknown) => {
              expect(error).toBeInstanceOf(Fault);
              claim.state = "refused";
            },
          );
        } else if (one.on === "wait") clock.advance(one.ms);
        else if (one.on === "cancel") claims.filter(({ state }) => state === "waiting")[one.which]?.abort.abort();
        else {
          const holding = claims.filter(({ state }) => state === "held");
          const released = holding[one.which % Math.max(1, holding.length)];
          released?.held?.release();
          if (released) claims.splice(claims.indexOf(released), 1);
        }
        await nextTurn();
        const held = claims.filter(({ state }) => state === "held").flatMap((claim) => claim.names);
        expect(new Set(held).size).toBe(held.length);
        for (const claim of claims.filter(({ state }) => state === "waiting")) {
          expect(claim.names.some((name) => held.includes(name))).toBe(true);
          expect(clock.monotonic() - claim.since).toBeLessThan(DEADLINE_MS);
          expect(claim.abort.signal.aborted).toBe(false);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("Locks: who waits longest for the same is next", async () => {
  const locks = new Locks(new ManualClock());
  const order: number[] = [];
  const first = await locks.acquire(["a"], "first", DEADLINE_MS);
  const others = [1, 2, 3].map(async (number) => {
    const held = await locks.acquire(["a"], `no. ${number}`, DEADLINE_MS);
    order.push(number);
    held.release();
  });
  first.release();
  first.release();
  await Promise.all(others);
  expect(order).toEqual([1, 2, 3]);
});

test("Locks: who gives up is told who has what he wanted", async () => {
  const clock = new ManualClock();
  const locks = new Locks(clock);
  await locks.acquire(["host/a"], "change 7", DEADLINE_MS);
  const second = locks.acquire(["host/a", "host/b"], "change 8", DEADLINE_MS);
  clock.advance(DEADLINE_MS);
  await expect(second).rejects.toMatchObject({ code: "busy", message: expect.stringContaining("host/a (change 7)") });
});
