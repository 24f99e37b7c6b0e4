import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { Channel, DatagramPeer } from "../base/channel.js";
import { Fault, reasonOf } from "../base/fault.js";
import type { TlsIdentity } from "./http.js";
import { socketChannel } from "./socket-channel.js";
import { nameOf } from "./tcp.js";
import { certificateOf, contextOf, type PeerCertificate, type TlsTrust } from "./tls.js";

export interface TlsConnection {
  readonly channel: Channel;
  readonly certificate: PeerCertificate;
}

interface ConnectOptions extends TlsTrust {
  /** A name or an address, and a port. */
  readonly peer: DatagramPeer;
  /** What is shown to the server. */
  readonly identity: TlsIdentity;
  readonly timeoutMs: number;
}

/** A connection that is silent for so long is asked whether it is still there. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Connects to a TLS server. Whether its certificate is good enough is for the one who knows whom to expect.
 * @throws {Fault} `unreachable`, `timeout`; `invalid` when our own certificate or the authorities cannot be used
 */
export function connectTls({ peer, identity, timeoutMs, ...trust }: ConnectOptions): Promise<TlsConnection> {
  const name = nameOf(peer);
  return new Promise((resolve, reject) => {
    const socket = openSocket(peer, identity, trust);
    const fail = (fault: Fault): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(fault);
    };
    const timer = setTimeout(
      () => fail(new Fault("timeout", `${name} did not complete a TLS handshake within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const failed = (error: Error): void =>
      fail(new Fault("unreachable", `${name}: ${reasonOf(error)}`, { cause: error }));
    const ended = (): void => fail(new Fault("unreachable", `${name} ended the connection in the handshake`));
    socket.once("error", failed);
    socket.once("close", ended);
    socket.once("secureConnect", () => {
      const certificate = certificateOf(socket);
      if (certificate === undefined) return fail(new Fault("unreachable", `${name} shows no certificate`));
      clearTimeout(timer);
      socket.off("error", failed);
      socket.off("close", ended);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      return resolve({ channel: socketChannel(socket, name), certificate });
    });
  });
}

function openSocket({ address, port }: DatagramPeer, identity: TlsIdentity, trust: TlsTrust): TLSSocket {
  try {
    return connect({
      ...contextOf(identity, trust),
      host: address,
      port,
      ...(isIP(address) === 0 ? { servername: address } : {}),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
  } catch (error) {
    const message = `the certificates for TLS cannot be used: ${reasonOf(error)}`;
    throw new Fault("invalid", message, { cause: error });
  }
}
