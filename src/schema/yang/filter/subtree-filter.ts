import { Fault } from "../../../base/fault.js";
import { type XmlElement, xmlnsNamespace } from "../../../codec/xml/element.js";
import type { EntryMap } from "../data/entry-map.js";
import type { NameScope } from "../data/instance-identifier.js";
import { Located } from "../data/located.js";
import { namespaceIn } from "../data/read-xml-data.js";
import { isProblem, readScalar } from "../data/scalar.js";
import { type InnerData, keyText, type LeafData, type TreeNode } from "../data/tree.js";
import { WorkBudget } from "../data/work-budget.js";
import type { DataNode, DataParent, ListNode, YangSchema } from "../schema-node.js";
import { pushEntries } from "../xpath/accessible.js";
import { Selection } from "./selection.js";

const MOST_FILTER_NODES = 10_000;

/**
 * What a subtree filter selects of a tree, with all above and the keys of entries. To see defaults, give it a tree that has
 * them.
 * @param filter the element whose content is the filter
 * @param outer the elements around it, outermost first, whose declarations of prefixes are in force in it
 * @throws {Fault} `invalid` when the filter has too many nodes, or takes too much work on this tree
 * @see RFC 6241, section 6
 */
export function filterBySubtree(
  schema: YangSchema,
  tree: InnerData,
  filter: XmlElement,
  outer: readonly XmlElement[] = [],
): InnerData {
  const reader = new FilterReader(schema, [...outer, filter]);
  const selection = new Selection(tree);
  const budget = new WorkBudget(tree, () => new Fault("invalid", "the filter takes too many steps on this data"));
  apply(reader.read(filter, schema.root), new Located(tree, undefined), selection, budget);
  return selection.tree();
}

/** One element of a filter, for one schema node that it can mean. */
interface FilterNode {
  readonly schema: DataNode;
  /** For a content match: whether a value is the one asked for. */
  readonly value: ((leaf: LeafData) => boolean) | undefined;
  /** Text of the value in canonical form, when it has one. */
  readonly text: string | undefined;
  /** Inside of a containment node; `undefined` for a selection node. */
  readonly inside: Level | undefined;
  /** Attributes that a node must have, as name and value. */
  readonly attributes: readonly { readonly local: string; readonly namespace: string; readonly value: string }[];
}

/** The elements side by side in a filter. */
interface Level {
  readonly matches: readonly FilterNode[];
  readonly others: readonly FilterNode[];
  /** Whether something is asked for beside content matches, though it may mean no node: they alone would give everything. */
  readonly asks: boolean;
  /** Whether an element means no node at all: a content match then never holds. */
  readonly isImpossible: boolean;
}

class FilterReader {
  readonly #schema: YangSchema;
  readonly #scopes: XmlElement[];
  #count = 0;

  constructor(schema: YangSchema, scopes: readonly XmlElement[]) {
    this.#schema = schema;
    this.#scopes = [...scopes];
  }

  read(element: XmlElement, holder: DataParent): Level {
    const matches: FilterNode[] = [];
    const others: FilterNode[] = [];
    let [asks, isImpossible] = [false, false];
    for (const child of element.children) {
      if (typeof child === "string") continue;
      this.#count += 1;
      if (this.#count > MOST_FILTER_NODES)
        throw new Fault("invalid", `a filter of more than ${MOST_FILTER_NODES} nodes`);
      this.#scopes.push(child);
      const found = this.#meanings(child, holder);
      if (!isContentMatch(child)) asks = true;
      else if (found.length === 0) isImpossible = true;
      for (const node of found) (node.value ? matches : others).push(node);
      this.#scopes.pop();
    }
    return { matches, others, asks, isImpossible };
  }

  #meanings(element: XmlElement, holder: DataParent): readonly FilterNode[] {
    const { local, namespace } = element;
    const attributes = element.attributes.filter((one) => one.namespace !== xmlnsNamespace);
    // Without a namespace an element means nodes of every module.
    const schemas = (holder.byName.get(local) ?? []).filter(
      ({ module }) => namespace === "" || module.namespace === namespace,
    );
    return schemas.flatMap((schema): FilterNode[] => {
      if (isContentMatch(element)) {
        if (schema.kind !== "leaf" && schema.kind !== "leaf-list") return [];
        const written = element.children.join("").trim();
        const read = readScalar(schema.type, "text", written, this.#names());
        const text = isProblem(read) ? undefined : read.text;
        const value = ({ text: held }: LeafData): boolean => held === (text ?? written);
        return [{ schema, value, text, inside: undefined, attributes }];
      }
      const hasChildren = element.children.some((child) => typeof child !== "string");
      if (!hasChildren) return [{ schema, value: undefined, text: undefined, inside: undefined, attributes }];
      if (schema.kind !== "container" && schema.kind !== "list") return [];
      const inside = this.read(element, schema);
      return [{ schema, value: undefined, text: undefined, inside, attributes }];
    });
  }

  #names(): NameScope {
    return {
      schema: this.#schema,
      format: "xml",
      moduleOf: (prefix) => {
        const namespace = namespaceIn(this.#scopes, prefix);
        return namespace === undefined ? undefined : this.#schema.moduleByNamespace(namespace);
      },
    };
  }
}

function isContentMatch({ children }: XmlElement): boolean {
  return children.length > 0 && children.every((child) => typeof child === "string") && children.join("").trim() !== "";
}

/** Adds what a level selects of a node's children. @see RFC 6241, section 6.2.5 */
function apply(
  { matches, others, asks, isImpossible }: Level,
  parent: Located,
  selection: Selection,
  budget: WorkBudget,
): void {
  if (isImpossible) return;
  const found: Located[] = [];
  for (const match of matches) {
    const held = instances(parent, match, budget).filter(
      ({ node }) => node.kind === "leaf" && match.value?.(node) === true && hasAttributes(node, match),
    );
    if (held.length === 0) return;
    found.push(...held);
  }
  if (matches.length > 0 && !asks) {
    selection.add(parent);
    return;
  }
  for (const located of found) selection.add(located);
  for (const other of others) {
    for (const located of instances(parent, other, budget)) {
      if (!hasAttributes(located.node, other)) continue;
      if (other.inside) apply(other.inside, located, selection, budget);
      else selection.add(located);
    }
  }
}

function hasAttributes({ metadata = [] }: TreeNode, { attributes }: FilterNode): boolean {
  return attributes.every(({ local, namespace, value }) =>
    metadata.some((one) => one.name === local && one.namespace === namespace && one.value.text === value.trim()),
  );
}

/** The instances that an element can mean; of a list whose keys it gives that one, as of a leaf-list without repetitions. */
function instances(parent: Located, { schema, inside, text }: FilterNode, budget: WorkBudget): readonly Located[] {
  budget.spend(1);
  if (parent.node.kind !== "inner") return [];
  const content = parent.node.slots[schema.slot];
  if (content === undefined) return [];
  if (content.kind !== "entries") return [new Located(content, parent)];
  const key = schema.kind === "list" ? inside && keyAsked(schema, inside) : schema.config ? text : undefined;
  if (key !== undefined) {
    const entry = (content as EntryMap<InnerData | LeafData>).get(key);
    return entry ? [new Located(entry, parent, content.labelOf(key))] : [];
  }
  // Each is not only looked at, but noted or looked into.
  budget.spend(content.size * 3);
  const found: Located[] = [];
  pushEntries(content, parent, found);
  return found;
}

function keyAsked({ keys }: ListNode, { matches }: Level): string | undefined {
  if (keys.length === 0) return undefined;
  const texts: string[] = [];
  for (const key of keys) {
    const text = matches.find(({ schema }) => schema === key)?.text;
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return keyText(texts);
}
