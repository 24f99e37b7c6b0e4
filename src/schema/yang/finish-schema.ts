import { splitName } from "./argument.js";
import { isDefaultOf } from "./check-default.js";
import type { Sourced, TypeCompiler } from "./compile-type.js";
import { type Draft, statusOf } from "./linked-module.js";
import type { YangStatus } from "./module.js";
import { type NodeDraft, pathOf, type Written } from "./node-draft.js";
import type {
  AnyNode,
  CaseNode,
  ChildNode,
  ChoiceNode,
  ContainerNode,
  DataNode,
  DataParent,
  DefaultValue,
  ExtensionUse,
  InputOutputNode,
  LeafListNode,
  LeafNode,
  ListNode,
  MustCondition,
  NotificationNode,
  OperationNode,
  SchemaNode,
  SchemaParent,
  SchemaRoot,
  StructureNode,
  WhenCondition,
} from "./schema-node.js";
import { argumentOf, type Place } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** What a node takes over from those above it. */
interface Inherited {
  readonly parent: SchemaParent;
  readonly dataParent: DataParent;
  readonly config: boolean;
  readonly status: YangStatus;
  /** Whether `config` has a meaning: not below operations, notifications and structures. */
  readonly isData: boolean;
}

/** Data nodes that a holder's children open up to, in the order of slots. */
type Slots = Draft<DataNode>[];

/** The public nodes, before leafrefs have their targets. */
export interface FinishedNodes {
  readonly root: SchemaRoot;
  readonly nodes: readonly SchemaNode[];
  readonly structures: readonly StructureNode[];
  /** Leafs and leaf-lists whose defaults are to be looked at once leafrefs have targets. */
  readonly defaulted: readonly DefaultedLeaf[];
  /** Where each node's type is written. */
  readonly typed: readonly { readonly node: LeafNode | LeafListNode; readonly place: Place }[];
}

export interface DefaultedLeaf {
  readonly node: LeafNode | LeafListNode;
  readonly value: DefaultValue;
  readonly place: Place;
}

/**
 * Turns drafts into public nodes, in the order of the drafts; what `if-feature` takes away is left out.
 * @throws {YangError} where a node breaks a rule that needs the whole tree
 */
export function finishNodes(root: NodeDraft, structures: readonly NodeDraft[], types: TypeCompiler): FinishedNodes {
  const finisher = new Finisher(types);
  finisher.run(root, structures, true);
  return finisher;
}

/** Checks what groupings expand to where nothing uses them; what depends on a place in the data tree is let pass. @throws {YangError} */
export function finishUnused(root: NodeDraft, types: TypeCompiler): FinishedNodes {
  const finisher = new Finisher(types);
  finisher.run(root, [], false);
  return finisher;
}

/** @throws {YangError} when a default is no value of its type */
export function checkDefaults(defaulted: readonly DefaultedLeaf[]): void {
  for (const { node, value, place } of defaulted) {
    if (!isDefaultOf(node.type, value)) {
      throw new YangError(`"${excerpt(value.text)}" is no value of the type of ${node.name}`, place);
    }
  }
}

class Finisher implements FinishedNodes {
  readonly #types: TypeCompiler;
  readonly nodes: SchemaNode[] = [];
  readonly structures: StructureNode[] = [];
  readonly defaulted: DefaultedLeaf[] = [];
  readonly typed: { node: LeafNode | LeafListNode; place: Place }[] = [];
  readonly root: Draft<SchemaRoot> = {
    kind: "root",
    children: [],
    dataChildren: [],
    byName: new Map(),
    operations: [],
    notifications: [],
  };

  constructor(types: TypeCompiler) {
    this.#types = types;
  }

  run(root: NodeDraft, structures: readonly NodeDraft[], isData: boolean): void {
    const inherited: Inherited = {
      parent: this.root,
      dataParent: this.root,
      config: true,
      status: "current",
      isData,
    };
    this.#fill(this.root, root, inherited);
    this.root.operations = this.#operations(root, inherited);
    this.root.notifications = this.#notifications(root, inherited);
    for (const draft of structures) this.structures.push(this.#structure(draft, inherited));
  }

  /** Gives a holder its children, and everything that follows from them. */
  #fill(holder: Draft<DataParent>, draft: NodeDraft, inherited: Inherited): void {
    checkNames(draft);
    const slots: Slots = [];
    holder.children = this.#children(draft, inherited, slots) as readonly ChildNode[];
    holder.dataChildren = slots;
    const byName = new Map<string, DataNode[]>();
    for (const node of slots) {
      const same = byName.get(node.name);
      if (same) same.push(node as DataNode);
      else byName.set(node.name, [node as DataNode]);
    }
    holder.byName = byName;
  }

  #children(draft: NodeDraft, inherited: Inherited, slots: Slots): readonly ChildNode[] {
    const children: ChildNode[] = [];
    for (const child of draft.children) {
      if (child.isDisabled) this.#discard(() => this.#child(child, inherited, []));
      else {
        const node = this.#child(child, inherited, slots);
        if (node) children.push(node);
      }
    }
    return children;
  }

  /** What `if-feature` takes away must be right too, but leaves nothing behind. */
  #discard(make: () => unknown): void {
    const before = this.nodes.length;
    const [defaulted, typed] = [this.defaulted.length, this.typed.length];
    make();
    this.nodes.length = before;
    this.defaulted.length = defaulted;
    this.typed.length = typed;
  }

  /** A data node, choice or case; nothing for what is held elsewhere. */
  #child(draft: NodeDraft, inherited: Inherited, slots: Slots): ChildNode | undefined {
    switch (draft.kind) {
      case "container":
        return this.#container(draft, inherited, slots);
      case "list":
        return this.#list(draft, inherited, slots);
      case "leaf":
        return this.#leaf(draft, inherited, slots);
      case "leaf-list":
        return this.#leafList(draft, inherited, slots);
      case "anydata":
      case "anyxml":
        return this.#any(draft, draft.kind, inherited, slots);
      case "choice":
        return this.#choice(draft, inherited, slots);
      case "case":
        return this.#case(draft, inherited, slots);
      default:
        return undefined;
    }
  }

  #base(draft: NodeDraft, inherited: Inherited) {
    const config = this.#config(draft, inherited);
    const status = this.#status(draft, inherited);
    const { name, module } = draft;
    if (draft.augmentedBy && config && inherited.isData) checkAugmented(draft);
    return {
      id: this.nodes.length,
      name,
      module: module.public,
      parent: inherited.parent,
      dataParent: inherited.dataParent,
      config,
      status,
      description: draft.description,
      reference: draft.reference,
      when: (draft.when ?? []).map(
        ({ statement, scope, from }): WhenCondition =>
          Object.freeze({
            xpath: statement.argument ?? "",
            context: scope.xpathContext(module),
            from,
            place: statement.place,
          }),
      ),
      ifFeatures: draft.ifFeatures ?? [],
      extensions: extensionsOf(draft),
    };
  }

  #config({ config, name }: NodeDraft, inherited: Inherited): boolean {
    if (!inherited.isData) return false;
    if (config === undefined) return inherited.config;
    if (config.value && !inherited.config) {
      throw new YangError(`${name} is configuration below what is not`, config.place);
    }
    return config.value;
  }

  /** @see RFC 7950, section 7.21.2 */
  #status({ statement, name }: NodeDraft, inherited: Inherited): YangStatus {
    const written = argumentOf(statement, "status") !== undefined;
    if (!written) return inherited.status;
    const own = statusOf(statement);
    if (ages[own] < ages[inherited.status]) {
      throw new YangError(`${name} is ${own} below what is ${inherited.status}`, statement.place);
    }
    return own;
  }

  #keep<T extends SchemaNode>(node: Draft<T>): Draft<T> {
    this.nodes.push(node as unknown as SchemaNode);
    return node;
  }

  #musts({ must = [], module }: NodeDraft): readonly MustCondition[] {
    return must.map(({ statement, scope }) =>
      Object.freeze({
        xpath: statement.argument ?? "",
        context: scope.xpathContext(module),
        errorMessage: argumentOf(statement, "error-message"),
        errorAppTag: argumentOf(statement, "error-app-tag"),
        place: statement.place,
      }),
    );
  }

  #inData(draft: NodeDraft, slots: Slots) {
    return { slot: slots.length, must: this.#musts(draft) };
  }

  #container(draft: NodeDraft, inherited: Inherited, slots: Slots): ContainerNode {
    const node = this.#keep<ContainerNode>({
      ...this.#base(draft, inherited),
      ...this.#inData(draft, slots),
      ...emptyHolder,
      kind: "container",
      presence: draft.presence,
      mandatory: false,
      operations: [],
      notifications: [],
    });
    slots.push(node);
    const inner = { ...inherited, parent: node, dataParent: node, config: node.config, status: node.status };
    this.#fill(node, draft, inner);
    node.mandatory = node.presence === undefined && node.children.some(isMandatory);
    node.operations = this.#operations(draft, inner);
    node.notifications = this.#notifications(draft, inner);
    return node;
  }

  #list(draft: NodeDraft, inherited: Inherited, slots: Slots): ListNode {
    const node = this.#keep<ListNode>({
      ...this.#base(draft, inherited),
      ...this.#inData(draft, slots),
      ...emptyHolder,
      ...elementsOf(draft),
      kind: "list",
      keys: [],
      unique: [],
      orderedBy: "system",
      operations: [],
      notifications: [],
    });
    slots.push(node);
    if (node.config && draft.orderedBy) node.orderedBy = draft.orderedBy;
    const inner = { ...inherited, parent: node, dataParent: node, config: node.config, status: node.status };
    this.#fill(node, draft, inner);
    node.keys = this.#keys(draft, node as ListNode, inherited.isData);
    node.unique = (draft.unique ?? []).map((unique) => this.#unique(draft, node as ListNode, unique));
    node.operations = this.#operations(draft, inner);
    node.notifications = this.#notifications(draft, inner);
    return node as ListNode;
  }

  /** @see RFC 7950, section 7.8.2 */
  #keys(draft: NodeDraft, list: ListNode, isData: boolean): readonly LeafNode[] {
    const { key, statement } = draft;
    if (!key) {
      if (isData && list.config) throw new YangError(`the list ${list.name} needs a key`, statement.place);
      return [];
    }
    const { place, argument = "" } = key.statement;
    const keys: LeafNode[] = [];
    for (const word of argument.split(/\s+/).filter((part) => part !== "")) {
      const { prefix, local } = splitName(word);
      const named = key.scope.moduleOf(prefix, place);
      const module = named === key.scope.module ? draft.module : named;
      const leaf = list.children.find((child) => child.name === local && child.module === module.public);
      if (leaf?.kind !== "leaf") throw new YangError(`the key ${excerpt(word)} is no leaf of the list`, place);
      if (keys.includes(leaf)) throw new YangError(`the key ${excerpt(word)} is named twice`, place);
      if (leaf.config !== list.config) {
        throw new YangError(`the key ${local} and its list must both be configuration or both be state`, place);
      }
      if (leaf.type.base === "empty" && key.scope.version1) {
        throw new YangError(`the key ${local} is empty`, place);
      }
      if (leaf.when.length > 0 || leaf.ifFeatures.length > 0) {
        throw new YangError(`the key ${local} depends on a condition`, place);
      }
      const own = leaf as Draft<LeafNode>;
      own.isKey = true;
      own.default = undefined;
      keys.push(leaf);
    }
    return keys;
  }

  /** @see RFC 7950, section 7.8.3 */
  #unique(draft: NodeDraft, list: ListNode, { statement, scope }: Sourced): readonly LeafNode[] {
    const { place, argument = "" } = statement;
    const leafs: LeafNode[] = [];
    for (const path of argument.split(/\s+/).filter((part) => part !== "")) {
      let at: SchemaNode = list;
      for (const step of path.split("/")) {
        const { prefix, local } = splitName(step);
        const named = scope.moduleOf(prefix, place);
        const module = named === scope.module ? draft.module : named;
        const children: readonly ChildNode[] =
          "children" in at && (at === list || at.kind !== "list") ? at.children : [];
        const next = children.find((child) => child.name === local && child.module === module.public);
        if (!next) throw new YangError(`unique: there is no node ${excerpt(path)} in the list`, place);
        at = next;
      }
      if (at.kind !== "leaf") throw new YangError(`unique: ${excerpt(path)} is no leaf`, place);
      if (leafs.includes(at)) throw new YangError(`unique: ${excerpt(path)} is named twice`, place);
      if (leafs[0] && leafs[0].config !== at.config) {
        throw new YangError("unique: leafs must all be configuration or all be state", place);
      }
      leafs.push(at);
    }
    return Object.freeze(leafs);
  }

  #leaf(draft: NodeDraft, inherited: Inherited, slots: Slots): LeafNode {
    const compiled = this.#types.compile(draft.type as Sourced, draft.module);
    const own = draft.defaults?.[0];
    if (own && draft.mandatory?.value) {
      throw new YangError(`the mandatory leaf ${draft.name} has a default`, own.statement.place);
    }
    const mandatory = draft.mandatory?.value === true;
    const value = own ?? (mandatory ? undefined : compiled.default);
    const node = this.#keep<LeafNode>({
      ...this.#base(draft, inherited),
      ...this.#inData(draft, slots),
      kind: "leaf",
      type: compiled.type,
      units: draft.units ?? compiled.units,
      default: value && this.#default(draft, value),
      mandatory,
      isKey: false,
    });
    slots.push(node);
    this.typed.push({ node, place: (draft.type as Sourced).statement.place });
    if (node.default && value) this.defaulted.push({ node, value: node.default, place: value.statement.place });
    return node;
  }

  #leafList(draft: NodeDraft, inherited: Inherited, slots: Slots): LeafListNode {
    const compiled = this.#types.compile(draft.type as Sourced, draft.module);
    const elements = elementsOf(draft);
    const [own] = draft.defaults ?? [];
    if (own && elements.minElements > 0) {
      throw new YangError(`${draft.name} has a default though there must be values`, own.statement.place);
    }
    const ownType = draft.type as Sourced;
    if (compiled.type.base === "empty") {
      throw new YangError("a leaf-list cannot be empty", ownType.statement.place);
    }
    const fromType =
      compiled.default && elements.minElements === 0 && !ownType.scope.version1 ? [compiled.default] : [];
    const values = draft.defaults ?? fromType;
    const node = this.#keep<LeafListNode>({
      ...this.#base(draft, inherited),
      ...this.#inData(draft, slots),
      ...elements,
      kind: "leaf-list",
      type: compiled.type,
      units: draft.units ?? compiled.units,
      defaults: values.map((value) => this.#default(draft, value)),
      orderedBy: "system",
    });
    slots.push(node);
    if (node.config && draft.orderedBy) node.orderedBy = draft.orderedBy;
    this.typed.push({ node, place: (draft.type as Sourced).statement.place });
    const seen = new Set<string>();
    for (const [i, value] of node.defaults.entries()) {
      const place = values[i]?.statement.place ?? draft.statement.place;
      if (node.config && seen.has(value.text))
        throw new YangError(`the default ${excerpt(value.text)} is given twice`, place);
      seen.add(value.text);
      this.defaulted.push({ node, value, place });
    }
    return node;
  }

  #default(draft: NodeDraft, { statement, scope }: Sourced): DefaultValue {
    const context = scope.xpathContext(draft.module);
    return Object.freeze({ text: statement.argument ?? "", context });
  }

  #any(draft: NodeDraft, kind: AnyNode["kind"], inherited: Inherited, slots: Slots): AnyNode {
    const node = this.#keep<AnyNode>({
      ...this.#base(draft, inherited),
      ...this.#inData(draft, slots),
      kind,
      mandatory: draft.mandatory?.value === true,
    });
    slots.push(node);
    return node;
  }

  /** @see RFC 7950, section 7.9 */
  #choice(draft: NodeDraft, inherited: Inherited, slots: Slots): ChoiceNode {
    const node = this.#keep<ChoiceNode>({
      ...this.#base(draft, inherited),
      kind: "choice",
      children: [],
      mandatory: draft.mandatory?.value === true,
      defaultCase: undefined,
    });
    const inner = { ...inherited, parent: node as ChoiceNode, config: node.config, status: node.status };
    node.children = this.#children(draft, inner, slots) as readonly CaseNode[];
    const [given] = draft.defaults ?? [];
    if (given) {
      const { argument: name = "", place } = given.statement;
      if (node.mandatory) throw new YangError(`the mandatory choice ${node.name} has a default`, place);
      const { local } = splitName(name);
      node.defaultCase = node.children.find((child) => child.name === local);
      if (!draft.children.some((child) => child.name === local)) {
        throw new YangError(`the choice has no case ${excerpt(name)}`, place);
      }
      if (node.defaultCase?.children.some(isMandatory)) {
        throw new YangError(`the default case ${excerpt(name)} has a mandatory node`, place);
      }
    }
    return node;
  }

  #case(draft: NodeDraft, inherited: Inherited, slots: Slots): CaseNode | undefined {
    if (draft.isShorthand && draft.children.every((child) => child.isDisabled)) return undefined;
    const node = this.#keep<CaseNode>({
      ...this.#base(draft, inherited),
      kind: "case",
      children: [],
      isShorthand: draft.isShorthand === true,
    });
    node.children = this.#children(
      draft,
      { ...inherited, parent: node, config: node.config, status: node.status },
      slots,
    );
    return node;
  }

  #operations(draft: NodeDraft, inherited: Inherited): readonly OperationNode[] {
    return this.#kept(draft, ["rpc", "action"], (operation) => {
      const inner = { ...inherited, isData: false };
      const node = this.#keep<OperationNode>({
        ...this.#base(operation, inner),
        kind: operation.kind as OperationNode["kind"],
        input: undefined as unknown as InputOutputNode,
        output: undefined as unknown as InputOutputNode,
      });
      const [input, output] = operation.children.map((part) =>
        this.#inputOutput(part, { ...inner, parent: node, status: node.status }),
      );
      node.input = input as InputOutputNode;
      node.output = output as InputOutputNode;
      return node;
    });
  }

  #kept<T>(draft: NodeDraft, kinds: readonly string[], make: (child: NodeDraft) => T): readonly T[] {
    const made: T[] = [];
    for (const child of draft.children) {
      if (!kinds.includes(child.kind)) continue;
      if (child.isDisabled) this.#discard(() => make(child));
      else made.push(make(child));
    }
    return made;
  }

  #inputOutput(draft: NodeDraft, inherited: Inherited): InputOutputNode {
    const node = this.#keep<InputOutputNode>({
      ...this.#base(draft, inherited),
      ...emptyHolder,
      kind: draft.kind as InputOutputNode["kind"],
      must: this.#musts(draft),
    });
    this.#fill(node, draft, { ...inherited, parent: node, dataParent: node, status: node.status });
    return node;
  }

  #notifications(draft: NodeDraft, inherited: Inherited): readonly NotificationNode[] {
    return this.#kept(draft, ["notification"], (notification) => {
      const inner = { ...inherited, isData: false };
      const node = this.#keep<NotificationNode>({
        ...this.#base(notification, inner),
        ...emptyHolder,
        kind: "notification",
        must: this.#musts(notification),
      });
      this.#fill(node, notification, { ...inner, parent: node, dataParent: node, status: node.status });
      return node;
    });
  }

  #structure(draft: NodeDraft, inherited: Inherited): StructureNode {
    const inner = { ...inherited, isData: false };
    const node = this.#keep<StructureNode>({
      ...this.#base(draft, inner),
      ...emptyHolder,
      kind: "structure",
      of: draft.of ?? "structure",
      must: this.#musts(draft),
    });
    this.#fill(node, draft, { ...inner, parent: node, dataParent: node, status: node.status });
    return node;
  }
}

const ages = { current: 0, deprecated: 1, obsolete: 2 } as const;
const emptyHolder = { children: [], dataChildren: [], byName: new Map<string, DataNode[]>() };

/** Whether something must be there whenever the node's parent is. @see RFC 7950, section 3, mandatory node */
function isMandatory(node: ChildNode): boolean {
  switch (node.kind) {
    case "leaf":
    case "anydata":
    case "anyxml":
    case "choice":
    case "container":
      return node.mandatory;
    case "list":
    case "leaf-list":
      return node.minElements > 0;
    case "case":
      return false;
  }
}

function elementsOf({ minElements, maxElements, name }: NodeDraft): {
  minElements: number;
  maxElements: number | undefined;
} {
  const [least, most] = [minElements?.value ?? 0, maxElements?.value ?? Number.POSITIVE_INFINITY];
  if (least > most) {
    throw new YangError(`${name} has more least than most elements`, (maxElements as Written<number>).place);
  }
  return { minElements: least, maxElements: most === Number.POSITIVE_INFINITY ? undefined : most };
}

/** A mandatory node may be added to another module's configuration only under a condition. @see RFC 7950, section 7.17 */
function checkAugmented(draft: NodeDraft): void {
  const isConditional = draft.when !== undefined && !draft.scope.version1;
  if (!isConditional && mustExist(draft)) {
    throw new YangError(`the mandatory node ${draft.name} is added without a condition`, draft.statement.place);
  }
}

function mustExist(draft: NodeDraft): boolean {
  if (draft.isDisabled || draft.config?.value === false) return false;
  if (draft.mandatory?.value || (draft.minElements?.value ?? 0) > 0) return true;
  return draft.kind === "container" && draft.presence === undefined && draft.children.some(mustExist);
}

function extensionsOf({ extensions = [] }: NodeDraft): readonly ExtensionUse[] {
  return extensions.map(({ statement, scope }) =>
    Object.freeze({
      module: scope.moduleOf(statement.prefix, statement.place).public,
      name: statement.keyword,
      argument: statement.argument,
    }),
  );
}

/** No two nodes of one module that can stand side by side have one name. @see RFC 7950, section 6.2.1 */
function checkNames(holder: NodeDraft): void {
  const inData = new Set<string>();
  const visit = (parent: NodeDraft): void => {
    const beside = new Set<string>();
    for (const child of parent.children) {
      const name = `${child.module.name}:${child.name}`;
      const isData = child.kind !== "choice" && child.kind !== "case";
      if (beside.has(name) || (isData && inData.has(name))) {
        throw new YangError(`there are two nodes ${pathOf(child)}`, child.statement.place);
      }
      beside.add(name);
      if (isData) inData.add(name);
      else visit(child);
    }
  };
  visit(holder);
}
