import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, inject, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";

const KILLS = 20;
const writerScript = fileURLToPath(new URL("../support/change-writer.js", import.meta.url));

interface Recovered {
  readonly on: "recovered";
  /** Changes that the killed process had not ended. */
  readonly left: number;
  readonly world: Readonly<Record<string, string>>;
  readonly audit: { readonly lines: number; readonly broken?: unknown };
}

interface Changed {
  readonly on: "changed";
  readonly number: number;
  readonly state: string;
}

/** Lets a process recover and then change things, and kills it `ms` after its first change was done. */
async function changeAndKill(directory: string, ms: number) {
  let recovered: Recovered | undefined;
  let last = 0;
  const child = fork(writerScript, [inject("program"), directory], { execArgv: [] });
  await new Promise<void>((resolve, reject) => {
    child.on("message", (message: Recovered | Changed) => {
      if (message.on === "recovered") {
        recovered = message;
        return;
      }
      if (message.state !== "done") reject(new Error(`a change ended as ${message.state}`));
      if (last === 0) setTimeout(() => child.kill("SIGKILL"), ms);
      last = message.number;
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve();
      else reject(new Error(`the writer ended by itself with ${code}`));
    });
  });
  return { recovered: recovered as Recovered, last };
}

test("ChangeEngine ends what kill -9 interrupted as before or as after, keeps what it said was done, and the audit whole", async () => {
  const directory = await mkdtemp(join(tmpdir(), "virtgate-change-"));
  const random = seededRandom(11);
  try {
    let acknowledged = 0;
    let interrupted = 0;
    for (let kill = 0; kill <= KILLS; kill += 1) {
      const { recovered, last } = await changeAndKill(directory, Math.floor(random() * 40));
      const numbers = new Set(Object.values(recovered.world).map((document) => document.split(" ")[1]));
      expect(numbers.size).toBe(kill === 0 ? 0 : 1);
      expect(Object.keys(recovered.world)).toHaveLength(kill === 0 ? 0 : 3);
      expect(Number([...numbers][0] ?? 0)).toBeGreaterThanOrEqual(acknowledged);
      expect(recovered.audit.broken).toBeUndefined();
      expect(recovered.audit.lines).toBeGreaterThanOrEqual(acknowledged);
      interrupted += recovered.left;
      acknowledged = last;
    }
    expect(interrupted).toBeGreaterThan(0);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
