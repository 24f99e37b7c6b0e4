import { highWord, lowWord } from "./ber-size.js";
import { berTag } from "./ber-tag.js";

/**
 * Writes BER from the last octet to the first, so that every length is known when its turn comes and one buffer of the
 * planned size is all that is allocated. The caller writes the fields of a message in reverse order.
 *
 * Writing more than was planned is a bug of the caller and throws a `RangeError`.
 */
export class BerWriter {
  readonly #octets: Buffer;
  #at: number;

  /** @param capacity the size of the finished message, or more */
  constructor(capacity: number) {
    this.#octets = Buffer.allocUnsafe(capacity);
    this.#at = capacity;
  }

  /** Octets still free in front of what was written; a mark for `close`. */
  get mark(): number {
    return this.#at;
  }

  /** Everything written so far; shares the writer's memory. */
  finish(): Buffer {
    return this.#octets.subarray(this.#at);
  }

  /** Puts tag and length in front of all that was written since `mark`. */
  close(tag: number, mark: number): void {
    this.#header(tag, mark - this.#at);
  }

  /** A signed 32-bit integer in as few octets as it needs. */
  integer(value: number, tag: number = berTag.integer): void {
    const end = this.#at;
    let rest = value | 0;
    let octet: number;
    do {
      octet = rest & 0xff;
      this.#octets[--this.#at] = octet;
      rest >>= 8;
    } while (rest !== (octet < 0x80 ? 0 : -1));
    this.#header(tag, end - this.#at);
  }

  /** `value` modulo 2^32 as a non-negative integer. */
  unsigned(value: number, tag: number): void {
    const end = this.#at;
    this.#word(value >>> 0);
    this.#header(tag, end - this.#at);
  }

  /** `value` modulo 2^64 as a non-negative integer. */
  unsigned64(value: bigint, tag: number): void {
    const end = this.#at;
    const high = highWord(value);
    let low = lowWord(value);
    if (high === 0) {
      this.#word(low);
    } else {
      for (let i = 0; i < 4; i++) {
        this.#octets[--this.#at] = low & 0xff;
        low >>>= 8;
      }
      this.#word(high);
    }
    this.#header(tag, end - this.#at);
  }

  octets(value: Uint8Array, tag: number = berTag.octetString): void {
    this.raw(value);
    this.#header(tag, value.length);
  }

  /** An element without content. */
  empty(tag: number): void {
    this.#header(tag, 0);
  }

  /** Octets that are BER already. */
  raw(value: Uint8Array): void {
    const start = this.#at - value.length;
    if (start < 0) throw new RangeError("BER message larger than planned");
    this.#octets.set(value, start);
    this.#at = start;
  }

  /**
   * An object identifier. One with fewer than two arcs, which BER cannot say, is completed with zeros.
   * @throws {RangeError} when the first two arcs have no encoding
   */
  oid(oid: readonly number[], tag: number = berTag.objectIdentifier): void {
    const octets = this.#octets;
    const end = this.#at;
    let at = end;
    for (let i = oid.length - 1; i >= 2; i--) {
      const arc = oid[i] as number;
      octets[--at] = arc & 0x7f;
      if (arc >= 0x80) at = this.#continuation(arc, at);
    }
    const root = oid[0] ?? 0;
    const second = oid[1] ?? 0;
    if (root > 2 || (root < 2 && second > 39)) throw new RangeError(`no encoding for ${oid.join(".")}`);
    const first = root * 40 + second;
    octets[--at] = first & 0x7f;
    if (first >= 0x80) at = this.#continuation(first, at);
    this.#at = at;
    this.#header(tag, end - at);
  }

  /** The octets of an arc above its lowest seven bits; an arc may have 33 bits, hence no shifts on the first step. */
  #continuation(arc: number, at: number): number {
    let rest = Math.floor(arc / 0x80);
    let to = at;
    while (rest > 0) {
      this.#octets[--to] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    return to;
  }

  #word(value: number): void {
    let rest = value;
    let octet: number;
    do {
      octet = rest & 0xff;
      this.#octets[--this.#at] = octet;
      rest >>>= 8;
    } while (rest !== 0);
    if (octet >= 0x80) this.#octets[--this.#at] = 0;
  }

  #header(tag: number, length: number): void {
    if (length < 0x80) {
      this.#octets[--this.#at] = length;
    } else {
      let rest = length;
      let count = 0;
      while (rest > 0) {
        this.#octets[--this.#at] = rest & 0xff;
        rest >>>= 8;
        count += 1;
      }
      this.#octets[--this.#at] = 0x80 | count;
    }
    this.#octets[--this.#at] = tag;
    // Stores in front of the buffer went nowhere, so one check per element is enough.
    if (this.#at < 0) throw new RangeError("BER message larger than planned");
  }
}
