import { Located } from "../data/located.js";
import type { DataNode } from "../schema-node.js";
import { contentInUse, pushEntries } from "../xpath/accessible.js";
import type { Evaluation } from "../xpath/evaluation.js";
import type { Point } from "./dependencies.js";

/** Every instance of a schema node at or below `start`, stored or in use by default. */
export function* instancesBelow(evaluation: Evaluation, start: Located, node: Point): Iterable<Located> {
  const way: DataNode[] = [];
  for (let at = node; at !== start.node.schema; at = at.dataParent) {
    if (at.kind === "root") return;
    way.push(at as DataNode);
  }
  yield* descend(evaluation, start, way);
}

/** @param way nodes to go down, the next one last */
function* descend(evaluation: Evaluation, from: Located, way: readonly DataNode[]): Iterable<Located> {
  const next = way.at(-1);
  if (!next) {
    yield from;
    return;
  }
  evaluation.budget.renew();
  const content = contentInUse(evaluation, from, next);
  if (content === undefined) return;
  const found: Located[] = [];
  if (content.kind === "entries") pushEntries(content, from, found);
  else found.push(new Located(content, from));
  const rest = way.slice(0, -1);
  for (const located of found) yield* descend(evaluation, located, rest);
}
