import type { Socket } from "node:net";
import type { Channel, ChannelListener } from "../base/channel.js";

/** How long what was written may take to leave after `close`. */
const LINGER_MS = 5000;

/** A connected stream socket as a channel; unix, TCP and TLS sockets are the same here. */
export function socketChannel(socket: Socket, peer: string): Channel {
  return new SocketChannel(socket, peer);
}

class SocketChannel implements Channel {
  readonly peer: string;
  readonly #socket: Socket;
  #listener: ChannelListener | undefined;
  #failure: Error | undefined;
  #closing = false;
  #gone = false;

  constructor(socket: Socket, peer: string) {
    this.peer = peer;
    this.#socket = socket;
    socket.on("error", (error) => {
      this.#failure = error;
    });
    socket.on("drain", () => this.#listener?.onDrain?.());
    socket.on("close", () => {
      this.#gone = true;
      this.#tellGone();
    });
  }

  /** Reading begins with the first listener: until then the socket keeps what comes, and the peer is slowed. */
  listen(listener: ChannelListener): void {
    const first = this.#listener === undefined;
    this.#listener = listener;
    if (first) this.#socket.on("data", (octets: Buffer) => this.#closing || this.#listener?.onData(octets));
    if (first && this.#gone) queueMicrotask(() => this.#tellGone());
  }

  write(octets: Uint8Array): boolean {
    return !this.#closing && !this.#gone && this.#socket.write(octets);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#listener) this.#socket.resume();
  }

  close(): void {
    if (this.#closing || this.#gone) return;
    this.#closing = true;
    this.#socket.destroySoon();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    linger.unref();
    this.#socket.once("close", () => clearTimeout(linger));
  }

  #tellGone(): void {
    this.#listener?.onClose(this.#failure);
  }
}
