import { randomFillSync } from "node:crypto";
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../snmp/processes.js";
import { meansOf } from "./driver.js";

const MIB = 1024 * 1024;
const PIECE = 1024 * 1024;
const limit = { deadlineMs: 120_000 };

/** @typedef {{ direction: "upload" | "download", by: "virtgate" | "virsh", mibPerS: number }} Transfer */

/**
 * Moves one volume up and down, by virtgate and by virsh in turn; each figure is the best of its rounds.
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
      virtgate: async () => {
        const pieces = hypervisor.downloadVolume(pool, "v", {}, limit);
        await pipeline(octetsOf(pieces), createWriteStream(sink));
      },
      virsh: () => run("virsh", ["-q", "-c", uri, "vol-download", "v", sink, "--pool", pool]),
    },
  });
  /** @type {Transfer[]} */
  const transfers = [];
  for (const direction of /** @type {const} */ (["upload", "download"])) {
    const best = { virtgate: 0, virsh: 0 };
    for (let round = 0; round < rounds; round++) {
      for (const by of /** @type {const} */ (["virtgate", "virsh"])) {
        rmSync(sink, { force: true });
        const began = performance.now();
        await ways[direction][by]();
        best[by] = Math.max(best[by], mebibytes / ((performance.now() - began) / 1000));
      }
    }
    for (const by of /** @type {const} */ (["virtgate", "virsh"])) transfers.push({ direction, by, mibPerS: best[by] });
  }
  hypervisor.close();
  return transfers;
}

/** @param {string} file @returns {AsyncGenerator<{ octets: Uint8Array }>} */
async function* piecesOf(file) {
  const handle = await open(file);
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE), 0, PIECE);
      if (bytesRead === 0) return;
      yield { octets: buffer.subarray(0, bytesRead) };
    }
  } finally {
    await handle.close();
  }
}

/** @param {AsyncIterable<import("../../src/inventory/hypervisor-storage.js").VolumePiece>} pieces */
async function* octetsOf(pieces) {
  for await (const piece of pieces) yield "octets" in piece ? piece.octets : Buffer.alloc(Number(piece.zeroBytes));
}
