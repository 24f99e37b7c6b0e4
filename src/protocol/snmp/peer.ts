import type { DatagramPeer } from "../../base/channel.js";

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
