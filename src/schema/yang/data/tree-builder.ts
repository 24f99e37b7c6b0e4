import type { AnyNode, ContainerNode, DataNode, DataParent, LeafListNode, LeafNode, ListNode } from "../schema-node.js";
import { ErrorList } from "./data-error.js";
import { EntryMapDraft } from "./entry-map.js";
import type { InstancePath, InstanceStep, StepPredicate } from "./path.js";
import {
  type AnyData,
  type Content,
  emptyInner,
  emptySlots,
  type InnerData,
  innerData,
  isVoid,
  keyText,
  type LeafData,
  leafData,
  type Metadata,
  madeUpKey,
  type Scalar,
} from "./tree.js";

type Filling = Content | EntryMapDraft<InnerData> | EntryMapDraft<LeafData>;

interface Frame {
  readonly schema: DataParent;
  readonly slots: Filling[];
  metadata: readonly Metadata[] | undefined;
}

/** Puts a tree together while a document is read from front to end. What does not fit is noted and left out. */
export class TreeBuilder {
  readonly errors: ErrorList;
  /** From the root to what is open. */
  readonly #frames: Frame[];
  readonly #above: InstancePath;

  /** @param above the path of the holder itself, for errors */
  constructor(holder: DataParent, errors = new ErrorList(), above: InstancePath = []) {
    this.errors = errors;
    this.#above = above;
    this.#frames = [{ schema: holder, slots: emptySlots(holder), metadata: undefined }];
  }

  get schema(): DataParent {
    return this.#top.schema;
  }

  get #top(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  /** The path of what is open; of an entry with the keys that were read so far if these are all. */
  path(): InstancePath {
    // Asked for by errors only, of which no more are kept then.
    if (this.errors.isFull) return [];
    const steps: InstanceStep[] = [...this.#above];
    for (const { schema, slots } of this.#frames.slice(1)) {
      steps.push({ node: schema as ContainerNode | ListNode, predicate: keysIn(schema, slots) });
    }
    return steps;
  }

  pathOf(node: DataNode): InstancePath {
    return [...this.path(), { node, predicate: undefined }];
  }

  open(schema: ContainerNode | ListNode, metadata?: readonly Metadata[]): void {
    this.#frames.push({ schema, slots: emptySlots(schema), metadata });
  }

  annotate(metadata: readonly Metadata[]): void {
    this.#top.metadata = metadata;
  }

  /** Ends what was opened last and puts it where it belongs. */
  close(offset?: () => number): void {
    const frame = this.#frames.pop() as Frame;
    const { slot } = frame.schema as ContainerNode | ListNode;
    const inner = finished(frame);
    const { slots } = this.#top;
    if (frame.schema.kind === "container") {
      if (slots[slot] !== undefined) this.#repeated(frame.schema, offset);
      else if (!isVoid(inner)) slots[slot] = inner;
      return;
    }
    const schema = frame.schema as ListNode;
    const entries = (slots[slot] ?? new EntryMapDraft<InnerData>()) as EntryMapDraft<InnerData>;
    slots[slot] = entries;
    if (schema.keys.length === 0) {
      entries.set(madeUpKey(entries.size), inner);
      return;
    }
    const texts: string[] = [];
    const path = (): InstancePath => [...this.path(), { node: schema, predicate: keysIn(schema, frame.slots) }];
    for (const key of schema.keys) {
      const value = inner.slots[key.slot];
      if (value?.kind === "leaf") texts.push(value.text);
      else if (!this.errors.isFull) {
        const info = { badElement: key.name };
        this.errors.add("missing-element", path(), `the key ${key.name} is missing`, { info, offset: offset?.() });
      }
    }
    if (texts.length < schema.keys.length) return;
    const key = keyText(texts);
    if (entries.has(key)) {
      this.errors.add("data-exists", path(), `the same entry of ${schema.name} stands twice`, { offset: offset?.() });
    } else entries.set(key, inner);
  }

  leaf(schema: LeafNode, scalar: Scalar, metadata?: readonly Metadata[], offset?: () => number): void {
    const { slots } = this.#top;
    if (slots[schema.slot] !== undefined) this.#repeated(schema, offset);
    else slots[schema.slot] = leafData(schema, scalar, metadata);
  }

  /** One more value of a leaf-list. */
  value(schema: LeafListNode, scalar: Scalar, metadata?: readonly Metadata[], offset?: () => number): void {
    const { slots } = this.#top;
    const values = (slots[schema.slot] ?? new EntryMapDraft<LeafData>()) as EntryMapDraft<LeafData>;
    slots[schema.slot] = values;
    const { text } = scalar;
    const isRepeated = values.has(text);
    if (isRepeated && schema.config) {
      const path = [...this.path(), { node: schema, predicate: { value: scalar } }];
      this.errors.add("data-exists", path, `the same value of ${schema.name} stands twice`, { offset: offset?.() });
      return;
    }
    values.set(isRepeated ? madeUpKey(values.size, text) : text, leafData(schema, scalar, metadata));
  }

  any(schema: AnyNode, content: AnyData["content"], metadata?: readonly Metadata[], offset?: () => number): void {
    const { slots } = this.#top;
    if (slots[schema.slot] !== undefined) this.#repeated(schema, offset);
    else slots[schema.slot] = { kind: "any", schema, content, metadata };
  }

  /** Adds metadata to a child of what is open; false when there is none. */
  annotateNode(schema: DataNode, metadata: readonly Metadata[]): boolean {
    const { slots } = this.#top;
    const node = slots[schema.slot];
    if (node === undefined || node instanceof EntryMapDraft || node.kind === "entries") return false;
    slots[schema.slot] = { ...node, metadata };
    return true;
  }

  /** Adds metadata to the values of a leaf-list, in their order; false when some of it belongs to none. */
  annotateValues(schema: LeafListNode, metadata: readonly (readonly Metadata[] | undefined)[]): boolean {
    const values = this.#top.slots[schema.slot];
    if (!(values instanceof EntryMapDraft)) return metadata.every((one) => one === undefined);
    const known = (values as EntryMapDraft<LeafData>).finish();
    const entries = [...known.entries()];
    const draft = known.draft();
    this.#top.slots[schema.slot] = draft;
    let isComplete = true;
    metadata.forEach((one, index) => {
      const entry = entries[index];
      if (one && entry) draft.set(entry[0], { ...entry[1], metadata: one });
      else if (one) isComplete = false;
    });
    return isComplete;
  }

  /** The tree, once everything that was opened is closed. */
  finish(): InnerData {
    return finished(this.#top);
  }

  #repeated(schema: DataNode, offset: (() => number) | undefined): void {
    const info = { badElement: schema.name };
    this.errors.add("bad-element", this.pathOf(schema), `${schema.name} stands twice`, { info, offset: offset?.() });
  }
}

function finished({ schema, slots, metadata }: Frame): InnerData {
  let isEmpty = metadata === undefined;
  for (let slot = 0; slot < slots.length; slot++) {
    const filling = slots[slot];
    if (filling === undefined) continue;
    if (filling instanceof EntryMapDraft) slots[slot] = filling.size > 0 ? filling.finish() : undefined;
    if (slots[slot] !== undefined) isEmpty = false;
  }
  return isEmpty ? emptyInner(schema) : innerData(schema, slots as Content[], metadata);
}

function keysIn(schema: DataParent, slots: readonly Filling[]): StepPredicate | undefined {
  if (schema.kind !== "list" || schema.keys.length === 0) return undefined;
  const keys: LeafData[] = [];
  for (const { slot } of schema.keys) {
    const key = slots[slot];
    if (key === undefined || key instanceof EntryMapDraft || key.kind !== "leaf") return undefined;
    keys.push(key);
  }
  return { keys };
}
