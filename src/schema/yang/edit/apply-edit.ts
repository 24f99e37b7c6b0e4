import { type DataError, ErrorList } from "../data/data-error.js";
import { sameValue } from "../data/diff.js";
import { EntryMap, type EntryMapDraft, type Position } from "../data/entry-map.js";
import { casesOf, impliedNodes } from "../data/implied.js";
import type { InstancePath } from "../data/path.js";
import {
  type Content,
  emptyInner,
  type InnerData,
  innerData,
  isVoid,
  type LeafData,
  leafData,
  type Metadata,
} from "../data/tree.js";
import type { DataNode, DataParent, YangSchema } from "../schema-node.js";
import type {
  AnyEdit,
  ContainerEdit,
  DefaultOperation,
  EditNode,
  EditOperation,
  EntryEdit,
  Insertion,
  LeafEdit,
  ValueEdit,
} from "./edit-node.js";
import { stepOf } from "./read-edit.js";

/** What an edit made of a tree. With errors the tree is not to be used. */
export interface EditResult {
  readonly tree: InnerData;
  readonly errors: readonly DataError[];
}

type Effective = EditOperation | "none";

/**
 * Applies an edit to a tree of configuration. Parts that the edit does not name are shared with the old tree. Constraints are
 * not checked: `Validator.update` does that.
 * @see RFC 6241, section 7.2
 */
export function applyEdit(
  schema: YangSchema,
  tree: InnerData,
  nodes: readonly EditNode[],
  defaultOperation: DefaultOperation = "merge",
): EditResult {
  const editor = new Editor(schema);
  const edited =
    defaultOperation === "replace"
      ? editor.replaced(tree.schema, nodes, [])
      : editor.inner(tree, nodes, defaultOperation, []);
  return { tree: edited, errors: editor.errors.errors };
}

class Editor {
  readonly errors = new ErrorList();
  readonly #schema: YangSchema;

  constructor(schema: YangSchema) {
    this.#schema = schema;
  }

  /** A node of only what is given. */
  replaced(
    schema: DataParent,
    nodes: readonly EditNode[],
    path: InstancePath,
    metadata?: readonly Metadata[],
  ): InnerData {
    const bare = metadata ? innerData(schema, emptyInner(schema).slots, metadata) : emptyInner(schema);
    return this.inner(bare, nodes, "replace", path);
  }

  /** A node with edits to its children. */
  inner(inner: InnerData, nodes: readonly EditNode[], outer: Effective, path: InstancePath): InnerData {
    if (nodes.length === 0) return inner;
    const slots = inner.slots.slice();
    const drafts = new Map<number, EntryMapDraft<InnerData> | EntryMapDraft<LeafData>>();
    for (const node of nodes) {
      const operation = node.operation ?? outer;
      const { slot } = node.schema;
      const before = slots[slot];
      if ("keys" in node) this.#entry(draftIn(drafts, slots, slot) as EntryMapDraft<InnerData>, node, operation, path);
      else if (isValue(node))
        this.#value(draftIn(drafts, slots, slot) as EntryMapDraft<LeafData>, node, operation, path);
      else slots[slot] = this.#single(before, node, operation, path);
      const isThere = drafts.has(slot) ? (drafts.get(slot)?.size ?? 0) > 0 : slots[slot] !== undefined;
      if (isThere && operation !== "none") this.#chooseCase(inner.schema, node.schema, slots, drafts);
    }
    for (const [slot, draft] of drafts) {
      slots[slot] = draft.size > 0 ? (draft.finish() as Content) : undefined;
    }
    return slots.every((content, slot) => content === inner.slots[slot])
      ? inner
      : innerData(inner.schema, slots, inner.metadata);
  }

  /** With a node of one case, those of the others go. @see RFC 7950, section 7.9 */
  #chooseCase(
    parent: DataParent,
    node: DataNode,
    slots: Content[],
    drafts: Map<number, EntryMapDraft<InnerData> | EntryMapDraft<LeafData>>,
  ): void {
    for (const { own, all } of casesOf(node, parent)) {
      if (all.length === own.length) continue;
      const kept = new Set(own);
      for (const slot of all) {
        if (kept.has(slot)) continue;
        slots[slot] = undefined;
        drafts.delete(slot);
      }
    }
  }

  #single(
    before: Content,
    node: ContainerEdit | LeafEdit | AnyEdit,
    operation: Effective,
    path: InstancePath,
  ): Content {
    const at = [...path, stepOf(node)];
    if (operation === "delete" || operation === "remove") {
      if (before === undefined && operation === "delete") this.#missing(at);
      if ("children" in node) this.#checkBelow(node.children, at);
      return undefined;
    }
    if (operation === "create" && before !== undefined && !(before.kind === "inner" && isVoid(before))) {
      this.errors.add("data-exists", at, `${node.schema.name} is there already`);
      return before;
    }
    if ("children" in node) return this.#container(before, node, operation, at);
    if (operation === "none") {
      // Nothing changes, but what is named must be there. A default that is in use is.
      if (before === undefined && !this.#hasDefault(node)) this.#missing(at);
      return before;
    }
    if ("content" in node) {
      const made: Content = { kind: "any", schema: node.schema, content: node.content, metadata: node.metadata };
      return before?.kind === "any" && sameValue(before, made) ? before : made;
    }
    return this.#leaf(before, node, at);
  }

  #leaf(before: Content, { schema, value, isDefault, metadata }: LeafEdit, at: InstancePath): Content {
    if (!value) return before;
    if (isDefault) {
      const implied = impliedNodes(this.#schema).of(schema.dataParent)[schema.slot]?.content;
      if (implied?.kind === "leaf" && implied.text === value.text) return undefined;
      this.errors.add("invalid-value", at, `"${value.text}" is not the default of ${schema.name}`);
      return before;
    }
    const isSame = before?.kind === "leaf" && before.text === value.text && before.metadata === metadata;
    return isSame ? before : leafData(schema, value, metadata);
  }

  #container(before: Content, node: ContainerEdit, operation: Effective, at: InstancePath): Content {
    const { schema, children, metadata } = node;
    const old = before?.kind === "inner" ? before : undefined;
    if (operation === "none" && !old && schema.presence !== undefined && !createsBelow(children)) this.#missing(at);
    let made: InnerData;
    if (operation === "replace") made = this.replaced(schema, children, at, metadata);
    else {
      const start = old ?? emptyInner(schema);
      const noted = metadata && operation !== "none" ? innerData(schema, start.slots, metadata) : start;
      made = this.inner(noted, children, operation, at);
    }
    if (isVoid(made)) return undefined;
    // A container with presence does not come into being by being named.
    return operation === "none" && !old && made === emptyInner(schema) ? undefined : made;
  }

  #entry(entries: EntryMapDraft<InnerData>, node: EntryEdit, operation: Effective, path: InstancePath): void {
    const at = [...path, stepOf(node)];
    const { schema, key, children, metadata } = node;
    const old = entries.get(key);
    if (operation === "delete" || operation === "remove") {
      if (!old && operation === "delete") this.#missing(at);
      else this.#checkBelow(children, at);
      entries.delete(key);
      return;
    }
    if (operation === "create" && old) {
      this.errors.add("data-exists", at, `the entry of ${schema.name} is there already`);
      return;
    }
    if (operation === "none" && !old) {
      if (!createsBelow(children)) {
        this.#missing(at);
        return;
      }
    }
    let made: InnerData;
    if (operation === "replace" || !old) {
      const withKeys = keyed(node, metadata);
      made = this.inner(withKeys, others(children), operation, at);
    } else {
      const noted = metadata && operation !== "none" ? innerData(schema, old.slots, metadata) : old;
      made = this.inner(noted, others(children), operation, at);
    }
    this.#place(entries, key, made, node.insertion, operation, at);
  }

  #value(values: EntryMapDraft<LeafData>, node: ValueEdit, operation: Effective, path: InstancePath): void {
    const at = [...path, stepOf(node)];
    const { schema, value, metadata } = node;
    const old = values.get(value.text);
    if (operation === "delete" || operation === "remove") {
      if (!old && operation === "delete") this.#missing(at);
      values.delete(value.text);
      return;
    }
    if (operation === "create" && old) {
      this.errors.add("data-exists", at, `the value of ${schema.name} is there already`);
      return;
    }
    if (operation === "none") {
      if (!old) this.#missing(at);
      return;
    }
    const made = old && old.metadata === metadata ? old : leafData(schema, value, metadata);
    this.#place(values, value.text, made, node.insertion, operation, at);
  }

  #place<T>(
    entries: EntryMapDraft<T>,
    key: string,
    item: T,
    insertion: Insertion | undefined,
    operation: Effective,
    at: InstancePath,
  ): void {
    if (!insertion || operation === "none") {
      if (entries.get(key) !== item) entries.set(key, item);
      return;
    }
    if (entries.insert(key, item, positionOf(insertion))) return;
    const badAttribute = at.at(-1)?.node.kind === "list" ? "key" : "value";
    this.errors.add("bad-attribute", at, "there is nothing to be put before or after", {
      appTag: "missing-instance",
      info: { badAttribute, badElement: at.at(-1)?.node.name ?? "" },
    });
  }

  /** Below what goes away nothing else can be asked for. */
  #checkBelow(children: readonly EditNode[], path: InstancePath): void {
    for (const node of children) {
      const { operation } = node;
      const at = [...path, stepOf(node)];
      if (operation !== undefined && operation !== "delete" && operation !== "remove") {
        this.errors.add("bad-attribute", at, `${operation} below what is deleted`, {
          info: { badAttribute: "operation", badElement: node.schema.name },
        });
      }
      if ("children" in node) this.#checkBelow(node.children, at);
    }
  }

  #hasDefault(node: LeafEdit | AnyEdit): boolean {
    return node.schema.kind === "leaf" && node.schema.default !== undefined;
  }

  #missing(at: InstancePath): void {
    this.errors.add("data-missing", at, `${at.at(-1)?.node.name} is not there`);
  }
}

function isValue(node: EditNode): node is ValueEdit {
  return node.schema.kind === "leaf-list";
}

function draftIn(
  drafts: Map<number, EntryMapDraft<InnerData> | EntryMapDraft<LeafData>>,
  slots: Content[],
  slot: number,
): EntryMapDraft<InnerData> | EntryMapDraft<LeafData> {
  const known = drafts.get(slot);
  if (known) return known;
  const content = slots[slot];
  const draft = (content?.kind === "entries" ? content : new EntryMap<InnerData>()).draft();
  drafts.set(slot, draft);
  return draft;
}

/** Whether an edit without an operation of its own makes something further down. */
function createsBelow(nodes: readonly EditNode[]): boolean {
  return nodes.some((node) => {
    const { operation } = node;
    if (operation === "create" || operation === "merge" || operation === "replace") return true;
    return operation === undefined && "children" in node && createsBelow(node.children);
  });
}

function keyed({ schema, keys }: EntryEdit, metadata: readonly Metadata[] | undefined): InnerData {
  const slots = emptyInner(schema).slots.slice();
  schema.keys.forEach((key, index) => {
    const value = keys[index];
    if (value) slots[key.slot] = leafData(key, value);
  });
  return innerData(schema, slots, metadata);
}

/** Keys never change by an edit of their entry. */
function others(children: readonly EditNode[]): readonly EditNode[] {
  return children.filter(({ schema }) => schema.kind !== "leaf" || !schema.isKey);
}

function positionOf(insertion: Insertion): Position {
  if (insertion.where === "before") return { before: insertion.anchor };
  return insertion.where === "after" ? { after: insertion.anchor } : insertion.where;
}
