import { DecodeError, Fault } from "../../base/fault.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import { errorCodec, faultOfBody } from "./error.js";
import { type PacketHeader, packetStatus } from "./frame.js";
import { StreamLink, type StreamPort } from "./stream-link.js";
import { decodeStreamPiece, encodeStreamEnd, type StreamIdentity, type StreamPiece } from "./stream-packet.js";

/** What a call that opens a stream is given beside its arguments. */
export interface StreamOptions {
  /** For the answer to the call itself, from now. */
  readonly deadlineMs: number;
  /** How long the daemon may let a read, a write or the finish wait; not given: as long as it answers keepalive. */
  readonly stallMs?: number;
}

/**
 * The client's end of a stream: what is uploaded to a volume, downloaded from one, or both at once for a console.
 *
 * Whoever opened it must `finish` or `abort` it. A stream that is not read makes its whole connection rest, so a transfer has
 * a connection of its own.
 */
export class ClientStream {
  readonly #link: StreamLink;
  #ending: "finish" | "abort" | undefined;
  readonly #ended: Promise<void>;
  #resolveEnded: () => void = () => {};
  #rejectEnded: (fault: Fault) => void = () => {};

  constructor(port: StreamPort, identity: StreamIdentity, stallMs: number | undefined) {
    this.#link = new StreamLink(port, identity, stallMs);
    this.#ended = new Promise((resolve, reject) => {
      this.#resolveEnded = resolve;
      this.#rejectEnded = reject;
    });
    // A failure that nobody waits for yet is told by the next call.
    this.#ended.catch(() => {});
  }

  /**
   * What the daemon sends, in order; one reader at a time.
   * @returns undefined when nothing more comes; octets share memory with what was received, `recycle` gives it back
   * @throws {Fault} what the daemon reported, "timeout" when it stalls, "unreachable" when the session ends
   */
  read(): Promise<StreamPiece | undefined> {
    return this.#link.read();
  }

  /**
   * Sends octets, which must not be changed until `onSent`, which need not come. Resolves when more may be sent, so that a slow
   * daemon slows the sender.
   * @throws {Fault} as `read`; an error of the daemon can be told by any later call
   */
  write(octets: Uint8Array, onSent?: () => void): Promise<void> {
    return this.#link.write(octets, onSent);
  }

  /** Says that octets which `read` brought are no longer needed: more may be received in their place. */
  recycle(octets: Uint8Array): void {
    this.#link.recycle(octets);
  }

  /**
   * Says that zeros follow, `lengthOctets` of them; for streams opened as sparse. Daemons skip the stretch without clearing it, so
   * the volume must be a fresh one. @throws {Fault} as `write`
   */
  writeHole(lengthOctets: bigint): Promise<void> {
    return this.#link.writeHole(lengthOctets);
  }

  /**
   * Tells the daemon that all was sent, or received, and waits until it confirms. What was not read is thrown away.
   * @throws {Fault} as `read`; then not everything may have arrived
   */
  async finish(): Promise<void> {
    if (this.#ending === "abort") throw new Fault("invalid", "the stream was aborted");
    if (this.#ending === undefined && !this.#link.over) this.#endWith("finish");
    try {
      await this.#link.patiently(this.#ended, "did not confirm the end");
    } catch (error) {
      if (error instanceof Fault && error.code === "timeout") this.#link.close(error);
      throw error;
    }
  }

  /** Gives the stream up; idempotent. Nobody waits for the daemon, whose confirmation is awaited in the background. */
  abort(): void {
    if (this.#ending !== undefined || this.#link.over) return;
    this.#endWith("abort");
    this.#link.inbox.fail(new Fault("invalid", "the stream was aborted"));
  }

  /** For the session: a packet of this stream. @throws {DecodeError} */
  receive(header: PacketHeader, payload: XdrReader): void {
    switch (header.status) {
      case packetStatus.continue: {
        const piece = decodeStreamPiece(header, payload);
        if (this.#link.inbox.ended) throw new DecodeError("content of a stream after its end");
        if (piece) this.#link.inbox.push(piece);
        else this.#link.inbox.end();
        break;
      }
      case packetStatus.error:
        this.fail(faultOfBody(errorCodec.decode(payload)));
        break;
      default:
        payload.end();
        if (this.#ending === undefined) throw new DecodeError("the end of a stream is confirmed that did not end", 24);
        this.#link.close();
        this.#resolveEnded();
    }
  }

  /** For the session: nothing more comes, for this reason. */
  fail(fault: Fault): void {
    this.#link.close(fault);
    this.#rejectEnded(fault);
  }

  #endWith(ending: "finish" | "abort"): void {
    this.#ending = ending;
    this.#link.stopWriting();
    this.#link.inbox.discard();
    this.#link.send(encodeStreamEnd(this.#link.identity, ending === "finish" ? "ok" : "error"));
  }
}
