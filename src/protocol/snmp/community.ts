/** A community and what it stands for. @see RFC 3584, section 5.3 */
export interface SnmpCommunity {
  readonly community: string;
  readonly securityName: string;
  readonly contextName: string;
}

/** Communities, found in either direction. */
export interface CommunityTable {
  find(community: Uint8Array): SnmpCommunity | undefined;
  /** The community to send with, for a notification on behalf of `securityName`. @see RFC 3584, section 5.2.3 */
  communityOf(securityName: string, contextName: string): Buffer | undefined;
}

/** Builds the table; of two equal communities the first holds. */
export function communityTable(rows: readonly SnmpCommunity[]): CommunityTable {
  const byCommunity = new Map<string, SnmpCommunity>();
  const bySecurityName = new Map<string, Buffer>();
  for (const row of rows) {
    const octets = Buffer.from(row.community, "utf8");
    const forward = octets.toString("latin1");
    if (!byCommunity.has(forward)) byCommunity.set(forward, row);
    const backward = `${row.securityName}\n${row.contextName}`;
    if (!bySecurityName.has(backward)) bySecurityName.set(backward, octets);
  }
  return {
    find: (community) =>
      byCommunity.get(Buffer.from(community.buffer, community.byteOffset, community.length).toString("latin1")),
    communityOf: (securityName, contextName) => bySecurityName.get(`${securityName}\n${contextName}`),
  };
}
