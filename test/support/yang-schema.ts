import { compileSchema } from "../../src/schema/yang/compile-schema.js";
import { ModuleLibrary } from "../../src/schema/yang/module-library.js";
import { readModuleText } from "../../src/schema/yang/module-text.js";
import type { YangSchema } from "../../src/schema/yang/schema-node.js";

/** Compiles modules, all of them to be served, with all their features. */
export function yangSchema(...texts: readonly string[]): YangSchema {
  const modules = texts.map((text, at) => readModuleText({ name: `text-${at}.yang`, text }));
  const requests = modules
    .filter(({ belongsTo }) => belongsTo === undefined)
    .map(({ name, statement }) => ({
      name,
      features: statement.children.filter(({ keyword }) => keyword === "feature").map(({ argument = "" }) => argument),
    }));
  return compileSchema(new ModuleLibrary(modules), requests);
}

/** A module of YANG 1.1 with its header; `body` are its statements. */
export function yangModule(name: string, body: string, prefix = name.slice(0, 1)): string {
  return `module ${name} { yang-version 1.1; namespace "urn:${name}"; prefix ${prefix}; ${body} }`;
}
