import type { Channel, ChannelListener } from "../../src/base/channel.js";

export interface PairOptions {
  /** Octets under way in one direction above which `write` asks to wait. */
  readonly highWaterOctets?: number;
  /** Delivers in pieces of this size, as a slow network does. */
  readonly pieceOctets?: number;
}

/** Two ends of one stream in memory. Delivery is in order and always later than the call that caused it. */
export function pairedChannels(options: PairOptions = {}): [PairedChannel, PairedChannel] {
  const left = new PairedChannel("left", options);
  const right = new PairedChannel("right", options);
  left.connect(right);
  right.connect(left);
  return [left, right];
}

/** Waits until everything that is under way in memory has arrived and been reacted to. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    let rounds = 0;
    const again = (): void => {
      rounds += 1;
      if (rounds < 20) setImmediate(again);
      else resolve();
    };
    setImmediate(again);
  });
}

export class PairedChannel implements Channel {
  readonly peer: string;
  /** Everything that was written at this end. */
  readonly written: Buffer[] = [];
  readonly #highWaterOctets: number;
  readonly #pieceOctets: number;
  #other: PairedChannel | undefined;
  #listener: ChannelListener | undefined;
  #inbox: { readonly octets: Buffer; readonly onDelivered: (() => void) | undefined }[] = [];
  #inboxOctets = 0;
  #paused = false;
  #scheduled = false;
  #waitingForDrain = false;
  #closed = false;
  #ending: { readonly cause: Error | undefined } | undefined;

  constructor(peer: string, options: PairOptions) {
    this.peer = peer;
    this.#highWaterOctets = options.highWaterOctets ?? Number.POSITIVE_INFINITY;
    this.#pieceOctets = options.pieceOctets ?? Number.POSITIVE_INFINITY;
  }

  connect(other: PairedChannel): void {
    this.#other = other;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get closed(): boolean {
    return this.#closed;
  }

  listen(listener: ChannelListener): void {
    this.#listener = listener;
    this.#schedule();
  }

  write(octets: Uint8Array, onSent?: () => void): boolean {
    const other = this.#other;
    if (this.#closed || other === undefined) return false;
    const copy = Buffer.from(octets);
    this.written.push(copy);
    for (let at = 0; at < copy.length; at += this.#pieceOctets) {
      const end = Math.min(at + this.#pieceOctets, copy.length);
      other.#inbox.push({ octets: copy.subarray(at, end), onDelivered: end === copy.length ? onSent : undefined });
    }
    other.#inboxOctets += copy.length;
    other.#schedule();
    this.#waitingForDrain = other.#inboxOctets > this.#highWaterOctets;
    return !this.#waitingForDrain;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  close(): void {
    this.fail(undefined);
  }

  /** Ends both ends as a broken network does. */
  fail(cause: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ending ??= { cause };
    if (this.#other) this.#other.#ending ??= { cause };
    if (this.#other) this.#other.#schedule();
    this.#schedule();
  }

  /** The other end took what was under way. */
  private drained(): void {
    const under = this.#other === undefined ? 0 : this.#other.#inboxOctets;
    if (!this.#waitingForDrain || this.#closed || under > this.#highWaterOctets) return;
    this.#waitingForDrain = false;
    this.#listener?.onDrain?.();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.#listener && !this.#paused && !this.#closed) {
      const next = this.#inbox.shift();
      if (next === undefined) break;
      this.#inboxOctets -= next.octets.length;
      next.onDelivered?.();
      this.#listener.onData(next.octets);
    }
    this.#other?.drained();
    if (this.#listener && this.#ending && (this.#closed || this.#inbox.length === 0)) {
      const { cause } = this.#ending;
      const listener = this.#listener;
      this.#closed = true;
      this.#listener = undefined;
      listener.onClose(cause);
    }
  }
}
