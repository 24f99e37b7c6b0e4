import type { Channel } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { DecodeError, type Fault } from "../../base/fault.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import type { PacketHeader } from "./frame.js";
import type { Keepalive } from "./keepalive.js";
import type { StreamPort } from "./stream-link.js";
import type { StreamIdentity } from "./stream-packet.js";

/** What streams need of the session that carries them. */
interface Carrier {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly keepalive: Keepalive | undefined;
  write(packet: Buffer, body?: Uint8Array, onSent?: () => void): void;
  recycle(octets: Uint8Array): void;
  /** Reading must rest, or may go on. */
  rest(full: boolean): void;
}

interface Carried {
  receive(header: PacketHeader, payload: XdrReader): void;
  fail(fault: Fault): void;
}

/** The open streams of one session, found by the serial of the call that opened them. */
export class SessionStreams<S extends Carried> {
  readonly #carrier: Carrier;
  readonly #open = new Map<number, { readonly identity: StreamIdentity; readonly stream: S }>();
  readonly #full = new Set<number>();
  #waiting: { resolve(): void; reject(fault: Fault): void }[] = [];
  #held = false;
  #ended: Fault | undefined;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  /** Whether somebody must read before more is received. */
  get full(): boolean {
    return this.#full.size > 0;
  }

  has(serial: number): boolean {
    return this.#open.has(serial);
  }

  add(identity: StreamIdentity, create: (port: StreamPort) => S): S {
    const { serial } = identity;
    const { channel, clock, write, recycle } = this.#carrier;
    const stream = create({
      peer: channel.peer,
      clock,
      send: write,
      recycle,
      writable: () => this.#writable(),
      setFull: (full) => this.#setFull(serial, full),
      forget: () => {
        this.#open.delete(serial);
        this.#setFull(serial, false);
      },
    });
    this.#open.set(serial, { identity, stream });
    return stream;
  }

  /** @returns false when the packet belongs to no open stream @throws {DecodeError} */
  receive(header: PacketHeader, payload: XdrReader): boolean {
    const found = this.#open.get(header.serial);
    if (found === undefined) return false;
    const { identity, stream } = found;
    if (header.procedure !== identity.procedure || header.program !== identity.program) {
      throw new DecodeError(`a packet for the stream of ${identity.procedure} is for ${header.procedure}`, 12);
    }
    stream.receive(header, payload);
    return true;
  }

  /** The channel takes no more for the moment. */
  hold(): void {
    this.#held = true;
  }

  /** The channel takes more. Those who wait go on one after another, as long as it does. */
  release(): void {
    this.#held = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) waiter.resolve();
  }

  /** The session is over. */
  end(reason: Fault): void {
    this.#ended = reason;
    for (const { stream } of [...this.#open.values()]) stream.fail(reason);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(reason);
  }

  async #writable(): Promise<void> {
    while (this.#held && this.#ended === undefined) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
      });
    }
    if (this.#ended) throw this.#ended;
  }

  #setFull(serial: number, full: boolean): void {
    const before = this.full;
    if (full) this.#full.add(serial);
    else this.#full.delete(serial);
    if (this.full === before) return;
    this.#carrier.keepalive?.setDeaf(this.full);
    this.#carrier.rest(this.full);
  }
}
