import { DecodeError } from "../../base/fault.js";
import { berTag } from "../../codec/ber/ber-tag.js";

const NOTHING = Buffer.alloc(0);

/**
 * Cuts a stream into messages: each is one BER sequence, and tells its own length.
 * @see RFC 3430, section 2.1
 */
export class StreamFramer {
  readonly #longest: number;
  /** What came and has not been taken, in the order in which it came. */
  #pieces: Buffer[] = [];
  #waiting = 0;
  /** Octets of the message that is coming, its header included; 0 while that is not known. */
  #expected = 0;

  /** @param longest octets that a message may have, its header included */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether part of a message has come. */
  get isInside(): boolean {
    return this.#waiting > 0;
  }

  push(octets: Buffer): void {
    if (octets.length === 0) return;
    this.#pieces.push(octets);
    this.#waiting += octets.length;
  }

  /**
   * The next message, or nothing while it is incomplete.
   * @throws {DecodeError} when no message can begin like this, or it is too long; the stream is then beyond repair
   */
  next(): Buffer | undefined {
    if (this.#expected === 0) this.#expected = this.#readHeader();
    if (this.#expected === 0 || this.#waiting < this.#expected) return undefined;
    const all = this.#joined();
    const message = all.subarray(0, this.#expected);
    this.#pieces = all.length > message.length ? [all.subarray(message.length)] : [];
    this.#waiting -= message.length;
    this.#expected = 0;
    return message;
  }

  /** @returns 0 while the length has not come in full */
  #readHeader(): number {
    const head = this.#waiting > 0 ? this.#joined() : NOTHING;
    const [tag, first] = head;
    if (tag === undefined) return 0;
    if (tag !== berTag.sequence) throw new DecodeError(`a message begins with tag ${tag}`, 0);
    if (first === undefined) return 0;
    const count = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || count > 4) throw new DecodeError("a length that no message has", 1);
    if (head.length < 2 + count) return 0;
    const length = count === 0 ? first : head.readUIntBE(2, count);
    const total = 2 + count + length;
    if (total > this.#longest) throw new DecodeError(`a message of ${total} octets`, 1);
    return total;
  }

  #joined(): Buffer {
    const [only = NOTHING, ...more] = this.#pieces;
    if (more.length === 0) return only;
    const joined = Buffer.concat(this.#pieces, this.#waiting);
    this.#pieces = [joined];
    return joined;
  }
}
