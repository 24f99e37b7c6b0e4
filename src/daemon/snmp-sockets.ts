import { readFile } from "node:fs/promises";
import type { Channel, DatagramPeer, DatagramPort } from "../base/channel.js";
import type { Clock } from "../base/clock.js";
import { Fault, reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { TlsIdentity } from "../transport/http.js";
import { listenTcp } from "../transport/tcp.js";
import { listenTls, type PeerCertificate, type TlsTrust, type TlsVersion } from "../transport/tls.js";
import { bindUdp } from "../transport/udp.js";
import { bindUdpEverywhere } from "../transport/udp-everywhere.js";
import type { SocketAddress } from "./addresses.js";
import { listenOnNextFree, type TakenPort } from "./next-free-port.js";
import type { Configuration } from "./options.js";

/** For TLS: files with the authorities of the others' certificates and with those that are revoked; the oldest version. */
export interface TrustFiles {
  readonly caFile?: string;
  readonly crlFile?: string;
  readonly oldest?: TlsVersion;
}

/** What a socket was asked to be. */
export interface AskedSocket extends SocketAddress, TrustFiles {
  /** Datagrams, datagrams and TCP on the same port, or TLS. */
  readonly kind: "udp" | "udp+tcp" | "tls";
}

/** A place where requests arrive, and what was asked for: its port may be another one, when that was taken. */
export interface SnmpSocket {
  readonly asked: AskedSocket;
  readonly local: DatagramPeer;
  /** `undefined` for TLS. */
  readonly datagrams: DatagramPort | undefined;
  /** Takes up certificates and files that have changed. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

interface SocketParts {
  readonly clock: Clock;
  readonly log: Log;
  /** The gateway's own certificate. */
  readonly identity: () => Promise<TlsIdentity>;
  /** Is given each connection; with what the client has shown, over TLS. */
  readonly onStream: (channel: Channel, peer: DatagramPeer, certificate: PeerCertificate | undefined) => void;
}

/** With port 0 the system chooses one for datagrams, which TCP may not have. */
const TRIES = 10;

/** The sockets that a configuration asks for. */
export function askedSockets(snmp: Configuration["snmp"]): readonly AskedSocket[] {
  if (!snmp.enabled) return [];
  const tls = tlsTrustOf(snmp);
  return [
    ...snmp.addresses.map(({ address, port }) => ({ address, port, kind: snmp.tcp ? "udp+tcp" : "udp" }) as const),
    ...snmp.tlsAddresses.map(({ address, port }) => ({ address, port, kind: "tls", ...tls }) as const),
  ];
}

/** Whom TLS trusts, by a configuration. */
export function tlsTrustOf(snmp: Configuration["snmp"]): TrustFiles {
  const { tlsCaFile: caFile, tlsCrlFile: crlFile, tlsVersion: oldest } = snmp;
  return { oldest, ...(caFile === undefined ? {} : { caFile }), ...(crlFile === undefined ? {} : { crlFile }) };
}

export function datagramPorts(sockets: readonly SnmpSocket[]): readonly DatagramPort[] {
  return sockets.flatMap(({ datagrams }) => datagrams ?? []);
}

/**
 * Opens a socket.
 * @param taken whether a port that another program has gives way to the next free one, or is a fault
 * @throws {Fault} as `bindUdp` and `listenTcp`; `invalid` when a file cannot be read
 */
export async function openSnmpSocket(asked: AskedSocket, taken: TakenPort, parts: SocketParts): Promise<SnmpSocket> {
  const open = (port: number): Promise<SnmpSocket> =>
    asked.kind === "tls" ? openTls({ ...asked, port }, asked, parts) : openDatagrams({ ...asked, port }, asked, parts);
  if (taken === "refuse") return open(asked.port);
  const socket = await listenOnNextFree(asked.port, open);
  const { port } = socket.local;
  if (asked.port !== 0 && port !== asked.port) parts.log.warn("snmp.port.taken", { wanted: asked.port, used: port });
  return socket;
}

async function openDatagrams(at: AskedSocket, asked: AskedSocket, parts: SocketParts): Promise<SnmpSocket> {
  for (let tries = 1; ; tries += 1) {
    const datagrams = await bindDatagrams({ address: at.address, port: at.port }, parts);
    const { local } = datagrams;
    const refresh = async (): Promise<void> => {};
    if (at.kind === "udp") return { asked, local, datagrams, refresh, close: () => datagrams.close() };
    try {
      const streams = await listenTcp(local, (channel, peer) => parts.onStream(channel, peer, undefined));
      const close = async (): Promise<void> => void (await Promise.all([datagrams.close(), streams.close()]));
      return { asked, local, datagrams, refresh, close };
    } catch (error) {
      await datagrams.close();
      const isTaken = error instanceof Fault && error.code === "busy";
      if (at.port !== 0 || !isTaken || tries === TRIES) throw error;
    }
  }
}

/** @throws {Fault} as `bindUdp` */
function bindDatagrams(local: DatagramPeer, { clock, log }: SocketParts): Promise<DatagramPort> {
  const onError = (fault: Fault): void => log.error("snmp.socket.failed", { reason: fault.message });
  return isWildcard(local.address) ? bindUdpEverywhere({ local, clock, onError }) : bindUdp(local, onError);
}

/** Whether an address stands for all of this computer's, in whatever way it is written. */
function isWildcard(address: string): boolean {
  return /^[0.:]+$/.test(address);
}

async function openTls(at: AskedSocket, asked: AskedSocket, parts: SocketParts): Promise<SnmpSocket> {
  const server = await listenTls({
    local: { address: at.address, port: at.port },
    identity: await parts.identity(),
    ...(await trustOf(at)),
    onChannel: parts.onStream,
    onFailure: (peer, reason) => parts.log.warn("snmp.tls.failed", { peer, reason }),
  });
  return {
    asked,
    local: server.local,
    datagrams: undefined,
    refresh: async () => server.renew(await parts.identity(), await trustOf(at)),
    close: () => server.close(),
  };
}

/** @throws {Fault} `invalid` when a file cannot be read */
export async function trustOf({ caFile, crlFile, oldest }: TrustFiles): Promise<TlsTrust> {
  return {
    ...(oldest === undefined ? {} : { oldest }),
    ...(caFile === undefined ? {} : { authorities: await readPem(caFile) }),
    ...(crlFile === undefined ? {} : { revocations: await readPem(crlFile) }),
  };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Fault("invalid", `${file} cannot be read: ${reasonOf(error)}`, { path: file, cause: error });
  }
}
