import { Fault } from "../../base/fault.js";
import type { HypervisorStorage, TransferRange, VolumePiece } from "../../inventory/hypervisor-storage.js";
import type { ClientStream } from "../../protocol/libvirt/client-stream.js";
import { OperationTime } from "./operation-time.js";
import { findVolume } from "./storage-volumes.js";
import type { Writer } from "./writer.js";

type VolumeTransfer = Pick<HypervisorStorage, "uploadVolume" | "downloadVolume">;

const SPARSE = 1;

/** Content of volumes, to and from a host; each transfer has a connection of its own. */
export function volumeTransfer(writer: Writer): VolumeTransfer {
  return {
    uploadVolume: async (pool, name, content, range, limit, onProgress) => {
      writer.require("upload-volume");
      await writer.onOwn(limit, async (own, time) => {
        const vol = await findVolume(time.on(own), pool, name);
        const options = { deadlineMs: time.remainingMs(), stallMs: limit.deadlineMs };
        const { stream } = await own.session.openStream("storageVolUpload", { vol, ...wire(range) }, options);
        await guarded(stream, limit.signal, async () => {
          let done = 0n;
          for await (const piece of readAhead(content)) {
            const isZeros = "zeroBytes" in piece;
            const length = isZeros ? piece.zeroBytes : BigInt(piece.octets.length);
            if (!isZeros) await stream.write(piece.octets, piece.release);
            else if (range.sparse) await stream.writeHole(length);
            else await writeZeros(stream, length);
            done += length;
            onProgress?.({ done, total: range.lengthBytes });
          }
          await stream.finish();
        });
      });
    },

    async *downloadVolume(pool, name, range, limit) {
      writer.require("download-volume");
      const own = await writer.openOwn(limit);
      try {
        const time = new OperationTime(writer.clock, limit);
        const vol = await findVolume(time.on(own), pool, name);
        const options = { deadlineMs: time.remainingMs(), stallMs: limit.deadlineMs };
        const { stream } = await own.session.openStream("storageVolDownload", { vol, ...wire(range) }, options);
        yield* pieces(stream, limit.signal);
      } finally {
        own.session.close();
      }
    },
  };
}

/** Everything that a stream brings, up to its end as the daemon confirms it. */
async function* pieces(stream: ClientStream, signal: AbortSignal | undefined): AsyncGenerator<VolumePiece> {
  const stop = (): void => stream.abort();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) stop();
    for (let piece = await stream.read(); piece; piece = await stream.read()) {
      if (piece.kind === "hole") {
        yield { zeroBytes: piece.lengthOctets };
      } else {
        const { octets } = piece;
        yield { octets, release: () => stream.recycle(octets) };
      }
    }
    await stream.finish();
  } catch (error) {
    throw signal?.aborted ? givenUp() : error;
  } finally {
    signal?.removeEventListener("abort", stop);
    stream.abort();
  }
}

/** Aborts the stream when `action` fails, or when nobody wants it any more. */
async function guarded(
  stream: ClientStream,
  signal: AbortSignal | undefined,
  action: () => Promise<void>,
): Promise<void> {
  const stop = (): void => stream.abort();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) stop();
    await action();
  } catch (error) {
    stream.abort();
    throw signal?.aborted ? givenUp() : error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** The same pieces; the next is on its way from its source while the one before is being sent. */
async function* readAhead(content: AsyncIterable<VolumePiece>): AsyncGenerator<VolumePiece> {
  const source = content[Symbol.asyncIterator]();
  try {
    for (let coming = source.next(); ; ) {
      const { done, value } = await coming;
      if (done) return;
      coming = source.next();
      coming.catch(() => {}); // told when its turn comes
      yield value;
    }
  } finally {
    await source.return?.();
  }
}

const zeros = Buffer.alloc(262_144);

async function writeZeros(stream: ClientStream, length: bigint): Promise<void> {
  for (let left = length; left > 0n; left -= BigInt(zeros.length)) {
    await stream.write(left < BigInt(zeros.length) ? zeros.subarray(0, Number(left)) : zeros);
  }
}

function wire({ offsetBytes = 0n, lengthBytes = 0n, sparse = false }: TransferRange) {
  return { offset: offsetBytes, length: lengthBytes, flags: sparse ? SPARSE : 0 };
}

function givenUp(): Fault {
  return new Fault("timeout", "the transfer was given up; what arrived until then stays");
}
