import { beforeEach, describe, expect, test } from "vitest";
import { BulkFold } from "../../../../src/agent/snmp/bulk-fold.js";
import type { VmNotification } from "../../../../src/mapping/lifecycle.js";
import { machine } from "../../../support/generations.js";
import { ManualClock } from "../../../support/manual-clock.js";

let clock: ManualClock;
let sent: string[];
let fold: BulkFold;

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  fold = new BulkFold(clock, (name, folded) => sent.push(`${name} ${folded.map(({ index }) => index).join(" ")}`));
});

function add(name: VmNotification, index: number): void {
  fold.add({ due: { name, machine: machine(index), from: 4 }, index }, 1000);
}

describe("BulkFold", () => {
  test("makes one of what comes within the window, one for each state, in the order in which they began", () => {
    add("vmPaused", 3);
    clock.advance(400);
    add("vmShutdown", 1);
    add("vmPaused", 9);
    clock.advance(599);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual(["vmBulkPaused 3 9", "vmBulkShutdown 1"]);
  });

  test("puts a machine that passes through two states into both lists (RFC 7666, section 4.2)", () => {
    add("vmResuming", 7);
    add("vmRunning", 7);
    clock.advance(1000);
    expect(sent).toEqual(["vmBulkResuming 7", "vmBulkRunning 7"]);
  });

  test("begins a new window with the first that comes after one", () => {
    add("vmPaused", 1);
    clock.advance(5000);
    add("vmPaused", 2);
    clock.advance(999);
    expect(sent).toEqual(["vmBulkPaused 1"]);
    clock.advance(1);
    expect(sent).toEqual(["vmBulkPaused 1", "vmBulkPaused 2"]);
  });

  test("sends at once when told to, and when too many wait", () => {
    add("vmPaused", 1);
    fold.flush();
    expect(sent).toEqual(["vmBulkPaused 1"]);
    for (let index = 1; index <= 20_000; index += 1) add("vmRunning", index);
    expect(sent).toHaveLength(2);
    clock.advance(2000);
    expect(sent).toHaveLength(2);
  });
});
