import { Fault } from "../../base/fault.js";

/**
 * Writes XDR into one growing buffer.
 *
 * Values that their type cannot hold are refused with `Fault` "invalid"; nothing is truncated silently.
 *
 * @see RFC 4506, section 4
 */
export class XdrWriter {
  #octets: Buffer;
  #view: DataView;
  #length = 0;
  readonly #maximum: number;

  /** @param maximum octets that may be written in all */
  constructor(maximum: number, sizeHint = 256) {
    this.#maximum = maximum;
    this.#octets = Buffer.allocUnsafeSlow(sizeHint);
    this.#view = new DataView(this.#octets.buffer, 0, sizeHint);
  }

  get length(): number {
    return this.#length;
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw new Fault("invalid", `${value} is no 32-bit integer`);
    const at = this.#reserve(4);
    this.#view.setInt32(at, value);
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw new Fault("invalid", `${value} is no unsigned 32-bit integer`);
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  int64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) {
      throw new Fault("invalid", `${value} is no 64-bit integer`);
    }
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value);
  }

  uint64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
      throw new Fault("invalid", `${value} is no unsigned 64-bit integer`);
    }
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  float64(value: number): void {
    if (typeof value !== "number") throw new Fault("invalid", `${value} is no number`);
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
  }

  /** A C `char`, `unsigned char` or `unsigned short`: four octets on the wire. */
  smallInt(value: number, minimum: number, maximum: number): void {
    if (value < minimum || value > maximum) throw new Fault("invalid", `${value} is not in ${minimum}..${maximum}`);
    this.int32(value);
  }

  presence(present: boolean): void {
    this.uint32(present ? 1 : 0);
  }

  /** The number of elements of an array. */
  count(count: number, maximum: number): void {
    if (count > maximum) throw new Fault("invalid", `${count} elements are more than ${maximum}`);
    this.uint32(count);
  }

  /** Text as UTF-8. @param maximum octets */
  string(text: string, maximum: number): void {
    if (typeof text !== "string") throw new Fault("invalid", `${text} is no text`);
    const length = Buffer.byteLength(text);
    if (length > maximum) throw new Fault("invalid", `a text of ${length} octets is longer than ${maximum}`);
    this.uint32(length);
    const at = this.#reservePadded(length);
    this.#octets.write(text, at);
  }

  /** Octets, their length before them. */
  opaque(octets: Uint8Array, maximum: number): void {
    if (!(octets instanceof Uint8Array)) throw new Fault("invalid", `${octets} are no octets`);
    if (octets.length > maximum) throw new Fault("invalid", `${octets.length} octets are more than ${maximum}`);
    this.uint32(octets.length);
    this.#put(octets);
  }

  /** Octets of a length both sides know. */
  fixedOpaque(octets: Uint8Array, length: number): void {
    if (octets.length !== length) throw new Fault("invalid", `${octets.length} octets instead of ${length}`);
    this.#put(octets);
  }

  /** A C array of `char`: four octets for each, sign-extended. */
  charArray(characters: Uint8Array): void {
    const start = this.#reserve(characters.length * 4);
    for (let i = 0; i < characters.length; i++) {
      this.#view.setInt32(start + i * 4, ((characters[i] ?? 0) << 24) >> 24);
    }
  }

  /** Overwrites four octets written earlier. */
  patchUint32(offset: number, value: number): void {
    this.#view.setUint32(offset, value);
  }

  /** What was written; shares memory with the writer, which must not be used afterwards. */
  take(): Buffer {
    return this.#octets.subarray(0, this.#length);
  }

  #put(octets: Uint8Array): void {
    const at = this.#reservePadded(octets.length);
    this.#octets.set(octets, at);
  }

  #reservePadded(length: number): number {
    const padded = (length + 3) & ~3;
    const start = this.#reserve(padded);
    if (padded > 0) this.#view.setUint32(start + padded - 4, 0);
    return start;
  }

  /** May replace the buffer and its view, so it comes before any use of them in an expression. */
  #reserve(length: number): number {
    const start = this.#length;
    const end = start + length;
    if (end > this.#maximum) throw new Fault("invalid", `a message is longer than ${this.#maximum} octets`);
    if (end > this.#octets.length) this.#grow(end);
    this.#length = end;
    return start;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.#octets.length * 2), this.#maximum));
    this.#octets.copy(grown, 0, 0, this.#length);
    this.#octets = grown;
    this.#view = new DataView(grown.buffer, 0, grown.length);
  }
}
