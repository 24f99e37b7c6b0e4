import { createSocket, type Socket } from "node:dgram";
import { isIP } from "node:net";
import type { DatagramPeer, DatagramPort, OnDatagram } from "../base/channel.js";
import { Fault } from "../base/fault.js";
import { bindFault } from "./bind-fault.js";

/** Room in the kernel for the requests of a second or so in which the program is busy; it may grant less. */
const RECEIVE_BUFFER_OCTETS = 4 << 20;
const SEND_BUFFER_OCTETS = 1 << 20;

/**
 * Binds a datagram socket. An IPv6 address, `::` too, takes IPv6 only, so that both families can be bound side by side.
 * @param local port 0 for any that is free
 * @param onError told when the socket fails later on; a datagram that cannot be sent is no failure
 * @throws {Fault} `busy` when the port is taken, `denied` when it is not for this user, `invalid` for an address that this
 *   computer does not have, `unreachable` otherwise
 */
export async function bindUdp(local: DatagramPeer, onError: (fault: Fault) => void = () => {}): Promise<DatagramPort> {
  const family = isIP(local.address);
  if (family === 0) throw new Fault("invalid", `${local.address} is not an IP address`);
  // Peers are addresses already: taking them as they are sends at once instead of after a turn of the event loop.
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    ipv6Only: family === 6,
    lookup: (address, _options, done) => done(null, address, family),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(bindFault("UDP", local, error));
    });
    socket.bind({ address: local.address, port: local.port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve();
    });
  });
  enlargeBuffers(socket);
  socket.on("error", (error) => onError(new Fault("unreachable", `UDP socket: ${error.message}`, { cause: error })));
  return new UdpPort(socket);
}

class UdpPort implements DatagramPort {
  readonly local: DatagramPeer;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #isOpen = true;

  constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.local = { address, port };
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  listen(onDatagram: OnDatagram): void {
    this.#socket.removeAllListeners("message");
    this.#socket.on("message", (octets, peer) => onDatagram(octets, peer, (answer) => this.send(answer, peer)));
  }

  send(octets: Uint8Array, peer: DatagramPeer): void {
    if (!this.#isOpen) return;
    // The callback keeps a datagram that has no way to its peer from being an error of the socket.
    this.#socket.send(octets, peer.port, peer.address, () => {});
  }

  close(): Promise<void> {
    if (this.#isOpen) this.#socket.close();
    this.#isOpen = false;
    return this.#closed;
  }
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS);
    socket.setSendBufferSize(SEND_BUFFER_OCTETS);
  } catch {
    // Some systems refuse what exceeds their limit instead of granting the limit; the default is then what there is.
  }
}
