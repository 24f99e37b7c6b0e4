import { expect, test } from "vitest";
import { DecodeError, Fault } from "../../../src/base/fault.js";
import type { OpenFile } from "../../../src/store/file-system.js";
import {
  claimedLength,
  decodeRecord,
  encodeRecord,
  LONGEST_PAYLOAD,
  RECORD_HEADER,
} from "../../../src/store/record.js";
import { readRecords } from "../../../src/store/record-reader.js";
import { decodeEntries, decodeTransaction, encodeEntry, encodeTransaction } from "../../../src/store/transaction.js";
import { MemoryFileSystem } from "../../support/memory-file-system.js";

const record = { type: 1, sequence: 2 ** 40 + 7, payload: Buffer.from("payload") };

test("encodeRecord() lays out length, type, sequence, checksum, payload", () => {
  const octets = encodeRecord(record);
  expect(octets.toString("hex", 0, 11)).toBe("00000007" + "01" + "010000000007");
  expect(octets.subarray(RECORD_HEADER).toString()).toBe("payload");
  expect(claimedLength(octets)).toBe(octets.length);
});

test("decodeRecord() reads back what encodeRecord() wrote", () => {
  const { type, sequence, payload } = decodeRecord(encodeRecord(record));
  expect({ type, sequence, payload: Buffer.from(payload).toString() }).toEqual({ ...record, payload: "payload" });
});

test("decodeRecord() refuses a record with any bit changed or cut anywhere", () => {
  const octets = encodeRecord(record);
  for (let bit = 0; bit < octets.length * 8; bit++) {
    const changed = Buffer.from(octets);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => decodeRecord(changed)).toThrow(DecodeError);
  }
  for (let cut = 0; cut < octets.length; cut++)
    expect(() => decodeRecord(octets.subarray(0, cut))).toThrow(DecodeError);
});

test("decodeRecord() refuses zeros, which a file system may leave behind", () => {
  expect(() => decodeRecord(Buffer.alloc(RECORD_HEADER))).toThrow(DecodeError);
});

test("claimedLength() refuses a length that no record has, before anything is allocated for it", () => {
  const octets = Buffer.alloc(RECORD_HEADER);
  octets.writeUInt32BE(LONGEST_PAYLOAD + 1);
  expect(() => claimedLength(octets)).toThrow(DecodeError);
  expect(claimedLength(octets.subarray(1))).toBeUndefined();
});

test("readRecords() hands out good records and asks for no more memory than the file can need", async () => {
  const claim = Buffer.alloc(RECORD_HEADER);
  claim.writeUInt32BE(LONGEST_PAYLOAD);
  const long = { ...record, payload: Buffer.alloc(700_000, 1) };
  const content = Buffer.concat([encodeRecord(record), encodeRecord(long), encodeRecord(record), claim]);
  const fileSystem = new MemoryFileSystem(new Map([["/f", content]]));
  const file = (await fileSystem.open("/f")) as OpenFile;
  let largest = 0;
  const watched: OpenFile = {
    ...file,
    async read(into, position) {
      largest = Math.max(largest, into.length);
      return file.read(into.subarray(0, 100_000), position); // short reads are allowed
    },
  };
  const lengths: number[] = [];
  const { end, damaged } = await readRecords(watched, 0, ({ payload }) => lengths.push(payload.length));
  expect(lengths).toEqual([7, 700_000, 7]);
  expect({ end, damaged }).toEqual({ end: content.length - RECORD_HEADER, damaged: true });
  expect(largest).toBeLessThan(1_000_000);
});

const writes = [
  { key: "a", value: "" },
  { key: "schlüssel/ü", value: "wert \u{1f600}\0" },
  { key: "gone", value: undefined },
];

test("decodeTransaction() reads back what encodeTransaction() wrote, deletions too", () => {
  expect(decodeTransaction(encodeTransaction(writes))).toEqual(writes);
});

test("decodeTransaction() refuses a transaction cut inside a write", () => {
  const octets = encodeTransaction(writes);
  const whole = [0, 7, octets.length - 10, octets.length];
  for (let cut = 0; cut <= octets.length; cut++) {
    if (whole.includes(cut))
      expect(decodeTransaction(octets.subarray(0, cut))).toEqual(writes.slice(0, whole.indexOf(cut)));
    else expect(() => decodeTransaction(octets.subarray(0, cut))).toThrow(DecodeError);
  }
});

test("encodeTransaction() refuses what cannot be stored", () => {
  const refused = [
    [{ key: "", value: "x" }],
    [{ key: "k".repeat(1025), value: "x" }],
    [{ key: "\ud800", value: "x" }],
    [{ key: "k", value: "\udc00 alone" }],
    [{ key: "k", value: "x".repeat(9 * 1024 * 1024) }],
    [
      { key: "k", value: "1" },
      { key: "k", value: "2" },
    ],
    Array.from({ length: 10_001 }, (_, i) => ({ key: `k${i}`, value: "" })),
  ];
  for (const transaction of refused) expect(() => encodeTransaction(transaction)).toThrow(Fault);
});

test("decodeEntries() reads back what encodeEntry() wrote, and refuses every cut", () => {
  const entries = [
    { key: "a", value: "1", revision: 1 },
    { key: "b", value: "", revision: 2 ** 47 },
  ];
  const pieces = entries.map(encodeEntry);
  expect(decodeEntries(Buffer.concat(pieces))).toEqual(entries);
  const first = pieces[0] as Buffer;
  for (let cut = 1; cut < first.length; cut++) expect(() => decodeEntries(first.subarray(0, cut))).toThrow(DecodeError);
});
