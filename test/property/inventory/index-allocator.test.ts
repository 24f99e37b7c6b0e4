import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IndexAllocator, type MachineNumbers, storedNumbers } from "../../../src/inventory/index-allocator.js";

const DAY_MS = 86_400_000;

type Action =
  | { do: "see" | "lose"; host: string; machine: number }
  | { do: "plug"; host: string; machine: number; disks: string[] }
  | { do: "wait"; days: number }
  | { do: "restart" };

const place = { host: fc.constantFrom("a", "b"), machine: fc.nat(6) };
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom("see" as const, "lose" as const), ...place }),
  fc.record({
    do: fc.constant("plug" as const),
    ...place,
    disks: fc.uniqueArray(fc.constantFrom("vda", "vdb", "__proto__")),
  }),
  fc.record({ do: fc.constant("wait" as const), days: fc.nat(40) }),
  fc.record({ do: fc.constant("restart" as const) }),
);

/** Plays a history against the allocator, with a store beside it as the engine keeps one. */
function play(actions: readonly Action[]): void {
  const stored = new Map<string, string>();
  const numbers = new Map<string, MachineNumbers>();
  const present = new Set<string>();
  let indexes = new IndexAllocator();
  let now = 0;
  for (const one of actions) {
    if (one.do === "wait") {
      now += one.days * DAY_MS;
      indexes.sweep(now);
    } else if (one.do === "restart") {
      indexes = new IndexAllocator();
      indexes.load([...stored.values()].map(storedNumbers));
    } else {
      const key = `${one.host}/${one.machine}`;
      if (one.do === "lose") {
        indexes.release(one.host, String(one.machine), now);
        present.delete(key);
      } else {
        const record = indexes.machine(one.host, String(one.machine));
        if (present.has(key)) expect(record.index).toBe(numbers.get(key)?.index);
        present.add(key);
        numbers.set(key, record);
        if (one.do === "plug") {
          const disks = indexes.devices(one.host, String(one.machine), "disks", one.disks, now);
          expect(new Set(disks.values()).size).toBe(one.disks.length);
        }
      }
    }
    for (const [key, record] of indexes.takeChanged()) {
      if (record) stored.set(key, JSON.stringify(record));
      else stored.delete(key);
    }
    const held = [...stored.values()].map((text) => JSON.parse(text) as MachineNumbers);
    for (const host of ["a", "b"]) {
      const taken = held.filter((record) => record.host === host).map((record) => record.index);
      expect(new Set(taken).size).toBe(taken.length);
    }
    const gateway = held.map((record) => record.gatewayIndex);
    expect(new Set(gateway).size).toBe(gateway.length);
  }
}

describe("IndexAllocator", () => {
  test("never gives one number twice, never changes the number of a machine that is there, through restarts", () => {
    fc.assert(fc.property(fc.array(action, { maxLength: 60 }), play), { numRuns: 300 });
  });

  test("gives the lowest free number, so numbers stay dense", () => {
    const indexes = new IndexAllocator();
    for (let n = 0; n < 100; n += 1) expect(indexes.machine("a", String(n)).index).toBe(n + 1);
    indexes.release("a", "9", 0);
    expect(indexes.machine("a", "new").index).toBe(101);
    indexes.sweep(31 * DAY_MS);
    expect(indexes.machine("a", "newer").index).toBe(10);
  });

  test("what an earlier version stored, devices by name, keeps its numbers", () => {
    const indexes = new IndexAllocator();
    const disks = { vda: { index: 2 }, vdb: { index: 1, freedAt: 0 } };
    indexes.load([storedNumbers(JSON.stringify({ host: "a", uuid: "x", index: 5, gatewayIndex: 7, disks, nics: {} }))]);
    expect(indexes.machine("a", "x")).toMatchObject({ index: 5, gatewayIndex: 7 });
    expect(indexes.devices("a", "x", "disks", ["vda", "vdc"], 1)).toEqual(
      new Map([
        ["vda", 2],
        ["vdc", 3],
      ]),
    );
  });

  test("a machine that returns within 30 days has its old number, and its disks have theirs", () => {
    const indexes = new IndexAllocator();
    const before = indexes.machine("a", "x").index;
    indexes.devices("a", "x", "disks", ["vda", "vdb"], 0);
    indexes.devices("a", "x", "disks", ["vdb"], 1);
    indexes.release("a", "x", 2);
    indexes.machine("a", "y");
    indexes.sweep(29 * DAY_MS);
    expect(indexes.machine("a", "x").index).toBe(before);
    expect(indexes.devices("a", "x", "disks", ["vda", "vdb", "vdc"], 3)).toEqual(
      new Map([
        ["vda", 1],
        ["vdb", 2],
        ["vdc", 3],
      ]),
    );
  });

  test("retain() lets the numbers of machines rest that vanished while nobody looked", () => {
    const indexes = new IndexAllocator();
    indexes.machine("a", "x");
    indexes.machine("a", "y");
    indexes.retain("a", new Set(["y"]), 5);
    expect(indexes.takeChanged().get("a/x")).toMatchObject({ index: 1, freedAt: 5 });
  });
});
