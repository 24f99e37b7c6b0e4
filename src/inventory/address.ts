/** Who told of an address: a network's DHCP server, the computer's neighbour table, or the guest itself. */
export type AddressSource = "lease" | "arp" | "agent";

/** An address of a machine's interface. */
export interface NicAddress {
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
  readonly prefix: number | undefined;
  readonly source: AddressSource;
}
