import { DecodeError } from "../../base/fault.js";
import { XdrReader } from "../../codec/xdr/reader.js";
import { XdrWriter } from "../../codec/xdr/writer.js";
import { PROGRAM_VERSION, programs } from "./programs.js";

/** The header of a packet, its length included. */
export const HEADER_OCTETS = 28;

/** The longest packet libvirt accepts: 32 MiB and the length before them. */
export const MAXIMUM_PACKET_OCTETS = 33_554_436;

/** What a packet is. */
export const packetType = {
  call: 0,
  reply: 1,
  /** An event, or keepalive. */
  message: 2,
  stream: 3,
  callWithFds: 4,
  replyWithFds: 5,
  streamHole: 6,
} as const;

/** How a packet stands: replies say whether the call failed, streams whether more follows. */
export const packetStatus = { ok: 0, error: 1, continue: 2 } as const;

/** What precedes the payload of every packet. */
export interface PacketHeader {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  /** A number of `packetType`. */
  readonly type: number;
  /** Chosen by the caller, repeated in the reply; 0 for messages. */
  readonly serial: number;
  /** A number of `packetStatus`. */
  readonly status: number;
}

/** A keepalive packet's procedure. */
export const keepaliveProcedure = { ping: 1, pong: 2 } as const;

/**
 * Takes the header off a whole packet.
 * @returns the header and a reader that stands at the payload; it shares memory with `packet`
 * @throws {DecodeError} when type or status are none that exist
 */
export function decodePacket(packet: Buffer): { readonly header: PacketHeader; readonly payload: XdrReader } {
  const payload = new XdrReader(packet, 4);
  const header = {
    program: payload.uint32(),
    version: payload.uint32(),
    procedure: payload.int32(),
    type: payload.uint32(),
    serial: payload.uint32(),
    status: payload.uint32(),
  };
  if (header.type > packetType.streamHole) throw new DecodeError(`unknown packet type ${header.type}`, 16);
  if (header.status > packetStatus.continue) throw new DecodeError(`unknown packet status ${header.status}`, 24);
  return { header, payload };
}

/**
 * A whole packet.
 * @param writePayload appends the payload; what it throws is passed on
 * @throws {Fault} "invalid" when the packet would be longer than libvirt accepts
 */
export function encodePacket(header: PacketHeader, writePayload?: (writer: XdrWriter) => void): Buffer {
  const writer = new XdrWriter(MAXIMUM_PACKET_OCTETS, writePayload ? 256 : HEADER_OCTETS);
  writer.uint32(HEADER_OCTETS);
  writer.uint32(header.program);
  writer.uint32(header.version);
  writer.int32(header.procedure);
  writer.uint32(header.type);
  writer.uint32(header.serial);
  writer.uint32(header.status);
  if (writePayload) {
    writePayload(writer);
    writer.patchUint32(0, writer.length);
  }
  return writer.take();
}

/** A whole packet whose payload is `body` as it is, copied; the caller keeps it below the longest packet. */
export function encodeWithBody(header: PacketHeader, body: Uint8Array): Buffer {
  return Buffer.concat([encodeHead(header, body.length), body]);
}

/** The length and the header of a packet whose payload of `bodyOctets` follows on its own. */
export function encodeHead(header: PacketHeader, bodyOctets: number): Buffer {
  const head = encodePacket(header);
  head.writeUInt32BE(HEADER_OCTETS + bodyOctets, 0);
  return head;
}

/** A keepalive packet. */
export function encodeKeepalive(procedure: keyof typeof keepaliveProcedure): Buffer {
  return encodePacket({
    program: programs.keepalive,
    version: PROGRAM_VERSION,
    procedure: keepaliveProcedure[procedure],
    type: packetType.message,
    serial: 0,
    status: packetStatus.ok,
  });
}
