import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoreWrite } from "../../src/base/store.js";
import { JournalStore } from "../../src/store/journal-store.js";
import { filesAfter, MemoryFileSystem } from "../support/memory-file-system.js";

type State = Readonly<Record<string, string>>;

const key = fc.constantFrom("a", "b", "c", "d/1", "d/2");
const value = fc.option(fc.string({ unit: "grapheme", maxLength: 30 }), { nil: undefined, freq: 4 });
const transaction = fc.uniqueArray(fc.record({ key, value }), {
  selector: (write) => write.key,
  minLength: 1,
  maxLength: 4,
});
/** Transactions that are written together share a batch. */
const history = fc.array(fc.array(transaction, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 });

function open(fileSystem: MemoryFileSystem): Promise<JournalStore> {
  return JournalStore.open("/s", { fileSystem, snapshotAtOctets: 200 });
}

async function stateOf(fileSystem: MemoryFileSystem): Promise<State> {
  const store = await open(fileSystem);
  const state = Object.fromEntries((await store.list("")).map((entry) => [entry.key, entry.value]));
  // What was opened must also be fit for use, and for being opened once more.
  await store.write([{ key: "z", value: "after" }]);
  await store.close();
  const again = await open(fileSystem);
  expect(Object.fromEntries((await again.list("")).map((entry) => [entry.key, entry.value]))).toEqual({
    ...state,
    z: "after",
  });
  return state;
}

function after(state: State, writes: readonly StoreWrite[]): State {
  const next = { ...state };
  for (const write of writes) {
    if (write.value === undefined) delete next[write.key];
    else next[write.key] = write.value;
  }
  return next;
}

/** Runs a history. @returns the states after each transaction, and per batch how many changes of files there were when it began */
async function run(fileSystem: MemoryFileSystem, batches: readonly (readonly StoreWrite[])[][]) {
  const store = await open(fileSystem);
  const states: State[] = [{}];
  /** Of every transaction: the number of file changes after which it had been acknowledged. */
  const acknowledgedAt: number[] = [0];
  for (const batch of batches) {
    await Promise.all(
      batch.map(async (writes) => {
        await store.write(writes);
        acknowledgedAt.push(fileSystem.changes.length);
      }),
    );
    for (const writes of batch) states.push(after(states.at(-1) as State, writes));
  }
  await store.close();
  return { states, acknowledgedAt };
}

/** Checks that `state` is one of those after the last acknowledged transaction. */
function expectRecovered(
  state: State,
  states: readonly State[],
  acknowledgedAt: readonly number[],
  changes: number,
): void {
  const acknowledged = acknowledgedAt.filter((at) => at <= changes).length - 1;
  expect(states.slice(acknowledged)).toContainEqual(state);
}

test("JournalStore reopens before or after a transaction from every prefix of its file changes, the last write torn anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (batches) => {
      const fileSystem = new MemoryFileSystem();
      const { states, acknowledgedAt } = await run(fileSystem, batches);
      for (const [count, change] of fileSystem.changes.entries()) {
        const length = change.on === "write" ? change.octets.length : 0;
        for (let octets = 0; octets <= length; octets++) {
          const state = await stateOf(new MemoryFileSystem(filesAfter(fileSystem.changes, count, octets)));
          expectRecovered(state, states, acknowledgedAt, count);
        }
      }
      const last = await stateOf(new MemoryFileSystem(fileSystem.files()));
      expect(last).toEqual(states.at(-1));
    }),
    { numRuns: 12 },
  );
});

test("JournalStore has everything it acknowledged when only what was synced reaches the disk", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (batches) => {
      const fileSystem = new MemoryFileSystem();
      const images: { at: number; files: Map<string, Buffer> }[] = [];
      fileSystem.plan = () => {
        images.push({ at: fileSystem.changes.length, files: fileSystem.synced() });
        return undefined;
      };
      const { states, acknowledgedAt } = await run(fileSystem, batches);
      for (const { at, files } of images) {
        expectRecovered(await stateOf(new MemoryFileSystem(files)), states, acknowledgedAt, at);
      }
    }),
    { numRuns: 60 },
  );
});

test("JournalStore neither loses what it acknowledged nor keeps what it refused, whichever calls fail", async () => {
  const failing = fc.array(fc.record({ at: fc.nat(60), code: fc.constantFrom("ENOSPC", "EIO"), written: fc.nat(40) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(history, failing, async (batches, faults) => {
      const fileSystem = new MemoryFileSystem();
      const store = await open(fileSystem);
      let calls = 0;
      fileSystem.plan = () => {
        calls += 1;
        return faults.find(({ at }) => at === calls);
      };
      let expected: State = {};
      for (const batch of batches) {
        const outcomes = await Promise.allSettled(batch.map((writes) => store.write(writes)));
        for (const [index, { status }] of outcomes.entries()) {
          if (status === "fulfilled") expected = after(expected, batch[index] as StoreWrite[]);
        }
        expect(Object.fromEntries((await store.list("")).map((entry) => [entry.key, entry.value]))).toEqual(expected);
      }
      fileSystem.plan = () => undefined;
      await store.write([{ key: "y", value: "end" }]);
      await store.close();
      expect(await stateOf(new MemoryFileSystem(fileSystem.synced()))).toEqual({ ...expected, y: "end" });
    }),
    { numRuns: 200 },
  );
});
