import type { DatagramPeer } from "../../base/channel.js";

/** A community and what it stands for. @see RFC 3584, section 5.3 */
export interface SnmpCommunity {
  /** Text stands for its UTF-8. */
  readonly community: string | Uint8Array;
  readonly securityName: string;
  readonly contextName: string;
  /** Whether it is known to this peer; to all when not given. @see RFC 3584, object snmpCommunityTransportTag */
  accepts?(peer: DatagramPeer): boolean;
}

/** Communities, found in either direction. */
export interface CommunityTable {
  find(community: Uint8Array, peer: DatagramPeer): SnmpCommunity | undefined;
  /** The community to send with, for a notification on behalf of `securityName`. @see RFC 3584, section 5.2.3 */
  communityOf(securityName: string, contextName: string): Buffer | undefined;
}

/** Builds the table; of equal communities the first that accepts the peer holds. */
export function communityTable(rows: readonly SnmpCommunity[]): CommunityTable {
  const byCommunity = new Map<string, SnmpCommunity[]>();
  const bySecurityName = new Map<string, Buffer>();
  for (const row of rows) {
    const octets = typeof row.community === "string" ? Buffer.from(row.community, "utf8") : Buffer.from(row.community);
    const forward = octets.toString("latin1");
    const equal = byCommunity.get(forward);
    if (equal) equal.push(row);
    else byCommunity.set(forward, [row]);
    const backward = `${row.securityName}\n${row.contextName}`;
    if (!bySecurityName.has(backward)) bySecurityName.set(backward, octets);
  }
  return {
    find(community, peer) {
      const text = Buffer.from(community.buffer, community.byteOffset, community.length).toString("latin1");
      return byCommunity.get(text)?.find((row) => row.accepts?.(peer) ?? true);
    },
    communityOf: (securityName, contextName) => bySecurityName.get(`${securityName}\n${contextName}`),
  };
}
