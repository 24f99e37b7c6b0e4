import type { DatagramPeer } from "../../base/channel.js";

/** Where notifications are sent: by datagrams, or over the session that is described. */
export interface ReceiverPeer extends DatagramPeer {
  readonly session?: SessionPlan;
}

/** How a TLS session to a receiver is opened, and who must answer there. @see RFC 6353, section 5.3.1 */
export interface SessionPlan {
  /** All of what follows in one word: sessions with the same key and peer are one. */
  readonly key: string;
  /** Of the row in snmpTargetAddrTable. */
  readonly targetName: string;
  /** Of the certificate that this engine shows; empty for its own. */
  readonly clientFingerprint: Uint8Array;
  /** Of the receiver's certificate; empty when an authority must vouch for it. */
  readonly serverFingerprint: Uint8Array;
  /** Whom that certificate must be for; the address when empty, anybody when `*`. */
  readonly serverIdentity: string;
}

/** Address, port and session of a receiver, as one word. */
export function nameOf({ address, port, session }: ReceiverPeer): string {
  return session === undefined ? `${address} ${port}` : `${address} ${port} ${session.key}`;
}

/** Where a message came from, and what its way here says of it. */
export interface SnmpPeer extends DatagramPeer {
  /** Over a stream nothing is fragmented or forged, so that answers may be longer. Absent for datagrams. */
  readonly stream?: SnmpStream;
}

export interface SnmpStream {
  /** The longest answer, in octets. */
  readonly octetLimit: number;
  /** For whom a client certificate stands, over TLS. @see RFC 6353, section 5.3.2 */
  readonly tlsName?: string;
}
