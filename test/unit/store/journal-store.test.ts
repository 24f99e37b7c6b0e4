import { expect, test } from "vitest";
import type { Fault } from "../../../src/base/fault.js";
import type { Log } from "../../../src/base/log.js";
import { silentLog } from "../../../src/base/log.js";
import type { Store, StoreChange } from "../../../src/base/store.js";
import { JournalStore } from "../../../src/store/journal-store.js";
import { encodeRecord } from "../../../src/store/record.js";
import { ManualClock } from "../../support/manual-clock.js";
import { MemoryFileSystem } from "../../support/memory-file-system.js";

const DIRECTORY = "/state";
const JOURNAL = `${DIRECTORY}/journal`;
const SNAPSHOT = `${DIRECTORY}/snapshot`;

function open(fileSystem: MemoryFileSystem, more: { snapshotAtOctets?: number; clock?: ManualClock; log?: Log } = {}) {
  return JournalStore.open(DIRECTORY, { fileSystem, ...more });
}

/** Everything in a store, as text. */
async function everything(store: Store): Promise<Record<string, string>> {
  return Object.fromEntries((await store.list("")).map(({ key, value }) => [key, value]));
}

async function faultOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no fault",
    (error: Fault) => error.code,
  );
}

/** Lets everything that was scheduled happen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("JournalStore keeps what was written over a restart, with revisions", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  const first = await store.write([
    { key: "a", value: "1" },
    { key: "b", value: "2" },
  ]);
  const second = await store.write([
    { key: "a", value: undefined },
    { key: "c", value: "3" },
  ]);
  expect(second).toBeGreaterThan(first);
  await store.close();
  const again = await open(fileSystem);
  expect(await again.list("")).toEqual([
    { key: "b", value: "2", revision: first },
    { key: "c", value: "3", revision: second },
  ]);
  expect(await again.get("a")).toBeUndefined();
  expect(await again.write([{ key: "d", value: "" }])).toBeGreaterThan(second);
});

test("JournalStore.list() gives the keys with a prefix, in order, whatever came and went", async () => {
  const store = await open(new MemoryFileSystem());
  const names = Array.from({ length: 300 }, (_, i) => `k/${(i * 7919) % 300}`);
  await store.write(names.map((key) => ({ key, value: "" })));
  await store.write([
    { key: "j", value: "" },
    { key: "k", value: "" },
    { key: "l", value: "" },
    { key: "k/5", value: undefined },
    { key: "k/", value: "" },
  ]);
  const expected = ["k/", ...names.filter((key) => key !== "k/5")].sort();
  expect((await store.list("k/")).map(({ key }) => key)).toEqual(expected);
  await store.write([{ key: "k/5", value: "" }]);
  expect((await store.list("k/5")).map(({ key }) => key)).toEqual([
    "k/5",
    ...expected.filter((k) => /^k\/5\d/.test(k)),
  ]);
  expect(await store.list("m")).toEqual([]);
});

test("JournalStore.write() happens whole or not at all when an expected revision does not match", async () => {
  const store = await open(new MemoryFileSystem());
  const revision = await store.write([{ key: "a", value: "1" }]);
  expect(
    await faultOf(
      store.write([
        { key: "b", value: "x" },
        { key: "a", value: "2", expectedRevision: 0 },
      ]),
    ),
  ).toBe("exists");
  expect(await faultOf(store.write([{ key: "a", value: "2", expectedRevision: revision + 1 }]))).toBe("exists");
  expect(await faultOf(store.write([{ key: "b", value: "2", expectedRevision: revision }]))).toBe("absent");
  expect(await everything(store)).toEqual({ a: "1" });
  await store.write([
    { key: "a", value: "2", expectedRevision: revision },
    { key: "b", value: "x", expectedRevision: 0 },
  ]);
  expect(await everything(store)).toEqual({ a: "2", b: "x" });
});

test("JournalStore.write() lets one of many with the same expectation win", async () => {
  const store = await open(new MemoryFileSystem());
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => store.write([{ key: "lock", value: String(i), expectedRevision: 0 }])),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", ...Array(19).fill("rejected")]);
  expect(await everything(store)).toEqual({ lock: "0" });
});

test("JournalStore.write() shares one sync among writes that come together", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  const before = fileSystem.changes.length;
  await Promise.all(Array.from({ length: 500 }, (_, i) => store.write([{ key: `k${i}`, value: "v" }])));
  expect(fileSystem.changes.slice(before).map(({ on }) => on)).toEqual(["write", "sync"]);
});

test("JournalStore.write() is acknowledged after the sync, and shows nothing before", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  let seenAtSync: unknown;
  let acknowledged = false;
  fileSystem.plan = (change) => {
    if (change.on === "sync") seenAtSync = { acknowledged };
    return undefined;
  };
  const writing = store.write([{ key: "a", value: "1" }]).then(() => {
    acknowledged = true;
  });
  expect(await store.get("a")).toBeUndefined();
  await writing;
  expect(seenAtSync).toEqual({ acknowledged: false });
});

for (const { name, plan } of [
  { name: "a full disk", plan: { on: "write", code: "ENOSPC", written: 0 } },
  { name: "a disk that fills up in the middle of a record", plan: { on: "write", code: "ENOSPC", written: 9 } },
  { name: "a sync that fails", plan: { on: "sync", code: "EIO", written: 0 } },
]) {
  for (const repairable of [true, false]) {
    test(`JournalStore.write() survives ${name} ${repairable ? "" : "that cannot even be shortened "}and goes on later`, async () => {
      const fileSystem = new MemoryFileSystem();
      const store = await open(fileSystem);
      await store.write([{ key: "a", value: "1" }]);
      fileSystem.plan = (change) => {
        if (change.on === plan.on) return { code: plan.code, written: plan.written };
        return change.on === "truncate" && !repairable ? { code: "EIO" } : undefined;
      };
      const seen: StoreChange[] = [];
      store.watch("", 1, (change) => seen.push(change));
      expect(await faultOf(store.write([{ key: "a", value: "2" }]))).toBe("storage-failed");
      if (repairable) {
        expect(await everything(await open(new MemoryFileSystem(fileSystem.files())))).toEqual({ a: "1" });
      }
      expect(await faultOf(store.write([{ key: "b", value: "2" }]))).toBe("storage-failed");
      expect(await everything(store)).toEqual({ a: "1" });
      await settled();
      expect(seen).toEqual([]);
      fileSystem.plan = () => undefined;
      await store.write([{ key: "c", value: "3" }]);
      expect(await everything(store)).toEqual({ a: "1", c: "3" });
      for (const files of [fileSystem.files(), fileSystem.synced()]) {
        expect(await everything(await open(new MemoryFileSystem(files)))).toEqual({ a: "1", c: "3" });
      }
    });
  }
}

test("JournalStore.write() leaves nothing of a refused batch behind a later record of the same length", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  fileSystem.plan = ({ on }) => (on === "sync" || on === "truncate" ? { code: "EIO" } : undefined);
  const refused = ["a", "b"].map((key) => faultOf(store.write([{ key, value: "refused" }])));
  expect(await Promise.all(refused)).toEqual(["storage-failed", "storage-failed"]);
  fileSystem.plan = () => undefined;
  await store.write([{ key: "c", value: "granted" }]);
  expect(await everything(await open(new MemoryFileSystem(fileSystem.files())))).toEqual({ c: "granted" });
});

test("JournalStore.write() refuses a conflict with a change that then failed as failed, not as a conflict", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  fileSystem.plan = ({ on }) => (on === "sync" ? { code: "EIO" } : undefined);
  const both = [
    store.write([{ key: "a", value: "1", expectedRevision: 0 }]),
    store.write([{ key: "a", value: "2", expectedRevision: 0 }]),
  ];
  expect(await Promise.all(both.map(faultOf))).toEqual(["storage-failed", "storage-failed"]);
});

test("JournalStore takes a snapshot when the journal has grown, and begins a new journal", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem, { snapshotAtOctets: 2000 });
  const expected: Record<string, string> = {};
  for (let i = 0; i < 200; i++) {
    const key = `k${i % 10}`;
    expected[key] = `value ${i}`;
    await store.write([{ key, value: `value ${i}` }]);
    expect(fileSystem.files().get(JOURNAL)?.length).toBeLessThan(2200);
  }
  expect(fileSystem.files().has(SNAPSHOT)).toBe(true);
  const revisions = await store.list("");
  await store.close();
  const again = await open(fileSystem, { snapshotAtOctets: 2000 });
  expect(await everything(again)).toEqual(expected);
  expect(await again.list("")).toEqual(revisions);
});

test("JournalStore goes on without a snapshot when there is no room for one, and takes it later", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem, { snapshotAtOctets: 1000 });
  fileSystem.plan = ({ on, path }) => (on === "write" && path.includes("snapshot") ? { code: "ENOSPC" } : undefined);
  for (let i = 0; i < 100; i++) await store.write([{ key: "k", value: `value ${i}` }]);
  expect([...fileSystem.files().keys()]).toEqual([JOURNAL]);
  fileSystem.plan = () => undefined;
  for (let i = 0; i < 100; i++) await store.write([{ key: "k", value: `later ${i}` }]);
  expect([...fileSystem.files().keys()].sort()).toEqual([JOURNAL, SNAPSHOT]);
  expect(await everything(await open(new MemoryFileSystem(fileSystem.synced())))).toEqual({ k: "later 99" });
});

test("JournalStore.open() cuts off a bad end, keeps it beside the journal and says so", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  await store.write([{ key: "a", value: "1" }]);
  const good = fileSystem.files().get(JOURNAL) as Buffer;
  await store.write([{ key: "b", value: "2" }]);
  const files = fileSystem.files();
  const damaged = files.get(JOURNAL) as Buffer;
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
  const warnings: unknown[] = [];
  const after = new MemoryFileSystem(files);
  const again = await open(after, {
    log: { ...silentLog, warn: (event, fields) => warnings.push({ event, ...fields }) },
  });
  expect(await everything(again)).toEqual({ a: "1" });
  expect(after.synced().get(JOURNAL)).toEqual(good);
  expect(after.files().get(`${JOURNAL}.cut`)).toEqual(damaged.subarray(good.length));
  expect(warnings).toEqual([
    {
      event: "store.journal.cut",
      path: JOURNAL,
      offset: good.length,
      octets: damaged.length - good.length,
      keptIn: `${JOURNAL}.cut`,
    },
  ]);
});

test("JournalStore.open() refuses files of later versions, and damage that no loss of power explains", async () => {
  const magic = Buffer.from("VGJRNL1\n");
  const cases: readonly { name: string; files: [string, Buffer][]; code: string }[] = [
    { name: "a later journal", files: [[JOURNAL, Buffer.from("VGJRNL2\n")]], code: "unsupported" },
    { name: "a later snapshot", files: [[SNAPSHOT, Buffer.from("VGSNAP2\n")]], code: "unsupported" },
    { name: "no journal", files: [[JOURNAL, Buffer.from("not one")]], code: "storage-failed" },
    { name: "an empty file", files: [[JOURNAL, Buffer.alloc(0)]], code: "storage-failed" },
    { name: "half a snapshot", files: [[SNAPSHOT, Buffer.from("VGSNAP1\n")]], code: "storage-failed" },
    {
      name: "a snapshot with something behind its end",
      files: [
        [
          SNAPSHOT,
          Buffer.concat([
            Buffer.from("VGSNAP1\n"),
            encodeRecord({ type: 2, sequence: 0, payload: Buffer.alloc(12) }),
            Buffer.from("?"),
          ]),
        ],
      ],
      code: "storage-failed",
    },
    {
      name: "a record of an unknown type",
      files: [[JOURNAL, Buffer.concat([magic, encodeRecord({ type: 9, sequence: 1, payload: Buffer.alloc(0) })])]],
      code: "unsupported",
    },
    {
      name: "a gap",
      files: [[JOURNAL, Buffer.concat([magic, encodeRecord({ type: 1, sequence: 3, payload: Buffer.alloc(0) })])]],
      code: "storage-failed",
    },
    {
      name: "a payload that is none",
      files: [[JOURNAL, Buffer.concat([magic, encodeRecord({ type: 1, sequence: 1, payload: Buffer.alloc(3) })])]],
      code: "storage-failed",
    },
  ];
  for (const { name, files, code } of cases) {
    const fileSystem = new MemoryFileSystem(new Map(files));
    expect(`${name}: ${await faultOf(open(fileSystem))}`).toBe(`${name}: ${code}`);
    expect(fileSystem.files()).toEqual(new Map(files));
  }
});

test("JournalStore.watch() tells changes under a prefix after a revision, in order, until stopped", async () => {
  const store = await open(new MemoryFileSystem());
  await store.write([{ key: "x/1", value: "a" }]);
  const second = await store.write([{ key: "x/2", value: "b" }]);
  const seen: StoreChange[] = [];
  const stop = store.watch("x/", second - 1, (change) => seen.push(change));
  expect(seen).toEqual([]);
  const third = await store.write([
    { key: "y", value: "" },
    { key: "x/1", value: undefined },
    { key: "x/none", value: undefined },
  ]);
  await settled();
  expect(seen).toEqual([
    { key: "x/2", value: "b", revision: second },
    { key: "x/1", value: undefined, revision: third },
  ]);
  stop();
  await store.write([{ key: "x/3", value: "" }]);
  await settled();
  expect(seen).toHaveLength(2);
});

test("JournalStore.watch() begins with the present entries when the changes themselves are forgotten", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem, { snapshotAtOctets: 100 });
  for (let i = 0; i < 30; i++) await store.write([{ key: `k${i % 3}`, value: `${i}` }]);
  await store.close();
  const again = await open(fileSystem, { snapshotAtOctets: 100 });
  const seen: string[] = [];
  again.watch("k", 0, ({ key, value }) => seen.push(`${key}=${value}`));
  await again.write([{ key: "k0", value: "new" }]);
  await settled();
  expect(seen).toEqual(["k0=27", "k1=28", "k2=29", "k0=new"]);
});

test("JournalStore.watch() loses nothing when far more changes come than are kept", async () => {
  const store = await open(new MemoryFileSystem());
  const revisions: string[] = [];
  store.watch("k", 0, ({ key }) => revisions.push(key));
  const batches = Array.from({ length: 5 }, (_, b) => Array.from({ length: 9_000 }, (_, i) => `k${b}/${i}`));
  await Promise.all(batches.map((keys) => store.write(keys.map((key) => ({ key, value: "" })))));
  while (revisions.length < 45_000) await settled();
  expect(revisions).toEqual(batches.flat());
});

test("JournalStore.watch() goes on after a watcher threw, for it and for the others", async () => {
  const errors: string[] = [];
  const store = await open(new MemoryFileSystem(), { log: { ...silentLog, error: (event) => errors.push(event) } });
  const seen: string[] = [];
  store.watch("", 0, ({ key }) => {
    seen.push(`bad ${key}`);
    throw new Error("bug");
  });
  store.watch("", 0, ({ key }) => seen.push(`good ${key}`));
  await store.write([{ key: "a", value: "" }]);
  await store.write([{ key: "b", value: "" }]);
  await settled();
  expect(seen.sort()).toEqual(["bad a", "bad b", "good a", "good b"]);
  expect(errors).toEqual(["store.watcher.failed", "store.watcher.failed"]);
});

test("JournalStore.lease() has one holder, ends without renewal, and its tokens grow over restarts", async () => {
  const fileSystem = new MemoryFileSystem();
  const clock = new ManualClock();
  const store = await open(fileSystem, { clock, snapshotAtOctets: 100 });
  const [first, refused] = await Promise.all([store.lease("n", 1000), store.lease("n", 1000)]);
  expect(first?.token).toBe(1);
  expect(refused).toBeUndefined();
  clock.advance(900);
  expect(await first?.renew()).toBe(true);
  clock.advance(999);
  expect(await store.lease("n", 1000)).toBeUndefined();
  expect((await store.lease("other", 1000))?.token).toBe(2);
  clock.advance(1);
  expect(await first?.renew()).toBe(false);
  const second = await store.lease("n", 1000);
  expect(second?.token).toBe(3);
  await first?.release(); // late, and no longer its to release
  expect(await store.lease("n", 1000)).toBeUndefined();
  await second?.release();
  expect((await store.lease("n", 1000))?.token).toBe(4);
  for (let i = 0; i < 20; i++) await store.write([{ key: "k", value: `${i}` }]);
  await store.close();
  const again = await open(fileSystem, { clock });
  expect((await again.lease("n", 1000))?.token).toBe(5);
});

test("JournalStore.lease() gives nothing, and holds nothing, when its token cannot be stored", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  fileSystem.plan = () => ({ code: "ENOSPC" });
  expect(await faultOf(store.lease("n", 1000))).toBe("storage-failed");
  fileSystem.plan = () => undefined;
  expect((await store.lease("n", 1000))?.token).toBe(1);
});

test("JournalStore.close() finishes what was begun and refuses what comes later", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  const writing = store.write([{ key: "a", value: "1" }]);
  await Promise.all([store.close(), store.close(), writing]);
  expect(await faultOf(store.write([{ key: "b", value: "2" }]))).toBe("storage-failed");
  expect(await everything(await open(fileSystem))).toEqual({ a: "1" });
});

test("JournalStore.write() does not see what the caller does to its argument afterwards", async () => {
  const fileSystem = new MemoryFileSystem();
  const store = await open(fileSystem);
  const write = { key: "a", value: "1" as string | undefined };
  const writing = store.write([write]);
  write.value = "changed";
  await writing;
  expect(await everything(store)).toEqual({ a: "1" });
});
