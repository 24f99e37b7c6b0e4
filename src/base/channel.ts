/** What a `Channel` tells its one listener. */
export interface ChannelListener {
  /** Octets as they came; the buffer belongs to the listener, or is lent to one that borrows. */
  onData(octets: Buffer): void;
  /** The listener keeps nothing of what `onData` is given: the channel may receive the next octets in the same place. */
  readonly borrows?: boolean;
  /** What `write` refused to take for the moment may be written again. */
  onDrain?(): void;
  /** The channel is gone; called exactly once, after which nothing follows. `cause` is absent on an orderly end. */
  onClose(cause?: Error): void;
}

/** An open, ordered stream of octets in both directions; how it is carried is the transport's business. */
export interface Channel {
  /** For logs: an address, a path. */
  readonly peer: string;
  /** Takes over from a previous listener. Octets that came before the first listener are kept and delivered to it. */
  listen(listener: ChannelListener): void;
  /**
   * Sends `octets`, which must not be changed until `onSent`. A channel need not tell, and does not when it goes.
   * @returns false when the sender should wait for `onDrain`
   */
  write(octets: Uint8Array, onSent?: () => void): boolean;
  /** Stops and restarts the delivery of data, so that a slow reader slows the sender. */
  pause(): void;
  resume(): void;
  /** Ends the channel after what was written; idempotent. */
  close(): void;
}

/** Opens channels to one address. */
export interface Dialer {
  /** For logs and messages. */
  readonly address: string;
  /** @throws {Fault} `unreachable` or `denied`, `timeout` after `timeoutMs` */
  dial(timeoutMs: number): Promise<Channel>;
}

/** A place where channels arrive. */
export interface ChannelServer {
  readonly address: string;
  close(): Promise<void>;
}

/** The other end of a datagram. */
export interface DatagramPeer {
  readonly address: string;
  readonly port: number;
}

/**
 * Takes a datagram; the buffer belongs to it.
 * @param answer sends to `peer` from the address that it has asked, best effort
 */
export type OnDatagram = (octets: Buffer, peer: DatagramPeer, answer: (octets: Uint8Array) => void) => void;

/** A bound datagram socket, or one for each address of the computer. */
export interface DatagramPort {
  readonly local: DatagramPeer;
  /** One listener. */
  listen(onDatagram: OnDatagram): void;
  /** Best effort, as datagrams are. `octets` must not be changed afterwards. */
  send(octets: Uint8Array, peer: DatagramPeer): void;
  close(): Promise<void>;
}

/** Sends datagrams and takes what comes back, without an address of its own that anybody could know. */
export type DatagramSender = Pick<DatagramPort, "listen" | "send" | "close">;
