import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SmiLibrary } from "../../src/schema/smi/library.js";
import type { SmiModule } from "../../src/schema/smi/module.js";
import { readModule } from "../../src/schema/smi/read-module.js";

const folder = new URL("../../mibs/", import.meta.url);

/** The folder of our modules, for programs. */
export const mibFolder = fileURLToPath(folder);

export const moduleNames: readonly string[] = readdirSync(folder).map((file) => file.replace(/\.txt$/, ""));

export function moduleText(name: string): string {
  return readFileSync(new URL(`${name}.txt`, folder), "utf8");
}

/** All our modules, read. */
export function ourLibrary(): { modules: readonly SmiModule[]; library: SmiLibrary } {
  const modules = moduleNames.map((name) => readModule(moduleText(name)));
  return { modules, library: new SmiLibrary(modules) };
}
