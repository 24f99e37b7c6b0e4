import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new folder that goes with the test. Its name is short, because sockets are made in it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "vg-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
