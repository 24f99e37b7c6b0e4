import type { Clock } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import { StreamInbox } from "./stream-inbox.js";
import {
  encodeStreamData,
  encodeStreamDataHead,
  encodeStreamHole,
  STREAM_PACKET_OCTETS,
  type StreamIdentity,
  type StreamPiece,
} from "./stream-packet.js";

/** Content below this is copied into one packet; longer one is sent from where it lies. */
const SMALL_OCTETS = 4096;

/** What a session gives to a stream it carries. */
export interface StreamPort {
  readonly peer: string;
  readonly clock: Clock;
  /** A packet, or its head with the `body` that follows; `onSent` when that may be changed again. */
  send(packet: Buffer, body?: Uint8Array, onSent?: () => void): void;
  /** Resolves when the channel takes more. @throws {Fault} when the session has ended or ends */
  writable(): Promise<void>;
  /** Whether reading must rest because of this stream. */
  setFull(full: boolean): void;
  /** Octets that were received are no longer needed. */
  recycle(octets: Uint8Array): void;
  /** The stream is over on this side; packets that still come are dropped. */
  forget(): void;
}

/** What both ends of a stream have: content in both directions, a deadline for stalling, one failure for all. */
export class StreamLink {
  readonly identity: StreamIdentity;
  readonly inbox: StreamInbox;
  readonly #port: StreamPort;
  readonly #stallMs: number | undefined;
  #failure: Fault | undefined;
  #over = false;
  #written = false;

  /** @param stallMs how long the peer may let us wait at once; undefined: as long as it lives */
  constructor(port: StreamPort, identity: StreamIdentity, stallMs: number | undefined) {
    this.identity = identity;
    this.#port = port;
    this.#stallMs = stallMs;
    this.inbox = new StreamInbox((full) => port.setFull(full));
  }

  get over(): boolean {
    return this.#over;
  }

  send(packet: Buffer, body?: Uint8Array, onSent?: () => void): void {
    if (!this.#over) this.#port.send(packet, body, onSent);
  }

  /** Sends content, in as many packets as it takes; each waits until the channel has room. */
  async write(octets: Uint8Array, onSent?: () => void): Promise<void> {
    if (octets.length < SMALL_OCTETS) {
      await this.#writable();
      if (octets.length > 0) this.send(encodeStreamData(this.identity, octets));
      onSent?.();
      return;
    }
    for (let at = 0; at < octets.length; at += STREAM_PACKET_OCTETS) {
      const body = octets.subarray(at, at + STREAM_PACKET_OCTETS);
      const isLast = at + body.length === octets.length;
      await this.#writable();
      this.send(encodeStreamDataHead(this.identity, body.length), body, isLast ? onSent : undefined);
    }
  }

  async writeHole(lengthOctets: bigint): Promise<void> {
    if (lengthOctets <= 0n) throw new Fault("invalid", `a hole of ${lengthOctets} octets`);
    const packet = encodeStreamHole(this.identity, lengthOctets);
    await this.#writable();
    this.send(packet);
  }

  read(): Promise<StreamPiece | undefined> {
    return this.patiently(this.inbox.take(), "sent nothing");
  }

  recycle(octets: Uint8Array): void {
    this.#port.recycle(octets);
  }

  /** Nothing more is written from now on, writes that wait included. */
  stopWriting(): void {
    this.#written = true;
  }

  /** The stream is over, with or without a failure that everybody who waits is told. */
  close(failure?: Fault): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    if (failure) this.inbox.fail(failure);
    this.inbox.discard();
    this.inbox.end();
    this.#port.forget();
  }

  /** `promise`, or a fault "timeout" when it takes longer than a peer may stall. */
  async patiently<T>(promise: Promise<T>, what: string): Promise<T> {
    const stallMs = this.#stallMs;
    if (stallMs === undefined) return promise;
    return new Promise((resolve, reject) => {
      const timer = this.#port.clock.after(stallMs, () =>
        reject(new Fault("timeout", `${this.#port.peer} ${what} for ${stallMs} ms on a stream`)),
      );
      const settled = (): void => timer.cancel();
      promise.then(resolve, reject).finally(settled);
    });
  }

  async #writable(): Promise<void> {
    this.#requireOpen();
    await this.patiently(this.#port.writable(), "took nothing");
    this.#requireOpen();
  }

  #requireOpen(): void {
    if (this.#failure) throw this.#failure;
    if (this.#over || this.#written) throw new Fault("invalid", "the stream has been finished or aborted");
  }
}
