import type { XmlNode } from "../../../codec/xml/element.js";
import type { AnyNode, DataParent, LeafListNode, LeafNode, ListNode } from "../schema-node.js";
import type { LeafrefType, UnionType, YangType } from "../type.js";
import { EntryMap } from "./entry-map.js";

/** What values have: unions and leafrefs stand for others. */
export type ScalarType = Exclude<YangType, UnionType | LeafrefType>;

/**
 * A value in canonical form, with the type that it was found to be of (of a union: the member). `text` is the same in every
 * format: names of identities and of nodes have their module's name for a prefix. Two values are equal when their texts are.
 * @see RFC 7950, section 9.1
 */
export interface Scalar {
  readonly type: ScalarType;
  readonly text: string;
}

/** One annotation of one instance. @see RFC 7952, section 2 */
export interface Metadata {
  /** Name of the module that declares it. */
  readonly module: string;
  readonly namespace: string;
  readonly name: string;
  readonly value: Scalar;
}

interface Annotated {
  readonly metadata: readonly Metadata[] | undefined;
}

/** The root of a tree, a container, an entry of a list, or what an operation, notification or structure holds. */
export interface InnerData extends Annotated {
  readonly kind: "inner";
  readonly schema: DataParent;
  /** By the `slot` of the children's schema nodes. */
  readonly slots: readonly Content[];
}

/** A leaf, or one value of a leaf-list. */
export interface LeafData extends Annotated, Scalar {
  readonly kind: "leaf";
  readonly schema: LeafNode | LeafListNode;
}

/** Any value of JSON. Numbers keep their text. */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

/** A number as it is written. */
export interface JsonNumber {
  readonly number: string;
}

/** `anydata` or `anyxml`, as it came: what it means is not known here. */
export interface AnyData extends Annotated {
  readonly kind: "any";
  readonly schema: AnyNode;
  readonly content: { readonly xml: readonly XmlNode[] } | { readonly json: Json };
}

/** One node of instance data. */
export type TreeNode = InnerData | LeafData | AnyData;

/** What a slot has: by the kind of its schema node one node, or all entries or values. Nothing: no such node. */
export type Content = TreeNode | EntryMap<InnerData> | EntryMap<LeafData> | undefined;

const noContent = new WeakMap<DataParent, InnerData>();

/** Shared by all, of its schema node. */
export function emptyInner(schema: DataParent): InnerData {
  const known = noContent.get(schema);
  if (known) return known;
  const empty = innerData(schema, emptySlots(schema));
  noContent.set(schema, empty);
  return empty;
}

export function innerData(
  schema: DataParent,
  slots: readonly Content[],
  metadata: readonly Metadata[] | undefined = undefined,
): InnerData {
  return { kind: "inner", schema, slots, metadata };
}

export function leafData(
  schema: LeafNode | LeafListNode,
  { type, text }: Scalar,
  metadata: readonly Metadata[] | undefined = undefined,
): LeafData {
  return { kind: "leaf", schema, type, text, metadata };
}

/** Slots to be filled. */
export function emptySlots(schema: DataParent): Content[] {
  return new Array<Content>(schema.dataChildren.length).fill(undefined);
}

/** Whether it says nothing: a container without presence that is empty is the same as none. @see RFC 7950, section 7.5.1 */
export function isVoid(inner: InnerData): boolean {
  if (inner.schema.kind !== "container" || inner.schema.presence !== undefined || inner.metadata) return false;
  for (const content of inner.slots) if (content !== undefined) return false;
  return true;
}

export function leafAt(inner: InnerData, slot: number): LeafData | undefined {
  const content = inner.slots[slot];
  return content?.kind === "leaf" ? content : undefined;
}

export function innerAt(inner: InnerData, slot: number): InnerData | undefined {
  const content = inner.slots[slot];
  return content?.kind === "inner" ? content : undefined;
}

/** The entries of a list; of a leaf-list the values. Empty when there are none. */
export function entriesAt(inner: InnerData, slot: number): EntryMap<InnerData> | EntryMap<LeafData> {
  const content = inner.slots[slot];
  return content?.kind === "entries" ? content : noEntries;
}

const noEntries = new EntryMap<InnerData>();

/** Stands between the values of a key of several leafs; no value has it. */
const BETWEEN_KEYS = "\u0000";

/** By what an entry is found: the canonical values of its keys, in their order. */
export function keyText(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : values.join(BETWEEN_KEYS);
}

/** The keys of an entry, in their order; `undefined` when one is missing. */
export function keysOf(entry: InnerData): readonly LeafData[] | undefined {
  const keys: LeafData[] = [];
  for (const { slot } of (entry.schema as ListNode).keys) {
    const key = leafAt(entry, slot);
    if (!key) return undefined;
    keys.push(key);
  }
  return keys;
}

/** The key of the next entry that has none of its own, in a list without keys or for a value that is there already. */
export function madeUpKey(count: number, text = ""): string {
  return `${text}${BETWEEN_KEYS}${count}`;
}
