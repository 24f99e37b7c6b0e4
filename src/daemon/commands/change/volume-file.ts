import { type FileHandle, open, rm } from "node:fs/promises";
import { Fault, reasonOf } from "../../../base/fault.js";
import type { VolumePiece } from "../../../inventory/hypervisor-storage.js";

const PIECE = 512 * 1024;
/** Shorter runs of zeros are sent as they are. */
const SHORTEST_HOLE = 64 * 1024;
const zeros = Buffer.alloc(PIECE);

/** Content of a volume, in a file; `-` is standard input. */
export interface VolumeSource {
  /** `undefined` for what has no length of its own. */
  readonly lengthBytes: bigint | undefined;
  /** @param sparse whether stretches of zeros are told as such */
  pieces(sparse: boolean): AsyncIterable<VolumePiece>;
  close(): Promise<void>;
}

/** @throws {Fault} `invalid` for a file that cannot be read */
export async function openSource(file: string): Promise<VolumeSource> {
  if (file === "-") {
    return { lengthBytes: undefined, pieces: () => standardInput(), close: async () => {} };
  }
  const handle = await opened(file, "r");
  const info = await handle.stat();
  if (info.isDirectory()) {
    await handle.close();
    throw new Fault("invalid", `${file} is a folder; name a file with the content of the volume`);
  }
  return {
    lengthBytes: info.isFile() ? BigInt(info.size) : undefined,
    pieces: (sparse) => fileContent(handle, file, sparse),
    close: () => handle.close(),
  };
}

async function* fileContent(handle: FileHandle, file: string, sparse: boolean): AsyncGenerator<VolumePiece> {
  for (let hole = 0n; ; ) {
    const buffer = Buffer.allocUnsafe(PIECE);
    const { bytesRead } = await handle.read(buffer, 0, PIECE).catch((error: unknown) => {
      throw new Fault("invalid", `${file} cannot be read to its end: ${reasonOf(error)}`);
    });
    const octets = buffer.subarray(0, bytesRead);
    if (sparse && bytesRead >= SHORTEST_HOLE && octets.equals(zeros.subarray(0, bytesRead))) {
      hole += BigInt(bytesRead);
      continue;
    }
    if (hole > 0n) yield { zeroBytes: hole };
    hole = 0n;
    if (bytesRead === 0) return;
    yield { octets };
  }
}

async function* standardInput(): AsyncGenerator<VolumePiece> {
  for await (const piece of process.stdin) {
    const octets = piece as Buffer;
    for (let at = 0; at < octets.length; at += PIECE) yield { octets: octets.subarray(at, at + PIECE) };
  }
}

/** Where the content of a volume goes: a file that is not there yet, or `-` for standard output. */
export interface VolumeSink {
  write(piece: VolumePiece): Promise<void>;
  /** @param whole what is not is removed */
  close(whole: boolean): Promise<void>;
}

/** @throws {Fault} `exists` for a file that is there, `invalid` for one that cannot be made */
export async function openSink(file: string): Promise<VolumeSink> {
  if (file === "-") return standardOutput();
  const handle = await opened(file, "wx");
  let at = 0;
  return {
    async write(piece) {
      // What is not written reads as zeros.
      if ("zeroBytes" in piece) at += Number(piece.zeroBytes);
      else {
        for (let done = 0; done < piece.octets.length; ) {
          const { bytesWritten } = await handle.write(piece.octets, done, piece.octets.length - done, at);
          done += bytesWritten;
          at += bytesWritten;
        }
      }
    },
    async close(whole) {
      if (whole) {
        await handle.truncate(at);
        await handle.sync();
      }
      await handle.close();
      if (!whole) await rm(file, { force: true });
    },
  };
}

function standardOutput(): VolumeSink {
  const write = (octets: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      process.stdout.write(octets, (error) => (error ? reject(error) : resolve()));
    });
  return {
    async write(piece) {
      if ("octets" in piece) return write(piece.octets);
      for (let left = piece.zeroBytes; left > 0n; left -= BigInt(zeros.length)) {
        await write(left < BigInt(zeros.length) ? zeros.subarray(0, Number(left)) : zeros);
      }
    },
    close: async () => {},
  };
}

async function opened(file: string, flags: "r" | "wx"): Promise<FileHandle> {
  try {
    return await open(file, flags);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      throw new Fault("exists", `${file} is there already; name another file, or remove it first`);
    }
    throw new Fault("invalid", `${file} cannot be ${flags === "r" ? "read" : "made"}: ${reasonOf(error)}`);
  }
}
