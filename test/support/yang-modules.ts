import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ModuleLibrary } from "../../src/schema/yang/module-library.js";
import { type ModuleText, readModuleText } from "../../src/schema/yang/module-text.js";

/** The folder of our condensed standard modules, for programs. */
export const yangFolder = fileURLToPath(new URL("../../yang/ietf", import.meta.url));

/** The folder of our own modules. */
export const modelFolder = fileURLToPath(new URL("../../yang/virtgate", import.meta.url));

/** Modules and submodules in some folders, read; of texts with the same name and revision, the first counts. */
export function textsIn(...folders: readonly string[]): readonly ModuleText[] {
  const texts = new Map<string, ModuleText>();
  for (const folder of folders) {
    for (const file of readdirSync(folder).sort()) {
      if (!file.endsWith(".yang")) continue;
      const text = readModuleText({ name: file, text: readFileSync(join(folder, file), "utf8") });
      const key = `${text.name}@${text.revision ?? ""}`;
      if (!texts.has(key)) texts.set(key, text);
    }
  }
  return [...texts.values()];
}

/** Our condensed standard modules. */
export function ourModules(): { texts: readonly ModuleText[]; library: ModuleLibrary } {
  const texts = textsIn(yangFolder);
  return { texts, library: new ModuleLibrary(texts) };
}
