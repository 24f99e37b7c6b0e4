import { Fault } from "../../base/fault.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import { bodyOfError, errorCodec } from "./error.js";
import { encodePacket, type PacketHeader, packetStatus, packetType } from "./frame.js";
import { StreamLink, type StreamPort } from "./stream-link.js";
import {
  decodeStreamPiece,
  encodeStreamData,
  encodeStreamEnd,
  type StreamIdentity,
  type StreamPiece,
} from "./stream-packet.js";

const nothing = new Uint8Array(0);

/** The daemon's end of a stream. The session ends it when what serves it is done. */
export class ServerStream {
  readonly #link: StreamLink;
  #served = false;
  #finishedByClient = false;

  constructor(port: StreamPort, identity: StreamIdentity) {
    this.#link = new StreamLink(port, identity, undefined);
  }

  /**
   * What the client sends, in order; one reader at a time.
   * @returns undefined when the client has finished; octets share memory with what was received
   * @throws {Fault} when the client aborts the stream or leaves
   */
  read(): Promise<StreamPiece | undefined> {
    return this.#link.read();
  }

  /** Sends octets, which must not be changed afterwards; resolves when the client's pace allows more. @throws {Fault} as `read` */
  write(octets: Uint8Array): Promise<void> {
    return this.#link.write(octets);
  }

  /** Says that zeros follow; for clients that asked for a sparse stream. @throws {Fault} as `read` */
  writeHole(lengthOctets: bigint): Promise<void> {
    return this.#link.writeHole(lengthOctets);
  }

  /** For the session: a packet of this stream. @throws {DecodeError} */
  receive(header: PacketHeader, payload: XdrReader): void {
    if (header.status === packetStatus.continue) {
      const piece = decodeStreamPiece(header, payload);
      if (piece && !this.#finishedByClient) this.#link.inbox.push(piece);
    } else if (header.status === packetStatus.ok) {
      this.#finishedByClient = true;
      this.#link.inbox.end();
      if (this.#served) this.#confirm();
    } else {
      this.#link.send(encodeStreamEnd(this.#link.identity, "ok"));
      this.#link.close(new Fault("invalid", "the client aborted the stream"));
    }
  }

  /** For the session: whoever serves the stream is done with it, well or with what it threw. */
  settle(outcome: { readonly failure?: unknown }): void {
    if (this.#link.over) return;
    if ("failure" in outcome) {
      const header = { ...this.#link.identity, type: packetType.stream, status: packetStatus.error };
      const { failure } = outcome;
      this.#link.send(encodePacket(header, (writer) => errorCodec.encode(writer, bodyOfError(failure))));
      this.#link.close(new Fault("driver-failed", "the stream failed", { cause: failure }));
      return;
    }
    this.#served = true;
    if (this.#finishedByClient) {
      this.#confirm();
    } else {
      this.#link.inbox.discard();
      this.#link.send(encodeStreamData(this.#link.identity, nothing));
    }
  }

  /** For the session: nothing more comes, for this reason. */
  fail(fault: Fault): void {
    this.#link.close(fault);
  }

  #confirm(): void {
    this.#link.send(encodeStreamEnd(this.#link.identity, "ok"));
    this.#link.close();
  }
}
