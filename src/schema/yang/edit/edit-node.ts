import type { AnyData, Metadata, Scalar } from "../data/tree.js";
import type { AnyNode, ContainerNode, LeafListNode, LeafNode, ListNode } from "../schema-node.js";

/** @see RFC 6241, section 7.2 */
export type EditOperation = "merge" | "replace" | "create" | "delete" | "remove";

/** What an edit does where no operation is given. */
export type DefaultOperation = "merge" | "replace" | "none";

/** Where an entry or value goes. @see RFC 7950, section 7.7.9 and 7.8.6 */
export type Insertion =
  | { readonly where: "first" | "last" }
  /** @param anchor key of the entry, or text of the value, as the entry map has it */
  | { readonly where: "before" | "after"; readonly anchor: string };

interface EditCommon {
  /** As given on the node itself; else that of its parent holds. */
  readonly operation: EditOperation | undefined;
  readonly metadata: readonly Metadata[] | undefined;
  /** In the document, in octets. */
  readonly offset: number | undefined;
}

export interface ContainerEdit extends EditCommon {
  readonly schema: ContainerNode;
  readonly children: readonly EditNode[];
}

export interface EntryEdit extends EditCommon {
  readonly schema: ListNode;
  readonly key: string;
  readonly keys: readonly Scalar[];
  readonly insertion: Insertion | undefined;
  /** Keys are among them. */
  readonly children: readonly EditNode[];
}

export interface LeafEdit extends EditCommon {
  readonly schema: LeafNode;
  /** Nothing when the leaf goes away and the document gives no value. */
  readonly value: Scalar | undefined;
  /** The document says that the value is the default, so that the leaf is to be unset. @see RFC 6243, section 4.5.2 */
  readonly isDefault: boolean;
}

export interface ValueEdit extends EditCommon {
  readonly schema: LeafListNode;
  readonly value: Scalar;
  readonly insertion: Insertion | undefined;
}

export interface AnyEdit extends EditCommon {
  readonly schema: AnyNode;
  readonly content: AnyData["content"];
}

/** One node of an edit. */
export type EditNode = ContainerEdit | EntryEdit | LeafEdit | ValueEdit | AnyEdit;
