import assert from "node:assert/strict";
import { Fault } from "../../src/base/fault.js";
import { JournalStore } from "../../src/store/journal-store.js";
import { encodeRecord, RECORD_HEADER } from "../../src/store/record.js";
import { encodeEntry, encodeTransaction } from "../../src/store/transaction.js";
import { MemoryFileSystem } from "../support/memory-file-system.js";

const JOURNAL = "/s/journal";
const SNAPSHOT = "/s/snapshot";

const transactions = [
  [
    { key: "snmp/engine", value: '{"boots":1}' },
    { key: "x", value: "" },
  ],
  [
    { key: "x", value: undefined },
    { key: "ü", value: "\u{1f600}" },
  ],
];
const records = [
  ...transactions.map((writes, i) => encodeRecord({ type: 1, sequence: i + 1, payload: encodeTransaction(writes) })),
  encodeRecord({ type: 2, sequence: 3, payload: Buffer.alloc(0) }),
];
const journal = Buffer.concat([Buffer.from("VGJRNL1\n"), ...records]);
const entries = Buffer.concat(
  [
    { key: "a", value: "1", revision: 1 },
    { key: "b", value: "", revision: 3 },
  ].map(encodeEntry),
);
const snapshot = Buffer.concat([
  Buffer.from("VGSNAP1\n"),
  encodeRecord({ type: 1, sequence: 3, payload: entries }),
  encodeRecord({ type: 2, sequence: 3, payload: Buffer.from("000000000007000000000002", "hex") }),
]);

export const target = {
  name: "journal",
  seeds: [
    Buffer.concat([Buffer.of(0), journal]),
    Buffer.concat([Buffer.of(1), snapshot]),
    // Payloads that get a good checksum below.
    Buffer.concat([Buffer.of(2), encodeTransaction(transactions[0] ?? [])]),
    Buffer.concat([Buffer.of(3), entries]),
  ],
  /** Whatever stands in the files: they are refused with a fault, or they open, work, and open once more with the same content. */
  async run(input: Buffer): Promise<void> {
    const kind = (input[0] ?? 0) % 4;
    const octets = input.subarray(1);
    const files = new Map<string, Buffer>();
    if (kind === 0) files.set(JOURNAL, octets);
    if (kind === 1) files.set(SNAPSHOT, octets);
    if (kind === 2) {
      const record = encodeRecord({ type: 1, sequence: 1, payload: octets });
      assert.equal(record.length, RECORD_HEADER + octets.length);
      files.set(JOURNAL, Buffer.concat([Buffer.from("VGJRNL1\n"), record]));
    }
    if (kind === 3) {
      const pieces = [1, 2].map((type) => encodeRecord({ type, sequence: 1, payload: octets }));
      files.set(SNAPSHOT, Buffer.concat([Buffer.from("VGSNAP1\n"), ...pieces]));
    }
    const fileSystem = new MemoryFileSystem(files);
    const store = await opened(fileSystem);
    if (!store) {
      assert.deepEqual(fileSystem.files(), files, "what was refused was changed");
      return;
    }
    const before = await store.list("");
    await store.write([{ key: "z", value: "fit for use" }]);
    await store.close();
    const again = await opened(fileSystem);
    assert(again, "it does not open a second time");
    const expected = [
      ...before.filter(({ key }) => key !== "z").map(({ key, value }) => [key, value]),
      ["z", "fit for use"],
    ];
    const after = (await again.list("")).map(({ key, value }) => [key, value]);
    assert.deepEqual(new Map(after as [string, string][]), new Map(expected as [string, string][]));
    await again.close();
  },
};

async function opened(fileSystem: MemoryFileSystem): Promise<JournalStore | undefined> {
  try {
    return await JournalStore.open("/s", { fileSystem });
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
