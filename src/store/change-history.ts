import { reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { StoreChange, StoreEntry } from "../base/store.js";

/** How many changes are kept for those who watch from an earlier revision. */
const KEPT = 1_000;
/** How many changes one watcher gets before the event loop and the others have a turn. */
const SLICE = 256;

interface Watcher {
  readonly prefix: string;
  readonly onChange: (change: StoreChange) => void;
  /** Entries to tell first, where the history does not reach back far enough. */
  backlog: readonly StoreChange[];
  /** The number of the next change to look at. */
  next: number;
}

/**
 * The latest changes, in order, and who watches them. Watchers share one history and hold a position in it, so a thousand changes
 * cost the same memory for one watcher as for a hundred. Nothing a watcher has yet to see is forgotten.
 */
export class ChangeHistory {
  readonly #log: Log;
  readonly #watchers = new Set<Watcher>();
  #changes: StoreChange[] = [];
  /** The number of `#changes[0]`. */
  #first = 0;
  /** Every change after this revision is in the history. */
  #knownFrom: number;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(knownFrom: number, log: Log) {
    this.#knownFrom = knownFrom;
    this.#log = log;
  }

  add(changes: readonly StoreChange[]): void {
    for (const change of changes) this.#changes.push(change);
    if (this.#changes.length > 2 * KEPT) this.#forget();
    this.#schedule();
  }

  /**
   * Begins to call `onChange`, never before this returns.
   * @param present gives all entries under `prefix`; needed when the history does not reach back to `afterRevision`
   */
  watch(
    prefix: string,
    afterRevision: number,
    present: () => readonly StoreEntry[],
    onChange: (change: StoreChange) => void,
  ): () => void {
    const known = afterRevision >= this.#knownFrom;
    const watcher: Watcher = {
      prefix,
      onChange,
      backlog: known ? [] : backlogOf(present(), afterRevision),
      next: known ? this.#numberAfter(afterRevision) : this.#end,
    };
    this.#watchers.add(watcher);
    this.#schedule();
    return () => this.#watchers.delete(watcher);
  }

  close(): void {
    this.#watchers.clear();
    clearImmediate(this.#scheduled);
  }

  get #end(): number {
    return this.#first + this.#changes.length;
  }

  #numberAfter(revision: number): number {
    const index = this.#changes.findIndex((change) => change.revision > revision);
    return index < 0 ? this.#end : this.#first + index;
  }

  #forget(): void {
    const first = this.#end - KEPT;
    for (const watcher of this.#watchers) while (watcher.next < first) this.#deliver(watcher);
    this.#knownFrom = this.#changes[first - 1 - this.#first]?.revision ?? this.#knownFrom;
    this.#changes = this.#changes.slice(first - this.#first);
    this.#first = first;
  }

  #schedule(): void {
    if (this.#watchers.size === 0) return;
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      let waiting = false;
      for (const watcher of this.#watchers) {
        this.#deliver(watcher);
        waiting ||= watcher.backlog.length > 0 || watcher.next < this.#end;
      }
      if (waiting) this.#schedule();
    });
  }

  /** Tells a watcher its next changes, a slice of them. */
  #deliver(watcher: Watcher): void {
    const backlog = watcher.backlog.slice(0, SLICE);
    watcher.backlog = watcher.backlog.slice(SLICE);
    for (const change of backlog) this.#tell(watcher, change);
    if (watcher.backlog.length > 0) return;
    const end = Math.min(watcher.next + SLICE, this.#end);
    while (watcher.next < end) {
      const change = this.#changes[watcher.next - this.#first] as StoreChange;
      watcher.next += 1;
      if (change.key.startsWith(watcher.prefix)) this.#tell(watcher, change);
    }
  }

  #tell(watcher: Watcher, change: StoreChange): void {
    if (!this.#watchers.has(watcher)) return;
    try {
      watcher.onChange(change);
    } catch (error) {
      // A watcher's bug must not keep the others, or the writer, from going on.
      this.#log.error("store.watcher.failed", { prefix: watcher.prefix, reason: reasonOf(error) });
    }
  }
}

function backlogOf(entries: readonly StoreEntry[], afterRevision: number): readonly StoreChange[] {
  return entries.filter(({ revision }) => revision > afterRevision).sort((a, b) => a.revision - b.revision);
}
