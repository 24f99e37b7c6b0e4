import type { Channel, ChannelListener, Dialer } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import type { SocketCandidate } from "../../driver/uri.js";
import { Conversation, type Said } from "./conversation.js";

/** Where lines of a recording go. */
export type WriteLine = (line: string) => void;

/** How to reach the sockets of a host. */
type HostDialer = (socket: SocketCandidate) => Dialer;

/** Octets that a daemon sends over TLS before it speaks libvirt's protocol: whether it lets us in. */
const ADMISSION_OCTETS = 1;

/**
 * Writes down what the gateway asks its hosts and what they tell it, a line of JSON for each call, answer and event, with the
 * milliseconds since the recording began: enough to play the hosts again. Secrets are not in it.
 */
export class SouthboundRecorder {
  readonly #clock: Clock;
  readonly #write: WriteLine;
  readonly #beganMs: number;
  #connections = 0;

  constructor(clock: Clock, write: WriteLine) {
    this.#clock = clock;
    this.#write = write;
    this.#beganMs = clock.monotonic();
    write(JSON.stringify({ recording: 1, startedAt: new Date(clock.now()).toISOString() }));
  }

  /** The same dialer, with an ear on what passes. */
  listenTo(host: string, dialer: HostDialer): HostDialer {
    return (socket) => {
      const { address, dial } = bound(dialer(socket));
      return {
        address,
        dial: async (timeoutMs) => {
          const channel = await dial(timeoutMs);
          return this.#overheard(host, socket, channel);
        },
      };
    };
  }

  #overheard(host: string, { via, readOnly }: SocketCandidate, channel: Channel): Channel {
    this.#connections += 1;
    const connection = this.#connections;
    const tell = (said: Said): void => {
      const atMs = Math.round(this.#clock.monotonic() - this.#beganMs);
      this.#write(JSON.stringify({ atMs, host, connection, ...said }));
    };
    tell({ opened: via, readOnly });
    return new OverheardChannel(channel, new Conversation(tell), via === "tls" ? ADMISSION_OCTETS : 0, () =>
      tell({ closed: true }),
    );
  }
}

function bound(dialer: Dialer): Dialer {
  return { address: dialer.address, dial: (timeoutMs) => dialer.dial(timeoutMs) };
}

/** A channel whose octets a conversation hears as they pass. */
class OverheardChannel implements Channel {
  readonly peer: string;
  readonly #channel: Channel;
  readonly #conversation: Conversation;
  readonly #onClose: () => void;
  #toSkip: number;

  constructor(channel: Channel, conversation: Conversation, skip: number, onClose: () => void) {
    this.peer = channel.peer;
    this.#channel = channel;
    this.#conversation = conversation;
    this.#toSkip = skip;
    this.#onClose = onClose;
  }

  listen(listener: ChannelListener): void {
    this.#channel.listen({
      onData: (octets) => {
        this.#hear(octets);
        listener.onData(octets);
      },
      onDrain: () => listener.onDrain?.(),
      onClose: (cause) => {
        this.#onClose();
        listener.onClose(cause);
      },
    });
  }

  write(octets: Uint8Array): boolean {
    this.#conversation.sent(octets);
    return this.#channel.write(octets);
  }

  pause(): void {
    this.#channel.pause();
  }

  resume(): void {
    this.#channel.resume();
  }

  close(): void {
    this.#channel.close();
  }

  #hear(octets: Buffer): void {
    const skipped = Math.min(this.#toSkip, octets.length);
    this.#toSkip -= skipped;
    if (skipped < octets.length) this.#conversation.received(Buffer.from(octets.subarray(skipped)));
  }
}
