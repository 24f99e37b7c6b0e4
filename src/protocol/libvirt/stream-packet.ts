import { DecodeError } from "../../base/fault.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import { encodeHead, encodePacket, encodeWithBody, type PacketHeader, packetStatus, packetType } from "./frame.js";

/** What one packet of a stream holds at most; peers of any age take so much. */
export const STREAM_PACKET_OCTETS = 262_120;

/** A part of a stream's content: octets, or a stretch of zeros that is not sent octet by octet. */
export type StreamPiece =
  | { readonly kind: "data"; readonly octets: Buffer }
  | { readonly kind: "hole"; readonly lengthOctets: bigint };

/** The call that opened a stream: all its packets name it. */
export type StreamIdentity = Pick<PacketHeader, "program" | "version" | "procedure" | "serial">;

/** A packet with content; empty `octets` say that nothing more comes in this direction. */
export function encodeStreamData(identity: StreamIdentity, octets: Uint8Array): Buffer {
  return encodeWithBody({ ...identity, type: packetType.stream, status: packetStatus.continue }, octets);
}

/** What stands before `length` octets of content that are sent from where they lie. */
export function encodeStreamDataHead(identity: StreamIdentity, length: number): Buffer {
  return encodeHead({ ...identity, type: packetType.stream, status: packetStatus.continue }, length);
}

/** A packet that stands for `lengthOctets` zeros. @throws {Fault} "invalid" for what a signed 64-bit number does not hold */
export function encodeStreamHole(identity: StreamIdentity, lengthOctets: bigint): Buffer {
  return encodePacket({ ...identity, type: packetType.streamHole, status: packetStatus.continue }, (writer) => {
    writer.int64(lengthOctets);
    writer.uint32(0);
  });
}

/** A packet without content that finishes a stream (`ok`), or aborts it (`error`, from the client). */
export function encodeStreamEnd(identity: StreamIdentity, status: "ok" | "error"): Buffer {
  return encodePacket({ ...identity, type: packetType.stream, status: packetStatus[status] });
}

/**
 * Reads a packet with status `continue`.
 * @returns undefined for the packet that ends this direction; octets share memory with the packet
 * @throws {DecodeError}
 */
export function decodeStreamPiece(header: PacketHeader, payload: XdrReader): StreamPiece | undefined {
  if (header.type === packetType.stream) {
    const octets = payload.rest();
    return octets.length === 0 ? undefined : { kind: "data", octets };
  }
  const lengthOctets = payload.int64();
  const flags = payload.uint32();
  payload.end();
  if (lengthOctets < 0n) throw new DecodeError(`a hole of ${lengthOctets} octets`, 28);
  if (flags !== 0) throw new DecodeError(`unknown flags ${flags} of a hole`, 36);
  return { kind: "hole", lengthOctets };
}
