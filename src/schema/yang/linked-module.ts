import { splitName } from "./argument.js";
import type { Identity } from "./identity.js";
import type { XPathContext, YangFeature, YangModule, YangStatus } from "./module.js";
import type { ModuleText } from "./module-text.js";
import { argumentOf, type Place, type Statement } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";

/** A public value while it is being put together; frozen in the end. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** A named statement with what its inside can see. */
export interface Definition {
  readonly statement: Statement;
  readonly scope: Scope;
}

/** One text of a module: the module's own or a submodule. Prefixes belong to texts. */
export class ModulePart {
  readonly text: ModuleText;
  readonly module: LinkedModule;
  /** The module's own prefix included. */
  readonly prefixes = new Map<string, LinkedModule>();
  readonly publicPrefixes = new Map<string, YangModule>();
  /** What top-level statements see. */
  readonly scope: Scope;

  constructor(text: ModuleText, module: LinkedModule) {
    this.text = text;
    this.module = module;
    this.scope = new Scope(this, undefined);
  }
}

/** A module whose imports and submodules are found. */
export class LinkedModule {
  readonly public: Draft<YangModule>;
  readonly text: ModuleText;
  readonly parts: ModulePart[] = [];
  readonly typedefs = new Map<string, Definition>();
  readonly groupings = new Map<string, Definition>();
  readonly extensions = new Map<string, Definition>();
  readonly features = new Map<string, Definition>();
  readonly identities = new Map<string, Definition>();
  readonly publicFeatures = new Map<string, YangFeature>();
  readonly publicIdentities = new Map<string, Identity>();
  readonly deviatedBy: YangModule[] = [];
  /** What an augment, a deviation or a leafref from elsewhere made necessary counts too. */
  implemented = false;

  constructor(text: ModuleText) {
    this.text = text;
    this.public = {
      name: text.name,
      revision: text.revision,
      namespace: argumentOf(text.statement, "namespace") ?? "",
      prefix: text.prefix,
      yangVersion: text.yangVersion,
      implemented: false,
      submodules: [],
      features: this.publicFeatures,
      identities: this.publicIdentities,
      deviatedBy: this.deviatedBy,
      texts: [],
    };
  }

  get name(): string {
    return this.text.name;
  }
}

/** What names of types and groupings mean at a place, from the innermost statement outwards. @see RFC 7950, section 5.5 */
export class Scope {
  readonly part: ModulePart;
  readonly #outer: Scope | undefined;
  readonly #typedefs = new Map<string, Definition>();
  readonly #groupings = new Map<string, Definition>();
  readonly #inner = new Map<Statement, Scope>();
  readonly #contexts = new Map<LinkedModule, XPathContext>();

  constructor(part: ModulePart, outer: Scope | undefined) {
    this.part = part;
    this.#outer = outer;
  }

  get module(): LinkedModule {
    return this.part.module;
  }

  get version1(): boolean {
    return this.part.text.yangVersion === "1";
  }

  /**
   * What the inside of `statement` sees.
   * @throws {YangError} when it defines a name that is defined further out
   */
  inside(statement: Statement): Scope {
    if (!statement.children.some(isScoped)) return this;
    const known = this.#inner.get(statement);
    if (known) return known;
    const inner = new Scope(this.part, this);
    for (const child of statement.children) if (isScoped(child)) inner.#define(child);
    this.#inner.set(statement, inner);
    return inner;
  }

  #define(statement: Statement): void {
    const name = statement.argument ?? "";
    const isType = statement.keyword === "typedef";
    if (isType) checkTypeName(statement);
    const taken = isType ? this.#find(name, "typedef") : this.#find(name, "grouping");
    if (taken) throw new YangError(`the ${statement.keyword} ${name} is there already`, statement.place);
    (isType ? this.#typedefs : this.#groupings).set(name, { statement, scope: this });
  }

  #find(name: string, kind: "typedef" | "grouping"): Definition | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.#outer) {
      const found = (kind === "typedef" ? scope.#typedefs : scope.#groupings).get(name);
      if (found) return found;
    }
    return (kind === "typedef" ? this.module.typedefs : this.module.groupings).get(name);
  }

  /** @throws {YangError} at `place` when this text has no such prefix */
  moduleOf(prefix: string, place: Place): LinkedModule {
    if (prefix === "") return this.module;
    const found = this.part.prefixes.get(prefix);
    if (!found) throw new YangError(`the prefix ${excerpt(prefix)} is not imported`, place);
    return found;
  }

  /** @throws {YangError} at `place` when there is no typedef or grouping of that name */
  require(kind: "typedef" | "grouping", name: string, place: Place): Definition {
    const { prefix, local } = splitName(name);
    const module = this.moduleOf(prefix, place);
    const found =
      module === this.module
        ? this.#find(local, kind)
        : (kind === "typedef" ? module.typedefs : module.groupings).get(local);
    if (!found) throw new YangError(`there is no ${kind} ${excerpt(name)}`, place);
    return found;
  }

  /** @throws {YangError} at `place` */
  requireFrom(kind: "features" | "identities" | "extensions", name: string, place: Place): [LinkedModule, Definition] {
    const { prefix, local } = splitName(name);
    const module = this.moduleOf(prefix, place);
    const found = module[kind].get(local);
    const word = { features: "feature", identities: "identity", extensions: "extension" }[kind];
    if (!found) throw new YangError(`there is no ${word} ${excerpt(name)}`, place);
    return [module, found];
  }

  /** How names in XPath mean when what has them is used by a node of `owner`. */
  xpathContext(owner: LinkedModule): XPathContext {
    const known = this.#contexts.get(owner);
    if (known) return known;
    const context: XPathContext = Object.freeze({ module: owner.public, prefixes: this.part.publicPrefixes });
    this.#contexts.set(owner, context);
    return context;
  }
}

/** Whether a statement defines a name for those beside and below it. */
function isScoped({ keyword, prefix }: Statement): boolean {
  return (keyword === "typedef" || keyword === "grouping") && prefix === "";
}

const builtInTypes: ReadonlySet<string> = new Set([
  ...[
    "binary",
    "bits",
    "boolean",
    "decimal64",
    "empty",
    "enumeration",
    "identityref",
    "instance-identifier",
    "leafref",
  ],
  ...["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "string", "union"],
]);

/** @throws {YangError} when a typedef has the name of a built-in type @see RFC 7950, section 7.3 */
export function checkTypeName({ argument = "", place }: Statement): void {
  if (builtInTypes.has(argument)) throw new YangError(`${argument} is a built-in type`, place);
}

/** The status that a statement has by itself. */
export function statusOf(statement: Statement): YangStatus {
  return (argumentOf(statement, "status") ?? "current") as YangStatus;
}

/** From young to old. */
export const ages: Readonly<Record<YangStatus, number>> = { current: 0, deprecated: 1, obsolete: 2 };

/**
 * What is current may not use what its own module has left behind, nor what is deprecated the obsolete.
 * @throws {YangError}
 * @see RFC 7950, section 7.21.2
 */
export function checkAge(user: YangStatus, scope: Scope, used: Definition, place: Place): void {
  const status = statusOf(used.statement);
  if (scope.module !== used.scope.module || ages[user] >= ages[status]) return;
  throw new YangError(
    `what is ${user} may not use ${excerpt(used.statement.argument ?? "")}, which is ${status}`,
    place,
  );
}
