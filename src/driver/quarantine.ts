/** A stuck machine is asked again after this time, then after twice as long each time. */
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 30_000;

interface Entry {
  readonly domainId: number;
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

  get size(): number {
    return this.#entries.size;
  }

  holds(uuid: string): boolean {
    return this.#entries.has(uuid);
  }

  /** Takes a machine in, or notes that it still does not answer; `domainId` says which run of it. */
  stuck(uuid: string, domainId: number, now: number): void {
    const entry = this.#entries.get(uuid);
    const intervalMs = entry ? Math.min(entry.intervalMs * 2, LONGEST_RETRY_MS) : FIRST_RETRY_MS;
    this.#entries.set(uuid, { domainId, intervalMs, retryAt: now + intervalMs, asking: false });
  }

  /** @returns whether it was held */
  release(uuid: string): boolean {
    return this.#entries.delete(uuid);
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
