import type { Channel, ChannelListener } from "../../src/base/channel.js";

/** One end whose other end is the test itself: `give` delivers at once, `written` holds what was sent. */
export class CapturedChannel implements Channel {
  readonly peer = "captured";
  readonly written: Uint8Array[] = [];
  closed = false;
  #listener: ChannelListener | undefined;

  listen(listener: ChannelListener): void {
    this.#listener = listener;
  }

  give(octets: Buffer): void {
    if (!this.closed) this.#listener?.onData(octets);
  }

  write(octets: Uint8Array): boolean {
    this.written.push(octets);
    return true;
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    this.closed = true;
  }
}
