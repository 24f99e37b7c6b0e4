import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileDurably } from "../store/durable-file.js";
import { nodeFileSystem } from "../store/node-file-system.js";

/** The keys of SSH servers that somebody accepted for this gateway, in OpenSSH's format. */
export function knownHostsPath(stateDirectory: string): string {
  return join(stateDirectory, "known_hosts");
}

/**
 * Accepts the keys on these lines. Only the state directory's owner may call it, one call after the other.
 * @throws {Fault} `storage-failed`
 */
export async function pinHostKeys(stateDirectory: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const path = knownHostsPath(stateDirectory);
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const known = before.split("\n").filter((line) => line !== "");
  const fresh = lines.filter((line) => !known.includes(line));
  if (fresh.length > 0) await writeFileDurably(nodeFileSystem, path, `${[...known, ...fresh].join("\n")}\n`);
}
