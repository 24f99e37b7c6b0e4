import { DecodeError } from "../../base/fault.js";
import { HEADER_OCTETS, MAXIMUM_PACKET_OCTETS } from "./frame.js";
import { STREAM_PACKET_OCTETS } from "./stream-packet.js";

const LENGTH_OCTETS = 4;
/** The room for one packet of a stream, which is used again when its content is no longer needed. */
const ROOM_OCTETS = HEADER_OCTETS + STREAM_PACKET_OCTETS;
/** Shorter packets get exactly their length. */
const LEAST_FOR_ROOM_OCTETS = 1 << 16;
/** Rooms that wait to be used again. */
const MOST_SPARE_ROOMS = 8;

interface FramerOptions {
  /** The longest packet to accept. */
  readonly maximumOctets?: number;
  /** What is pushed is only lent until `next` returns undefined: packets are copied out of it. */
  readonly isLent?: boolean;
}

/**
 * Cuts a stream of octets into packets.
 *
 * A packet that came whole is handed on without copying, unless it was lent. One that came in pieces is collected, each octet
 * copied once: in its final place when it is no longer than those of streams, else in a buffer that doubles, so that any number
 * of pieces costs time in proportion to the octets, and memory follows what came, not what was announced.
 */
export class PacketFramer {
  readonly #maximum: number;
  readonly #isLent: boolean;
  /** What came and was not looked at; of the first, what lies before `#at` is taken. */
  readonly #chunks: Buffer[] = [];
  #at = 0;
  /** A packet of which a part came, so much of it; its length is 0 as long as that is not known. */
  #packet: Buffer | undefined;
  #filled = 0;
  #length = 0;
  readonly #spare: Buffer[] = [];
  /** Rooms whose packets were handed on. */
  readonly #handedOn = new WeakSet<ArrayBufferLike>();

  constructor({ maximumOctets = MAXIMUM_PACKET_OCTETS, isLent = false }: FramerOptions = {}) {
    this.#maximum = maximumOctets;
    this.#isLent = isLent;
  }

  /** Octets that came and belong to no packet taken yet. */
  get pending(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, this.#filled - this.#at);
  }

  /** Adds what came; the buffer belongs to the framer from now on, or is lent to it. */
  push(octets: Buffer): void {
    this.#chunks.push(octets);
  }

  /**
   * Takes the next whole packet, its length in front; it shares memory with what was pushed and was not lent.
   * @returns undefined until more octets come
   * @throws {DecodeError} when the announced length is impossible; the stream is then beyond repair
   */
  next(): Buffer | undefined {
    for (let chunk = this.#chunks[0]; chunk; chunk = this.#chunks[0]) {
      const packet = this.#packet ? this.#collect(chunk, this.#packet) : this.#cut(chunk);
      if (this.#at === chunk.length) {
        this.#chunks.shift();
        this.#at = 0;
      }
      if (packet) return packet;
    }
    return undefined;
  }

  /** Octets of a packet are no longer needed by anybody: its room, if it has one, is used again. */
  recycle(octets: Uint8Array): void {
    if (!this.#handedOn.delete(octets.buffer) || this.#spare.length >= MOST_SPARE_ROOMS) return;
    this.#spare.push(Buffer.from(octets.buffer));
  }

  /** The packet that lies whole in `chunk`, or begins to collect one. */
  #cut(chunk: Buffer): Buffer | undefined {
    const came = chunk.length - this.#at;
    const length = came < LENGTH_OCTETS ? 0 : this.#lengthAt(chunk, this.#at);
    if (length === 0 || came < length) {
      this.#packet = length === 0 ? Buffer.allocUnsafe(LENGTH_OCTETS) : this.#roomFor(length, came);
      this.#length = length;
      return undefined;
    }
    const start = this.#at;
    this.#at += length;
    if (!this.#isLent) return chunk.subarray(start, this.#at);
    const packet = this.#roomFor(length, length).subarray(0, length);
    chunk.copy(packet, 0, start, this.#at);
    return packet;
  }

  /** Adds what `chunk` has of the packet that is being collected. */
  #collect(chunk: Buffer, packet: Buffer): Buffer | undefined {
    const missing = (this.#length === 0 ? LENGTH_OCTETS : this.#length) - this.#filled;
    const more = Math.min(missing, chunk.length - this.#at);
    const room = this.#filled + more <= packet.length ? packet : this.#larger(packet, more);
    chunk.copy(room, this.#filled, this.#at, this.#at + more);
    this.#at += more;
    this.#filled += more;
    this.#packet = room;
    if (more < missing) return undefined;
    if (this.#length === 0) {
      this.#length = this.#lengthAt(room, 0);
      this.#packet = this.#roomFor(this.#length, LENGTH_OCTETS);
      room.copy(this.#packet);
      return undefined;
    }
    const whole = room.subarray(0, this.#length);
    this.#packet = undefined;
    this.#filled = 0;
    this.#length = 0;
    return whole;
  }

  #lengthAt(octets: Buffer, at: number): number {
    const length = octets.readUInt32BE(at);
    if (length >= HEADER_OCTETS && length <= this.#maximum) return length;
    throw new DecodeError(`a packet of ${length} octets: must be ${HEADER_OCTETS} to ${this.#maximum}`);
  }

  /** Where a packet of this length is put, of which so much came. */
  #roomFor(length: number, came: number): Buffer {
    if (length > ROOM_OCTETS) return Buffer.allocUnsafeSlow(Math.min(length, Math.max(came * 2, 1024)));
    if (length < LEAST_FOR_ROOM_OCTETS) return Buffer.allocUnsafe(length);
    const room = this.#spare.pop() ?? Buffer.allocUnsafeSlow(ROOM_OCTETS);
    this.#handedOn.add(room.buffer);
    return room;
  }

  #larger(packet: Buffer, more: number): Buffer {
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#length, (this.#filled + more) * 2));
    packet.copy(larger, 0, 0, this.#filled);
    return larger;
  }
}
