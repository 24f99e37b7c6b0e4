/** More new keys than this at once are sorted in with all others when they are next needed. */
const FEW = 64;

/** Keys in order, for finding those with one beginning. */
export class KeyIndex {
  #keys: string[] = [];
  #sorted = true;
  #added = 0;

  /** `key` must be new. */
  add(key: string): void {
    if (this.#sorted && this.#added < FEW) {
      this.#keys.splice(this.#lowerBound(key), 0, key);
      this.#added += 1;
    } else {
      this.#keys.push(key);
      this.#sorted = false;
    }
  }

  /** `key` must be there. */
  remove(key: string): void {
    this.#sort();
    this.#keys.splice(this.#lowerBound(key), 1);
  }

  /** The keys that begin with `prefix`, in order. */
  withPrefix(prefix: string): readonly string[] {
    this.#sort();
    const from = this.#lowerBound(prefix);
    let to = from;
    while (this.#keys[to]?.startsWith(prefix)) to += 1;
    return this.#keys.slice(from, to);
  }

  #sort(): void {
    if (!this.#sorted) this.#keys.sort();
    this.#sorted = true;
    this.#added = 0;
  }

  /** The first position whose key is not less than `key`. */
  #lowerBound(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
