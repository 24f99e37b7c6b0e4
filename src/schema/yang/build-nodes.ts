import { splitName } from "./argument.js";
import type { Linked } from "./link.js";
import { checkAge, type LinkedModule, type Scope, statusOf } from "./linked-module.js";
import { NodeDraft } from "./node-draft.js";
import { applyRefine, readProperties } from "./node-properties.js";
import { type Statement, substatement, substatements } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** Keywords of statements that are nodes of the schema tree. */
const nodeKinds: ReadonlySet<string> = new Set([
  ...["container", "list", "leaf", "leaf-list", "anydata", "anyxml", "choice", "case"],
  ...["rpc", "action", "input", "output", "notification"],
]);

/** Kinds of node that stand in a choice only inside of a case, which may be left out in the text. */
const shorthandKinds: ReadonlySet<string> = new Set([
  ...["container", "list", "leaf", "leaf-list", "anydata", "anyxml", "choice"],
]);

/**
 * Nodes that expanding groupings may give, and conditions that it may add to them: so many, or when more was written, so many
 * for each statement. Published modules have about one node for four statements.
 */
const FREE_NODES = 6000;
const NODES_PER_STATEMENT = 2;
const DEEPEST = 100;

/** Makes nodes of statements: expands `uses` and applies what stands in it. */
export class NodeBuilder {
  readonly #linked: Linked;
  readonly #mostNodes: number;
  /** Groupings that are being expanded. */
  readonly #open = new Set<Statement>();
  #count = 0;
  /** Groupings that were expanded at least once. */
  readonly used = new Set<Statement>();

  /** @param statements how many the modules have, which bounds how many nodes may come out of them */
  constructor(linked: Linked, statements: number) {
    this.#linked = linked;
    this.#mostNodes = Math.max(FREE_NODES, NODES_PER_STATEMENT * statements);
  }

  /**
   * Adds the nodes that the substatements of `statement` declare to `parent`.
   * @param scope what the inside of `statement` sees
   * @returns the nodes that were added
   * @throws {YangError}
   */
  addChildren(parent: NodeDraft, statement: Statement, scope: Scope, module: LinkedModule): readonly NodeDraft[] {
    const added: NodeDraft[] = [];
    for (const child of statement.children) {
      if (child.prefix !== "") continue;
      if (child.keyword === "uses") {
        if (parent.kind === "choice") throw new YangError("uses may not stand in a choice", child.place);
        added.push(...this.#expand(parent, child, scope, module));
      } else if (nodeKinds.has(child.keyword)) added.push(this.#add(parent, child, scope, module));
    }
    return added;
  }

  /** Whether all `if-feature` statements directly in `statement` hold. All are looked at, so that each is checked. */
  isEnabled(statement: Statement, scope: Scope): boolean {
    return substatements(statement, "if-feature")
      .map((condition) => this.#linked.holds(condition, scope))
      .every((holds) => holds);
  }

  /** A node without children yet, counted. @throws {YangError} */
  draft(
    statement: Statement,
    kind: NodeDraft["kind"],
    parent: NodeDraft,
    scope: Scope,
    module: LinkedModule,
  ): NodeDraft {
    // Groupings in groupings cost more the deeper they are; none that people write are in so many.
    this.#spend(1 + (this.#open.size >> 4), statement);
    const draft = new NodeDraft(kind, statement.argument ?? kind, module, parent, statement, scope);
    parent.children.push(draft);
    return draft;
  }

  #spend(nodes: number, { place }: Statement): void {
    this.#count += nodes;
    if (this.#count > this.#mostNodes) {
      throw new YangError(`the groupings expand to more than ${this.#mostNodes} nodes`, place);
    }
  }

  #add(parent: NodeDraft, statement: Statement, outer: Scope, module: LinkedModule): NodeDraft {
    if (parent.kind === "choice" && shorthandKinds.has(statement.keyword)) {
      const implied = this.draft(statement, "case", parent, outer, module);
      implied.isShorthand = true;
      this.#add(implied, statement, outer, module);
      return implied;
    }
    const scope = outer.inside(statement);
    const kind = statement.keyword as NodeDraft["kind"];
    const draft = this.draft(statement, kind, parent, scope, module);
    this.#checkDepth(draft);
    checkPlace(draft);
    readProperties(draft, outer);
    draft.isDisabled = !this.isEnabled(statement, outer);
    const added = this.addChildren(draft, statement, scope, module);
    if (kind === "rpc" || kind === "action") this.#completeOperation(draft, outer);
    checkNotEmpty(draft, added);
    return draft;
  }

  /** Input and output are there also when they are not written. */
  #completeOperation(operation: NodeDraft, scope: Scope): void {
    const [input, output] = (["input", "output"] as const).map(
      (kind) =>
        operation.children.find((child) => child.kind === kind) ??
        new NodeDraft(kind, kind, operation.module, operation, operation.statement, scope),
    );
    operation.children = [input as NodeDraft, output as NodeDraft];
  }

  /** @see RFC 7950, section 7.13 */
  #expand(parent: NodeDraft, uses: Statement, scope: Scope, module: LinkedModule): readonly NodeDraft[] {
    const definition = scope.require("grouping", uses.argument ?? "", uses.place);
    const grouping = definition.statement;
    if (this.#open.has(grouping)) throw new YangError(`the grouping ${grouping.argument} uses itself`, uses.place);
    if (this.#open.size > DEEPEST) throw new YangError(`groupings nested deeper than ${DEEPEST}`, uses.place);
    checkAge(statusOf(uses), scope, definition, uses.place);
    this.#open.add(grouping);
    this.used.add(grouping);
    const inside = definition.scope.inside(grouping);
    const added = this.addChildren(parent, grouping, inside, module);
    this.#open.delete(grouping);

    const isEnabled = this.isEnabled(uses, scope);
    const when = substatement(uses, "when");
    if (when) this.#spend(added.length, when);
    for (const draft of added) {
      if (!isEnabled) draft.isDisabled = true;
      if (when) draft.when = [...(draft.when ?? []), { statement: when, scope, from: "parent" }];
    }
    for (const refine of substatements(uses, "refine")) {
      const target = findDescendant(added, refine, scope, module);
      applyRefine(target, refine, scope);
      if (!this.isEnabled(refine, scope)) target.isDisabled = true;
    }
    for (const augment of substatements(uses, "augment")) {
      const path = augment.argument ?? "";
      if (path.startsWith("/")) throw new YangError(`the augment of a uses goes down from it`, augment.place);
      this.augment(findDescendant(added, augment, scope, module), augment, scope, module);
    }
    return added;
  }

  /**
   * Adds the nodes of an `augment` to its target.
   * @param module the owner of the new nodes' namespace
   * @throws {YangError}
   * @see RFC 7950, section 7.17
   */
  augment(target: NodeDraft, augment: Statement, scope: Scope, module: LinkedModule): void {
    if (!augmentable.has(target.kind)) {
      throw new YangError(`nothing can be added to a ${target.kind}`, augment.place);
    }
    if (target.kind !== "choice" && substatement(augment, "case")) {
      throw new YangError(`a case can be added to a choice only, not to a ${target.kind}`, augment.place);
    }
    const added = this.addChildren(target, augment, scope.inside(augment), module);
    const isEnabled = this.isEnabled(augment, scope);
    const when = substatement(augment, "when");
    if (when) this.#spend(added.length, when);
    for (const draft of added) {
      if (!isEnabled) draft.isDisabled = true;
      if (when) draft.when = [...(draft.when ?? []), { statement: when, scope, from: "parent" }];
      if (target.module !== module) draft.augmentedBy = module;
    }
  }

  #checkDepth(draft: NodeDraft): void {
    let depth = 0;
    for (let at = draft.parent; at; at = at.parent) depth += 1;
    if (depth > DEEPEST) throw new YangError(`nodes nested deeper than ${DEEPEST}`, draft.statement.place);
  }
}

const augmentable: ReadonlySet<string> = new Set([
  ...["container", "list", "choice", "case", "input", "output", "notification", "structure"],
]);

/** Follows a descendant path from the nodes that a `uses` gave. Names without prefix are the using module's. */
function findDescendant(among: readonly NodeDraft[], at: Statement, scope: Scope, owner: LinkedModule): NodeDraft {
  const path = at.argument ?? "";
  let found: NodeDraft | undefined;
  for (const step of path.split("/")) {
    const { prefix, local } = splitName(step);
    // Inside of a grouping, its own module's prefix means the module that uses it.
    const named = scope.moduleOf(prefix, at.place);
    const module = named === scope.module ? owner : named;
    found = found ? found.child(local, module) : among.find((draft) => draft.name === local && draft.module === module);
    if (!found) throw new YangError(`the grouping has no node ${excerpt(path)}`, at.place);
  }
  return found as NodeDraft;
}

/** Where actions and notifications may not be. @see RFC 7950, section 7.15 and 7.16 */
function checkPlace({ kind, parent, statement }: NodeDraft): void {
  if (kind !== "action" && (kind !== "notification" || parent?.parent === undefined)) return;
  if (parent?.kind === "choice" || parent?.kind === "case") {
    throw new YangError(`${kind} may not stand in a ${parent.kind}`, statement.place);
  }
  for (let at = parent; at; at = at.parent) {
    if (["rpc", "action", "notification", "structure"].includes(at.kind)) {
      throw new YangError(`${kind} may not stand below a ${at.kind}`, statement.place);
    }
    if (at.kind === "list" && !substatement(at.statement, "key")) {
      throw new YangError(`${kind} may not stand below a list without keys`, statement.place);
    }
  }
}

/** In YANG 1, input and output hold something; in all versions, a list does. */
function checkNotEmpty({ kind, statement, scope }: NodeDraft, added: readonly NodeDraft[]): void {
  if (added.length > 0) return;
  if (kind === "input" || kind === "output" || (kind === "list" && scope.version1)) {
    throw new YangError(`${kind} needs a node inside`, statement.place);
  }
}
