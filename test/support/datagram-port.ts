import type { DatagramPeer, DatagramPort, OnDatagram } from "../../src/base/channel.js";

/** A datagram socket in memory: keeps what is sent, and hands over what is delivered. */
export class MemoryPort implements DatagramPort {
  readonly local: DatagramPeer = { address: "127.0.0.1", port: 161 };
  readonly sent: { octets: Uint8Array; peer: DatagramPeer }[] = [];
  #listener: OnDatagram | undefined;

  listen(onDatagram: OnDatagram): void {
    this.#listener = onDatagram;
  }

  send(octets: Uint8Array, peer: DatagramPeer): void {
    this.sent.push({ octets, peer });
  }

  deliver(octets: Buffer, peer: DatagramPeer): void {
    this.#listener?.(octets, peer, (answer) => this.send(answer, peer));
  }

  async close(): Promise<void> {}
}
