import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { ServerStream } from "../../protocol/libvirt/server-stream.js";
import type { OpenedStream } from "../../protocol/libvirt/stream-calls.js";
import { STREAM_PACKET_OCTETS } from "../../protocol/libvirt/stream-packet.js";
import type { HostState } from "../host/host-state.js";
import { STORAGE_DOMAIN, type VolumeReference } from "./simulated-pool.js";
import type { SparseContent } from "./sparse-content.js";

/** Both transfers: holes are told as such. */
const SPARSE = 1;

interface Transfer {
  readonly vol: VolumeReference;
  readonly offset: bigint;
  /** Octets; 0 for all that there are. */
  readonly length: bigint;
  readonly flags: number;
}

/** @throws {Fault} when there is no such volume, or no such place in it */
export function openUpload(host: HostState, { vol, offset, length }: Transfer): OpenedStream<"storageVolUpload"> {
  const { storage } = host.node;
  const { pool, volume } = storage.requireVolume(vol);
  const start = placeOf(offset);
  const most = length === 0n ? Number.POSITIVE_INFINITY : placeOf(length);
  const content = pool.keep(volume).content();
  return {
    result: {},
    async serve(stream) {
      await receive(stream, content, start, most);
      // As libvirt does when something was uploaded.
      storage.tell({ kind: "refresh", pool: pool.reference });
    },
  };
}

async function receive(stream: ServerStream, content: SparseContent, start: number, most: number): Promise<void> {
  let done = 0;
  for (let piece = await stream.read(); piece; piece = await stream.read()) {
    const room = most - done;
    const size = piece.kind === "hole" ? Number(piece.lengthOctets) : piece.octets.length;
    const taken = Math.min(size, room);
    if (piece.kind === "hole") content.zero(placeOf(BigInt(start + done)), taken);
    else content.write(start + done, piece.octets.subarray(0, taken));
    done += taken;
    if (size > room) {
      throw libvirtFault("SYSTEM_ERROR", "cannot write to stream: No space left on device", STORAGE_DOMAIN);
    }
  }
}

/** @throws {Fault} when there is no such volume, or no such place in it */
export function openDownload(
  host: HostState,
  { vol, offset, length, flags }: Transfer,
): OpenedStream<"storageVolDownload"> {
  const { pool, volume } = host.node.storage.requireVolume(vol);
  const content = pool.keep(volume).content();
  const start = placeOf(offset);
  const end = length === 0n ? content.length : Math.min(content.length, start + placeOf(length));
  return { result: {}, serve: (stream) => send(stream, content, start, end, (flags & SPARSE) !== 0) };
}

async function send(
  stream: ServerStream,
  content: SparseContent,
  start: number,
  end: number,
  sparse: boolean,
): Promise<void> {
  for (let at = start; at < end; ) {
    const stretch = content.read(at, sparse ? end - at : Math.min(end - at, STREAM_PACKET_OCTETS));
    if (!stretch) return;
    if ("octets" in stretch) await stream.write(stretch.octets);
    else if (sparse) await stream.writeHole(BigInt(stretch.zeros));
    else await stream.write(zeros.subarray(0, stretch.zeros));
    at += "octets" in stretch ? stretch.octets.length : stretch.zeros;
  }
}

const zeros = Buffer.alloc(STREAM_PACKET_OCTETS);

function placeOf(octets: bigint): number {
  if (octets > BigInt(MOST_OCTETS)) {
    throw libvirtFault("INVALID_ARG", "invalid argument: beyond the end of every file", STORAGE_DOMAIN);
  }
  return Number(octets);
}

const MOST_OCTETS = 2 ** 52;
