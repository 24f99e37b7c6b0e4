import { Fault } from "../../base/fault.js";
import type { Sourced } from "./compile-type.js";
import type { XPathContext } from "./module.js";
import { type NodeDraft, pathOf, type Written } from "./node-draft.js";
import type { ChildNode, ExtensionUse } from "./schema-node.js";
import type { Statement } from "./statement.js";
import { parseExpression } from "./xpath/parse-expression.js";
import { YangError } from "./yang-error.js";

/** Whether something must be there whenever the node's parent is. @see RFC 7950, section 3, mandatory node */
export function isMandatory(node: ChildNode): boolean {
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

/** The expression of a `must` or `when`. @throws {YangError} when it is none, or uses a prefix that is not imported */
export function xpathOf({ argument = "", place }: Statement, context: XPathContext): string {
  try {
    parseExpression(argument, { moduleOf: (prefix) => context.prefixes.get(prefix), unprefixed: context.module });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new YangError(error.message, place);
  }
  return argument;
}

export function elementsOf({ minElements, maxElements, name }: NodeDraft): {
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
export function checkAugmented(draft: NodeDraft): void {
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

export function extensionsOf(uses: readonly Sourced[]): readonly ExtensionUse[] {
  const kept = uses.map(({ statement, scope }) =>
    Object.freeze({
      module: scope.moduleOf(statement.prefix, statement.place).public,
      name: statement.keyword,
      argument: statement.argument,
    }),
  );
  return Object.freeze(kept);
}

/** No two nodes of one module that can stand side by side have one name. @see RFC 7950, section 6.2.1 */
export function checkNames(holder: NodeDraft): void {
  const inData = new NameSet();
  const visit = (parent: NodeDraft): void => {
    const beside = new NameSet();
    for (const child of parent.children) {
      const isData = child.kind !== "choice" && child.kind !== "case";
      if (!beside.add(child) || (isData && !inData.add(child))) {
        throw new YangError(`there are two nodes ${pathOf(child)}`, child.statement.place);
      }
      if (!isData) visit(child);
    }
  };
  visit(holder);
}

/** Names with their modules. Names alone nearly always differ, so that modules need not be looked at. */
class NameSet {
  readonly #byName = new Map<string, NodeDraft[]>();

  /** @returns false when the name is there already */
  add(draft: NodeDraft): boolean {
    const same = this.#byName.get(draft.name);
    if (!same) {
      this.#byName.set(draft.name, [draft]);
      return true;
    }
    if (same.some(({ module }) => module === draft.module)) return false;
    same.push(draft);
    return true;
  }
}
