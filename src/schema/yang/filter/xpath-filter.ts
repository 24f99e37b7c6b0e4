import type { InnerData } from "../data/tree.js";
import type { Evaluation } from "../xpath/evaluation.js";
import type { XPath } from "../xpath/xpath.js";
import { Selection } from "./selection.js";

/**
 * What an expression selects of the tree that `evaluation` is of, with everything below, all above and the keys of entries.
 * @throws {Fault} `invalid` when the expression gives no nodes; `XPathLimitFault` when it takes too many steps
 * @see RFC 6241, section 8.9
 */
export function filterByXPath(evaluation: Evaluation, xpath: XPath): InnerData {
  const selection = new Selection(evaluation.root.node as InnerData);
  for (const located of xpath.select(evaluation)) selection.add(located);
  return selection.tree();
}
