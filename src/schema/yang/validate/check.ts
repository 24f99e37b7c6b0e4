import { DecodeError, Fault } from "../../../base/fault.js";
import type { ErrorList } from "../data/data-error.js";
import type { EntryMap } from "../data/entry-map.js";
import { slotsBelow } from "../data/implied.js";
import { Located, pathOf } from "../data/located.js";
import type { InstancePath } from "../data/path.js";
import { rereadScalar } from "../data/scalar.js";
import { emptyInner, type InnerData, type LeafData, leafAt, type TreeNode } from "../data/tree.js";
import type { CaseNode, ChoiceNode, DataNode, DataParent, LeafNode, ListNode, MustCondition } from "../schema-node.js";
import type { YangType } from "../type.js";
import { contentInUse } from "../xpath/accessible.js";
import { expressionOf } from "../xpath/conditions.js";
import { XPathLimitFault } from "../xpath/evaluation.js";
import type { TreeEvaluation } from "../xpath/tree-evaluation.js";
import { excerpt } from "../yang-error.js";
import type { ChildRule, RuleBook, Rules } from "./rules.js";

/** Checks nodes of one tree, each by itself; which ones is the caller's to decide. @see RFC 7950, section 8.1 and 15 */
export class Checker {
  readonly evaluation: TreeEvaluation;
  readonly errors: ErrorList;
  readonly #book: RuleBook;

  constructor(book: RuleBook, evaluation: TreeEvaluation, errors: ErrorList) {
    this.#book = book;
    this.evaluation = evaluation;
    this.errors = errors;
  }

  /** Everything below a node. */
  all(parent: Located): void {
    const inner = parent.node as InnerData;
    const rules = this.#book.of(inner.schema);
    this.#structure(parent, inner, rules);
    for (const rule of rules.children) {
      if (this.errors.isFull) return;
      this.#child(parent, rule);
    }
  }

  /** What depends on which children there are: mandatory ones, how many, and which cases. */
  structure(parent: Located): void {
    const inner = parent.node as InnerData;
    this.#structure(parent, inner, this.#book.of(inner.schema));
  }

  /** The conditions and references of one node that is there or in use, and everything below it. */
  node(located: Located, rule: ChildRule): void {
    if (rule.isConditional && this.attempt(located, () => this.evaluation.isValid(located)) === false) {
      const info = { badElement: rule.node.name };
      const message = `${rule.node.name} may not be there: its when is false`;
      this.errors.add("unknown-element", pathOf(located), message, { info });
      return;
    }
    for (const must of rule.must) this.must(located, must);
    if (rule.refers) this.reference(located);
    if (rule.isDeep && located.node.kind === "inner") this.all(located);
  }

  /** @see RFC 7950, section 15.4 */
  must(located: Located, condition: MustCondition): void {
    const isTrue = this.attempt(located, () => expressionOf(condition).holds(this.evaluation, located));
    if (isTrue !== false) return;
    const message = condition.errorMessage ?? `"${excerpt(condition.xpath, 200)}" does not hold`;
    this.errors.add("operation-failed", pathOf(located), message, {
      appTag: condition.errorAppTag ?? "must-violation",
    });
  }

  /** A leafref or instance-identifier that must lead somewhere. @see RFC 7950, section 15.5 */
  reference(located: Located): void {
    const { node } = located;
    if (node.kind !== "leaf") return;
    const leaf = located as Located & { readonly node: LeafData };
    const leads = this.attempt(located, () => this.#leads(leaf, node.schema.type));
    if (leads !== false) return;
    const message = `${node.schema.name} refers to "${excerpt(node.text)}", which is not there`;
    this.errors.add("data-missing", pathOf(located), message, { appTag: "instance-required" });
  }

  /** Entries that have the same values where they must differ. @see RFC 7950, section 7.8.3 and 15.1 */
  unique(parent: Located, list: ListNode, leafs: readonly LeafNode[]): void {
    const entries = (parent.node as InnerData).slots[list.slot];
    if (entries?.kind === "entries") this.#uniqueLeafs(parent, entries as EntryMap<InnerData>, leafs);
  }

  /** Runs a condition with a fresh budget; `undefined`, and an error, when it cannot be answered. */
  attempt<T>(located: Located, condition: () => T): T | undefined {
    this.evaluation.budget.renew();
    try {
      return condition();
    } catch (error) {
      if (!(error instanceof Fault) && !(error instanceof DecodeError)) throw error;
      const tag = error instanceof XPathLimitFault ? "resource-denied" : "operation-failed";
      this.errors.add(tag, pathOf(located), error.message);
      return undefined;
    }
  }

  #child(parent: Located, rule: ChildRule): void {
    const { node } = rule;
    const inner = parent.node as InnerData;
    const stored = inner.slots[node.slot];
    if (stored === undefined) {
      this.evaluation.budget.renew();
      const implied = isWorthImplying(rule) && this.attempt(parent, () => contentInUse(this.evaluation, parent, node));
      if (!implied) return;
      if (implied.kind !== "entries") this.node(new Located(implied, parent), rule);
      else this.#entries(parent, implied, rule);
      return;
    }
    if (stored.kind !== "entries") this.node(new Located(stored, parent), rule);
    else {
      if (node.kind === "list") for (const leafs of node.unique) this.unique(parent, node, leafs);
      this.#entries(parent, stored, rule);
    }
  }

  #entries(parent: Located, entries: EntryMap<InnerData> | EntryMap<LeafData>, rule: ChildRule): void {
    if (rule.must.length === 0 && !rule.refers && !rule.isDeep && !rule.isConditional) return;
    for (const { items, labels } of entries.chunks) {
      for (let at = 0; at < items.length; at++) {
        if (this.errors.isFull) return;
        this.node(new Located(items[at] as TreeNode, parent, labels[at]), rule);
      }
    }
  }

  #structure(parent: Located, inner: InnerData, rules: Rules): void {
    for (const choice of rules.choices) this.#choice(parent, inner, choice);
    for (const rule of rules.children) {
      const { node, isMandatory, least, most } = rule;
      if (!isMandatory && least === 0 && most === Number.POSITIVE_INFINITY) continue;
      const content = inner.slots[node.slot];
      if (content === undefined) {
        if ((isMandatory || least > 0) && this.#isExpected(parent, inner, rule)) this.#missing(parent, rule);
        continue;
      }
      if (content.kind !== "entries") continue;
      if (content.size < least) this.#tooFew(parent, rule);
      if (content.size > most) {
        this.errors.add(
          "operation-failed",
          [...pathOf(parent), { node, predicate: undefined }],
          `at most ${most} of ${node.name} are allowed`,
          {
            appTag: "too-many-elements",
          },
        );
      }
    }
  }

  #missing(parent: Located, rule: ChildRule): void {
    const { node } = rule;
    if (rule.least > 0) this.#tooFew(parent, rule);
    else {
      const info = { badElement: node.name };
      this.errors.add("missing-element", pathOf(parent), `the mandatory ${node.name} is missing`, { info });
    }
  }

  #tooFew(parent: Located, { node, least }: ChildRule): void {
    const path: InstancePath = [...pathOf(parent), { node, predicate: undefined }];
    this.errors.add("operation-failed", path, `at least ${least} of ${node.name} are needed`, {
      appTag: "too-few-elements",
    });
  }

  /** Whether a node that is not there would have to be: its cases are chosen and every `when` holds. */
  #isExpected(parent: Located, inner: InnerData, { node, isConditional }: ChildRule): boolean {
    if (!isCaseChosen(node.parent, inner)) return false;
    if (!isConditional) return true;
    return this.attempt(parent, () => this.evaluation.isAllowed(parent, node)) === true;
  }

  /** @see RFC 7950, section 7.9 and 15.6 */
  #choice(parent: Located, inner: InnerData, choice: ChoiceNode): void {
    const chosen = choice.children.filter((one) => hasAny(slotsBelow(one, inner.schema), inner));
    if (chosen.length > 1) {
      const names = chosen.map(({ name }) => name).join(", ");
      const slot = slotsBelow(chosen[1] as CaseNode, inner.schema).find((one) => inner.slots[one] !== undefined) ?? 0;
      const node = inner.schema.dataChildren[slot] as DataNode;
      this.errors.add("bad-element", pathOf(parent), `only one of the cases of ${choice.name} may be there: ${names}`, {
        info: { badElement: node.name },
      });
    }
    if (!choice.mandatory || chosen.length > 0 || !isCaseChosen(choice.parent, inner)) return;
    const isOff = this.attempt(parent, () =>
      choice.when.some((when) => !expressionOf(when).holds(this.evaluation, parent)),
    );
    if (isOff !== false) return;
    const isOuterOff = outerWhens(choice).some(
      (when) => this.attempt(parent, () => expressionOf(when).holds(this.evaluation, parent)) === false,
    );
    if (isOuterOff) return;
    this.errors.add("data-missing", pathOf(parent), `a case of ${choice.name} is missing`, {
      appTag: "missing-choice",
      info: { missingChoice: choice.name },
    });
  }

  #leads(leaf: Located & { readonly node: LeafData }, type: YangType): boolean {
    switch (type.base) {
      case "leafref":
        return !type.requireInstance || this.evaluation.referred(leaf, type).length > 0;
      case "instance-identifier":
        return !type.requireInstance || this.evaluation.instances(leaf.node.text).length > 0;
      case "union":
        return type.members.some((member) => {
          const names = {
            schema: this.evaluation.schema,
            format: "json" as const,
            moduleOf: (name: string) => this.evaluation.schema.module(name),
          };
          const read = rereadScalar(member, leaf.node.text, names);
          return read !== undefined && read.text === leaf.node.text && this.#leads(leaf, member);
        });
      default:
        return true;
    }
  }

  #uniqueLeafs(parent: Located, entries: EntryMap<InnerData>, leafs: readonly LeafNode[]): void {
    const first = new Map<string, Located>();
    for (const { items, labels } of entries.chunks) {
      for (let at = 0; at < items.length; at++) {
        const entry = new Located(items[at] as InnerData, parent, labels[at]);
        const values: string[] = [];
        for (const leaf of leafs) {
          const value = this.#valueBelow(entry, leaf);
          if (value === undefined) break;
          values.push(value);
        }
        if (values.length < leafs.length) continue;
        const key = values.join("\u0000");
        const same = first.get(key);
        if (same) this.#notUnique(same, entry, leafs);
        else first.set(key, entry);
        if (this.errors.isFull) return;
      }
    }
  }

  #notUnique(same: Located, entry: Located, leafs: readonly LeafNode[]): void {
    const paths = [same, entry].flatMap((one) => leafs.map((leaf) => [...pathOf(one), ...stepsBelow(one, leaf)]));
    const names = leafs.map(({ name }) => name).join(" ");
    this.errors.add("operation-failed", pathOf(entry), `${names} must be unique in the list`, {
      appTag: "data-not-unique",
      info: { nonUnique: paths },
    });
  }

  /** The value of a leaf some containers below an entry; a default counts. */
  #valueBelow(entry: Located, leaf: LeafNode): string | undefined {
    let at: Located = entry;
    for (const step of nodesBelow((entry.node as InnerData).schema, leaf)) {
      if (step === leaf) break;
      const content =
        (at.node as InnerData).slots[step.slot] ?? (step.kind === "container" ? emptyInner(step) : undefined);
      if (content?.kind !== "inner") return undefined;
      at = new Located(content, at);
    }
    const stored = leafAt(at.node as InnerData, leaf.slot);
    if (stored) return stored.text;
    if (leaf.default === undefined) return undefined;
    const content = this.attempt(at, () => contentInUse(this.evaluation, at, leaf));
    return content?.kind === "leaf" ? content.text : undefined;
  }
}

function isWorthImplying({ node, must, refers, isDeep }: ChildRule): boolean {
  if (node.kind === "container") return node.presence === undefined && (must.length > 0 || isDeep);
  return must.length > 0 || refers;
}

function hasAny(slots: readonly number[], inner: InnerData): boolean {
  for (const slot of slots) if (inner.slots[slot] !== undefined) return true;
  return false;
}

/** Whether all cases from here up to the data parent are the ones in use, by a node in them or by default. */
function isCaseChosen(from: unknown, inner: InnerData): boolean {
  for (let at = from; at !== inner.schema; at = (at as ChoiceNode | CaseNode).parent) {
    const one = at as ChoiceNode | CaseNode;
    if (one.kind !== "case" || hasAny(slotsBelow(one, inner.schema), inner)) continue;
    const choice = one.parent as ChoiceNode;
    if (choice.defaultCase !== one || hasAny(slotsBelow(choice, inner.schema), inner)) return false;
  }
  return true;
}

function outerWhens(choice: ChoiceNode): ChoiceNode["when"] {
  const found: ChoiceNode["when"][number][] = [];
  for (
    let at: unknown = choice.parent;
    (at as { kind: string }).kind === "case" || (at as { kind: string }).kind === "choice";
    at = (at as CaseNode).parent
  ) {
    found.push(...(at as CaseNode).when);
  }
  return found;
}

/** The data nodes from below `list` down to `leaf`. */
function nodesBelow(list: DataParent, leaf: LeafNode): readonly DataNode[] {
  const nodes: DataNode[] = [];
  for (let at: DataNode | DataParent = leaf; at !== list && at.kind !== "root"; at = at.dataParent)
    nodes.push(at as DataNode);
  return nodes.reverse();
}

function stepsBelow(entry: Located, leaf: LeafNode): InstancePath {
  return nodesBelow((entry.node as InnerData).schema, leaf).map((node) => ({ node, predicate: undefined }));
}
