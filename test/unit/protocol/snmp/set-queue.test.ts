import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { SetOutcome } from "../../../../src/protocol/snmp/set.js";
import { SetQueue } from "../../../../src/protocol/snmp/set-queue.js";

/** A queue whose first request is under way until `end`. */
function start() {
  const carriedOut: string[] = [];
  const refused: string[] = [];
  let end: () => void = () => {};
  const queue = new SetQueue((error) => {
    throw error;
  });
  const submit = (principal: string, source: string, identity: string, wait = Promise.resolve()): void =>
    queue.submit(
      { principal, source, identity },
      () => [{ errorIndex: 1, commit: () => wait, undo: async () => {} }],
      ({ errorStatus }: SetOutcome) => (errorStatus === 0 ? carriedOut : refused).push(identity),
    );
  submit("first", "x", "first", new Promise((resolve) => (end = resolve)));
  const all = async (count: number): Promise<readonly string[]> => {
    end();
    while (carriedOut.length < count) await turn();
    return carriedOut.slice(1);
  };
  return { submit, refused, all };
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

describe("SetQueue", () => {
  test("lets principals take turns, each in the order in which he asked", async () => {
    const { submit, all } = start();
    for (const i of numbers(3)) submit("a", "x", `a${i}`);
    for (const i of numbers(2)) submit("b", "y", `b${i}`);
    submit("c", "y", "c0");
    expect(await all(7)).toEqual(["a0", "b0", "c0", "a1", "b1", "a2"]);
  });

  test("refuses what is too much of one principal: the latest from where most came", async () => {
    const { submit, refused, all } = start();
    for (const i of numbers(31)) submit("a", "flood", `f${i}`);
    submit("a", "quiet", "q0");
    submit("a", "quiet", "q1");
    submit("a", "flood", "f31");
    expect(refused).toEqual(["f30", "f31"]);
    expect(await all(33)).toEqual([...numbers(30).map((i) => `f${i}`), "q0", "q1"]);
  });

  test("makes room for others at the cost of whoever has most, and refuses who comes when all have as little", async () => {
    const { submit, refused, all } = start();
    for (const name of ["a", "b"]) for (const i of numbers(32)) submit(name, "x", `${name}${i}`);
    submit("c", "y", "c0");
    expect(refused).toEqual(["b31"]);
    for (const i of numbers(62)) submit(`d${i}`, "z", `d${i}`);
    expect(refused.filter((identity) => identity.startsWith("d"))).toEqual(["d61"]);
    expect(refused).toHaveLength(63);
    const done = await all(65);
    expect(done.toSorted()).toEqual(["a0", "b0", "c0", ...numbers(61).map((i) => `d${i}`)].toSorted());
  });
});
