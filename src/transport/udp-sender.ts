import type { DatagramPeer, DatagramPort, DatagramSender, OnDatagram } from "../base/channel.js";
import type { Fault } from "../base/fault.js";
import { bindUdp } from "./udp.js";

/**
 * Sends datagrams to any address, each from a socket that can reach it: a socket on loopback cannot leave the computer, and
 * one for IPv4 does not know IPv6. Sockets are opened when they are first needed, so that nothing is open beyond loopback
 * before something is to be sent there.
 *
 * @param onError told when a socket cannot be opened or fails; what was to be sent from it is lost
 */
export function udpSender(onError: (fault: Fault) => void): DatagramSender {
  return new UdpSender(onError);
}

class UdpSender implements DatagramSender {
  readonly #onError: (fault: Fault) => void;
  /** By the address they are bound to. */
  readonly #ports = new Map<string, Promise<DatagramPort | undefined>>();
  readonly #opened = new Map<string, DatagramPort>();
  #onDatagram: OnDatagram = () => {};
  #isOpen = true;

  constructor(onError: (fault: Fault) => void) {
    this.#onError = onError;
  }

  listen(onDatagram: OnDatagram): void {
    this.#onDatagram = onDatagram;
  }

  send(octets: Uint8Array, peer: DatagramPeer): void {
    if (!this.#isOpen) return;
    const address = localAddressFor(peer.address);
    const opened = this.#opened.get(address);
    if (opened !== undefined) opened.send(octets, peer);
    else void this.#portAt(address).then((port) => port?.send(octets, peer));
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    const ports = await Promise.all(this.#ports.values());
    await Promise.all(ports.map((port) => port?.close()));
  }

  #portAt(address: string): Promise<DatagramPort | undefined> {
    const known = this.#ports.get(address);
    if (known !== undefined) return known;
    const opening = this.#open(address);
    this.#ports.set(address, opening);
    return opening;
  }

  /** @returns `undefined` when it cannot be opened; the next datagram tries again */
  async #open(address: string): Promise<DatagramPort | undefined> {
    try {
      const port = await bindUdp({ address, port: 0 }, this.#onError);
      port.listen((octets, peer, answer) => this.#onDatagram(octets, peer, answer));
      this.#opened.set(address, port);
      return port;
    } catch (error) {
      this.#ports.delete(address);
      this.#onError(error as Fault);
      return undefined;
    }
  }
}

function localAddressFor(address: string): string {
  if (address.includes(":")) return address === "::1" ? "::1" : "::";
  return address.startsWith("127.") ? "127.0.0.1" : "0.0.0.0";
}
