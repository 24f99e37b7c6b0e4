import { describe, expect, test } from "vitest";
import { OpeningGate } from "../../../src/driver/opening-gate.js";
import { Quarantine } from "../../../src/driver/quarantine.js";
import { RereadQueue } from "../../../src/driver/reread-queue.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";

describe("RereadQueue", () => {
  function queue(width = 3) {
    const clock = new ManualClock();
    const reads: string[] = [];
    const answers: (() => void)[] = [];
    const rereads = new RereadQueue(clock, width, (uuid) => {
      reads.push(uuid);
      return new Promise((resolve) => answers.push(resolve));
    });
    const answer = async (): Promise<void> => {
      answers.shift()?.();
      await settled();
    };
    return { clock, reads, rereads, answer };
  }

  test("reads at once, and followers within 50 ms once, at its end", async () => {
    const { clock, reads, rereads, answer } = queue();
    rereads.request("a");
    expect(reads).toEqual(["a"]);
    await answer();
    rereads.request("a");
    rereads.request("a");
    clock.advance(49);
    expect(reads).toEqual(["a"]);
    clock.advance(1);
    expect(reads).toEqual(["a", "a"]);
    await answer();
    clock.advance(1000);
    expect(reads).toHaveLength(2);
  });

  test("an urgent request does not wait for the end of the 50 ms, nor for another read, but not twice in a row", async () => {
    const { clock, reads, rereads, answer } = queue();
    rereads.request("a");
    await answer();
    rereads.request("a", true);
    expect(reads).toEqual(["a", "a"]);
    rereads.request("a", true);
    await answer();
    expect(reads).toHaveLength(2);
    clock.advance(50);
    expect(reads).toHaveLength(3);
    rereads.request("a", true);
    expect(reads).toHaveLength(3);
    await answer();
    expect(reads).toHaveLength(4);
    await answer();
    clock.advance(1000);
    expect(reads).toHaveLength(4);
  });

  test("reads again what was asked for during a read", async () => {
    const { clock, reads, rereads, answer } = queue();
    rereads.request("a");
    clock.advance(500);
    rereads.request("a");
    await answer();
    clock.advance(0);
    expect(reads).toEqual(["a", "a"]);
  });

  test("keeps to its width, and reads what waits once however often it is asked for", async () => {
    const { reads, rereads, answer } = queue(1);
    for (const uuid of ["a", "b", "b", "c"]) rereads.request(uuid);
    expect(reads).toEqual(["a"]);
    await answer();
    await answer();
    await answer();
    expect(reads).toEqual(["a", "b", "c"]);
  });

  test("stop() reads nothing more", async () => {
    const { clock, reads, rereads, answer } = queue(1);
    rereads.request("a");
    rereads.request("b");
    rereads.requestLater("c", 10);
    rereads.stop();
    await answer();
    clock.advance(1000);
    rereads.request("d");
    expect(reads).toEqual(["a"]);
  });
});

describe("Quarantine", () => {
  test("asks with growing intervals, and never twice at once", () => {
    const quarantine = new Quarantine();
    quarantine.stuck("a", 1, 0);
    expect(quarantine.takeDue(1999)).toEqual([]);
    expect(quarantine.takeDue(2000)).toEqual(["a"]);
    expect(quarantine.takeDue(100_000)).toEqual([]);
    quarantine.stuck("a", 1, 2000);
    expect(quarantine.takeDue(5999)).toEqual([]);
    expect(quarantine.takeDue(6000)).toEqual(["a"]);
    for (let i = 0; i < 10; i += 1) quarantine.stuck("a", 1, 6000);
    expect(quarantine.takeDue(36_000)).toEqual(["a"]);
    expect(quarantine.release("a")).toBe(true);
    expect(quarantine.release("a")).toBe(false);
    expect(quarantine.size).toBe(0);
  });

  test("a suspect is due at once, and counts as stuck only when it missed again", () => {
    const quarantine = new Quarantine();
    quarantine.suspect("a", 1, 100);
    expect([quarantine.holds("a"), quarantine.size]).toEqual([true, 0]);
    expect(quarantine.takeDue(100)).toEqual(["a"]);
    expect(quarantine.stuck("a", 1, 200)).toBe(false);
    expect(quarantine.size).toBe(1);
    expect(quarantine.takeDue(2199)).toEqual([]);
    expect(quarantine.stuck("a", 1, 2200)).toBe(true);
    quarantine.suspect("b", 1, 0);
    expect(quarantine.release("b")).toBe(false);
  });

  test("hasten() makes all due, sift() lets go of other runs", () => {
    const quarantine = new Quarantine();
    quarantine.stuck("a", 1, 0);
    quarantine.stuck("b", 2, 0);
    quarantine.hasten(10);
    expect(quarantine.takeDue(10)).toEqual(["a", "b"]);
    expect(quarantine.sift((_, domainId) => domainId === 2)).toEqual(["a"]);
    expect(quarantine.holds("b")).toBe(true);
  });
});

describe("OpeningGate", () => {
  test("lets so many through at once, the next when one is done", async () => {
    const gate = new OpeningGate(2);
    const { signal } = new AbortController();
    const done: (() => void)[] = [];
    const begun: number[] = [];
    const all = [0, 1, 2, 3].map((number) =>
      gate.pass(signal, new ManualClock(), () => {
        begun.push(number);
        return new Promise<void>((resolve) => done.push(resolve));
      }),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    done[0]?.();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    for (let i = 0; i < 4; i += 1) {
      for (const end of done) end();
      await settled();
    }
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  test("lets the next through when one takes long, and frees no place twice", async () => {
    const gate = new OpeningGate(1);
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const ends: (() => void)[] = [];
    const open = (): Promise<void> => gate.pass(signal, clock, () => new Promise((resolve) => ends.push(resolve)));
    const all = [open(), open(), open()];
    await settled();
    clock.advance(2999);
    await settled();
    expect(ends).toHaveLength(1);
    clock.advance(1);
    await settled();
    expect(ends).toHaveLength(2);
    ends[0]?.();
    await settled();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await settled();
    expect(ends).toHaveLength(3);
    ends[2]?.();
    await Promise.all(all);
  });

  test("does not keep who no longer wants to", async () => {
    const gate = new OpeningGate(1);
    const stop = new AbortController();
    let end = (): void => {};
    const first = gate.pass(stop.signal, new ManualClock(), () => new Promise<void>((resolve) => (end = resolve)));
    const second = gate.pass(stop.signal, new ManualClock(), async () => "never");
    stop.abort(new Error("no more"));
    await expect(second).rejects.toThrow("no more");
    end();
    await first;
    await expect(gate.pass(new AbortController().signal, new ManualClock(), async () => "next")).resolves.toBe("next");
  });
});
