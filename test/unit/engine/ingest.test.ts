import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { Fault } from "../../../src/base/fault.js";
import { silentLog } from "../../../src/base/log.js";
import type { StoreWrite } from "../../../src/base/store.js";
import { nextTurn } from "../../../src/base/turn.js";
import { ChangeFeed } from "../../../src/engine/change-feed.js";
import { Ingest } from "../../../src/engine/ingest.js";
import { keptEvents } from "../../../src/engine/stored-event.js";
import type { InventoryEvent } from "../../../src/inventory/event.js";
import { hostFacts, hostSettings, listing, look, uuidOf } from "../../support/inventory-builder.js";
import { TableStore } from "../../support/table-store.js";

async function open(store: TableStore) {
  const feed = await ChangeFeed.open(store);
  const ingest = await Ingest.open(store, feed, systemClock, silentLog);
  const heard: InventoryEvent[] = [];
  feed.subscribe("test", 100_000, (event) => heard.push(event));
  await ingest.configure([hostSettings("h")]);
  return { feed, ingest, heard, sink: ingest.sinkFor("h") };
}

/** Lets subscribers hear what was published. */
async function delivered(feed: ChangeFeed): Promise<void> {
  while ([...feed.subscriptions].some((one) => one.waiting > 0)) await nextTurn();
}

describe("Ingest", () => {
  test("numbers events from one sequence that goes on after a restart", async () => {
    const store = new TableStore();
    const first = await open(store);
    first.sink([{ kind: "link", up: true, facts: hostFacts }, listing(0, look(1))]);
    await first.ingest.settled();
    await delivered(first.feed);
    expect(first.heard.map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [1, "host-added"],
      [2, "host-up"],
      [3, "machine-added"],
    ]);
    const second = await open(store);
    await delivered(second.feed);
    expect(second.heard[0]).toMatchObject({ sequence: 4, kind: "host-added" });
  });

  test("machines keep their numbers over a restart, whatever the order in which they are seen again", async () => {
    const store = new TableStore();
    const first = await open(store);
    first.sink([listing(0, look(1), look(2))]);
    await first.ingest.settled();
    const second = await open(store);
    second.sink([listing(0, look(2), look(1))]);
    await second.ingest.settled();
    const machines = second.ingest.inventory.current().hosts.get("h")?.machines;
    expect([machines?.get(uuidOf(1))?.index, machines?.get(uuidOf(2))?.index]).toEqual([1, 2]);
  });

  test("nothing is published before its number is on disk", async () => {
    const store = new TableStore();
    const { ingest, sink } = await open(store);
    const release = store.hold();
    sink([listing(0, look(1))]);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(ingest.inventory.current().hosts.get("h")?.machines.size).toBe(0);
    release();
    await ingest.settled();
    expect(ingest.inventory.current().hosts.get("h")?.machines.size).toBe(1);
  });

  test("a disk that refuses stops no answer; a new machine stays hidden until its number is stored", async () => {
    const store = new TableStore();
    const { ingest, feed, sink, heard } = await open(store);
    const shown = () =>
      ingest.inventory
        .current()
        .hosts.get("h")
        ?.byIndex.map(({ uuid, state }) => [uuid, state]);
    sink([listing(0, look(1))]);
    await ingest.settled();
    store.refuse(new Fault("storage-failed", "no space left"));
    sink([listing(1, look(1, { state: "paused" }), look(2))]);
    await ingest.settled();
    expect(shown()).toEqual([[uuidOf(1), "paused"]]);
    expect(ingest.failing).toBe("no space left");
    sink([listing(2, look(1, { state: "paused" }), look(2), look(3))]);
    await ingest.settled();
    expect(shown()).toEqual([[uuidOf(1), "paused"]]);
    store.refuse(undefined);
    // What was held back is stored first; then the next look shows it, with the number it was given.
    sink([{ kind: "looks", at: 3, looks: [look(1, { state: "running" })], complete: false }]);
    sink([listing(4, look(1), look(2), look(3))]);
    await ingest.settled();
    sink([listing(5, look(1), look(2), look(3))]);
    await ingest.settled();
    expect(ingest.failing).toBeUndefined();
    expect(shown()?.map(([uuid]) => uuid)).toEqual([uuidOf(1), uuidOf(2), uuidOf(3)]);
    await delivered(feed);
    const added = heard.filter(({ kind }) => kind === "machine-added");
    expect(added.map((event) => "machine" in event && event.machine.uuid)).toEqual([uuidOf(1), uuidOf(2), uuidOf(3)]);
    expect((await store.list("index/")).map((entry) => entry.key)).toEqual(
      [1, 2, 3].map((n) => `index/h/${uuidOf(n)}`),
    );
  });

  test("takes a large listing in pieces and still removes what is not in it", async () => {
    const { ingest, sink } = await open(new TableStore());
    const all = Array.from({ length: 1200 }, (_, n) => look(n + 1));
    sink([listing(0, ...all)]);
    await ingest.settled();
    sink([listing(1, ...all.slice(0, 700))]);
    await ingest.settled();
    expect(
      ingest.inventory
        .current()
        .hosts.get("h")
        ?.byIndex.map(({ index }) => index),
    ).toEqual(Array.from({ length: 700 }, (_, n) => n + 1));
  });

  test("keeps the latest events on disk and no more", async () => {
    const store = new TableStore();
    const { ingest, feed, sink } = await open(store);
    for (let round = 0; round < 5; round += 1) {
      sink([listing(round, ...Array.from({ length: 300 }, (_, n) => look(round * 300 + n)))]);
      await ingest.settled();
    }
    const stored = await store.list("event/");
    expect(stored.length).toBe(keptEvents);
    expect(Number(stored.at(-1)?.key.slice("event/".length))).toBe(feed.sequence);
  });
});

describe("ChangeFeed", () => {
  test("a slow subscriber loses its oldest events, counted, and delays nobody", async () => {
    const feed = await ChangeFeed.open(new TableStore());
    const quick: number[] = [];
    const narrow: number[] = [];
    feed.subscribe("quick", 1000, (event) => quick.push(event.sequence));
    const slow = feed.subscribe("narrow", 3, (event) => narrow.push(event.sequence));
    feed.publish(feed.number(Array.from({ length: 10 }, () => ({ kind: "host-up" as const, at: 0, host: "h" }))));
    await delivered(feed);
    expect(quick).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(narrow).toEqual([8, 9, 10]);
    expect(slow.dropped).toBe(7);
  });

  test("writesFor() forgets what falls out of the kept range, also when one batch is larger than it", async () => {
    const feed = await ChangeFeed.open(new TableStore());
    const stored = new Map<string, unknown>();
    const put = (writes: readonly StoreWrite[]) => {
      for (const { key, value } of writes) value === undefined ? stored.delete(key) : stored.set(key, value);
    };
    const some = (count: number) =>
      feed.number(Array.from({ length: count }, () => ({ kind: "host-up" as const, at: 0, host: "h" })));
    put(feed.writesFor(some(10)));
    put(feed.writesFor(some(keptEvents * 2 + 5)));
    put(feed.writesFor(some(1)));
    expect(stored.size).toBe(keptEvents);
  });
});
