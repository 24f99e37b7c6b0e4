import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder with the package's MIB modules, which lies above this file in a checkout as in an installation. */
export function findMibFolder(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const mibs = join(folder, "mibs");
    if (existsSync(join(mibs, "VM-MIB.txt"))) return mibs;
    if (folder === dirname(folder)) return undefined;
  }
}
