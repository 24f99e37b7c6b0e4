import { randomFillSync } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../snmp/processes.js";
import { meansOf } from "./driver.js";

const MIB = 1024 * 1024;
const PIECE = 1024 * 1024;
const limit = { deadlineMs: 120_000 };

/** @typedef {{ direction: "upload" | "download", by: "virtgate" | "virsh", mibPerS: number }} Transfer */

/**
 * Moves one volume up and down, by virtgate and by virsh in turn; each figure is the median of its rounds.
 * @param {import("./driver.js").Driver} driver @param {string} socket @param {string} folder @param {number} mebibytes
 * @param {number} rounds
 */
export async function measureTransfers(driver, socket, folder, mebibytes, rounds) {
  const uri = `qemu+unix:///system?socket=${socket}`;
  const hypervisor = driver.createLibvirtHypervisor({ host: { name: "bench", uri }, ...meansOf(driver) });
  const pool = "bench";
  const target = join(folder, "pool");
  mkdirSync(target, { recursive: true });
  const source = join(folder, "source");
  const sink = join(folder, "sink");
  writeFileSync(source, randomFillSync(Buffer.alloc(mebibytes * MIB)));
  await hypervisor.definePool(
    `<pool type='dir'><name>${pool}</name><target><path>${target}</path></target></pool>`,
    limit,
  );
  await hypervisor.startPool(pool, limit);
  const volume = `<volume><name>v</name><capacity unit='MiB'>${mebibytes}</capacity></volume>`;
  await hypervisor.createVolume(pool, volume, limit);
  const ways = /** @type {const} */ ({
    upload: {
      virtgate: () => hypervisor.uploadVolume(pool, "v", piecesOf(source), {}, limit),
      virsh: () => run("virsh", ["-q", "-c", uri, "vol-upload", "v", source, "--pool", pool]),
    },
    download: {
      virtgate: () => fileOf(hypervisor.downloadVolume(pool, "v", {}, limit), sink),
      virsh: () => run("virsh", ["-q", "-c", uri, "vol-download", "v", sink, "--pool", pool]),
    },
  });
  /** @type {Transfer[]} */
  const transfers = [];
  for (const direction of /** @type {const} */ (["upload", "download"])) {
    /** @type {{ virtgate: number[], virsh: number[] }} */
    const tookMs = { virtgate: [], virsh: [] };
    for (let round = 0; round < rounds; round++) {
      for (const by of /** @type {const} */ (["virtgate", "virsh"])) {
        rmSync(sink, { force: true });
        const began = performance.now();
        await ways[direction][by]();
        tookMs[by].push(performance.now() - began);
      }
    }
    for (const by of /** @type {const} */ (["virtgate", "virsh"])) {
      transfers.push({ direction, by, mibPerS: mebibytes / (medianOf(tookMs[by]) / 1000) });
    }
  }
  hypervisor.close();
  return transfers;
}

/** @param {readonly number[]} values */
function medianOf(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** What a file holds; the same memory is read into again. @param {string} file */
async function* piecesOf(file) {
  const handle = await open(file);
  /** @type {Buffer[]} */
  const spare = [];
  try {
    for (;;) {
      const room = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
      const { bytesRead } = await handle.read(room, 0, PIECE);
      if (bytesRead === 0) return;
      yield { octets: room.subarray(0, bytesRead), release: () => void spare.push(room) };
    }
  } finally {
    await handle.close();
  }
}

/** @param {AsyncIterable<import("../../src/inventory/hypervisor-storage.js").VolumePiece>} pieces @param {string} file */
async function fileOf(pieces, file) {
  const handle = await open(file, "w");
  try {
    for await (const piece of pieces) {
      if (!("octets" in piece)) throw new Error("a hole came, and none was asked for");
      await handle.writeFile(piece.octets);
      piece.release?.();
    }
  } finally {
    await handle.close();
  }
}
