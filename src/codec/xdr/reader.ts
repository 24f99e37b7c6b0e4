import { DecodeError } from "../../base/fault.js";
import { uuidText } from "../../base/uuid.js";
import type { InternTable } from "./intern-table.js";

/**
 * A cursor over XDR octets. Every method takes one value off the front and checks first that the input holds it, so that
 * nothing is allocated for what is merely announced.
 *
 * All methods throw `DecodeError`, with the offset counted from the start of the buffer.
 *
 * @see RFC 4506, section 4
 */
export class XdrReader {
  readonly #octets: Buffer;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  /** Reads `octets` from `start` to `end`; the buffer must not change meanwhile. */
  constructor(octets: Buffer, start = 0, end = octets.length) {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** Where the next value begins. */
  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8));
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** A C `char`, `unsigned char` or `unsigned short`: four octets on the wire. */
  smallInt(minimum: number, maximum: number): number {
    const value = this.int32();
    if (value < minimum || value > maximum) throw this.#error(`${value} is not in ${minimum}..${maximum}`, 4);
    return value;
  }

  /** Whether an optional value follows. */
  presence(): boolean {
    const value = this.uint32();
    if (value > 1) throw this.#error(`${value} is neither absence nor presence`, 4);
    return value === 1;
  }

  /**
   * The number of elements of an array.
   * @param minimumOctets the fewest octets one element takes; that many must remain for each
   */
  count(maximum: number, minimumOctets: number): number {
    const count = this.uint32();
    if (count > maximum) throw this.#error(`${count} elements are more than ${maximum}`, 4);
    if (count * minimumOctets > this.remaining) throw this.#error(`${count} elements announced, input ends before`, 4);
    return count;
  }

  /**
   * Text in UTF-8; what is not UTF-8 becomes U+FFFD.
   * @param maximum octets
   * @param known where texts that come again and again are kept
   */
  string(maximum: number, known?: InternTable): string {
    const length = this.count(maximum, 1);
    const start = this.#advancePadded(length);
    if (known !== undefined) return known.text(this.#view, start, length);
    return this.#octets.toString("utf8", start, start + length);
  }

  /** Octets of announced length, copied. */
  opaque(maximum: number): Buffer {
    return this.fixedOpaque(this.count(maximum, 1));
  }

  /** Octets of known length, copied. */
  fixedOpaque(length: number): Buffer {
    const start = this.#advancePadded(length);
    return Buffer.from(this.#octets.subarray(start, start + length));
  }

  /** 16 octets as the text of a UUID. */
  uuid(): string {
    return uuidText(this.#octets, this.#advance(16));
  }

  /** A C array of `char`: not opaque, each character takes four octets and is sign-extended. */
  charArray(length: number): Buffer {
    const start = this.#advance(length * 4);
    const characters = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) {
      const character = this.#view.getInt32(start + i * 4);
      if (character < -128 || character > 255) throw new DecodeError(`${character} is no char`, start + i * 4);
      characters[i] = character & 0xff;
    }
    return characters;
  }

  /** All octets that are left, unpadded; shares memory with the input. */
  rest(): Buffer {
    const start = this.#advance(this.remaining);
    return this.#octets.subarray(start, this.#end);
  }

  /** Refuses what is left over. */
  end(): void {
    if (this.#at !== this.#end) throw new DecodeError(`${this.remaining} octets too many`, this.#at);
  }

  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#end - start) throw new DecodeError(`input ends before ${length} octets`, start);
    this.#at = start + length;
    return start;
  }

  /** Padding is skipped, whatever it holds: other decoders do not look at it either. */
  #advancePadded(length: number): number {
    return this.#advance((length + 3) & ~3);
  }

  #error(message: string, back: number): DecodeError {
    return new DecodeError(message, this.#at - back);
  }
}
