import type { CaseNode, ChoiceNode, DataNode, DataParent, LeafListNode, LeafNode, YangSchema } from "../schema-node.js";
import { EntryMapDraft } from "./entry-map.js";
import { isProblem, readScalar } from "./scalar.js";
import { type Content, emptyInner, type InnerData, type LeafData, leafData } from "./tree.js";

/** What stands in a slot that is empty, if the choices above allow it and every `when` holds. */
export interface Implied {
  readonly content: Exclude<Content, undefined>;
  /** From the inside out. */
  readonly cases: readonly CaseSlots[];
  readonly isConditional: boolean;
}

/** The slots that a case has, and those of its choice altogether. */
export interface CaseSlots {
  readonly choice: ChoiceNode;
  readonly case: CaseNode;
  readonly own: readonly number[];
  readonly all: readonly number[];
  readonly isDefault: boolean;
}

/**
 * Defaults and containers without presence, which are never stored, as they are in use.
 * @see RFC 7950, section 7.5.1, 7.6.1 and 7.7.2
 */
export class ImpliedNodes {
  readonly #schema: YangSchema;
  readonly #byParent = new WeakMap<DataParent, readonly (Implied | undefined)[]>();

  constructor(schema: YangSchema) {
    this.#schema = schema;
  }

  /** By slot. */
  of(parent: DataParent): readonly (Implied | undefined)[] {
    const known = this.#byParent.get(parent);
    if (known) return known;
    const implied = parent.dataChildren.map((node): Implied | undefined => {
      const content = this.#content(node);
      if (!content) return undefined;
      const cases = casesOf(node, parent);
      return { content, cases, isConditional: isConditional(node) };
    });
    this.#byParent.set(parent, implied);
    return implied;
  }

  #content(node: DataNode): Implied["content"] | undefined {
    if (node.kind === "container") return node.presence === undefined ? emptyInner(node) : undefined;
    if (node.kind === "leaf") return this.#leaves(node)[0];
    if (node.kind !== "leaf-list" || node.minElements > 0) return undefined;
    const draft = new EntryMapDraft<LeafData>();
    for (const leaf of this.#leaves(node)) draft.set(leaf.text, leaf);
    return draft.size > 0 ? draft.finish() : undefined;
  }

  #leaves(node: LeafNode | LeafListNode): readonly LeafData[] {
    const defaults = node.kind === "leaf-list" ? node.defaults : node.default ? [node.default] : [];
    return defaults.flatMap(({ text, context }) => {
      const { module, prefixes } = context;
      const moduleOf = (prefix: string) => (prefix === "" ? module : prefixes.get(prefix));
      const read = readScalar(node.type, "text", text, { schema: this.#schema, format: "yang", moduleOf });
      return isProblem(read) ? [] : [leafData(node, read)];
    });
  }
}

const tables = new WeakMap<YangSchema, ImpliedNodes>();

/** Of a schema, made once. */
export function impliedNodes(schema: YangSchema): ImpliedNodes {
  const known = tables.get(schema);
  if (known) return known;
  const made = new ImpliedNodes(schema);
  tables.set(schema, made);
  return made;
}

/** Whether the cases around an empty slot are in use: one with a node in it, or a default one while the choice has none. */
export function isInUse({ cases }: Implied, inner: InnerData): boolean {
  return cases.every((one) => {
    if (one.own.some((slot) => inner.slots[slot] !== undefined)) return true;
    return one.isDefault && !one.all.some((slot) => inner.slots[slot] !== undefined);
  });
}

/** The choices and cases between a node and its parent in data, from the inside out. */
export function casesOf(node: DataNode, parent: DataParent): readonly CaseSlots[] {
  const cases: CaseSlots[] = [];
  for (let at: unknown = node.parent; at !== parent; at = (at as ChoiceNode | CaseNode).parent) {
    const one = at as ChoiceNode | CaseNode;
    if (one.kind !== "case") continue;
    const choice = one.parent as ChoiceNode;
    cases.push({
      choice,
      case: one,
      own: slotsBelow(one, parent),
      all: slotsBelow(choice, parent),
      isDefault: choice.defaultCase === one,
    });
  }
  return cases;
}

const below = new WeakMap<ChoiceNode | CaseNode, readonly number[]>();

/** Slots of the nodes in a choice or case. */
export function slotsBelow(of: ChoiceNode | CaseNode, parent: DataParent): readonly number[] {
  const known = below.get(of);
  if (known) return known;
  const slots: number[] = [];
  for (const { slot, parent: direct } of parent.dataChildren) {
    for (let at: unknown = direct; at !== parent; at = (at as ChoiceNode | CaseNode).parent) {
      if (at === of) slots.push(slot);
    }
  }
  below.set(of, slots);
  return slots;
}

/** Whether a `when` has a say in the node's being there. */
export function isConditional(node: DataNode): boolean {
  if (node.when.length > 0) return true;
  for (let at: unknown = node.parent; at !== node.dataParent; at = (at as ChoiceNode | CaseNode).parent) {
    if ((at as ChoiceNode | CaseNode).when.length > 0) return true;
  }
  return false;
}
