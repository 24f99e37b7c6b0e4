import { createHash } from "node:crypto";
import type { AppendLog } from "../base/append-log.js";
import type { Clock } from "../base/clock.js";
import type { Store, StoreWrite } from "../base/store.js";

/** What happened to what somebody asked for. */
export type AuditOutcome = "done" | "undone" | "partial" | "refused";

/** One thing that somebody did, or tried. */
export interface AuditEntry {
  readonly principal: string;
  /** Through what he asked: `cli`, `netconf`, … */
  readonly via: string;
  /** In words: `start machine web1`. */
  readonly what: string;
  /** In inventory terms: `host/kvm1/machine/…`. */
  readonly objects: readonly string[];
  readonly outcome: AuditOutcome;
  readonly reason?: string;
  /** The change's identity; absent for what is none. */
  readonly change?: string;
  /** Numbers of the events that it brought about, as every world's message about them carries them. */
  readonly events: readonly number[];
  /** Number of the latest event at that moment. */
  readonly sequence: number;
}

/** A line of the audit. */
export interface AuditRecord extends AuditEntry {
  /** From 1, without gaps. */
  readonly number: number;
  /** Wall time, milliseconds. */
  readonly at: number;
  /** Hash of the line before; of nothing for the first. */
  readonly previous: string;
  /** SHA-256 over this line up to here, in hexadecimal. */
  readonly hash: string;
}

/** What checking the chain found. */
export interface AuditVerdict {
  readonly lines: number;
  /** The first line that is not what was written, or not where it was; absent when all are. */
  readonly broken?: { readonly line: number; readonly reason: string };
}

const HEAD_KEY = "audit/head";
/** Enough for a few hundred lines. */
const TAIL_OCTETS = 256 * 1024;
const HASH_START = ',"hash":"';
const NOTHING = createHash("sha256").update("").digest("hex");

interface Head {
  readonly number: number;
  readonly hash: string;
}

/**
 * Who did what, in lines that are only added to. Each has the hash of the one before, and the store has that of the last: a line
 * that is changed, taken out or cut off later is found by `verify`.
 */
export class Audit {
  readonly #log: AppendLog;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #changes: Set<string>;
  #head: Head;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(log: AppendLog, store: Store, clock: Clock, head: Head, changes: Set<string>) {
    this.#log = log;
    this.#store = store;
    this.#clock = clock;
    this.#head = head;
    this.#changes = changes;
  }

  /** Goes on after the last line. */
  static async open(log: AppendLog, store: Store, clock: Clock): Promise<Audit> {
    const records = (await log.tail(TAIL_OCTETS)).map(readRecord).filter((record) => record !== undefined);
    const last = records.at(-1);
    const changes = records.flatMap(({ change }) => (change === undefined ? [] : [change]));
    const stored = await storedHead(store);
    // A file that somebody shortened is told by `verify`; new lines go on with the numbers.
    const head = last ?? stored ?? { number: 0, hash: NOTHING };
    return new Audit(log, store, clock, { number: head.number, hash: head.hash }, new Set(changes));
  }

  /** Whether the end of a change was told a short while ago. */
  has(change: string): boolean {
    return this.#changes.has(change);
  }

  /** Adds a line; resolves once it is on disk, and the store knows of it. @throws {Fault} `storage-failed` */
  async add(entry: AuditEntry): Promise<AuditRecord> {
    const { record, head } = await this.append(entry);
    await this.#store.write([head]);
    return record;
  }

  /** As `add`, for those who put `head` into the store together with something else. */
  append(entry: AuditEntry): Promise<{ readonly record: AuditRecord; readonly head: StoreWrite }> {
    const done = this.#turn.then(() => this.#append(entry));
    this.#turn = done.catch(() => {});
    return done;
  }

  /** The latest lines, the oldest of them first. */
  async latest(count: number): Promise<readonly AuditRecord[]> {
    const lines = await this.#log.tail(Math.max(TAIL_OCTETS, count * 1024));
    return lines
      .slice(-count)
      .map(readRecord)
      .filter((record) => record !== undefined);
  }

  /** Reads all lines and checks that they are what was written, in this order, up to the last. */
  async verify(): Promise<AuditVerdict> {
    const end = this.#head;
    const stored = await storedHead(this.#store);
    let before: Head = { number: 0, hash: NOTHING };
    for await (const line of this.#log.lines()) {
      const record = readRecord(line);
      const next = before.number + 1;
      const broken = (reason: string): AuditVerdict => ({ lines: before.number, broken: { line: next, reason } });
      if (record === undefined) return broken("it cannot be read");
      if (record.number !== next) return broken(`it has number ${record.number}`);
      if (record.previous !== before.hash) return broken("it does not follow the line before");
      if (hashOf(line.slice(0, line.lastIndexOf(HASH_START))) !== record.hash) return broken("it was changed");
      if (stored?.number === record.number && stored.hash !== record.hash)
        return broken("it is not what the store knows");
      before = { number: record.number, hash: record.hash };
    }
    const last = Math.max(end.number, stored?.number ?? 0);
    if (before.number >= last) return { lines: before.number };
    return { lines: before.number, broken: { line: before.number + 1, reason: `lines up to ${last} are missing` } };
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#log.close();
  }

  async #append(entry: AuditEntry): Promise<{ record: AuditRecord; head: StoreWrite }> {
    const number = this.#head.number + 1;
    const content = { number, at: this.#clock.now(), ...entry, previous: this.#head.hash };
    const body = JSON.stringify(content).slice(0, -1);
    const hash = hashOf(body);
    await this.#log.append(`${body}${HASH_START}${hash}"}`);
    this.#head = { number, hash };
    if (entry.change !== undefined) this.#changes.add(entry.change);
    return { record: { ...content, hash }, head: { key: HEAD_KEY, value: JSON.stringify(this.#head) } };
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function storedHead(store: Store): Promise<Head | undefined> {
  const entry = await store.get(HEAD_KEY);
  return entry && (JSON.parse(entry.value) as Head);
}

function readRecord(line: string): AuditRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<AuditRecord> | null;
    const { number, previous, hash } = record ?? {};
    const isWhole = typeof number === "number" && typeof previous === "string" && typeof hash === "string";
    return isWhole ? (record as AuditRecord) : undefined;
  } catch {
    return undefined;
  }
}
