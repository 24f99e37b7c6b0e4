import { splitName } from "./argument.js";
import type { GivenDefault } from "./check-defaults.js";
import type { Sourced, TypeCompiler } from "./compile-type.js";
import { ages, type Draft, statusOf } from "./linked-module.js";
import { keysOf, uniqueOf } from "./list-keys.js";
import type { YangStatus } from "./module.js";
import type { NodeDraft } from "./node-draft.js";
import { checkAugmented, checkNames, elementsOf, extensionsOf, isMandatory, xpathOf } from "./node-rules.js";
import type {
  AnyNode,
  CaseNode,
  ChildNode,
  ChoiceNode,
  ContainerNode,
  DataNode,
  DataParent,
  DefaultValue,
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
  /** To be looked at once leafrefs have targets. */
  readonly defaulted: readonly GivenDefault[];
  /** Where each node's type is written. */
  readonly typed: readonly { readonly node: LeafNode | LeafListNode; readonly place: Place }[];
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

class Finisher implements FinishedNodes {
  readonly #types: TypeCompiler;
  readonly nodes: SchemaNode[] = [];
  readonly structures: StructureNode[] = [];
  readonly defaulted: GivenDefault[] = [];
  readonly typed: { node: LeafNode | LeafListNode; place: Place }[] = [];
  readonly root: Draft<SchemaRoot> = {
    kind: "root",
    children: none,
    dataChildren: none,
    byName: nobody,
    operations: none,
    notifications: none,
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
    Object.freeze(slots);
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
    return Object.freeze(children);
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
      when: this.#whens(draft),
      ifFeatures: draft.ifFeatures ?? none,
      extensions: draft.extensions ? extensionsOf(draft.extensions) : none,
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

  #whens({ when, module }: NodeDraft): readonly WhenCondition[] {
    if (!when) return none;
    const conditions = when.map(({ statement, scope, from }): WhenCondition => {
      const context = scope.xpathContext(module);
      return Object.freeze({ xpath: xpathOf(statement, context), context, from, place: statement.place });
    });
    return Object.freeze(conditions);
  }

  #musts({ must, module }: NodeDraft): readonly MustCondition[] {
    if (!must) return none;
    const conditions = must.map(({ statement, scope }) => {
      const context = scope.xpathContext(module);
      return Object.freeze({
        xpath: xpathOf(statement, context),
        context,
        errorMessage: argumentOf(statement, "error-message"),
        errorAppTag: argumentOf(statement, "error-app-tag"),
        place: statement.place,
      });
    });
    return Object.freeze(conditions);
  }

  #container(draft: NodeDraft, inherited: Inherited, slots: Slots): ContainerNode {
    const node = this.#keep<ContainerNode>({
      ...this.#base(draft, inherited),
      slot: slots.length,
      must: this.#musts(draft),
      children: none,
      dataChildren: none,
      byName: nobody,
      kind: "container",
      presence: draft.presence,
      mandatory: false,
      operations: none,
      notifications: none,
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
    const elements = elementsOf(draft);
    const node = this.#keep<ListNode>({
      ...this.#base(draft, inherited),
      slot: slots.length,
      must: this.#musts(draft),
      children: none,
      dataChildren: none,
      byName: nobody,
      minElements: elements.minElements,
      maxElements: elements.maxElements,
      kind: "list",
      keys: none,
      unique: none,
      orderedBy: "system",
      operations: none,
      notifications: none,
    });
    slots.push(node);
    if (node.config && draft.orderedBy) node.orderedBy = draft.orderedBy;
    const inner = { ...inherited, parent: node, dataParent: node, config: node.config, status: node.status };
    this.#fill(node, draft, inner);
    node.keys = keysOf(draft, node as ListNode, inherited.isData);
    if (draft.unique)
      node.unique = Object.freeze(draft.unique.map((unique) => uniqueOf(draft, node as ListNode, unique)));
    node.operations = this.#operations(draft, inner);
    node.notifications = this.#notifications(draft, inner);
    return node as ListNode;
  }

  #leaf(draft: NodeDraft, inherited: Inherited, slots: Slots): LeafNode {
    const compiled = this.#types.compile(draft.type as Sourced, draft.module, this.#status(draft, inherited));
    const own = draft.defaults?.[0];
    if (own && draft.mandatory?.value) {
      throw new YangError(`the mandatory leaf ${draft.name} has a default`, own.statement.place);
    }
    const mandatory = draft.mandatory?.value === true;
    const value = own ?? (mandatory ? undefined : compiled.default);
    const node = this.#keep<LeafNode>({
      ...this.#base(draft, inherited),
      slot: slots.length,
      must: this.#musts(draft),
      kind: "leaf",
      type: compiled.type,
      units: draft.units ?? compiled.units,
      default: value && this.#default(draft, value),
      mandatory,
      isKey: false,
    });
    slots.push(node);
    this.typed.push({ node, place: (draft.type as Sourced).statement.place });
    if (node.default && value)
      this.defaulted.push({ type: node.type, value: node.default, place: value.statement.place });
    return node;
  }

  #leafList(draft: NodeDraft, inherited: Inherited, slots: Slots): LeafListNode {
    const compiled = this.#types.compile(draft.type as Sourced, draft.module, this.#status(draft, inherited));
    const elements = elementsOf(draft);
    const [own] = draft.defaults ?? [];
    if (own && elements.minElements > 0) {
      throw new YangError(`${draft.name} has a default though there must be values`, own.statement.place);
    }
    if (compiled.type.base === "empty" && draft.scope.version1) {
      throw new YangError("a leaf-list is not empty in YANG version 1", draft.statement.place);
    }
    const fromType = compiled.default && elements.minElements === 0 && !draft.scope.version1 ? [compiled.default] : [];
    const values = draft.defaults ?? fromType;
    const node = this.#keep<LeafListNode>({
      ...this.#base(draft, inherited),
      slot: slots.length,
      must: this.#musts(draft),
      minElements: elements.minElements,
      maxElements: elements.maxElements,
      kind: "leaf-list",
      type: compiled.type,
      units: draft.units ?? compiled.units,
      defaults: Object.freeze(values.map((value) => this.#default(draft, value))),
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
      this.defaulted.push({ type: node.type, value, place });
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
      slot: slots.length,
      must: this.#musts(draft),
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
      children: none,
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
      children: none,
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
    return made.length === 0 ? none : Object.freeze(made);
  }

  #inputOutput(draft: NodeDraft, inherited: Inherited): InputOutputNode {
    const node = this.#keep<InputOutputNode>({
      ...this.#base(draft, inherited),
      children: none,
      dataChildren: none,
      byName: nobody,
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
        children: none,
        dataChildren: none,
        byName: nobody,
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
      children: none,
      dataChildren: none,
      byName: nobody,
      kind: "structure",
      of: draft.of ?? "structure",
      must: this.#musts(draft),
    });
    this.#fill(node, draft, { ...inner, parent: node, dataParent: node, status: node.status });
    return node;
  }
}

const none: readonly never[] = Object.freeze([]);
const nobody: ReadonlyMap<string, readonly DataNode[]> = new Map();
