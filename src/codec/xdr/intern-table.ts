const SLOTS = 4096;
const LONGEST = 64;

interface Entry {
  readonly octets: Buffer;
  readonly text: string;
}

/**
 * Texts that come again and again, found by their octets without making a string first: field names of statistics, for
 * example. Of fixed size: a new text takes the place of an old one with the same hash.
 */
export class InternTable {
  readonly #entries: (Entry | undefined)[] = new Array(SLOTS).fill(undefined);

  /** The UTF-8 text in `octets` from `start` to `end`. */
  text(octets: Buffer, start: number, end: number): string {
    if (end - start > LONGEST) return octets.toString("utf8", start, end);
    let hash = 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (octets[at] as number), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const entry = this.#entries[slot];
    if (entry !== undefined && same(entry.octets, octets, start, end)) return entry.text;
    const text = octets.toString("utf8", start, end);
    this.#entries[slot] = { octets: Buffer.from(octets.subarray(start, end)), text };
    return text;
  }
}

function same(known: Buffer, octets: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== octets[start + i]) return false;
  return true;
}
