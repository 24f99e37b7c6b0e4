const SLOTS = 4096;
const LONGEST_OCTETS = 64;

interface Entry {
  readonly length: number;
  /** The octets, four a number, padding included. */
  readonly words: Uint32Array;
  readonly text: string;
}

/**
 * Texts that come again and again, found by their octets without making a string first: field names of statistics, for
 * example. Of fixed size: a new text takes the place of an old one with the same hash.
 */
export class InternTable {
  readonly #entries: (Entry | undefined)[] = new Array(SLOTS).fill(undefined);

  /**
   * The UTF-8 text of `length` octets at `start`.
   * @param view holds the text and its padding to a multiple of four octets
   */
  text(view: DataView, start: number, length: number): string {
    if (length > LONGEST_OCTETS) return decodeText(view, start, length);
    let hash = length;
    for (let at = start; at < start + length; at += 4) hash = Math.imul(hash ^ view.getUint32(at), 0x9e3779b1);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const entry = this.#entries[slot];
    if (entry !== undefined && entry.length === length && isSame(entry.words, view, start)) return entry.text;
    const text = decodeText(view, start, length);
    this.#entries[slot] = { length, words: wordsOf(view, start, length), text };
    return text;
  }
}

function isSame(words: Uint32Array, view: DataView, start: number): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== view.getUint32(start + i * 4)) return false;
  return true;
}

function wordsOf(view: DataView, start: number, length: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) words[i] = view.getUint32(start + i * 4);
  return words;
}

function decodeText(view: DataView, start: number, length: number): string {
  return Buffer.from(view.buffer, view.byteOffset + start, length).toString("utf8");
}
