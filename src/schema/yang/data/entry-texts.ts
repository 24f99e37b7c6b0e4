import type { DataNode, ListNode } from "../schema-node.js";
import type { InnerData } from "./tree.js";

/**
 * What entries of some lists looked like when they were written last. An entry that is the same object in the next tree is not
 * written again, so that writing ten thousand of which few changed is little more than joining their texts. Texts go with their
 * entries: nothing is kept of what no tree has any more.
 */
export class EntryTexts {
  readonly #lists: ReadonlySet<DataNode>;
  readonly #texts = {
    xml: new WeakMap<InnerData, string>(),
    json: new WeakMap<InnerData, string>(),
  };

  /**
   * @param lists of one schema, none inside of another. An entry with all below it is written in one go, so it should have some
   * kilobytes at most, and should stay the same object as long as it says the same.
   */
  constructor(lists: Iterable<ListNode>) {
    this.#lists = new Set(lists);
  }

  areKeptFor(node: DataNode): boolean {
    return this.#lists.has(node);
  }

  /** The text that is known, or that `write` gives. */
  of(format: "xml" | "json", entry: InnerData, write: () => string): string {
    const texts = this.#texts[format];
    const known = texts.get(entry);
    if (known !== undefined) return known;
    // Through octets, since a text that was put together piece by piece holds on to its pieces, many times its size.
    const text = Buffer.from(write()).toString();
    texts.set(entry, text);
    return text;
  }
}

export interface WriteOptions {
  /** Where texts are taken from and left. */
  readonly texts?: EntryTexts;
}
