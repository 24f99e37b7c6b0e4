import type { Sourced } from "./compile-type.js";
import type { Scope } from "./linked-module.js";
import type { NodeDraft } from "./node-draft.js";
import { applyProperty } from "./node-properties.js";
import { type Statement, substatements } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** Properties that can be given to a node by its kind. @see RFC 7950, section 7.20.3 */
// biome-ignore format: read as a table
const possible: Readonly<Record<string, readonly string[]>> = {
  type:           ["leaf", "leaf-list"],
  units:          ["leaf", "leaf-list"],
  must:           ["container", "list", "leaf", "leaf-list", "anydata", "anyxml", "input", "output", "notification"],
  unique:         ["list"],
  default:        ["leaf", "leaf-list", "choice"],
  config:         ["container", "list", "leaf", "leaf-list", "choice", "anydata", "anyxml"],
  mandatory:      ["leaf", "choice", "anydata", "anyxml"],
  "min-elements": ["list", "leaf-list"],
  "max-elements": ["list", "leaf-list"],
};

/**
 * Changes a node as one `deviation` says.
 * @throws {YangError} when it adds what is there, or replaces or deletes what is not
 * @see RFC 7950, section 7.20.3
 */
export function deviate(target: NodeDraft, deviation: Statement, scope: Scope): void {
  const deviates = substatements(deviation, "deviate");
  for (const statement of deviates) {
    if (statement.argument === "not-supported") {
      if (deviates.length > 1) throw new YangError("not-supported stands alone in a deviation", statement.place);
      const siblings = target.parent?.children;
      siblings?.splice(siblings.indexOf(target), 1);
      continue;
    }
    for (const child of statement.children) {
      if (child.prefix !== "") continue;
      if (!possible[child.keyword]?.includes(target.kind)) {
        throw new YangError(`a ${target.kind} has no ${child.keyword}`, child.place);
      }
    }
    if (statement.argument === "add") add(target, statement, scope);
    else if (statement.argument === "replace") replace(target, statement, scope);
    else remove(target, statement);
  }
}

function add(target: NodeDraft, statement: Statement, scope: Scope): void {
  for (const child of statement.children) {
    if (child.prefix !== "") continue;
    const { keyword, place } = child;
    if (keyword === "default") {
      if (target.kind !== "leaf-list" && target.defaults) throw new YangError("the node has a default already", place);
      target.defaults = [...(target.defaults ?? []), { statement: child, scope }];
      continue;
    }
    if (isSet(target, keyword)) throw new YangError(`the node has a ${keyword} already`, place);
    applyProperty(target, child, scope);
  }
}

function replace(target: NodeDraft, statement: Statement, scope: Scope): void {
  const defaults: Sourced[] = [];
  for (const child of statement.children) {
    if (child.prefix !== "") continue;
    const { keyword, place } = child;
    const has = keyword === "default" ? target.defaults !== undefined : isSet(target, keyword);
    // Whether a node is configuration or mandatory is always settled, if only by what it inherits.
    if (!has && keyword !== "config" && keyword !== "mandatory") {
      throw new YangError(`the node has no ${keyword} to replace`, place);
    }
    if (keyword === "default") defaults.push({ statement: child, scope });
    else applyProperty(target, child, scope);
  }
  if (defaults.length > 0) target.defaults = defaults;
}

function remove(target: NodeDraft, statement: Statement): void {
  for (const child of statement.children) {
    if (child.prefix !== "") continue;
    const { keyword, argument = "", place } = child;
    const missing = (): never => {
      throw new YangError(`the node has no ${keyword} "${excerpt(argument)}" to delete`, place);
    };
    const without = (all: readonly Sourced[] = []): readonly Sourced[] => {
      const at = all.findIndex((one) => one.statement.argument === argument);
      return at < 0 ? missing() : all.toSpliced(at, 1);
    };
    switch (keyword) {
      case "units":
        if (target.units !== argument) missing();
        target.units = undefined;
        break;
      case "must":
        target.must = without(target.must);
        break;
      case "unique":
        target.unique = without(target.unique);
        break;
      case "default": {
        const left = without(target.defaults);
        target.defaults = left.length > 0 ? left : undefined;
        break;
      }
    }
  }
}

function isSet(target: NodeDraft, keyword: string): boolean {
  switch (keyword) {
    case "config":
      return target.config !== undefined;
    case "mandatory":
      return target.mandatory !== undefined;
    case "min-elements":
      return target.minElements !== undefined;
    case "max-elements":
      return target.maxElements !== undefined;
    case "units":
      return target.units !== undefined;
    case "type":
      return target.type !== undefined;
    default:
      return false;
  }
}
