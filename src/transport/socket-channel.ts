import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Channel, ChannelListener } from "../base/channel.js";

/** How long what was written may take to leave after `close`. */
const LINGER_MS = 5000;

/** What is special about a stream. */
interface StreamWays {
  /** Ends it after what was written. */
  readonly finish: () => void;
  /** Why it broke, when that was not told as an error of its own. */
  readonly broken?: () => Error | undefined;
}

/** A connected stream socket as a channel; unix, TCP and TLS sockets are the same here. */
export function socketChannel(socket: Socket, peer: string): Channel {
  return new StreamChannel(socket, peer, { finish: () => socket.destroySoon() });
}

/**
 * A stream inside a connection of its own protocol as a channel.
 * @param broken why that connection broke, if it did
 */
export function innerChannel(stream: Duplex, peer: string, broken: () => Error | undefined): Channel {
  return new StreamChannel(stream, peer, { finish: () => stream.end(), broken });
}

class StreamChannel implements Channel {
  readonly peer: string;
  readonly #stream: Duplex;
  readonly #ways: StreamWays;
  #listener: ChannelListener | undefined;
  #failure: Error | undefined;
  #closing = false;
  #gone = false;

  constructor(stream: Duplex, peer: string, ways: StreamWays) {
    this.peer = peer;
    this.#stream = stream;
    this.#ways = ways;
    stream.on("error", (error) => {
      this.#failure = error;
    });
    stream.on("drain", () => this.#listener?.onDrain?.());
    stream.on("close", () => {
      this.#gone = true;
      this.#tellGone();
    });
  }

  /** Reading begins with the first listener: until then the stream keeps what comes, and the peer is slowed. */
  listen(listener: ChannelListener): void {
    const first = this.#listener === undefined;
    this.#listener = listener;
    if (first) this.#stream.on("data", (octets: Buffer) => this.#closing || this.#listener?.onData(octets));
    if (first && this.#gone) queueMicrotask(() => this.#tellGone());
  }

  write(octets: Uint8Array): boolean {
    return !this.#closing && !this.#gone && this.#stream.write(octets);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    if (this.#listener) this.#stream.resume();
  }

  close(): void {
    if (this.#closing || this.#gone) return;
    this.#closing = true;
    this.#ways.finish();
    // What still comes is thrown away: a stream that is not read to its end does not close.
    this.#stream.resume();
    const linger = setTimeout(() => this.#stream.destroy(), LINGER_MS);
    linger.unref();
    this.#stream.once("close", () => clearTimeout(linger));
  }

  #tellGone(): void {
    this.#listener?.onClose(this.#failure ?? this.#ways.broken?.());
  }
}
