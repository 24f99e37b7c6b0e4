import type { Draft } from "./linked-module.js";
import type {
  AnyNode,
  CaseNode,
  ChildNode,
  ChoiceNode,
  ContainerNode,
  DataNode,
  InputOutputNode,
  LeafListNode,
  LeafNode,
  ListNode,
  MustCondition,
  NotificationNode,
  OperationNode,
  SchemaNode,
  StructureNode,
} from "./schema-node.js";

/** What the nodes of all kinds have. */
export type NodeCommon = Pick<
  SchemaNode,
  | "id"
  | "name"
  | "module"
  | "parent"
  | "dataParent"
  | "config"
  | "status"
  | "description"
  | "reference"
  | "when"
  | "ifFeatures"
  | "extensions"
>;

export const none: readonly never[] = Object.freeze([]);
export const nobody: ReadonlyMap<string, readonly DataNode[]> = new Map();

/**
 * The public nodes, one class for each kind, so that all nodes of a kind look the same to the runtime and are made, read and
 * frozen quickly. Nodes that hold others are made without them.
 */
class Node implements Draft<NodeCommon> {
  id: number;
  name: string;
  module: NodeCommon["module"];
  parent: NodeCommon["parent"];
  dataParent: NodeCommon["dataParent"];
  config: boolean;
  status: NodeCommon["status"];
  description: string | undefined;
  reference: string | undefined;
  when: NodeCommon["when"];
  ifFeatures: readonly string[];
  extensions: NodeCommon["extensions"];

  constructor(common: NodeCommon) {
    this.id = common.id;
    this.name = common.name;
    this.module = common.module;
    this.parent = common.parent;
    this.dataParent = common.dataParent;
    this.config = common.config;
    this.status = common.status;
    this.description = common.description;
    this.reference = common.reference;
    this.when = common.when;
    this.ifFeatures = common.ifFeatures;
    this.extensions = common.extensions;
  }
}

/** A node that stands in instance data. */
class NodeInData extends Node {
  slot: number;
  must: readonly MustCondition[];

  constructor(common: NodeCommon, slot: number, must: readonly MustCondition[]) {
    super(common);
    this.slot = slot;
    this.must = must;
  }
}

export class FinishedContainer extends NodeInData implements Draft<ContainerNode> {
  readonly kind = "container";
  children: readonly ChildNode[] = none;
  dataChildren: readonly DataNode[] = none;
  byName = nobody;
  presence: string | undefined = undefined;
  mandatory = false;
  operations: readonly OperationNode[] = none;
  notifications: readonly NotificationNode[] = none;
}

export class FinishedList extends NodeInData implements Draft<ListNode> {
  readonly kind = "list";
  children: readonly ChildNode[] = none;
  dataChildren: readonly DataNode[] = none;
  byName = nobody;
  keys: readonly LeafNode[] = none;
  unique: ListNode["unique"] = none;
  minElements = 0;
  maxElements: number | undefined = undefined;
  orderedBy: ListNode["orderedBy"] = "system";
  operations: readonly OperationNode[] = none;
  notifications: readonly NotificationNode[] = none;
}

export class FinishedLeaf extends NodeInData implements Draft<LeafNode> {
  readonly kind = "leaf";
  type: LeafNode["type"];
  units: string | undefined = undefined;
  default: LeafNode["default"] = undefined;
  mandatory = false;
  isKey = false;

  constructor(common: NodeCommon, slot: number, must: readonly MustCondition[], type: LeafNode["type"]) {
    super(common, slot, must);
    this.type = type;
  }
}

export class FinishedLeafList extends NodeInData implements Draft<LeafListNode> {
  readonly kind = "leaf-list";
  type: LeafListNode["type"];
  units: string | undefined = undefined;
  defaults: LeafListNode["defaults"] = none;
  minElements = 0;
  maxElements: number | undefined = undefined;
  orderedBy: LeafListNode["orderedBy"] = "system";

  constructor(common: NodeCommon, slot: number, must: readonly MustCondition[], type: LeafListNode["type"]) {
    super(common, slot, must);
    this.type = type;
  }
}

export class FinishedAny extends NodeInData implements Draft<AnyNode> {
  kind: AnyNode["kind"];
  mandatory: boolean;

  constructor(
    common: NodeCommon,
    slot: number,
    must: readonly MustCondition[],
    own: Pick<AnyNode, "kind" | "mandatory">,
  ) {
    super(common, slot, must);
    this.kind = own.kind;
    this.mandatory = own.mandatory;
  }
}

export class FinishedChoice extends Node implements Draft<ChoiceNode> {
  readonly kind = "choice";
  children: readonly CaseNode[] = none;
  mandatory = false;
  defaultCase: CaseNode | undefined = undefined;
}

export class FinishedCase extends Node implements Draft<CaseNode> {
  readonly kind = "case";
  children: readonly ChildNode[] = none;
  isShorthand = false;
}

/** Input and output follow, since they lie below. */
export class FinishedOperation extends Node implements Draft<OperationNode> {
  kind: OperationNode["kind"];
  input = undefined as unknown as InputOutputNode;
  output = undefined as unknown as InputOutputNode;

  constructor(common: NodeCommon, kind: OperationNode["kind"]) {
    super(common);
    this.kind = kind;
  }
}

/** A node that holds data of its own, apart from a datastore. */
class NodeApart extends Node {
  children: readonly ChildNode[] = none;
  dataChildren: readonly DataNode[] = none;
  byName = nobody;
  must: readonly MustCondition[];

  constructor(common: NodeCommon, must: readonly MustCondition[]) {
    super(common);
    this.must = must;
  }
}

export class FinishedInputOutput extends NodeApart implements Draft<InputOutputNode> {
  kind: InputOutputNode["kind"];

  constructor(common: NodeCommon, must: readonly MustCondition[], kind: InputOutputNode["kind"]) {
    super(common, must);
    this.kind = kind;
  }
}

export class FinishedNotification extends NodeApart implements Draft<NotificationNode> {
  readonly kind = "notification";
}

export class FinishedStructure extends NodeApart implements Draft<StructureNode> {
  readonly kind = "structure";
  of: StructureNode["of"];

  constructor(common: NodeCommon, must: readonly MustCondition[], of: StructureNode["of"]) {
    super(common, must);
    this.of = of;
  }
}
