import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault, reasonOf } from "../base/fault.js";

/**
 * Writes a file so that whoever reads it at any moment finds the old text or the new one, whole, also after a crash.
 * @param mode permissions of the file from its first octet on
 * @throws {Fault} `storage-failed`; the old file is then untouched
 */
export async function writeFileAtomically(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.draft`;
  try {
    const file = await open(draft, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // the reason to report is the first one
    throw new Fault("storage-failed", `cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
