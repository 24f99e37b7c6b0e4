import { compileSchema } from "../../src/schema/yang/compile-schema.js";
import type { ModuleRequest } from "../../src/schema/yang/link.js";
import { ModuleLibrary } from "../../src/schema/yang/module-library.js";
import { readModuleText } from "../../src/schema/yang/module-text.js";
import type { DataNode, DataParent, YangSchema } from "../../src/schema/yang/schema-node.js";
import { YangError } from "../../src/schema/yang/yang-error.js";

/** The text of a module `m` with prefix `m`, of YANG 1.1 unless the body begins otherwise. */
export function moduleOf(body: string, name = "m"): string {
  const version = body.startsWith("yang-version") ? "" : "yang-version 1.1; ";
  return `module ${name} { ${version}namespace "urn:${name}"; prefix ${name}; ${body} }`;
}

/** Compiles texts of modules; the last is served, or what `requests` say. */
export function compileTexts(texts: readonly string[], requests?: readonly ModuleRequest[]): YangSchema {
  const modules = texts.map((text, i) => readModuleText({ name: `${i}.yang`, text }));
  const library = new ModuleLibrary(modules);
  return compileSchema(library, requests ?? [{ name: modules.at(-1)?.name ?? "" }]);
}

/** Compiles one module `m` from its body. */
export function compileBody(body: string): YangSchema {
  return compileTexts([moduleOf(body)]);
}

/** What is wrong with the modules, and where in the last of them: the text from there on. */
export function refusalOf(...texts: readonly string[]): { reason: string; at: string } {
  try {
    compileTexts(texts);
  } catch (error) {
    if (!(error instanceof YangError)) throw error;
    const text = texts[Number.parseInt(error.source, 10)] ?? "";
    return { reason: error.reason, at: text.slice(error.offset) };
  }
  throw new Error("the modules compile");
}

/** The data node at a path of names. */
export function nodeAt(schema: YangSchema, path: string): DataNode {
  let at: DataParent = schema.root;
  let found: DataNode | undefined;
  for (const name of path.split("/")) {
    found = at.byName.get(name)?.[0];
    if (!found) throw new Error(`there is no ${name} of ${path}`);
    if ("byName" in found) at = found;
  }
  return found as DataNode;
}
