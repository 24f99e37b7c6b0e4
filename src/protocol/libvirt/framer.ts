import { DecodeError } from "../../base/fault.js";
import { HEADER_OCTETS, MAXIMUM_PACKET_OCTETS } from "./frame.js";

const nothing = Buffer.alloc(0);

/** Packets up to this length, those of streams above all, get their whole room at once. */
const EAGER_OCTETS = 300_000;

/**
 * Cuts a stream of octets into packets.
 *
 * A packet that came whole is handed on without copying. One that came in pieces is collected in a buffer that doubles, so
 * that any number of pieces costs time in proportion to the octets, and memory follows what came, not what was announced.
 */
export class PacketFramer {
  readonly #maximum: number;
  /** What came and was not taken lies between `#start` and `#end`. Octets before `#end` are never changed: packets share them. */
  #buffer: Buffer = nothing;
  #start = 0;
  #end = 0;
  /** Whether there is room of ours behind `#end`. */
  #own = false;

  /** @param maximumOctets the longest packet to accept */
  constructor(maximumOctets = MAXIMUM_PACKET_OCTETS) {
    this.#maximum = maximumOctets;
  }

  /** Octets that came and belong to no packet taken yet. */
  get pending(): number {
    return this.#end - this.#start;
  }

  /** Adds what came; the buffer belongs to the framer from now on. */
  push(octets: Buffer): void {
    if (this.pending === 0) {
      this.#buffer = octets;
      this.#start = 0;
      this.#end = octets.length;
      this.#own = false;
      return;
    }
    const needed = this.#end + octets.length;
    if (!this.#own || needed > this.#buffer.length) this.#move(octets.length);
    octets.copy(this.#buffer, this.#end);
    this.#end += octets.length;
  }

  /**
   * Takes the next whole packet, its length in front; it shares memory with what was pushed.
   * @returns undefined until more octets come
   * @throws {DecodeError} when the announced length is impossible; the stream is then beyond repair
   */
  next(): Buffer | undefined {
    if (this.pending < 4) return undefined;
    const length = this.#buffer.readUInt32BE(this.#start);
    if (length < HEADER_OCTETS || length > this.#maximum) {
      throw new DecodeError(`a packet of ${length} octets: must be ${HEADER_OCTETS} to ${this.#maximum}`);
    }
    if (this.pending < length) return undefined;
    const packet = this.#buffer.subarray(this.#start, this.#start + length);
    this.#start += length;
    return packet;
  }

  /** Makes room for `more` octets behind what is pending. */
  #move(more: number): void {
    const pending = this.pending;
    const announced = pending < 4 ? 0 : this.#buffer.readUInt32BE(this.#start);
    const whole = announced > EAGER_OCTETS ? 0 : announced + more;
    const moved = Buffer.allocUnsafeSlow(Math.max((pending + more) * 2, whole, 1024));
    this.#buffer.copy(moved, 0, this.#start, this.#end);
    this.#buffer = moved;
    this.#start = 0;
    this.#end = pending;
    this.#own = true;
  }
}
