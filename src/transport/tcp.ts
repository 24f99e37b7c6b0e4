import { createServer, isIP, type Server, type Socket } from "node:net";
import type { Channel, ChannelServer, DatagramPeer } from "../base/channel.js";
import { Fault } from "../base/fault.js";
import { bindFault } from "./bind-fault.js";
import { socketChannel } from "./socket-channel.js";

/** A place where TCP connections arrive. */
export interface TcpServer extends ChannelServer {
  readonly local: DatagramPeer;
}

/**
 * Listens for TCP connections. An IPv6 address, `::` too, takes IPv6 only, so that both families can be bound side by side.
 *
 * @param local port 0 for any that is free
 * @param onChannel is given each channel that arrives, and must `listen` to it
 * @returns a server whose `close` also closes its channels
 * @throws {Fault} `busy` when the port is taken, `denied` when it is not for this user, `invalid` for an address that this
 *   computer does not have, `unreachable` otherwise
 */
export async function listenTcp(
  local: DatagramPeer,
  onChannel: (channel: Channel, peer: DatagramPeer) => void,
): Promise<TcpServer> {
  const sockets = new SocketSet();
  const server = createServer({ noDelay: true }, (socket) => {
    const peer = sockets.add(socket);
    if (peer !== undefined) onChannel(socketChannel(socket, nameOf(peer)), peer);
  });
  await listen(server, local);
  return servedBy(server, sockets);
}

/** The sockets that a server has accepted and that are still there. */
export class SocketSet {
  readonly #sockets = new Set<Socket>();

  /** @returns the other end; `undefined` when it is gone already, and the socket with it */
  add(socket: Socket): DatagramPeer | undefined {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined) {
      socket.on("error", () => {});
      socket.destroy();
      return undefined;
    }
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return { address, port };
  }

  /** Ends all of them, with what is being written as far as they take it at once. */
  end(): void {
    for (const socket of this.#sockets) socket.destroySoon();
  }
}

/** @throws {Fault} as `listenTcp` */
export async function listen(server: Server, local: DatagramPeer): Promise<void> {
  const family = isIP(local.address);
  if (family === 0) throw new Fault("invalid", `${local.address} is not an IP address`);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(bindFault("TCP", local, error)));
    server.listen({ host: local.address, port: local.port, ipv6Only: family === 6, exclusive: true }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

/** The server as its owner sees it. */
export function servedBy(server: Server, sockets: SocketSet): TcpServer {
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("the server is not bound to an address");
  const local = { address: bound.address, port: bound.port };
  return {
    local,
    address: nameOf(local),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.end();
      }),
  };
}

/** An address with its port, for logs. */
export function nameOf({ address, port }: DatagramPeer): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
