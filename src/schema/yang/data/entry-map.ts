import { type Owner, PersistentMap } from "./persistent-map.js";

/** Where an entry goes. @see RFC 7950, section 7.8.6 */
export type Position = "first" | "last" | { readonly before: string } | { readonly after: string };

/** A run of neighbouring entries, in three arrays side by side. */
export interface Chunk<T> {
  readonly keys: string[];
  readonly items: T[];
  /** Ascending through the whole map: what the index knows of a place, and stays when others come and go. */
  readonly labels: number[];
  readonly owner: Owner | undefined;
}

const CHUNK = 64;
/** Between labels that are nearer to each other there is soon no other number. */
const LEAST_STEP = 2 ** -10;
/** Up to so many entries are found by looking at each. */
const UNINDEXED = 8;

/**
 * The entries of a list or the values of a leaf-list, in order and by key. Never changed: a write gives a new map that shares
 * with the old one all chunks but those written to.
 */
export class EntryMap<T> {
  readonly kind = "entries";
  readonly size: number;
  readonly chunks: readonly Chunk<T>[];
  /** Labels by key. */
  readonly index: PersistentMap<number> | undefined;

  constructor(size = 0, chunks: readonly Chunk<T>[] = [], index?: PersistentMap<number>) {
    this.size = size;
    this.chunks = chunks;
    this.index = index;
  }

  get(key: string): T | undefined {
    const label = this.labelOf(key);
    return label === undefined ? undefined : this.#at(label);
  }

  has(key: string): boolean {
    return this.labelOf(key) !== undefined;
  }

  /** The place of an entry among the others: greater for later ones. */
  labelOf(key: string): number | undefined {
    if (this.index) return this.index.get(key);
    for (const { keys, labels } of this.chunks) {
      const at = keys.indexOf(key);
      if (at >= 0) return labels[at];
    }
    return undefined;
  }

  /** The entry that a label belongs to. */
  at(label: number): { readonly key: string; readonly item: T } | undefined {
    const chunk = this.chunks[chunkOf(this.chunks, label)];
    if (!chunk) return undefined;
    const place = placeOf(chunk.labels, label);
    return chunk.labels[place] === label
      ? { key: chunk.keys[place] as string, item: chunk.items[place] as T }
      : undefined;
  }

  *values(): Iterable<T> {
    for (const { items } of this.chunks) yield* items;
  }

  *keys(): Iterable<string> {
    for (const { keys } of this.chunks) yield* keys;
  }

  *entries(): Iterable<readonly [key: string, item: T]> {
    for (const { keys, items } of this.chunks) {
      for (let at = 0; at < keys.length; at++) yield [keys[at] as string, items[at] as T];
    }
  }

  /** Another item for each, with the same key in the same place; this map when all are the same. */
  map(itemFor: (item: T, key: string, label: number) => T): EntryMap<T> {
    let isSame = true;
    const chunks = this.chunks.map((chunk): Chunk<T> => {
      const items = chunk.items.map((item, at) => itemFor(item, chunk.keys[at] as string, chunk.labels[at] as number));
      if (items.every((item, at) => item === chunk.items[at])) return chunk;
      isSame = false;
      return { keys: chunk.keys, items, labels: chunk.labels, owner: undefined };
    });
    return isSame ? this : new EntryMap(this.size, chunks, this.index);
  }

  /** Replaces the entry of that key where it stands; a new one comes last. */
  set(key: string, item: T): EntryMap<T> {
    return this.draft().set(key, item).finish();
  }

  delete(key: string): EntryMap<T> {
    const draft = this.draft();
    draft.delete(key);
    return draft.finish();
  }

  draft(): EntryMapDraft<T> {
    return new EntryMapDraft(this);
  }

  #at(label: number): T | undefined {
    const chunk = this.chunks[chunkOf(this.chunks, label)];
    return chunk?.items[placeOf(chunk.labels, label)];
  }
}

/** Several writes to an entry map. Finished once, then not used any more. */
export class EntryMapDraft<T> {
  readonly #owner: Owner = {};
  readonly #from: EntryMap<T>;
  #isChanged = false;
  #size: number;
  #chunks: Chunk<T>[];
  #index: PersistentMap<number> | undefined;

  constructor(from: EntryMap<T> = new EntryMap()) {
    this.#from = from;
    this.#size = from.size;
    this.#chunks = from.chunks.slice();
    this.#index = from.index;
  }

  get size(): number {
    return this.#size;
  }

  get(key: string): T | undefined {
    return this.#now().get(key);
  }

  has(key: string): boolean {
    return this.#labelOf(key) !== undefined;
  }

  set(key: string, item: T): this {
    const label = this.#labelOf(key);
    if (label === undefined) return this.#append(key, item);
    const at = chunkOf(this.#chunks, label);
    const shared = this.#chunks[at] as Chunk<T>;
    const place = placeOf(shared.labels, label);
    if (shared.items[place] !== item) this.#own(at).items[place] = item;
    return this;
  }

  /** Whether there was such an entry. */
  delete(key: string): boolean {
    const label = this.#labelOf(key);
    if (label === undefined) return false;
    const at = chunkOf(this.#chunks, label);
    const chunk = this.#own(at);
    const place = placeOf(chunk.labels, label);
    chunk.keys.splice(place, 1);
    chunk.items.splice(place, 1);
    chunk.labels.splice(place, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(at, 1);
    this.#size -= 1;
    this.#index = this.#index?.delete(key, this.#owner);
    return true;
  }

  /**
   * Puts an entry at a place; one of that key is moved there.
   * @returns false, and nothing is done, when there is no entry to put it before or after
   */
  insert(key: string, item: T, position: Position): boolean {
    const anchor = anchorOf(position);
    if (anchor !== undefined && !this.has(anchor)) return false;
    if (anchor === key) {
      this.set(key, item);
      return true;
    }
    this.delete(key);
    if (position === "last" || this.#size === 0) {
      this.#append(key, item);
      return true;
    }
    const isBefore = typeof position !== "string" && "before" in position;
    const label = anchor === undefined ? undefined : (this.#labelOf(anchor) as number);
    let at = 0;
    let place = 0;
    if (label !== undefined) {
      at = chunkOf(this.#chunks, label);
      place = placeOf((this.#chunks[at] as Chunk<T>).labels, label) + (isBefore ? 0 : 1);
    }
    const before = this.#labelBefore(at, place);
    const after = this.#labelFrom(at, place);
    const between = after === undefined ? (before ?? 0) + 1 : ((before ?? after - 2) + after) / 2;
    if (between === before || between === after) {
      this.#makeRoom(at);
      return this.insert(key, item, position);
    }
    const chunk = this.#own(at);
    chunk.keys.splice(place, 0, key);
    chunk.items.splice(place, 0, item);
    chunk.labels.splice(place, 0, between);
    if (chunk.keys.length > CHUNK * 2) this.#split(at);
    this.#grown(key, between);
    return true;
  }

  /** What it began with when nothing was changed. */
  finish(): EntryMap<T> {
    return this.#isChanged ? this.#now() : this.#from;
  }

  #now(): EntryMap<T> {
    return new EntryMap(this.#size, this.#chunks, this.#index);
  }

  #labelOf(key: string): number | undefined {
    if (this.#index) return this.#index.get(key);
    for (const { keys, labels } of this.#chunks) {
      const at = keys.indexOf(key);
      if (at >= 0) return labels[at];
    }
    return undefined;
  }

  #append(key: string, item: T): this {
    const last = this.#chunks.length - 1;
    const label = (this.#chunks[last]?.labels.at(-1) ?? 0) + 1;
    if (last < 0 || (this.#chunks[last] as Chunk<T>).keys.length >= CHUNK) {
      this.#chunks.push({ keys: [key], items: [item], labels: [label], owner: this.#owner });
    } else {
      const chunk = this.#own(last);
      chunk.keys.push(key);
      chunk.items.push(item);
      chunk.labels.push(label);
    }
    this.#grown(key, label);
    return this;
  }

  /** Notes a new key, and begins the index when there are too many to look at each. */
  #grown(key: string, label: number): void {
    this.#isChanged = true;
    this.#size += 1;
    if (this.#index) this.#index = this.#index.set(key, label, this.#owner);
    else if (this.#size > UNINDEXED) this.#reindex();
  }

  #reindex(): void {
    let index = new PersistentMap<number>();
    for (const { keys, labels } of this.#chunks) {
      keys.forEach((key, at) => {
        index = index.set(key, labels[at] as number, this.#owner);
      });
    }
    this.#index = index;
  }

  /** New labels for a chunk in which the room between two neighbours is used up; for everybody when there is none around it. */
  #makeRoom(at: number): void {
    const chunk = this.#own(at);
    const { keys, labels } = chunk;
    const above = this.#labelFrom(at + 1, 0);
    const below = this.#labelBefore(at, 0) ?? (above ?? keys.length + 1) - keys.length - 1;
    const step = ((above ?? below + keys.length + 1) - below) / (keys.length + 1);
    if (step < LEAST_STEP) {
      this.#relabel();
      return;
    }
    keys.forEach((key, place) => {
      const label = below + step * (place + 1);
      labels[place] = label;
      if (this.#index) this.#index = this.#index.set(key, label, this.#owner);
    });
  }

  /** New whole numbers for everybody. */
  #relabel(): void {
    let next = 1;
    this.#chunks = this.#chunks.map(({ keys, items }) => ({
      keys: keys.slice(),
      items: items.slice(),
      labels: keys.map(() => next++),
      owner: this.#owner,
    }));
    if (this.#index) this.#reindex();
  }

  #labelBefore(at: number, place: number): number | undefined {
    return place > 0 ? this.#chunks[at]?.labels[place - 1] : this.#chunks[at - 1]?.labels.at(-1);
  }

  #labelFrom(at: number, place: number): number | undefined {
    return this.#chunks[at]?.labels[place] ?? this.#chunks[at + 1]?.labels[0];
  }

  #split(at: number): void {
    const { keys, items, labels, owner } = this.#chunks[at] as Chunk<T>;
    const second = { keys: keys.splice(CHUNK), items: items.splice(CHUNK), labels: labels.splice(CHUNK), owner };
    this.#chunks.splice(at + 1, 0, second);
  }

  #own(at: number): Chunk<T> {
    this.#isChanged = true;
    const chunk = this.#chunks[at] as Chunk<T>;
    if (chunk.owner === this.#owner) return chunk;
    const { keys, items, labels } = chunk;
    const own = { keys: keys.slice(), items: items.slice(), labels: labels.slice(), owner: this.#owner };
    this.#chunks[at] = own;
    return own;
  }
}

function anchorOf(position: Position): string | undefined {
  if (typeof position === "string") return undefined;
  return "before" in position ? position.before : position.after;
}

/** The last chunk that begins at or before `label`. */
function chunkOf(chunks: readonly Chunk<unknown>[], label: number): number {
  let low = 0;
  let high = chunks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (((chunks[middle] as Chunk<unknown>).labels[0] as number) <= label) low = middle;
    else high = middle - 1;
  }
  return low;
}

function placeOf(labels: readonly number[], label: number): number {
  let low = 0;
  let high = labels.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((labels[middle] as number) < label) low = middle + 1;
    else high = middle;
  }
  return low;
}
