import type { Chunk, EntryMap } from "../data/entry-map.js";
import { type InnerData, leafAt } from "../data/tree.js";
import type { LeafNode } from "../schema-node.js";

/** Lists up to this long are searched instead. */
export const UNINDEXED = 16;
const MOST_INDEXES = 1000;

/**
 * Finds the entries of a list by a leaf that is not its key. An index follows its list from version to version: only the
 * chunks that differ are looked at again, so that after a small edit nothing is built anew.
 */
export class LeafIndexes {
  /** By leaf and by the place of the list. */
  readonly #indexes = new Map<string, LeafIndex>();

  /**
   * @param place tells the lists of one schema node apart
   * @returns keys of the entries, in no order
   */
  find(place: string, entries: EntryMap<InnerData>, leaf: LeafNode, text: string): ReadonlySet<string> | undefined {
    const name = `${leaf.id} ${place}`;
    let index = this.#indexes.get(name);
    if (!index) {
      const [oldest] = this.#indexes.keys();
      if (this.#indexes.size >= MOST_INDEXES && oldest !== undefined) this.#indexes.delete(oldest);
      index = new LeafIndex(leaf);
      this.#indexes.set(name, index);
    }
    index.follow(entries);
    return index.keys.get(text);
  }
}

class LeafIndex {
  /** Keys of entries by the leaf's text. */
  readonly keys = new Map<string, Set<string>>();
  readonly #leaf: LeafNode;
  #version: EntryMap<InnerData> | undefined;

  constructor(leaf: LeafNode) {
    this.#leaf = leaf;
  }

  follow(entries: EntryMap<InnerData>): void {
    if (entries === this.#version) return;
    const before = new Set(this.#version?.chunks);
    const added: Chunk<InnerData>[] = [];
    for (const chunk of entries.chunks) if (!before.delete(chunk)) added.push(chunk);
    for (const chunk of before) {
      this.#visit(chunk, (text, key) => {
        const keys = this.keys.get(text);
        keys?.delete(key);
        if (keys?.size === 0) this.keys.delete(text);
      });
    }
    for (const chunk of added) {
      this.#visit(chunk, (text, key) => {
        const keys = this.keys.get(text);
        if (keys) keys.add(key);
        else this.keys.set(text, new Set([key]));
      });
    }
    this.#version = entries;
  }

  #visit({ keys, items }: Chunk<InnerData>, take: (text: string, key: string) => void): void {
    const { slot } = this.#leaf;
    for (let at = 0; at < keys.length; at++) {
      const leaf = leafAt(items[at] as InnerData, slot);
      if (leaf) take(leaf.text, keys[at] as string);
    }
  }
}
