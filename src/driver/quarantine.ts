/** A stuck machine is asked again after this time, then after twice as long each time. */
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 30_000;

interface Entry {
  readonly domainId: number;
  /** Whether it missed a deadline with all patience; until then it is suspect only. */
  readonly stuck: boolean;
  intervalMs: number;
  retryAt: number;
  asking: boolean;
}

/**
 * Machines that do not answer statistics calls. Each is asked rarely, and never while an earlier question is still open,
 * for every open question holds one of the daemon's few workers. Instants are of the monotonic clock.
 */
export class Quarantine {
  readonly #entries = new Map<string, Entry>();

  /** Machines known to be stuck. */
  get size(): number {
    return [...this.#entries.values()].filter(({ stuck }) => stuck).length;
  }

  holds(uuid: string): boolean {
    return this.#entries.has(uuid);
  }

  /** Takes a machine in that did not answer in a hurry: it is due at once for a question with all patience. */
  suspect(uuid: string, domainId: number, now: number): void {
    this.#entries.set(uuid, { domainId, stuck: false, intervalMs: FIRST_RETRY_MS, retryAt: now, asking: false });
  }

  /**
   * Takes a machine in, or notes that it still does not answer; `domainId` says which run of it.
   * @returns whether it was known to be stuck before
   */
  stuck(uuid: string, domainId: number, now: number): boolean {
    const entry = this.#entries.get(uuid);
    const intervalMs = entry?.stuck ? Math.min(entry.intervalMs * 2, LONGEST_RETRY_MS) : FIRST_RETRY_MS;
    this.#entries.set(uuid, { domainId, stuck: true, intervalMs, retryAt: now + intervalMs, asking: false });
    return entry?.stuck === true;
  }

  /** @returns whether it was known to be stuck */
  release(uuid: string): boolean {
    const entry = this.#entries.get(uuid);
    this.#entries.delete(uuid);
    return entry?.stuck === true;
  }

  /** The machines that `keep` does not recognise as the same run any more; they are held no longer. */
  sift(keep: (uuid: string, domainId: number) => boolean): readonly string[] {
    const others = [...this.#entries].filter(([uuid, { domainId }]) => !keep(uuid, domainId)).map(([uuid]) => uuid);
    for (const uuid of others) this.#entries.delete(uuid);
    return others;
  }

  /** Makes all due: something was heard of one of them. */
  hasten(now: number): void {
    for (const entry of this.#entries.values()) entry.retryAt = now;
  }

  /** The machines whose time has come; each counts as being asked until `stuck` or `release`. */
  takeDue(now: number): readonly string[] {
    const due: string[] = [];
    for (const [uuid, entry] of this.#entries) {
      if (entry.asking || entry.retryAt > now) continue;
      entry.asking = true;
      due.push(uuid);
    }
    return due;
  }
}
