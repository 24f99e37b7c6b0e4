import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, inject, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { JournalStore } from "../../src/store/journal-store.js";

const KILLS = 6;
const writerScript = fileURLToPath(new URL("../support/store-writer.js", import.meta.url));

/** Lets a process write until it has acknowledged `count` writes, kills it, and gives the last number each writer acknowledged. */
async function writeAndKill(directory: string, count: number): Promise<Map<string, number>> {
  const acknowledged = new Map<string, number>();
  const child = fork(writerScript, [inject("program"), directory], { execArgv: [] });
  await new Promise<void>((resolve, reject) => {
    let seen = 0;
    child.on("message", ({ writer, number }: { writer: string; number: number }) => {
      acknowledged.set(writer, number);
      seen += 1;
      // It goes on writing while the signal is on its way.
      if (seen === count) child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve();
      else reject(new Error(`the writer ended by itself with ${code}`));
    });
  });
  return acknowledged;
}

test("JournalStore has what it acknowledged, whole, after kill -9 at any moment", async () => {
  const directory = await mkdtemp(join(tmpdir(), "virtgate-kill-"));
  const random = seededRandom(7);
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await writeAndKill(directory, 10 + Math.floor(random() * 150));
      const store = await JournalStore.open(directory, { snapshotAtOctets: 4000 });
      for (const [writer, number] of acknowledged) {
        const [left, right] = [await store.get(`${writer}/left`), await store.get(`${writer}/right`)];
        expect(Number(left?.value.split(" ", 1)[0])).toBeGreaterThanOrEqual(number);
        expect(right?.value).toBe(left?.value);
        expect(right?.revision).toBe(left?.revision);
      }
      await store.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
