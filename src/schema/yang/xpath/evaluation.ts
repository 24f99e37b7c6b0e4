import { Fault } from "../../../base/fault.js";
import type { Located } from "../data/located.js";
import type { WorkBudget } from "../data/work-budget.js";
import type { Pattern } from "../pattern.js";
import type { DataNode, YangSchema } from "../schema-node.js";
import type { LeafIndexes } from "./leaf-index.js";

/** An expression that would cost more than it may. */
export class XPathLimitFault extends Fault {
  constructor() {
    super("invalid", "the XPath expression takes too many steps on this data");
  }
}

/** One accessible tree, for any number of expressions. @see RFC 7950, section 6.4.1 */
export interface Evaluation {
  readonly schema: YangSchema;
  /** What absolute paths begin at. */
  readonly root: Located;
  /** An operation or notification that stands in the tree without being a child of its parent's data. */
  readonly instance: Located | undefined;
  readonly indexes: LeafIndexes;
  readonly budget: WorkBudget;
  /** Whether the `when` of a node that is not stored holds, so that a default of it is in use. */
  isAllowed(parent: Located, node: DataNode): boolean;
  /** What a leaf of type leafref or instance-identifier refers to; of other nodes nothing. */
  follow(leaf: Located | undefined): readonly Located[];
  /** @throws {Fault} `invalid` when it is no regular expression of XML Schema */
  pattern(source: string): Pattern;
}
