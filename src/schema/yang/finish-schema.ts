import { splitName } from "./argument.js";
import type { GivenDefault } from "./check-defaults.js";
import type { Sourced, TypeCompiler } from "./compile-type.js";
import {
  FinishedAny,
  FinishedCase,
  FinishedChoice,
  FinishedContainer,
  FinishedInputOutput,
  FinishedLeaf,
  FinishedLeafList,
  FinishedList,
  FinishedNotification,
  FinishedOperation,
  FinishedStructure,
  type NodeCommon,
  nobody,
  none,
} from "./finished-nodes.js";
import { commonOf, type Inherited, mustsOf, statusIn } from "./inherited.js";
import type { Draft } from "./linked-module.js";
import { keysOf, uniqueOf } from "./list-keys.js";
import type { NodeDraft } from "./node-draft.js";
import { checkNames, elementsOf, isMandatory } from "./node-rules.js";
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
  NotificationNode,
  OperationNode,
  SchemaNode,
  SchemaRoot,
  StructureNode,
} from "./schema-node.js";
import type { Place } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

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

  #common(draft: NodeDraft, inherited: Inherited): NodeCommon {
    return commonOf(draft, inherited, this.nodes.length);
  }

  #keep<T extends SchemaNode>(node: T): T {
    this.nodes.push(node);
    return node;
  }

  #container(draft: NodeDraft, inherited: Inherited, slots: Slots): ContainerNode {
    const node = this.#keep(new FinishedContainer(this.#common(draft, inherited), slots.length, mustsOf(draft)));
    node.presence = draft.presence;
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
    const node = this.#keep(new FinishedList(this.#common(draft, inherited), slots.length, mustsOf(draft)));
    Object.assign(node, elements);
    slots.push(node);
    if (node.config && draft.orderedBy) node.orderedBy = draft.orderedBy;
    const inner = { ...inherited, parent: node, dataParent: node, config: node.config, status: node.status };
    this.#fill(node, draft, inner);
    node.keys = keysOf(draft, node, inherited.isData);
    if (draft.unique) node.unique = Object.freeze(draft.unique.map((unique) => uniqueOf(draft, node, unique)));
    node.operations = this.#operations(draft, inner);
    node.notifications = this.#notifications(draft, inner);
    return node;
  }

  #leaf(draft: NodeDraft, inherited: Inherited, slots: Slots): LeafNode {
    const compiled = this.#types.compile(draft.type as Sourced, draft.module, statusIn(draft, inherited));
    const own = draft.defaults?.[0];
    if (own && draft.mandatory?.value) {
      throw new YangError(`the mandatory leaf ${draft.name} has a default`, own.statement.place);
    }
    const mandatory = draft.mandatory?.value === true;
    const value = own ?? (mandatory ? undefined : compiled.default);
    const common = this.#common(draft, inherited);
    const node = this.#keep(new FinishedLeaf(common, slots.length, mustsOf(draft), compiled.type));
    node.units = draft.units ?? compiled.units;
    node.default = value && defaultOf(draft, value);
    node.mandatory = mandatory;
    slots.push(node);
    this.typed.push({ node, place: (draft.type as Sourced).statement.place });
    if (node.default && value)
      this.defaulted.push({ type: node.type, value: node.default, place: value.statement.place });
    return node;
  }

  #leafList(draft: NodeDraft, inherited: Inherited, slots: Slots): LeafListNode {
    const compiled = this.#types.compile(draft.type as Sourced, draft.module, statusIn(draft, inherited));
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
    const common = this.#common(draft, inherited);
    const node = this.#keep(new FinishedLeafList(common, slots.length, mustsOf(draft), compiled.type));
    Object.assign(node, elements);
    node.units = draft.units ?? compiled.units;
    node.defaults = Object.freeze(values.map((value) => defaultOf(draft, value)));
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

  #any(draft: NodeDraft, kind: AnyNode["kind"], inherited: Inherited, slots: Slots): AnyNode {
    const own = { kind, mandatory: draft.mandatory?.value === true };
    const node = this.#keep(new FinishedAny(this.#common(draft, inherited), slots.length, mustsOf(draft), own));
    slots.push(node);
    return node;
  }

  /** @see RFC 7950, section 7.9 */
  #choice(draft: NodeDraft, inherited: Inherited, slots: Slots): ChoiceNode {
    const node = this.#keep(new FinishedChoice(this.#common(draft, inherited)));
    node.mandatory = draft.mandatory?.value === true;
    const inner = { ...inherited, parent: node, config: node.config, status: node.status };
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
    const node = this.#keep(new FinishedCase(this.#common(draft, inherited)));
    node.isShorthand = draft.isShorthand;
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
      const kind = operation.kind as OperationNode["kind"];
      const node = this.#keep(new FinishedOperation(this.#common(operation, inner), kind));
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
    const kind = draft.kind as InputOutputNode["kind"];
    const node = this.#keep(new FinishedInputOutput(this.#common(draft, inherited), mustsOf(draft), kind));
    this.#fill(node, draft, { ...inherited, parent: node, dataParent: node, status: node.status });
    return node;
  }

  #notifications(draft: NodeDraft, inherited: Inherited): readonly NotificationNode[] {
    return this.#kept(draft, ["notification"], (notification) => {
      const inner = { ...inherited, isData: false };
      const node = this.#keep(new FinishedNotification(this.#common(notification, inner), mustsOf(notification)));
      this.#fill(node, notification, { ...inner, parent: node, dataParent: node, status: node.status });
      return node;
    });
  }

  #structure(draft: NodeDraft, inherited: Inherited): StructureNode {
    const inner = { ...inherited, isData: false };
    const node = this.#keep(new FinishedStructure(this.#common(draft, inner), mustsOf(draft), draft.of ?? "structure"));
    this.#fill(node, draft, { ...inner, parent: node, dataParent: node, status: node.status });
    return node;
  }
}

function defaultOf(draft: NodeDraft, { statement, scope }: Sourced): DefaultValue {
  const context = scope.xpathContext(draft.module);
  return Object.freeze({ text: statement.argument ?? "", context });
}
