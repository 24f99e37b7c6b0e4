import { DecodeError } from "../../base/fault.js";
import { berTag } from "./ber-tag.js";

const MOST_ARCS = 128;
const LARGEST_ARC = 0xffffffff;

/**
 * Reads BER as SNMP restricts it: definite lengths, low tag numbers, primitive strings. Every length is checked against
 * what remains before anything is read or allocated; nothing is read twice.
 *
 * All methods throw `DecodeError` on input that is not what was asked for. Octet strings share memory with the input.
 *
 * @see RFC 3417, section 8
 */
export class BerReader {
  readonly #octets: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(octets: Uint8Array, start = 0, end = octets.length) {
    this.#octets = octets;
    this.#at = start;
    this.#end = end;
  }

  get atEnd(): boolean {
    return this.#at === this.#end;
  }

  /** The tag of the next element, -1 at the end. */
  get nextTag(): number {
    return this.#at < this.#end ? (this.#octets[this.#at] as number) : -1;
  }

  /** Steps over the header of a constructed element and gives a reader of its content, which it also skips here. */
  enter(tag: number = berTag.sequence): BerReader {
    const end = this.#header(tag);
    const inner = new BerReader(this.#octets, this.#at, end);
    this.#at = end;
    return inner;
  }

  /** The next element as it is, header included. */
  element(): Buffer {
    const start = this.#at;
    this.#at = this.#header(this.nextTag);
    return this.#slice(start, this.#at);
  }

  /** A signed integer of at most four octets; superfluous leading octets within these are accepted. */
  integer(tag: number = berTag.integer): number {
    const end = this.#header(tag);
    const length = end - this.#at;
    if (length < 1 || length > 4) throw this.#error(`integer of ${length} octets`);
    let value = ((this.#octets[this.#at] as number) << 24) >> 24;
    for (let i = this.#at + 1; i < end; i++) value = (value << 8) | (this.#octets[i] as number);
    this.#at = end;
    return value;
  }

  /** A non-negative integer below 2^32: at most five octets, the fifth being a leading zero. */
  unsigned(tag: number): number {
    const end = this.#header(tag);
    const start = this.#unsignedStart(end, 4);
    let value = 0;
    for (let i = start; i < end; i++) value = value * 256 + (this.#octets[i] as number);
    this.#at = end;
    return value;
  }

  /** A non-negative integer below 2^64: at most nine octets, the ninth being a leading zero. */
  unsigned64(tag: number): bigint {
    const end = this.#header(tag);
    const start = this.#unsignedStart(end, 8);
    let high = 0;
    let low = 0;
    for (let i = start; i < end; i++) {
      if (i < end - 4) high = high * 256 + (this.#octets[i] as number);
      else low = low * 256 + (this.#octets[i] as number);
    }
    this.#at = end;
    return (BigInt(high) << 32n) | BigInt(low);
  }

  octetString(tag: number = berTag.octetString): Buffer {
    const end = this.#header(tag);
    const value = this.#slice(this.#at, end);
    this.#at = end;
    return value;
  }

  /** An element that has no content. */
  empty(tag: number = berTag.null): void {
    const end = this.#header(tag);
    if (end !== this.#at) throw this.#error("content where none may be");
  }

  /** An object identifier of two to 128 sub-identifiers below 2^32. */
  oid(tag: number = berTag.objectIdentifier): number[] {
    const end = this.#header(tag);
    const octets = this.#octets;
    let at = this.#at;
    if (at === end) throw this.#error("empty object identifier");
    const oid: number[] = [];
    while (at < end) {
      let octet = octets[at++] as number;
      let arc = octet;
      if (octet >= 0x80) {
        if (octet === 0x80) throw this.#error("sub-identifier with a leading zero");
        arc = octet & 0x7f;
        // The first sub-identifier carries two arcs and may therefore be 80 larger.
        const largest = oid.length === 0 ? LARGEST_ARC + 80 : LARGEST_ARC;
        do {
          if (at === end) throw this.#error("sub-identifier without an end");
          octet = octets[at++] as number;
          arc = arc * 128 + (octet & 0x7f);
          if (arc > largest) throw this.#error("sub-identifier above 2^32-1");
        } while (octet >= 0x80);
      }
      if (oid.length === 0) {
        const root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
        oid.push(root, arc - root * 40);
      } else {
        if (oid.length === MOST_ARCS) throw this.#error("more than 128 sub-identifiers");
        oid.push(arc);
      }
    }
    this.#at = end;
    return oid;
  }

  /** Requires that nothing is left. */
  end(): void {
    if (this.#at !== this.#end) throw this.#error("trailing octets");
  }

  /** Takes tag and length; afterwards the position is at the content. @returns where the content ends */
  #header(tag: number): number {
    const octets = this.#octets;
    let at = this.#at;
    if (at + 2 > this.#end) throw this.#error("element cut short");
    const found = octets[at++] as number;
    if (found !== tag) throw this.#error(`tag 0x${found.toString(16)} where 0x${tag.toString(16)} is due`);
    if ((found & 0x1f) === 0x1f) throw this.#error("tag number above 30");
    let length = octets[at++] as number;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw this.#error(count === 0 ? "indefinite length" : `length of ${count} octets`);
      if (at + count > this.#end) throw this.#error("length cut short");
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (octets[at++] as number);
    }
    if (length > this.#end - at) throw this.#error("content cut short");
    this.#at = at;
    return at + length;
  }

  /** Checks the content of a non-negative integer of at most `most` octets. @returns where its significant octets start */
  #unsignedStart(end: number, most: number): number {
    const start = this.#at;
    const length = end - start;
    if (length < 1 || length > most + 1) throw this.#error(`integer of ${length} octets`);
    const first = this.#octets[start] as number;
    if (first >= 0x80) throw this.#error("negative where a non-negative integer is due");
    if (length <= most) return start;
    if (first !== 0) throw this.#error("integer too large");
    return start + 1;
  }

  #slice(start: number, end: number): Buffer {
    return Buffer.from(this.#octets.buffer, this.#octets.byteOffset + start, end - start);
  }

  #error(what: string): DecodeError {
    return new DecodeError(what, this.#at);
  }
}
