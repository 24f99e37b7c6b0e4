import { isConditional } from "../data/implied.js";
import type { ChoiceNode, DataNode, DataParent, MustCondition, YangSchema } from "../schema-node.js";
import type { YangType } from "../type.js";

/** What is to be checked of one child of a node. */
export interface ChildRule {
  readonly node: DataNode;
  readonly must: readonly MustCondition[];
  readonly isConditional: boolean;
  /** Whether its value refers to other nodes that must be there. */
  readonly refers: boolean;
  readonly isMandatory: boolean;
  readonly least: number;
  readonly most: number;
  /** Whether something below may have to be checked. */
  readonly isDeep: boolean;
}

/** What is to be checked of the children of a node: nothing of most of them. */
export interface Rules {
  readonly children: readonly ChildRule[];
  /** Every choice between the node and its children. */
  readonly choices: readonly ChoiceNode[];
  /** Whether there is anything to check of a container that is not there. */
  readonly concernsEmpty: boolean;
}

/** Rules of a schema, made when they are needed first. */
export class RuleBook {
  readonly schema: YangSchema;
  /** Whether state is part of what must be right. */
  readonly includesState: boolean;
  readonly #rules = new Map<DataParent, Rules>();

  constructor(schema: YangSchema, includesState: boolean) {
    this.schema = schema;
    this.includesState = includesState;
  }

  of(parent: DataParent): Rules {
    const known = this.#rules.get(parent);
    if (known) return known;
    const children = parent.dataChildren.flatMap((node) => this.#rule(node) ?? []);
    const choices = choicesIn(parent).filter((choice) => this.#isOurs(choice, parent));
    const rules: Rules = {
      children,
      choices,
      concernsEmpty: choices.some(({ mandatory }) => mandatory) || children.some((rule) => concernsEmpty(rule)),
    };
    this.#rules.set(parent, rules);
    return rules;
  }

  #isOurs(node: { readonly config: boolean }, parent: DataParent): boolean {
    return this.includesState || node.config || isOutsideDatastores(parent);
  }

  #rule(node: DataNode): ChildRule | undefined {
    if (!this.#isOurs(node, node.dataParent)) return undefined;
    const isInner = node.kind === "container" || node.kind === "list";
    const inside = isInner ? this.of(node) : undefined;
    const isDeep = inside !== undefined && (inside.children.length > 0 || inside.choices.length > 0);
    const many = node.kind === "list" || node.kind === "leaf-list" ? node : undefined;
    const rule: ChildRule = {
      node,
      must: node.must,
      isConditional: isConditional(node),
      refers: (node.kind === "leaf" || node.kind === "leaf-list") && refers(node.type),
      isMandatory: (node.kind === "leaf" && (node.mandatory || node.isKey)) || (isAny(node) && node.mandatory),
      least: many?.minElements ?? 0,
      most: many?.maxElements ?? Number.POSITIVE_INFINITY,
      isDeep,
    };
    const isIdle =
      rule.must.length === 0 &&
      !rule.isConditional &&
      !rule.refers &&
      !rule.isMandatory &&
      rule.least === 0 &&
      rule.most === Number.POSITIVE_INFINITY &&
      !isDeep &&
      (many?.kind !== "list" || many.unique.length === 0);
    return isIdle ? undefined : rule;
  }
}

function isAny(node: DataNode): node is Extract<DataNode, { kind: "anydata" | "anyxml" }> {
  return node.kind === "anydata" || node.kind === "anyxml";
}

function concernsEmpty({ node, isMandatory, least, must, refers: isReference, isDeep }: ChildRule): boolean {
  if (isMandatory || least > 0) return true;
  if (node.kind === "container" && node.presence === undefined) return must.length > 0 || isDeep;
  const hasDefault =
    (node.kind === "leaf" && node.default !== undefined) || (node.kind === "leaf-list" && node.defaults.length > 0);
  return hasDefault && (must.length > 0 || isReference);
}

/** Whether `config` has no meaning for what is below. */
function isOutsideDatastores(parent: DataParent): boolean {
  for (let at: DataParent = parent; at.kind !== "root"; at = at.dataParent) {
    if (at.kind === "input" || at.kind === "output" || at.kind === "notification" || at.kind === "structure")
      return true;
  }
  return false;
}

/** Whether a value of the type may have to lead somewhere. */
function refers(type: YangType): boolean {
  switch (type.base) {
    case "leafref":
    case "instance-identifier":
      return type.requireInstance;
    case "union":
      return type.members.some(refers);
    default:
      return false;
  }
}

/** Choices within choices too. */
function choicesIn(parent: DataParent): readonly ChoiceNode[] {
  const found: ChoiceNode[] = [];
  const visit = (nodes: DataParent["children"]): void => {
    for (const node of nodes) {
      if (node.kind === "choice") {
        found.push(node);
        for (const one of node.children) visit(one.children);
      }
    }
  };
  visit(parent.children);
  return found;
}
