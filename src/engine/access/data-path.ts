import { Fault } from "../../base/fault.js";

/** A node of YANG data on the way to another. */
export interface PathNode {
  /** Name of the module that defines it. */
  readonly module: string;
  readonly name: string;
  /** Values of a list's keys by name; empty for all its entries, and for what is no list. */
  readonly keys: ReadonlyMap<string, string>;
}

/** From the top down. */
export type DataPath = readonly PathNode[];

const step =
  /\/(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)((?:\[\s*(?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*\s*=\s*(?:'[^']*'|"[^"]*")\s*\])*)/y;
const predicate = /\[\s*(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)\s*=\s*(?:'([^']*)'|"([^"]*)")\s*\]/g;

/**
 * Reads an instance identifier in the form it has in JSON: module names as prefixes, where they change; lists without keys mean all
 * their entries.
 * @throws {Fault} `invalid`
 * @see RFC 8341, typedef node-instance-identifier
 */
export function readDataPath(text: string): DataPath {
  const path: PathNode[] = [];
  step.lastIndex = 0;
  for (let at = 0; at < text.length; at = step.lastIndex) {
    const match = step.exec(text);
    const module = match?.[1] ?? path.at(-1)?.module;
    const name = match?.[2];
    if (!match || name === undefined || module === undefined) {
      throw new Fault("invalid", `"${text.slice(0, 200)}" is no path to data, see what follows character ${at}`);
    }
    const keys = [...(match[3] ?? "").matchAll(predicate)].map(
      ([, key, single, double]) => [key ?? "", single ?? double ?? ""] as const,
    );
    path.push({ module, name, keys: new Map(keys) });
  }
  if (path.length === 0) throw new Fault("invalid", "a path to data begins with /");
  return path;
}

/** Whether `path` leads to what `covering` names, or to something below it. */
export function isCovered(path: DataPath, covering: DataPath): boolean {
  return (
    covering.length <= path.length &&
    covering.every((node, at) => {
      const other = path[at] as PathNode;
      if (node.module !== other.module || node.name !== other.name) return false;
      return [...node.keys].every(([key, value]) => other.keys.get(key) === value);
    })
  );
}

/** A path by its nodes: names, and keys for list entries. The module of all of them is the first argument. */
export function dataPath(
  module: string,
  ...nodes: readonly (string | readonly [name: string, keys: Readonly<Record<string, string>>])[]
): DataPath {
  return nodes.map((node) =>
    typeof node === "string"
      ? { module, name: node, keys: new Map() }
      : { module, name: node[0], keys: new Map(Object.entries(node[1])) },
  );
}
