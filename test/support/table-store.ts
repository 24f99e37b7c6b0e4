import type { Fault } from "../../src/base/fault.js";
import type { Store, StoreEntry, StoreLease, StoreWrite } from "../../src/base/store.js";

/** A `Store` in memory for tests of what uses one, with a hand on its writes. Watches and leases are not offered. */
export class TableStore implements Store {
  readonly #entries = new Map<string, StoreEntry>();
  #revision = 0;
  #refusal: Fault | undefined;
  #held: Promise<void> | undefined;

  /** Makes every write wait until the returned function is called. */
  hold(): () => void {
    let release = (): void => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#held = undefined;
      release();
    };
  }

  /** Makes every write fail, until called with `undefined`. */
  refuse(fault: Fault | undefined): void {
    this.#refusal = fault;
  }

  async get(key: string): Promise<StoreEntry | undefined> {
    return this.#entries.get(key);
  }

  async list(prefix: string): Promise<readonly StoreEntry[]> {
    return [...this.#entries.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async write(writes: readonly StoreWrite[]): Promise<number> {
    await this.#held;
    if (this.#refusal) throw this.#refusal;
    this.#revision += 1;
    for (const { key, value } of writes) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, { key, value, revision: this.#revision });
    }
    return this.#revision;
  }

  watch(): () => void {
    throw new Error("not offered by TableStore");
  }

  async lease(): Promise<StoreLease | undefined> {
    throw new Error("not offered by TableStore");
  }

  async close(): Promise<void> {}
}
