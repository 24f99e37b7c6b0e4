import type { XPathContext, YangIdentity, YangModule, YangStatus } from "./module.js";
import type { Place } from "./statement.js";
import type { YangType } from "./type.js";

/** A `must` statement. The context node is the data node that has it. @see RFC 7950, section 7.5.3 */
export interface MustCondition {
  readonly xpath: string;
  readonly context: XPathContext;
  readonly errorMessage: string | undefined;
  readonly errorAppTag: string | undefined;
  readonly place: Place;
}

/** A `when` statement, of the node itself or of the `uses` or `augment` that it came with. @see RFC 7950, section 7.21.5 */
export interface WhenCondition {
  readonly xpath: string;
  readonly context: XPathContext;
  /**
   * The context node: the node itself, or (for a choice, a case, and for what a `uses` or an `augment` says) the closest
   * data node, operation, notification or root above it.
   */
  readonly from: "node" | "parent";
  readonly place: Place;
}

/** A value as the module writes it, which was found to be one of the type's. */
export interface DefaultValue {
  readonly text: string;
  readonly context: XPathContext;
}

/** A statement of an extension, kept as it is. */
export interface ExtensionUse {
  readonly module: YangModule;
  readonly name: string;
  readonly argument: string | undefined;
}

interface NodeBase {
  /** Index in `YangSchema.nodes`: dense, the same for the same modules in the same order. */
  readonly id: number;
  readonly name: string;
  /** Owner of the node's namespace. */
  readonly module: YangModule;
  readonly parent: SchemaParent;
  /** The closest of root, container, list, input, output, notification, structure above: what holds the node in instance data. */
  readonly dataParent: DataParent;
  /** Whether the node is configuration; false below operations, notifications and structures, where it has no meaning. */
  readonly config: boolean;
  readonly status: YangStatus;
  readonly description: string | undefined;
  readonly reference: string | undefined;
  /** All of them must hold; those of choices and cases above are theirs. */
  readonly when: readonly WhenCondition[];
  /** Those that hold, as written, for people: false ones leave no node. */
  readonly ifFeatures: readonly string[];
  readonly extensions: readonly ExtensionUse[];
}

/** What may hold data nodes. */
interface Holder {
  /** In the order of the schema; choices are not opened. */
  readonly children: readonly ChildNode[];
  /** With choices opened: every node that can stand here in instance data; `slot` is its index. */
  readonly dataChildren: readonly DataNode[];
  /** `dataChildren` by local name; more than one only when several modules use the name. */
  readonly byName: ReadonlyMap<string, readonly DataNode[]>;
}

/** Above all modules. Its nodes are the top-level data nodes of implemented modules. */
export interface SchemaRoot extends Holder {
  readonly kind: "root";
  readonly operations: readonly OperationNode[];
  readonly notifications: readonly NotificationNode[];
}

interface InData {
  /** Index in the data parent's `dataChildren`. */
  readonly slot: number;
  readonly must: readonly MustCondition[];
}

export interface ContainerNode extends NodeBase, InData, Holder {
  readonly kind: "container";
  /** The text of `presence`, which says what it means that the container exists. */
  readonly presence: string | undefined;
  /** Whether a node that must exist makes this container without presence one that must exist. */
  readonly mandatory: boolean;
  readonly operations: readonly OperationNode[];
  readonly notifications: readonly NotificationNode[];
}

export interface ListNode extends NodeBase, InData, Holder {
  readonly kind: "list";
  /** Empty only when the list is state without keys. */
  readonly keys: readonly LeafNode[];
  /** Per `unique` statement, leafs below this list, through containers and choices only. */
  readonly unique: readonly (readonly LeafNode[])[];
  readonly minElements: number;
  readonly maxElements: number | undefined;
  readonly orderedBy: "system" | "user";
  readonly operations: readonly OperationNode[];
  readonly notifications: readonly NotificationNode[];
}

export interface LeafNode extends NodeBase, InData {
  readonly kind: "leaf";
  readonly type: YangType;
  readonly units: string | undefined;
  /** The leaf's own, or its type's; none for a mandatory leaf or a key. */
  readonly default: DefaultValue | undefined;
  readonly mandatory: boolean;
  readonly isKey: boolean;
}

export interface LeafListNode extends NodeBase, InData {
  readonly kind: "leaf-list";
  readonly type: YangType;
  readonly units: string | undefined;
  readonly defaults: readonly DefaultValue[];
  readonly minElements: number;
  readonly maxElements: number | undefined;
  readonly orderedBy: "system" | "user";
}

/** `anydata` or `anyxml`. */
export interface AnyNode extends NodeBase, InData {
  readonly kind: "anydata" | "anyxml";
  readonly mandatory: boolean;
}

export interface ChoiceNode extends NodeBase {
  readonly kind: "choice";
  readonly children: readonly CaseNode[];
  readonly mandatory: boolean;
  readonly defaultCase: CaseNode | undefined;
}

export interface CaseNode extends NodeBase {
  readonly kind: "case";
  readonly children: readonly ChildNode[];
  /** Whether the module leaves the case out and writes its one node alone. */
  readonly isShorthand: boolean;
}

/** An rpc at the root, or an action in a container or list. */
export interface OperationNode extends NodeBase {
  readonly kind: "rpc" | "action";
  readonly input: InputOutputNode;
  readonly output: InputOutputNode;
}

/** Always there, also when the module has no such statement. */
export interface InputOutputNode extends NodeBase, Holder {
  readonly kind: "input" | "output";
  readonly must: readonly MustCondition[];
}

export interface NotificationNode extends NodeBase, Holder {
  readonly kind: "notification";
  readonly must: readonly MustCondition[];
}

/** Data outside of datastores: `rc:yang-data` (RFC 8040, section 8) or `sx:structure` (RFC 8791). */
export interface StructureNode extends NodeBase, Holder {
  readonly kind: "structure";
  readonly of: "yang-data" | "structure";
  readonly must: readonly MustCondition[];
}

/** Nodes that appear in instance data. */
export type DataNode = ContainerNode | ListNode | LeafNode | LeafListNode | AnyNode;
/** Nodes that `children` may have. */
export type ChildNode = DataNode | ChoiceNode | CaseNode;
/** Nodes that hold data nodes directly in instance data. */
export type DataParent = SchemaRoot | ContainerNode | ListNode | InputOutputNode | NotificationNode | StructureNode;
export type SchemaParent = DataParent | ChoiceNode | CaseNode | OperationNode;
/** Every node with an id. */
export type SchemaNode = ChildNode | OperationNode | InputOutputNode | NotificationNode | StructureNode;

/** Metadata that may be attached to data nodes. @see RFC 7952, section 3 */
export interface YangAnnotation {
  readonly module: YangModule;
  readonly name: string;
  readonly type: YangType;
  readonly units: string | undefined;
  readonly status: YangStatus;
}

/**
 * Compiled modules: everything is resolved, checked and frozen. Statements whose `if-feature` does not hold are gone;
 * deviations and augments are applied.
 */
export interface YangSchema {
  /** The same for the same modules, revisions, features and deviations. @see RFC 8525, section 3, leaf content-id */
  readonly contentId: string;
  /** In the order of their names, then revisions. */
  readonly modules: readonly YangModule[];
  /** The implemented module of that name; else the newest that others import. */
  module(name: string): YangModule | undefined;
  moduleByNamespace(namespace: string): YangModule | undefined;
  readonly root: SchemaRoot;
  /** By id. */
  readonly nodes: readonly SchemaNode[];
  readonly structures: readonly StructureNode[];
  readonly annotations: readonly YangAnnotation[];
  identity(module: string, name: string): YangIdentity | undefined;
}
