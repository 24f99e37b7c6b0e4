import { Fault } from "../../base/fault.js";
import type { ModuleText } from "./module-text.js";

/** Modules and submodules to choose from, by name and revision. */
export class ModuleLibrary {
  /** Newest first. */
  readonly #byName = new Map<string, ModuleText[]>();

  /** @throws {Fault} `exists` when two texts have the same name and revision */
  constructor(texts: Iterable<ModuleText> = []) {
    for (const text of texts) this.add(text);
  }

  add(text: ModuleText): void {
    const known = this.#byName.get(text.name) ?? [];
    if (known.some(({ revision }) => revision === text.revision)) {
      throw new Fault("exists", `two modules are called ${text.name}@${text.revision ?? "(no revision)"}`);
    }
    known.push(text);
    known.sort((a, b) => compareRevisions(b.revision, a.revision));
    this.#byName.set(text.name, known);
  }

  /** Of exactly that revision; the newest there is without one. */
  find(name: string, revision?: string): ModuleText | undefined {
    const known = this.#byName.get(name) ?? [];
    return revision === undefined ? known[0] : known.find((text) => text.revision === revision);
  }

  /** Names of all modules and submodules, in order. */
  names(): readonly string[] {
    return [...this.#byName.keys()].sort();
  }
}

function compareRevisions(a = "", b = ""): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
