import { splitName } from "./argument.js";
import { NodeBuilder } from "./build-nodes.js";
import { checkDefaults, type GivenDefault } from "./check-defaults.js";
import { checkInside } from "./check-grammar.js";
import { type Sourced, TypeCompiler } from "./compile-type.js";
import { deviate } from "./deviate.js";
import { finishNodes, finishUnused } from "./finish-schema.js";
import { annotationRule, structureRule } from "./grammar.js";
import { contentIdOf, type Linked, link, type ModuleRequest } from "./link.js";
import { type LinkedModule, type ModulePart, type Scope, statusOf } from "./linked-module.js";
import type { YangModule } from "./module.js";
import type { ModuleLibrary } from "./module-library.js";
import type { ModuleText } from "./module-text.js";
import { NodeDraft } from "./node-draft.js";
import { readProperties } from "./node-properties.js";
import { resolveLeafrefs } from "./resolve-leafref.js";
import type { SchemaNode, SchemaRoot, StructureNode, YangAnnotation, YangSchema } from "./schema-node.js";
import { argumentOf, type Statement, substatement } from "./statement.js";
import type { YangType } from "./type.js";
import { excerpt, YangError } from "./yang-error.js";

/**
 * Compiles modules into one schema, with everything they import. Modules that are not asked for but have nodes which others
 * extend, change or point to are served too.
 * @param library where modules and submodules are looked for
 * @param requests the modules to be served
 * @throws {YangError} with file, line and column of the statement that breaks a rule of RFC 7950
 * @throws {Fault} `absent` for a requested module or feature that is not there, `invalid` for a submodule
 */
export function compileSchema(library: ModuleLibrary, requests: readonly ModuleRequest[]): YangSchema {
  const alsoServed = new Set<ModuleText>();
  for (;;) {
    const compiled = new SchemaCompiler(link(library, requests, alsoServed)).run();
    if (!("needs" in compiled)) return compiled;
    for (const text of compiled.needs) alsoServed.add(text);
  }
}

/** An augment or deviation that waits for its target. */
interface Waiting extends Sourced {
  readonly module: LinkedModule;
}

class SchemaCompiler {
  readonly #linked: Linked;
  readonly #implemented: readonly LinkedModule[];
  readonly #types: TypeCompiler;
  readonly #builder: NodeBuilder;
  readonly #root: NodeDraft;
  /** Structures stand beside the root, each as a tree of its own. */
  readonly #structures: NodeDraft;

  constructor(linked: Linked) {
    this.#linked = linked;
    this.#implemented = linked.modules.filter((module) => module.implemented);
    this.#types = new TypeCompiler(linked);
    let statements = 0;
    for (const module of linked.modules) for (const part of module.parts) statements += part.text.survey.count;
    this.#builder = new NodeBuilder(linked, statements);
    this.#root = emptyRoot(linked.modules[0]);
    this.#structures = emptyRoot(linked.modules[0]);
  }

  /** @returns the schema, or the modules that leafrefs point into though they are only imported */
  run(): YangSchema | { readonly needs: readonly ModuleText[] } {
    const augments: Waiting[] = [];
    const structureAugments: Waiting[] = [];
    const deviations: Waiting[] = [];
    for (const part of this.#parts()) {
      const { module, scope } = part;
      checkExtensions(part);
      this.#builder.addChildren(this.#root, part.text.statement, scope, module);
      for (const statement of part.text.statement.children) {
        const waiting = { statement, scope, module };
        if (statement.prefix === "") {
          if (statement.keyword === "augment") augments.push(waiting);
          else if (statement.keyword === "deviation") deviations.push(waiting);
          continue;
        }
        const extension = extensionOf(statement, scope);
        if (extension === "ietf-restconf:yang-data") this.#structure(waiting, "yang-data");
        else if (extension === "ietf-yang-structure-ext:structure") this.#structure(waiting, "structure");
        else if (extension === "ietf-yang-structure-ext:augment-structure") structureAugments.push(waiting);
      }
    }
    this.#augmentAll(this.#root, augments);
    this.#augmentAll(this.#structures, structureAugments);
    this.#deviateAll(deviations);
    const { root, nodes, structures, defaulted, typed } = finishNodes(
      this.#root,
      this.#structures.children,
      this.#types,
    );
    const needs = this.#pointedInto(typed.map(({ node }) => node.type));
    if (needs.length > 0) return { needs };
    const annotations = this.#annotations();
    resolveLeafrefs(root, typed);
    const schema = this.#schema(root, nodes, structures, annotations);
    checkDefaults(schema, defaulted);
    checkDefaults(schema, this.#typedefDefaults());
    checkDefaults(schema, this.#unusedGroupings());
    this.#freeze(schema);
    return schema;
  }

  #schema(
    root: SchemaRoot,
    nodes: readonly SchemaNode[],
    structures: readonly StructureNode[],
    annotations: readonly YangAnnotation[],
  ): YangSchema {
    const modules = this.#linked.modules.map((module) => module.public);
    const byName = new Map<string, YangModule>();
    const byNamespace = new Map<string, YangModule>();
    // Modules are in order of revisions, and one that is served counts before those that are only imported.
    for (const served of [false, true]) {
      for (const module of modules.filter(({ implemented }) => implemented === served)) {
        byName.set(module.name, module);
        byNamespace.set(module.namespace, module);
      }
    }
    return Object.freeze<YangSchema>({
      contentId: contentIdOf(this.#linked.modules),
      modules: Object.freeze(modules),
      module: (name) => byName.get(name),
      moduleByNamespace: (namespace) => byNamespace.get(namespace),
      root,
      nodes,
      structures,
      annotations,
      identity: (module, name) => byName.get(module)?.identities.get(name),
    });
  }

  #freeze({ root, nodes, structures }: YangSchema): void {
    for (const node of nodes) Object.freeze(node);
    Object.freeze(root);
    Object.freeze(nodes);
    Object.freeze(structures);
    for (const type of this.#types.made) Object.freeze(type);
    for (const module of this.#linked.modules) {
      for (const identity of module.publicIdentities.values()) Object.freeze(identity);
      Object.freeze(module.deviatedBy);
      Object.freeze(module.public);
    }
  }

  /** @see RFC 7950, section 5.6.5 */
  #pointedInto(types: readonly YangType[]): readonly ModuleText[] {
    const waiting = [...types];
    const found = new Set<YangModule>();
    for (let type = waiting.pop(); type; type = waiting.pop()) {
      if (type.base === "union") waiting.push(...type.members);
      if (type.base !== "leafref") continue;
      for (const [, prefix = ""] of type.path.matchAll(/([A-Za-z_][A-Za-z0-9_.-]*):/g)) {
        const module = type.context.prefixes.get(prefix);
        if (module && !module.implemented) found.add(module);
      }
    }
    return this.#linked.modules.filter((module) => found.has(module.public)).map(({ text }) => text);
  }

  *#parts(): Iterable<ModulePart> {
    for (const module of this.#implemented) yield* module.parts;
  }

  #structure({ statement, scope, module }: Waiting, of: "yang-data" | "structure"): void {
    checkInside(statement, structureRule, scope.version1);
    if (statement.argument === undefined) throw new YangError(`${of} needs a name`, statement.place);
    const inside = scope.inside(statement);
    const draft = this.#builder.draft(statement, "structure", this.#structures, inside, module);
    draft.of = of;
    readProperties(draft, scope);
    this.#builder.addChildren(draft, statement, inside, module);
  }

  /** Targets may be what other augments add, so as long as one finds its target, the rest is tried again. */
  #augmentAll(root: NodeDraft, augments: readonly Waiting[]): void {
    let waiting = augments;
    while (waiting.length > 0) {
      const left: Waiting[] = [];
      for (const augment of waiting) {
        const { statement, scope, module } = augment;
        const target = findNode(root, statement, scope);
        if (target) this.#builder.augment(target, statement, scope, module);
        else left.push(augment);
      }
      if (left.length === waiting.length) {
        const { statement } = left[0] as Waiting;
        throw new YangError(`there is no node ${excerpt(statement.argument ?? "", 120)}`, statement.place);
      }
      waiting = left;
    }
  }

  /** @see RFC 7950, section 7.20.3 */
  #deviateAll(deviations: readonly Waiting[]): void {
    const found = deviations.map((deviation) => {
      const { statement, scope } = deviation;
      const target = findNode(this.#root, statement, scope);
      if (!target) throw new YangError(`there is no node ${excerpt(statement.argument ?? "", 120)}`, statement.place);
      return { ...deviation, target };
    });
    const removed = new Map(
      found.filter(({ statement }) => isNotSupported(statement)).map(({ target, statement }) => [target, statement]),
    );
    for (const { statement, scope, module, target } of found) {
      if ((removed.get(target) ?? statement) !== statement) {
        throw new YangError("another deviation says that the node is not supported", statement.place);
      }
      deviate(target, statement, scope);
      const first = (statement.argument ?? "").split("/")[1] ?? "";
      const { deviatedBy } = scope.moduleOf(splitName(first).prefix, statement.place);
      if (!deviatedBy.includes(module.public)) deviatedBy.push(module.public);
    }
  }

  /** @see RFC 7952, section 3 */
  #annotations(): readonly YangAnnotation[] {
    const annotations: YangAnnotation[] = [];
    for (const { module, scope, text } of this.#parts()) {
      for (const statement of text.statement.children) {
        if (statement.prefix === "" || extensionOf(statement, scope) !== "ietf-yang-metadata:annotation") continue;
        checkInside(statement, annotationRule, scope.version1);
        if (!this.#builder.isEnabled(statement, scope)) continue;
        const type = substatement(statement, "type") as Statement;
        const compiled = this.#types.compile({ statement: type, scope }, module, statusOf(statement));
        annotations.push(
          Object.freeze({
            module: module.public,
            name: statement.argument ?? "",
            type: compiled.type,
            units: argumentOf(statement, "units") ?? compiled.units,
            status: statusOf(statement),
          }),
        );
      }
    }
    return Object.freeze(annotations);
  }

  /** Also typedefs that nothing uses must be right, and so must their defaults, as far as no leafref is involved. */
  *#typedefDefaults(): Iterable<GivenDefault> {
    for (const part of this.#parts()) {
      for (const { statement, scope } of definitionsIn(part, "typedef")) {
        const { type, hasLeafref, default: given } = this.#types.typedef({ statement, scope }, part.module);
        if (hasLeafref || !given) continue;
        const value = { text: given.statement.argument ?? "", context: given.scope.xpathContext(part.module) };
        yield { type, value, place: given.statement.place };
      }
    }
  }

  /** Also groupings that nothing uses must be right; where paths from them would lead is not known. */
  *#unusedGroupings(): Iterable<GivenDefault> {
    for (const part of this.#parts()) {
      for (const { statement, scope } of outermostFirst(definitionsIn(part, "grouping"))) {
        if (this.#builder.used.has(statement)) continue;
        const scratch = emptyRoot(part.module);
        const inside = scope.inside(statement);
        const holder = this.#builder.draft(statement, "container", scratch, inside, part.module);
        this.#builder.addChildren(holder, statement, inside, part.module);
        const { defaulted } = finishUnused(scratch, this.#types);
        yield* defaulted.filter(({ type }) => !hasLeafref(type));
      }
    }
  }
}

function hasLeafref(type: YangType): boolean {
  return type.base === "leafref" || (type.base === "union" && type.members.some(hasLeafref));
}

function emptyRoot(module: LinkedModule | undefined): NodeDraft {
  if (!module) throw new RangeError("a schema has at least one module");
  const { statement } = module.text;
  const [part] = module.parts;
  return new NodeDraft("root", "", module, undefined, statement, (part as ModulePart).scope);
}

/** Typedefs or groupings anywhere in a text. */
function definitionsIn(part: ModulePart, keyword: "typedef" | "grouping"): readonly Sourced[] {
  const found: Sourced[] = [];
  const visit = (statement: Statement, scope: Scope): void => {
    for (const child of statement.children) {
      if (child.prefix !== "" || child.children.length === 0) continue;
      if (child.keyword === keyword) found.push({ statement: child, scope });
      if (child.keyword !== "typedef" && child.keyword !== "leaf") visit(child, scope.inside(child));
    }
  };
  visit(part.text.statement, part.scope);
  return found;
}

/** Groupings that no other one names before those that are used by them, which need no look of their own then. */
function outermostFirst(groupings: readonly Sourced[]): readonly Sourced[] {
  const named = new Set<string>();
  const visit = (statement: Statement): void => {
    for (const child of statement.children) {
      if (child.prefix !== "" || child.keyword === "grouping") continue;
      if (child.keyword === "uses") named.add(splitName(child.argument ?? "").local);
      visit(child);
    }
  };
  for (const { statement } of groupings) visit(statement);
  const isNamed = ({ statement }: Sourced): boolean => named.has(statement.argument ?? "");
  return [...groupings.filter((one) => !isNamed(one)), ...groupings.filter(isNamed)];
}

/** The node that an absolute path leads to. @see RFC 7950, section 6.5 */
function findNode(root: NodeDraft, { argument = "", place }: Statement, scope: Scope): NodeDraft | undefined {
  let at: NodeDraft | undefined = root;
  for (const step of argument.split("/").slice(1)) {
    const { prefix, local } = splitName(step);
    const module = scope.moduleOf(prefix, place);
    at = at?.child(local, module);
  }
  return at === root ? undefined : at;
}

function isNotSupported(deviation: Statement): boolean {
  return argumentOf(deviation, "deviate") === "not-supported";
}

function extensionOf(statement: Statement, scope: Scope): string {
  return `${scope.moduleOf(statement.prefix, statement.place).name}:${statement.keyword}`;
}

/** Every statement of an extension must be of one that is defined. @see RFC 7950, section 7.19 */
function checkExtensions({ text, scope }: ModulePart): void {
  const visit = (statement: Statement): void => {
    if (statement.prefix !== "") {
      const name = `${statement.prefix}:${statement.keyword}`;
      const [, { statement: definition }] = scope.requireFrom("extensions", name, statement.place);
      const takes = substatement(definition, "argument") !== undefined;
      if (takes !== (statement.argument !== undefined)) {
        throw new YangError(`${excerpt(name)} ${takes ? "needs an" : "takes no"} argument`, statement.place);
      }
    }
    for (const child of statement.children) visit(child);
  };
  for (const use of text.survey.extensionUses) visit(use);
}
