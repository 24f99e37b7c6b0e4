import type { YangModule } from "../module.js";
import type { YangSchema } from "../schema-node.js";
import { readInstancePath } from "./instance-identifier.js";
import { type InstancePath, writePath } from "./path.js";
import { isProblem, readScalar } from "./scalar.js";
import type { Scalar } from "./tree.js";

/** Gives the prefix that a module has in the document, and notes that it is needed. */
export type PrefixOf = (module: Pick<YangModule, "prefix" | "namespace">) => string;

/** A value as XML has it: names of identities and nodes with the document's prefixes. */
export function scalarXml({ type, text }: Scalar, schema: YangSchema, prefixOf: PrefixOf): string {
  if (type.base === "identityref") {
    const colon = text.indexOf(":");
    const module = schema.module(text.slice(0, colon));
    return module ? `${prefixOf(module)}${text.slice(colon)}` : text;
  }
  if (type.base !== "instance-identifier") return text;
  const path = readCanonicalPath(text, schema);
  return path ? pathXml(path, schema, prefixOf) : text;
}

/** A path as XML has it: every name with a prefix. @see RFC 7950, section 9.13.2 */
export function pathXml(path: InstancePath, schema: YangSchema, prefixOf: PrefixOf): string {
  return writePath(path, {
    name: (node) => `${prefixOf(node.module)}:${node.name}`,
    value: (value) => scalarXml(value, schema, prefixOf),
  });
}

/** Reads the canonical form of an instance-identifier; `undefined` when it is none in this schema. */
export function readCanonicalPath(text: string, schema: YangSchema): InstancePath | undefined {
  const names = { schema, format: "json" as const, moduleOf: (name: string) => schema.module(name) };
  return readInstancePath(text, names, (type, key) => {
    const read = readScalar(type, "text", key, names);
    return isProblem(read) ? undefined : read;
  });
}

/** Prefixes as they are given out: that of the module, with a number behind it when another has it. */
export class PrefixTable {
  readonly namespaces = new Map<string, string>();
  readonly #prefixes = new Map<string, string>();

  readonly prefixOf: PrefixOf = (module) => {
    const known = this.#prefixes.get(module.namespace);
    if (known !== undefined) return known;
    let prefix = module.prefix;
    for (let count = 1; this.namespaces.has(prefix); count++) prefix = `${module.prefix}${count}`;
    this.namespaces.set(prefix, module.namespace);
    this.#prefixes.set(module.namespace, prefix);
    return prefix;
  };
}
