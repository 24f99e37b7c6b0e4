/** An address that a network's DHCP server gave out. */
export interface DhcpLease {
  /** In lower case. */
  readonly mac: string;
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
  readonly prefix: number;
  readonly hostname: string | undefined;
  readonly clientId: string | undefined;
  /** Wall time, milliseconds; `undefined` for one without end. */
  readonly expiresAt: number | undefined;
}

/** A range of addresses that a network's DHCP server gives out. */
export interface DhcpRange {
  readonly start: string;
  readonly end: string;
}

/** The computer's own address in a network. */
export interface NetworkAddress {
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
  readonly prefix: number | undefined;
  readonly dhcpRanges: readonly DhcpRange[];
}

/** A virtual network of a computer. The same one is seen by every host on it. */
export interface Network {
  readonly name: string;
  readonly uuid: string;
  readonly active: boolean;
  readonly persistent: boolean | undefined;
  readonly autostart: boolean | undefined;
  readonly bridge: string | undefined;
  /** libvirt's word: `nat`, `route`, `bridge`, `open`, …; `undefined` for a network without a way out. */
  readonly forwardMode: string | undefined;
  /** The DNS domain that its machines are in. */
  readonly domain: string | undefined;
  readonly addresses: readonly NetworkAddress[];
  /** `undefined` where they cannot be told. */
  readonly leases: readonly DhcpLease[] | undefined;
}
