import { EntryMap } from "../../src/schema/yang/data/entry-map.js";
import { isProblem, readScalar } from "../../src/schema/yang/data/scalar.js";
import {
  type Content,
  emptyInner,
  type InnerData,
  innerData,
  isVoid,
  keyText,
  type LeafData,
  leafData,
  type Scalar,
} from "../../src/schema/yang/data/tree.js";
import type { DataNode, LeafListNode, LeafNode, ListNode, YangSchema } from "../../src/schema/yang/schema-node.js";
import type { YangType } from "../../src/schema/yang/type.js";

/** Gives numbers one after the other, 0 when there are no more. */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 on, less than `most`. */
  below(most: number): number {
    const number = this.#numbers[this.#at] ?? 0;
    this.#at += 1;
    return most > 0 ? number % most : 0;
  }
}

/** Makes one random change somewhere below `inner`: a node more, less, or with another value. */
export function mutate(schema: YangSchema, inner: InnerData, choices: Choices, paths: readonly string[]): InnerData {
  const nodes = inner.schema.dataChildren.filter((node) => node.kind !== "leaf" || !node.isKey);
  const node = nodes[choices.below(nodes.length)];
  if (!node) return inner;
  const slots = inner.slots.length > 0 ? inner.slots.slice() : inner.schema.dataChildren.map((): Content => undefined);
  slots[node.slot] = changed(schema, node, slots[node.slot], choices, paths);
  return innerData(inner.schema, slots, inner.metadata);
}

function changed(
  schema: YangSchema,
  node: DataNode,
  content: Content,
  choices: Choices,
  paths: readonly string[],
): Content {
  const deletes = choices.below(4) === 0;
  switch (node.kind) {
    case "leaf":
      return deletes ? undefined : leafData(node, value(schema, node, choices, paths));
    case "leaf-list": {
      const values = (content ?? new EntryMap<LeafData>()) as EntryMap<LeafData>;
      const scalar = value(schema, node, choices, paths);
      const draft = values.draft();
      if (!draft.delete(scalar.text)) draft.set(scalar.text, leafData(node, scalar));
      return draft.size > 0 ? draft.finish() : undefined;
    }
    case "container": {
      if (deletes) return undefined;
      const inner = mutate(schema, (content as InnerData | undefined) ?? emptyInner(node), choices, paths);
      return isVoid(inner) ? undefined : inner;
    }
    case "list":
      return entry(
        schema,
        node,
        (content ?? new EntryMap<InnerData>()) as EntryMap<InnerData>,
        choices,
        paths,
        deletes,
      );
    default:
      return content;
  }
}

function entry(
  schema: YangSchema,
  node: ListNode,
  entries: EntryMap<InnerData>,
  choices: Choices,
  paths: readonly string[],
  deletes: boolean,
): Content {
  const keys = node.keys.map((key) => leafData(key, value(schema, key, choices, paths)));
  const key = keyText(keys.map(({ text }) => text));
  const draft = entries.draft();
  if (deletes) draft.delete(key);
  else {
    let inner = draft.get(key);
    if (!inner) {
      const slots: Content[] = node.dataChildren.map(() => undefined);
      for (const leaf of keys) slots[leaf.schema.slot] = leaf;
      inner = innerData(node, slots);
    }
    for (let count = 1 + choices.below(3); count > 0; count--) inner = mutate(schema, inner, choices, paths);
    const isMoved = node.orderedBy === "user" && choices.below(2) === 0;
    if (isMoved) draft.insert(key, inner, "first");
    else draft.set(key, inner);
  }
  return draft.size > 0 ? draft.finish() : undefined;
}

/** A value of the leaf's type, of only a few different ones. */
function value(schema: YangSchema, node: LeafNode | LeafListNode, choices: Choices, paths: readonly string[]): Scalar {
  const text = textOf(node.type, choices, paths);
  const moduleOf = (name: string) => (name === "" ? node.module : schema.module(name));
  const read = readScalar(node.type, "text", text, { schema, format: "json", moduleOf });
  if (isProblem(read)) throw new Error(`${text} for ${node.name}: ${read.message}`);
  return read;
}

function textOf(type: YangType, choices: Choices, paths: readonly string[]): string {
  switch (type.base) {
    case "enumeration":
      return type.enums[choices.below(type.enums.length)]?.name ?? "";
    case "identityref": {
      const found = type.bases.flatMap(({ derived }) => [...derived]);
      const identity = found[choices.below(found.length)];
      return `${identity?.module.name}:${identity?.name}`;
    }
    case "leafref":
      return textOf(type.target, choices, paths);
    case "union":
      return textOf(type.members[choices.below(type.members.length)] as YangType, choices, paths);
    case "instance-identifier":
      return paths[choices.below(paths.length)] ?? "/";
    case "empty":
      return "";
    case "boolean":
      return choices.below(2) === 0 ? "true" : "false";
    case "string":
      return ["x", "y"][choices.below(2)] as string;
    case "uint8": {
      const [part] = type.range.parts;
      const least = Number(part?.min ?? 0n);
      return String(least + choices.below(Math.min(6, Number(part?.max ?? 5n) - least + 1)));
    }
    default:
      throw new Error(`no values of ${type.base} are made here`);
  }
}
