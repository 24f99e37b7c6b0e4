import type { Sourced } from "./compile-type.js";
import type { Scope } from "./linked-module.js";
import type { NodeDraft, WhenDraft, Written } from "./node-draft.js";
import { type Statement, substatements } from "./statement.js";
import { YangError } from "./yang-error.js";

/** What stands in a node as it is written; checks that need the whole tree come later. */
export function readProperties(draft: NodeDraft, outer: Scope): void {
  const { statement, scope } = draft;
  const sourced = (found: Statement): Sourced => ({ statement: found, scope });
  let defaults: Sourced[] | undefined;
  let unique: Sourced[] | undefined;
  let must: Sourced[] | undefined;
  let ifFeatures: string[] | undefined;
  let extensions: Sourced[] | undefined;
  for (const child of statement.children) {
    if (child.prefix !== "") {
      extensions ??= [];
      extensions.push({ statement: child, scope: outer });
      continue;
    }
    const argument = child.argument ?? "";
    switch (child.keyword) {
      case "config":
        draft.config = written(argument === "true", child);
        break;
      case "mandatory":
        draft.mandatory = written(argument === "true", child);
        break;
      case "presence":
        draft.presence = argument;
        break;
      case "min-elements":
        draft.minElements = written(Number(argument), child);
        break;
      case "max-elements":
        draft.maxElements = written(argument === "unbounded" ? Number.POSITIVE_INFINITY : Number(argument), child);
        break;
      case "ordered-by":
        draft.orderedBy = argument as "system" | "user";
        break;
      case "type":
        draft.type = sourced(child);
        break;
      case "units":
        draft.units = argument;
        break;
      case "default":
        defaults ??= [];
        defaults.push(sourced(child));
        break;
      case "key":
        draft.key = sourced(child);
        break;
      case "unique":
        unique ??= [];
        unique.push(sourced(child));
        break;
      case "must":
        must ??= [];
        must.push(sourced(child));
        break;
      case "when":
        draft.when = [whenOf(child, draft, outer)];
        break;
      case "if-feature":
        ifFeatures ??= [];
        ifFeatures.push(argument);
        break;
      case "description":
        draft.description = argument;
        break;
      case "reference":
        draft.reference = argument;
        break;
    }
  }
  if (defaults) draft.defaults = defaults;
  if (unique) draft.unique = unique;
  if (must) draft.must = must;
  if (ifFeatures) draft.ifFeatures = ifFeatures;
  if (extensions) draft.extensions = extensions;
}

function whenOf(statement: Statement, { kind }: NodeDraft, scope: Scope): WhenDraft {
  return { statement, scope, from: kind === "choice" || kind === "case" ? "parent" : "node" };
}

function written<T>(value: T, { place }: Statement): Written<T> {
  return { value, place };
}

/** Properties that a refine may give, by the kind of its target. @see RFC 7950, section 7.13.2 */
// biome-ignore format: read as a table
const refinable: Readonly<Record<string, readonly string[]>> = {
  default:        ["leaf", "leaf-list", "choice"],
  config:         ["container", "list", "leaf", "leaf-list", "choice", "anydata", "anyxml"],
  mandatory:      ["leaf", "choice", "anydata", "anyxml"],
  presence:       ["container"],
  must:           ["container", "list", "leaf", "leaf-list", "anydata", "anyxml"],
  "min-elements": ["list", "leaf-list"],
  "max-elements": ["list", "leaf-list"],
  "if-feature":   ["container", "list", "leaf", "leaf-list", "choice", "case", "anydata", "anyxml"],
};

export function applyRefine(target: NodeDraft, refine: Statement, scope: Scope): void {
  const defaults = substatements(refine, "default");
  for (const child of refine.children) {
    const { keyword, place } = child;
    if (child.prefix !== "") {
      target.extensions = [...(target.extensions ?? []), { statement: child, scope }];
      continue;
    }
    if (refinable[keyword] && !refinable[keyword].includes(target.kind)) {
      throw new YangError(`${keyword} cannot be refined in a ${target.kind}`, place);
    }
    if (keyword === "default" && target.kind !== "leaf-list" && defaults.length > 1) {
      throw new YangError(`a ${target.kind} has one default`, place);
    }
    applyProperty(target, child, scope);
  }
  if (defaults.length > 0) target.defaults = defaults.map((statement) => ({ statement, scope }));
}

/** Sets or adds what one statement of a refine or a deviation says; defaults are the caller's. */
export function applyProperty(target: NodeDraft, child: Statement, scope: Scope): void {
  const argument = child.argument ?? "";
  switch (child.keyword) {
    case "config":
      target.config = written(argument === "true", child);
      break;
    case "mandatory":
      target.mandatory = written(argument === "true", child);
      break;
    case "presence":
      target.presence = argument;
      break;
    case "min-elements":
      target.minElements = written(Number(argument), child);
      break;
    case "max-elements":
      target.maxElements = written(argument === "unbounded" ? Number.POSITIVE_INFINITY : Number(argument), child);
      break;
    case "units":
      target.units = argument;
      break;
    case "type":
      target.type = { statement: child, scope };
      break;
    case "must":
      target.must = [...(target.must ?? []), { statement: child, scope }];
      break;
    case "unique":
      target.unique = [...(target.unique ?? []), { statement: child, scope }];
      break;
    case "if-feature":
      target.ifFeatures = [...(target.ifFeatures ?? []), argument];
      break;
    case "description":
      target.description = argument;
      break;
    case "reference":
      target.reference = argument;
      break;
  }
}
