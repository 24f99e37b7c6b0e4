import type { YangModule } from "../module.js";
import type { DataNode, DataParent, LeafNode, YangSchema } from "../schema-node.js";
import type { YangType } from "../type.js";
import type { InstancePath, InstanceStep, StepPredicate } from "./path.js";
import type { Scalar } from "./tree.js";

/** How a text that came from outside names modules. */
export interface NameScope {
  readonly schema: YangSchema;
  /** `json`: a name without prefix is of the module of the node before it. */
  readonly format: "xml" | "json" | "yang";
  /** The module that a prefix means; "" for names without one. */
  moduleOf(prefix: string): YangModule | undefined;
}

const MOST_STEPS = 200;
const token = /\s*(?:([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)|([0-9]+)|("[^"]*"|'[^']*')|(\/|\[|\]|=|\.))\s*/uy;

/**
 * Finds the nodes that an instance-identifier names, in the order of the text; keys in the order of the list.
 * @param readKey reads the value of a key or of a leaf-list; `undefined` when it is none of the type
 * @returns `undefined` when it is no path, or one that the schema has no nodes for
 * @see RFC 7950, section 9.13
 */
export function readInstancePath(
  text: string,
  names: NameScope,
  readKey: (type: YangType, text: string) => Scalar | undefined,
): InstancePath | undefined {
  const tokens = tokenize(text);
  if (!tokens || tokens.length === 0) return undefined;
  const steps: InstanceStep[] = [];
  let holder: DataParent | undefined = names.schema.root;
  let outer: YangModule | undefined;
  let at = 0;
  while (at < tokens.length) {
    const name = tokens[at + 1];
    if (tokens[at]?.kind !== "/" || name?.kind !== "name" || !holder || steps.length > MOST_STEPS) return undefined;
    const module = moduleOf(name.prefix, outer, names);
    const node: DataNode | undefined = holder.byName.get(name.text)?.find((one) => one.module === module);
    if (!node) return undefined;
    at += 2;
    const found = readPredicates(tokens, at, node, names, readKey);
    if (!found) return undefined;
    at = found.next;
    steps.push({ node, predicate: found.predicate });
    outer = node.module;
    holder = node.kind === "container" || node.kind === "list" ? node : undefined;
  }
  return steps;
}

interface Token {
  readonly kind: "name" | "number" | "literal" | "/" | "[" | "]" | "=" | ".";
  readonly prefix: string;
  readonly text: string;
}

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (!found || tokens.length > MOST_STEPS * 20) return undefined;
    const [, prefix = "", name, number, literal, sign] = found;
    if (name !== undefined) tokens.push({ kind: "name", prefix: prefix.slice(0, -1), text: name });
    else if (number !== undefined) tokens.push({ kind: "number", prefix: "", text: number });
    else if (literal !== undefined) tokens.push({ kind: "literal", prefix: "", text: literal.slice(1, -1) });
    else tokens.push({ kind: sign as Token["kind"], prefix: "", text: "" });
  }
  return tokens;
}

function moduleOf(prefix: string, outer: YangModule | undefined, names: NameScope): YangModule | undefined {
  if (prefix === "" && names.format === "json") return outer;
  // A path in XML has a prefix everywhere; the default namespace does not count.
  return prefix === "" && names.format === "xml" ? undefined : names.moduleOf(prefix);
}

function readPredicates(
  tokens: readonly Token[],
  start: number,
  node: DataNode,
  names: NameScope,
  readKey: (type: YangType, text: string) => Scalar | undefined,
): { readonly predicate: StepPredicate | undefined; readonly next: number } | undefined {
  let at = start;
  let whole: StepPredicate | undefined;
  const keys = new Map<LeafNode, Scalar>();
  while (tokens[at]?.kind === "[") {
    const first = tokens[at + 1];
    if (whole || !first) return undefined;
    if (first.kind === "number") {
      const position = Number(first.text);
      if (tokens[at + 2]?.kind !== "]" || position < 1 || keys.size > 0 || !isPositioned(node)) return undefined;
      whole = { position };
      at += 3;
      continue;
    }
    const literal = tokens[at + 3];
    if (tokens[at + 2]?.kind !== "=" || literal?.kind !== "literal" || tokens[at + 4]?.kind !== "]") return undefined;
    at += 5;
    if (first.kind === ".") {
      const value = node.kind === "leaf-list" ? readKey(node.type, literal.text) : undefined;
      if (!value) return undefined;
      whole = { value };
      continue;
    }
    if (first.kind !== "name" || node.kind !== "list") return undefined;
    const module = moduleOf(first.prefix, node.module, names);
    const key = node.keys.find((one) => one.name === first.text && one.module === module);
    const value = key && readKey(key.type, literal.text);
    if (!key || !value || keys.has(key)) return undefined;
    keys.set(key, value);
  }
  if (whole) return { predicate: whole, next: at };
  if (node.kind !== "list" || keys.size === 0) return { predicate: undefined, next: at };
  if (keys.size < node.keys.length) return undefined;
  return { predicate: { keys: node.keys.map((key) => keys.get(key) as Scalar) }, next: at };
}

/** Only what has neither keys nor values of its own is told by its place. */
function isPositioned(node: DataNode): boolean {
  return (node.kind === "list" && node.keys.length === 0) || (node.kind === "leaf-list" && !node.config);
}
