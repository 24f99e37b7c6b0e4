import { join } from "node:path";
import { type Clock, systemClock } from "../base/clock.js";
import { DecodeError, Fault, reasonOf } from "../base/fault.js";
import { type Log, silentLog } from "../base/log.js";
import type { Store, StoreChange, StoreEntry, StoreLease, StoreWrite } from "../base/store.js";
import { ChangeHistory } from "./change-history.js";
import { Contents, Outlook } from "./contents.js";
import type { FileSystem } from "./file-system.js";
import { Journal } from "./journal.js";
import { Leases } from "./leases.js";
import { nodeFileSystem } from "./node-file-system.js";
import { encodeRecord, type StoredRecord } from "./record.js";
import { readSnapshot, writeSnapshot } from "./snapshot.js";
import { decodeTransaction, encodeTransaction } from "./transaction.js";

/** What a store may be given instead of its defaults. */
export interface JournalStoreOptions {
  readonly fileSystem?: FileSystem;
  readonly clock?: Clock;
  readonly log?: Log;
  /** A journal of this size, and of twice that of the last snapshot, makes way for a new snapshot. */
  readonly snapshotAtOctets?: number;
}

const TRANSACTION = 1;
const LEASE_TOKEN = 2;
const SNAPSHOT_AT_OCTETS = 1024 * 1024;
/** One batch shares one write and one sync. */
const LARGEST_BATCH_OCTETS = 1024 * 1024;
/** What may wait for the disk before writers are turned away. */
const MOST_WAITING_OCTETS = 64 * 1024 * 1024;

/** A change that waits for its turn. */
interface Pending {
  readonly type: number;
  readonly payload: Buffer;
  readonly writes: readonly StoreWrite[];
  resolve(sequence: number): void;
  reject(fault: Fault): void;
}

/**
 * A `Store` in plain files: everything in memory, every change in a checksummed journal, now and then a snapshot.
 *
 * A write is acknowledged when its record is on the disk; writes that come while the disk is busy share the next record batch and
 * its sync. When the disk refuses, the batch is refused with `storage-failed`, nothing has changed, and the next write tries again,
 * so the store recovers by itself. At any moment the files give the state before or after each transaction, never a mix.
 */
export class JournalStore implements Store {
  readonly #directory: string;
  readonly #fileSystem: FileSystem;
  readonly #log: Log;
  readonly #snapshotAtOctets: number;
  readonly #contents = new Contents();
  readonly #leases: Leases;
  #journal!: Journal;
  #history!: ChangeHistory;
  /** Of the last record on the disk. */
  #sequence = 0;
  #leaseToken = 0;
  #nextSnapshotAt: number;
  #waiting: Pending[] = [];
  #waitingOctets = 0;
  #committing: Promise<void> | undefined;
  #closed = false;

  private constructor(directory: string, options: JournalStoreOptions) {
    this.#directory = directory;
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
    this.#log = options.log ?? silentLog;
    this.#snapshotAtOctets = options.snapshotAtOctets ?? SNAPSHOT_AT_OCTETS;
    this.#nextSnapshotAt = this.#snapshotAtOctets;
    this.#leases = new Leases(options.clock ?? systemClock, () => this.#commit(LEASE_TOKEN, Buffer.alloc(0), []));
  }

  /**
   * Opens the store in `directory`, which exists and which no other process uses; makes an empty one when there is none.
   * @throws {Fault} `storage-failed` when the files cannot be used, `unsupported` when a later version wrote them
   */
  static async open(directory: string, options: JournalStoreOptions = {}): Promise<JournalStore> {
    const store = new JournalStore(directory, options);
    await store.#load();
    return store;
  }

  async get(key: string): Promise<StoreEntry | undefined> {
    return this.#contents.get(key);
  }

  async list(prefix: string): Promise<readonly StoreEntry[]> {
    return this.#contents.list(prefix);
  }

  async write(writes: readonly StoreWrite[]): Promise<number> {
    if (writes.length === 0) return this.#sequence;
    return this.#commit(
      TRANSACTION,
      encodeTransaction(writes),
      writes.map((write) => ({ ...write })),
    );
  }

  watch(prefix: string, afterRevision: number, onChange: (change: StoreChange) => void): () => void {
    return this.#history.watch(prefix, afterRevision, () => this.#contents.list(prefix), onChange);
  }

  lease(name: string, ttlMs: number): Promise<StoreLease | undefined> {
    return this.#leases.lease(name, ttlMs);
  }

  /** Waits for the writes that were begun; later ones are refused. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#committing;
    this.#history.close();
    await this.#journal.close();
  }

  async #load(): Promise<void> {
    const snapshot = await readSnapshot(this.#fileSystem, this.#snapshotPath);
    if (snapshot) {
      for (const entry of snapshot.entries) this.#contents.put(entry);
      this.#sequence = snapshot.sequence;
      this.#leaseToken = snapshot.leaseToken;
      this.#nextSnapshotAt = Math.max(this.#snapshotAtOctets, 2 * snapshot.size);
    }
    this.#history = new ChangeHistory(this.#sequence, this.#log);
    const snapshotSequence = this.#sequence;
    this.#journal = await Journal.open(this.#fileSystem, this.#journalPath, (record) => {
      // A journal that was not shortened after a snapshot begins with records that the snapshot has.
      if (record.sequence > snapshotSequence) this.#replay(record);
    });
    if (this.#journal.cut) this.#log.warn("store.journal.cut", { ...this.#journal.cut });
  }

  #replay(record: StoredRecord): void {
    const { type, sequence, payload } = record;
    if (sequence !== this.#sequence + 1) {
      throw this.#damaged(`record ${sequence} follows record ${this.#sequence}`);
    }
    if (type !== TRANSACTION && type !== LEASE_TOKEN) {
      throw new Fault("unsupported", `${this.#journalPath} has records of a later version of virtgate; start that one`);
    }
    try {
      this.#apply(type, type === TRANSACTION ? decodeTransaction(payload) : [], sequence);
    } catch (error) {
      if (error instanceof DecodeError) throw this.#damaged(`record ${sequence}: ${error.message}`);
      throw error;
    }
  }

  #damaged(what: string): Fault {
    return new Fault(
      "storage-failed",
      `${this.#journalPath} is damaged: ${what}; restore the state directory from a backup`,
    );
  }

  /** Queues a change. @returns the number of its record, or for a lease the new token */
  #commit(type: number, payload: Buffer, writes: readonly StoreWrite[]): Promise<number> {
    if (this.#closed) return Promise.reject(new Fault("storage-failed", "the store is closed"));
    if (this.#waitingOctets > MOST_WAITING_OCTETS) {
      return Promise.reject(new Fault("busy", "too much waits for the disk; try again later"));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ type, payload, writes, resolve, reject });
      this.#waitingOctets += payload.length;
      this.#committing ??= this.#commitAll();
    });
  }

  /** Works off the queue in batches. */
  async #commitAll(): Promise<void> {
    await Promise.resolve(); // writes of the same moment share the first batch
    while (this.#waiting.length > 0) {
      await this.#commitBatch(this.#takeBatch());
      if (this.#journal.size >= this.#nextSnapshotAt) await this.#takeSnapshot();
    }
    this.#committing = undefined; // in the same breath as the check above: who comes now begins anew
  }

  #takeBatch(): readonly Pending[] {
    let count = 0;
    let octets = 0;
    for (const { payload } of this.#waiting) {
      if (count > 0 && octets + payload.length > LARGEST_BATCH_OCTETS) break;
      octets += payload.length;
      count += 1;
    }
    this.#waitingOctets -= octets;
    return this.#waiting.splice(0, count);
  }

  async #commitBatch(batch: readonly Pending[]): Promise<void> {
    const outlook = new Outlook(this.#contents);
    const records: Buffer[] = [];
    const plan = batch.map((pending) => {
      const conflict = outlook.conflict(pending.writes);
      if (conflict) return { pending, conflict };
      const sequence = this.#sequence + records.length + 1;
      outlook.add(pending.writes, sequence);
      records.push(encodeRecord({ type: pending.type, sequence, payload: pending.payload }));
      return { pending, sequence };
    });
    try {
      if (records.length > 0) await this.#journal.append(Buffer.concat(records));
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault("storage-failed", reasonOf(error), { cause: error });
      this.#log.error("store.write.failed", { reason: fault.message, transactions: batch.length });
      // Also those in conflict: what they conflicted with may be a change of this batch that did not happen.
      for (const { reject } of batch) reject(fault);
      return;
    }
    for (const { pending, conflict, sequence } of plan) {
      if (conflict) pending.reject(conflict);
      else pending.resolve(this.#apply(pending.type, pending.writes, sequence));
    }
  }

  #apply(type: number, writes: readonly StoreWrite[], sequence: number): number {
    this.#sequence = sequence;
    if (type === LEASE_TOKEN) {
      this.#leaseToken += 1;
      return this.#leaseToken;
    }
    this.#history.add(this.#contents.apply(writes, sequence));
    return sequence;
  }

  /** Failing to take one costs nothing but space: the journal still has everything. */
  async #takeSnapshot(): Promise<void> {
    try {
      const size = await writeSnapshot(this.#fileSystem, this.#snapshotPath, {
        sequence: this.#sequence,
        leaseToken: this.#leaseToken,
        entries: this.#contents.values(),
      });
      this.#nextSnapshotAt = Math.max(this.#snapshotAtOctets, 2 * size);
      await this.#journal.clear();
    } catch (error) {
      this.#nextSnapshotAt = this.#journal.size + this.#snapshotAtOctets;
      this.#log.warn("store.snapshot.failed", { reason: reasonOf(error) });
    }
  }

  get #journalPath(): string {
    return join(this.#directory, "journal");
  }

  get #snapshotPath(): string {
    return join(this.#directory, "snapshot");
  }
}
