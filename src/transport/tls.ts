import { createServer, type SecureContextOptions, type TLSSocket, type Server as TlsServer } from "node:tls";
import type { Channel, DatagramPeer } from "../base/channel.js";
import { Fault, reasonOf } from "../base/fault.js";
import type { TlsIdentity } from "./http.js";
import { socketChannel } from "./socket-channel.js";
import { listen, nameOf, SocketSet, servedBy, type TcpServer } from "./tcp.js";

/** What the other end has shown of itself. */
export interface PeerCertificate {
  /** Its certificate and those that it is signed by, as far as they are known, DER. */
  readonly chain: readonly Buffer[];
  /** Why no authority that is trusted stands behind it, in OpenSSL's words; `undefined` when one does. */
  readonly distrust: string | undefined;
}

/** Who is good enough. */
export interface TlsTrust {
  /** Authorities that certificates may come from, PEM. */
  readonly authorities?: string;
  /** Certificates that are no longer good, PEM; needs the list of every authority. */
  readonly revocations?: string;
  /** The oldest version that is spoken; 1.2 when not given. */
  readonly oldest?: TlsVersion;
}

/** Version 1.0 is there for old clients that have no other; it is weak, and OpenSSL offers it only when told that this is known. */
export type TlsVersion = "1.0" | "1.2" | "1.3";

export interface TlsServerOptions extends TlsTrust {
  readonly local: DatagramPeer;
  readonly identity: TlsIdentity;
  /** Is given each channel whose client has shown a certificate, and must `listen` to it. */
  readonly onChannel: (channel: Channel, peer: DatagramPeer, certificate: PeerCertificate) => void;
  /** Told of a client that did not get that far. */
  readonly onFailure?: (peer: string, reason: string) => void;
}

export interface TlsTcpServer extends TcpServer {
  /** Goes by another certificate and other authorities from the next connection on. */
  renew(identity: TlsIdentity, trust: TlsTrust): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const versionNames = { "1.0": "TLSv1", "1.2": "TLSv1.2", "1.3": "TLSv1.3" } as const;
/** A chain longer than this is a circle. */
const LONGEST_CHAIN = 10;

/**
 * Listens for TLS connections whose clients show a certificate. Any is let in this far: whether it is good enough is for the
 * one who knows what it is for.
 * @throws {Fault} as `listenTcp`; `invalid` when a certificate or list cannot be used
 */
export async function listenTls(options: TlsServerOptions): Promise<TlsTcpServer> {
  const { local, onChannel, onFailure = () => {} } = options;
  const sockets = new SocketSet();
  const server = createTlsServer(options, (socket) => {
    const peer = sockets.add(socket);
    if (peer === undefined) return;
    const certificate = certificateOf(socket);
    if (certificate === undefined) {
      onFailure(nameOf(peer), "the client shows no certificate");
      socket.on("error", () => {});
      socket.destroy();
    } else onChannel(socketChannel(socket, nameOf(peer)), peer, certificate);
  });
  server.on("tlsClientError", (error, socket) => onFailure(socket.remoteAddress ?? "somebody", error.message));
  await listen(server, local);
  return {
    ...servedBy(server, sockets),
    renew: (next, nextTrust) => server.setSecureContext(contextOf(next, nextTrust)),
  };
}

function createTlsServer(options: TlsServerOptions, onSocket: (socket: TLSSocket) => void): TlsServer {
  try {
    return createServer(
      {
        ...contextOf(options.identity, options),
        requestCert: true,
        rejectUnauthorized: false,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        noDelay: true,
      },
      onSocket,
    );
  } catch (error) {
    const message = `the certificates for TLS cannot be used: ${reasonOf(error)}`;
    throw new Fault("invalid", message, { cause: error });
  }
}

/** Without authorities no certificate is trusted but by its fingerprint: those of the operating system have no say here. */
export function contextOf(
  { key, certificate }: TlsIdentity,
  { authorities, revocations, oldest = "1.2" }: TlsTrust,
): SecureContextOptions {
  return {
    key,
    cert: certificate,
    ca: authorities ?? [],
    ...(revocations === undefined ? {} : { crl: revocations }),
    minVersion: versionNames[oldest],
    ...(oldest === "1.0" ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
  };
}

/** @returns `undefined` when it has shown none */
export function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  const chain: Buffer[] = [];
  let one = socket.getPeerCertificate(true);
  while (one?.raw !== undefined && chain.length < LONGEST_CHAIN && !chain.some((known) => known.equals(one.raw))) {
    chain.push(one.raw);
    one = one.issuerCertificate;
  }
  if (chain.length === 0) return undefined;
  // The type says Error; what is there is the code as text.
  return { chain, distrust: socket.authorized ? undefined : String(socket.authorizationError) };
}
