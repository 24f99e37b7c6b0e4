import { createHash } from "node:crypto";
import { Fault } from "../../base/fault.js";
import { circularIdentity, Identity } from "./identity.js";
import { evaluateIfFeature } from "./if-feature.js";
import {
  checkAge,
  checkTypeName,
  type Definition,
  LinkedModule,
  ModulePart,
  type Scope,
  statusOf,
} from "./linked-module.js";
import type { ModuleLibrary } from "./module-library.js";
import type { ModuleText, TextReference } from "./module-text.js";
import { type Statement, substatements } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** A module to be served. */
export interface ModuleRequest {
  readonly name: string;
  /** The newest in the library without it. */
  readonly revision?: string;
  /** All of them without it. Features whose own `if-feature` does not hold stay off, as do those of modules that are only imported. */
  readonly features?: readonly string[];
}

/** Imports, includes or features that depend on each other, one after the other. */
const LONGEST_CHAIN = 200;

/** Modules that are found and joined: every name with a prefix can be looked up. */
export interface Linked {
  /** By name and revision. */
  readonly modules: readonly LinkedModule[];
  /** @throws {YangError} when the expression is none or names no feature */
  holds(ifFeature: Statement, scope: Scope): boolean;
}

/**
 * Finds the imports and submodules of the requested modules, and theirs, and joins features and identities.
 * @param alsoServed imports that were found to be needed with their nodes
 * @throws {YangError} where something is named that is not there, or that leads back to itself
 * @throws {Fault} `absent` for a requested module or feature that is not there
 */
export function link(
  library: ModuleLibrary,
  requests: readonly ModuleRequest[],
  alsoServed: ReadonlySet<ModuleText>,
): Linked {
  return new Linker(library, requests).run(alsoServed);
}

class Linker implements Linked {
  readonly #library: ModuleLibrary;
  readonly #requests = new Map<string, ModuleRequest>();
  readonly #byText = new Map<ModuleText, LinkedModule>();
  /** The chain of imports that is being followed. */
  readonly #open = new Set<ModuleText>();
  readonly #evaluating = new Set<Statement>();
  modules: readonly LinkedModule[] = [];

  constructor(library: ModuleLibrary, requests: readonly ModuleRequest[]) {
    this.#library = library;
    for (const request of requests) {
      if (this.#requests.has(request.name)) {
        throw new Fault("exists", `the module ${request.name} is asked for twice`);
      }
      this.#requests.set(request.name, request);
    }
  }

  run(alsoServed: ReadonlySet<ModuleText>): Linked {
    for (const { name, revision } of this.#requests.values()) {
      const text = this.#library.find(name, revision);
      if (!text) throw new Fault("absent", `there is no module ${name}${revision ? `@${revision}` : ""}`);
      if (text.belongsTo !== undefined) {
        throw new Fault("invalid", `${name} is a submodule of ${text.belongsTo}`);
      }
      this.#link(text).implemented = true;
    }
    for (const module of this.#byText.values())
      if (alsoServed.has(module.text)) this.#serve(module, module.text.statement);
    this.#implementWhatIsNeeded();
    this.modules = [...this.#byText.values()].sort(
      (a, b) => compare(a.name, b.name) || compare(a.text.revision ?? "", b.text.revision ?? ""),
    );
    this.#checkNamespaces();
    for (const module of this.modules) this.#evaluateFeatures(module);
    for (const module of this.modules) this.#declareIdentities(module);
    this.#connectIdentities();
    return this;
  }

  holds(ifFeature: Statement, scope: Scope): boolean {
    return evaluateIfFeature(ifFeature, scope.version1, (name) => {
      const [module, definition] = scope.requireFrom("features", name, ifFeature.place);
      return this.#isEnabled(module, definition);
    });
  }

  #link(text: ModuleText): LinkedModule {
    const known = this.#byText.get(text);
    if (known) return known;
    const module = new LinkedModule(text);
    this.#byText.set(text, module);
    this.#open.add(text);
    this.#addPart(module, text, []);
    module.public.submodules = Object.freeze(
      module.parts.slice(1).map((part) => Object.freeze({ name: part.text.name, revision: part.text.revision })),
    );
    module.public.texts = Object.freeze(module.parts.map((part) => part.text.statement));
    for (const part of module.parts) this.#define(part);
    this.#open.delete(text);
    return module;
  }

  /** Adds a text and what it includes; `chain` are the texts that lead to it. */
  #addPart(module: LinkedModule, text: ModuleText, chain: readonly ModuleText[]): void {
    const part = new ModulePart(text, module);
    module.parts.push(part);
    setPrefix(part, text.prefix, module);
    for (const reference of text.imports) setPrefix(part, reference.prefix, this.#import(reference));
    for (const reference of text.includes) {
      const { name, revision, statement } = reference;
      const found = this.#library.find(name, revision);
      const label = `${name}${revision ? `@${revision}` : ""}`;
      if (!found) throw new YangError(`the submodule ${label} is not there`, statement.place);
      if (found.belongsTo === undefined) throw new YangError(`${name} is no submodule`, statement.place);
      if (found.belongsTo !== module.name) {
        throw new YangError(`${name} belongs to ${excerpt(found.belongsTo)}`, statement.place);
      }
      if (found === text || chain.includes(found)) {
        throw new YangError(`the includes lead back to ${name}`, statement.place);
      }
      if (chain.length > LONGEST_CHAIN) {
        throw new YangError(`more than ${LONGEST_CHAIN} includes in a row`, statement.place);
      }
      const present = module.parts.find((other) => other.text.name === name);
      if (present && present.text !== found) {
        throw new YangError(`${name} is included with two revisions`, statement.place);
      }
      if (found.yangVersion !== module.text.yangVersion) {
        throw new YangError(`${name} is of another version of YANG than ${module.name}`, statement.place);
      }
      if (!present) this.#addPart(module, found, [...chain, text]);
    }
  }

  #import({ name, revision, statement }: TextReference): LinkedModule {
    const found = this.#library.find(name, revision ?? this.#requests.get(name)?.revision);
    const label = `${name}${revision ? `@${revision}` : ""}`;
    if (!found) throw new YangError(`the module ${label} is not there`, statement.place);
    if (found.belongsTo !== undefined) throw new YangError(`${name} is a submodule`, statement.place);
    if (this.#open.size > LONGEST_CHAIN)
      throw new YangError(`more than ${LONGEST_CHAIN} imports in a row`, statement.place);
    if (this.#open.has(found)) throw new YangError(`the imports lead back to ${name}`, statement.place);
    return this.#link(found);
  }

  /** A module that has nodes which another one extends, changes or points to must be served too. @see RFC 7950, section 5.6.5 */
  #implementWhatIsNeeded(): void {
    const waiting = [...this.#byText.values()].filter(({ implemented }) => implemented);
    for (let module = waiting.pop(); module; module = waiting.pop()) {
      for (const part of module.parts) {
        for (const [prefix, at] of neededPrefixes(part.text)) {
          const needed = part.prefixes.get(prefix);
          if (!needed || needed.implemented) continue;
          this.#serve(needed, at);
          waiting.push(needed);
        }
      }
    }
  }

  /** @param at what makes it necessary */
  #serve(module: LinkedModule, at: Statement): void {
    for (const other of this.#byText.values()) {
      if (other === module || other.name !== module.name || !other.implemented) continue;
      const labels = `${other.text.revision ?? "none"} and ${module.text.revision ?? "none"}`;
      throw new YangError(`two revisions of ${module.name} would have to be served: ${labels}`, at.place);
    }
    module.implemented = true;
  }

  #define(part: ModulePart): void {
    const { module, scope } = part;
    for (const statement of part.text.statement.children) {
      if (statement.prefix !== "") continue;
      const table = {
        typedef: module.typedefs,
        grouping: module.groupings,
        extension: module.extensions,
        feature: module.features,
        identity: module.identities,
      }[statement.keyword];
      if (!table) continue;
      const name = statement.argument ?? "";
      if (statement.keyword === "typedef") checkTypeName(statement);
      if (table.has(name)) throw new YangError(`the ${statement.keyword} ${name} is there already`, statement.place);
      table.set(name, { statement, scope });
    }
  }

  #checkNamespaces(): void {
    const owners = new Map<string, string>();
    for (const { name, public: module, text } of this.modules) {
      const owner = owners.get(module.namespace) ?? name;
      if (owner !== name) throw new YangError(`${owner} has the same namespace`, text.statement.place);
      owners.set(module.namespace, name);
      module.implemented = this.#byText.get(text)?.implemented === true;
    }
  }

  #evaluateFeatures(module: LinkedModule): void {
    for (const name of this.#requests.get(module.name)?.features ?? []) {
      if (module.implemented && !module.features.has(name)) {
        throw new Fault("absent", `the module ${module.name} has no feature ${name}`);
      }
    }
    for (const [name, definition] of module.features) {
      const enabled = this.#isEnabled(module, definition);
      module.publicFeatures.set(name, Object.freeze({ name, status: statusOf(definition.statement), enabled }));
    }
  }

  #isEnabled(module: LinkedModule, { statement, scope }: Definition): boolean {
    const name = statement.argument ?? "";
    const known = module.publicFeatures.get(name);
    if (known) return known.enabled;
    if (this.#evaluating.has(statement)) throw new YangError(`the feature ${name} depends on itself`, statement.place);
    if (this.#evaluating.size > LONGEST_CHAIN)
      throw new YangError(`more than ${LONGEST_CHAIN} features in a row`, statement.place);
    this.#evaluating.add(statement);
    const conditions = substatements(statement, "if-feature").map((condition) => this.holds(condition, scope));
    this.#evaluating.delete(statement);
    // Only a module that is served can have a feature supported. @see RFC 8525, section 4
    if (!module.implemented) return false;
    const wanted = this.#requests.get(module.name)?.features;
    return conditions.every((holds) => holds) && (wanted === undefined || wanted.includes(name));
  }

  #declareIdentities(module: LinkedModule): void {
    for (const [name, { statement, scope }] of module.identities) {
      const enabled = substatements(statement, "if-feature")
        .map((condition) => this.holds(condition, scope))
        .every((holds) => holds);
      module.publicIdentities.set(name, new Identity(module.public, name, statusOf(statement), enabled));
    }
  }

  #connectIdentities(): void {
    const all: Identity[] = [];
    for (const module of this.modules) {
      for (const [name, { statement, scope }] of module.identities) {
        const identity = module.publicIdentities.get(name) as Identity;
        all.push(identity);
        identity.connect(
          substatements(statement, "base").map(({ argument = "", place }) => {
            const [owner, definition] = scope.requireFrom("identities", argument, place);
            checkAge(statusOf(statement), scope, definition, place);
            return owner.publicIdentities.get(definition.statement.argument ?? "") as Identity;
          }),
        );
      }
    }
    const circular = circularIdentity(all);
    if (!circular) return;
    const { place } = this.modules
      .flatMap((module) => (module.publicIdentities.get(circular.name) === circular ? [module] : []))
      .map((module) => module.identities.get(circular.name)?.statement ?? module.text.statement)[0] as Statement;
    throw new YangError(`the identity ${circular.name} is derived from itself`, place);
  }
}

/** A number for a set of modules as they are served. @see RFC 8525, section 3, leaf content-id */
export function contentIdOf(modules: readonly LinkedModule[]): string {
  const hash = createHash("sha256");
  for (const { public: module } of modules) {
    const enabled = [...module.features.values()].filter((feature) => feature.enabled).map(({ name }) => name);
    const submodules = module.submodules.map(({ name, revision = "" }) => `${name}@${revision}`);
    const line = [
      module.name,
      module.revision ?? "",
      module.namespace,
      module.implemented ? "implement" : "import",
      submodules.sort().join(" "),
      enabled.sort().join(" "),
      module.deviatedBy.map(({ name, revision = "" }) => `${name}@${revision}`).join(" "),
    ];
    hash.update(`${JSON.stringify(line)}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function setPrefix(part: ModulePart, prefix: string, module: LinkedModule): void {
  part.prefixes.set(prefix, module);
  part.publicPrefixes.set(prefix, module.public);
}

/** Prefixes in the targets of augments and deviations and in the paths of leafrefs. */
function* neededPrefixes({ survey }: ModuleText): Iterable<[prefix: string, at: Statement]> {
  for (const at of survey.targets) {
    for (const [, prefix = ""] of (at.argument ?? "").matchAll(/([A-Za-z_][A-Za-z0-9_.-]*):/g)) yield [prefix, at];
  }
}
