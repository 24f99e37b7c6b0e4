import type { OnReadOpts, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Channel, ChannelListener } from "../base/channel.js";

/** How long what was written may take to leave after `close`. */
const LINGER_MS = 5000;

/** What may wait for a peer of a channel that carries whole volumes: the next packets are at hand whenever it takes more. */
export const TRANSFER_OCTETS = 1 << 20;

/** What one look at a socket brings at most: more than the kernel keeps for a unix socket. */
const LENT_OCTETS = 1 << 18;
/** Where all sockets that lend receive: what came is looked at, or copied, before anything else can come. */
const lent = Buffer.allocUnsafeSlow(LENT_OCTETS);

/** Reading of a socket that lends what it receives; made before the socket, whose `onread` it is. */
export class LentReading {
  onData: (octets: Buffer) => void = () => {};
  readonly onread: OnReadOpts = {
    buffer: lent,
    callback: (count) => {
      this.onData(lent.subarray(0, count));
      return true;
    },
  };
}

/** What is special about a stream. */
interface StreamWays {
  /** Ends it after what was written. */
  readonly finish: () => void;
  /** Why it broke, when that was not told as an error of its own. */
  readonly broken?: () => Error | undefined;
  /** What may wait to be sent before `write` asks to wait; not given: what the stream itself thinks best. */
  readonly highWaterOctets?: number | undefined;
  readonly reading?: LentReading | undefined;
}

/**
 * A connected stream socket as a channel; unix, TCP and TLS sockets are the same here.
 * @param ways how much may wait to be sent before `write` asks to wait; the `reading` of a socket that was made with it, and rests
 */
export function socketChannel(
  socket: Socket,
  peer: string,
  ways: Pick<StreamWays, "highWaterOctets" | "reading"> = {},
): Channel {
  return new StreamChannel(socket, peer, { ...ways, finish: () => socket.destroySoon() });
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
  readonly #highWaterOctets: number;
  #failure: Error | undefined;
  #corked = false;
  #refused = false;
  #closing = false;
  #gone = false;

  constructor(stream: Duplex, peer: string, ways: StreamWays) {
    this.peer = peer;
    this.#stream = stream;
    this.#ways = ways;
    this.#highWaterOctets = ways.highWaterOctets ?? stream.writableHighWaterMark;
    stream.on("error", (error) => {
      this.#failure = error;
    });
    stream.on("close", () => {
      this.#gone = true;
      this.#tellGone();
    });
  }

  /** Reading begins with the first listener: until then the stream keeps what comes, and the peer is slowed. */
  listen(listener: ChannelListener): void {
    const first = this.#listener === undefined;
    this.#listener = listener;
    if (first) this.#read();
    if (first && this.#gone) queueMicrotask(() => this.#tellGone());
  }

  /** What is written in one turn leaves together. */
  write(octets: Uint8Array, onSent?: () => void): boolean {
    if (this.#closing || this.#gone) return false;
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      process.nextTick(this.#uncork);
    }
    this.#stream.write(octets, (error) => {
      if (error) return;
      onSent?.();
      this.#written();
    });
    if (this.#stream.writableLength < this.#highWaterOctets) return true;
    this.#refused = true;
    return false;
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

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#stream.uncork();
  };

  /** Asks for more as soon as there is room, and not when all has left: until more came the peer would have nothing to do. */
  #written(): void {
    if (!this.#refused || this.#stream.writableLength >= this.#highWaterOctets) return;
    this.#refused = false;
    if (!this.#gone) this.#listener?.onDrain?.();
  }

  #read(): void {
    const { reading } = this.#ways;
    if (reading === undefined) {
      this.#stream.on("data", (octets: Buffer) => this.#closing || this.#listener?.onData(octets));
      return;
    }
    reading.onData = (octets) => {
      const listener = this.#listener;
      if (!this.#closing) listener?.onData(listener.borrows ? octets : Buffer.from(octets));
    };
    this.#stream.resume();
  }

  #tellGone(): void {
    this.#listener?.onClose(this.#failure ?? this.#ways.broken?.());
  }
}
