import { BerReader } from "../../codec/ber/ber-reader.js";
import { elementSize, integerSize } from "../../codec/ber/ber-size.js";
import { berTag } from "../../codec/ber/ber-tag.js";
import { BerWriter } from "../../codec/ber/ber-writer.js";
import { type Pdu, pduSize, writePdu } from "./pdu.js";

/** The number in the first field of a message. */
export const messageVersion = { v1: 0, v2c: 1, v3: 3 } as const;

/** A message whose outermost field alone has been read; the rest is for the code that knows the version. */
export interface OpenedMessage {
  readonly version: number;
  readonly rest: BerReader;
}

/**
 * An SNMPv1 or SNMPv2c message. The PDU is left as octets, because nothing of it should be looked at before the community
 * is known to be good.
 */
export interface CommunityMessage {
  readonly community: Buffer;
  readonly pduOctets: Buffer;
}

/** Reads the version of a message. @throws {DecodeError} when `datagram` is not exactly one sequence that has one */
export function openMessage(datagram: Uint8Array): OpenedMessage {
  const outer = new BerReader(datagram);
  const rest = outer.enter();
  outer.end();
  return { version: rest.integer(), rest };
}

/** Reads what follows the version in SNMPv1 and SNMPv2c. Buffers share memory with the datagram. @throws {DecodeError} */
export function readCommunityMessage(rest: BerReader): CommunityMessage {
  const community = rest.octetString();
  const pduOctets = rest.element();
  rest.end();
  return { community, pduOctets };
}

/** Octets of a community message whose PDU takes `pduOctets`. */
export function communityMessageSize(version: number, community: Uint8Array, pduOctets: number): number {
  return elementSize(integerSize(version) + elementSize(community.length) + pduOctets);
}

/** An SNMPv1 or SNMPv2c message, complete. */
export function encodeCommunityMessage(version: number, community: Uint8Array, pdu: Pdu): Buffer {
  const writer = new BerWriter(communityMessageSize(version, community, pduSize(pdu)));
  const start = writer.mark;
  writePdu(writer, pdu);
  writer.octets(community);
  writer.integer(version);
  writer.close(berTag.sequence, start);
  return writer.finish();
}
