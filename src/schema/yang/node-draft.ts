import type { Sourced } from "./compile-type.js";
import type { LinkedModule, Scope } from "./linked-module.js";
import type { SchemaNode } from "./schema-node.js";
import type { Place, Statement } from "./statement.js";

/** A value that was written somewhere: in the node, a refine or a deviation. */
export interface Written<T> {
  readonly value: T;
  readonly place: Place;
}

/** A `when`, with what its context node is relative to. */
export interface WhenDraft extends Sourced {
  readonly from: "node" | "parent";
}

/**
 * A node of the schema tree while `uses`, `refine`, `augment` and `deviation` still change it. Nodes that an `if-feature`
 * takes away stay until all of them are done, since they can still be the target of something. All drafts have all members
 * from the beginning, which keeps them small and quick.
 */
export class NodeDraft {
  readonly kind: SchemaNode["kind"] | "root";
  readonly name: string;
  /** Owner of the node's namespace. */
  readonly module: LinkedModule;
  /** `undefined` for the root. */
  parent: NodeDraft | undefined;
  children: NodeDraft[] = [];
  readonly statement: Statement;
  /** What the statement's inside sees. */
  readonly scope: Scope;
  isDisabled = false;
  /** The module whose augment put the node here, when that is not the one above it. */
  augmentedBy: LinkedModule | undefined = undefined;
  config: Written<boolean> | undefined = undefined;
  mandatory: Written<boolean> | undefined = undefined;
  presence: string | undefined = undefined;
  minElements: Written<number> | undefined = undefined;
  /** `Infinity` for unbounded. */
  maxElements: Written<number> | undefined = undefined;
  orderedBy: "system" | "user" | undefined = undefined;
  type: Sourced | undefined = undefined;
  units: string | undefined = undefined;
  defaults: readonly Sourced[] | undefined = undefined;
  key: Sourced | undefined = undefined;
  unique: readonly Sourced[] | undefined = undefined;
  must: readonly Sourced[] | undefined = undefined;
  when: readonly WhenDraft[] | undefined = undefined;
  description: string | undefined = undefined;
  reference: string | undefined = undefined;
  ifFeatures: readonly string[] | undefined = undefined;
  isShorthand = false;
  extensions: readonly Sourced[] | undefined = undefined;
  of: "yang-data" | "structure" | undefined = undefined;
  /** Children by name, for paths into wide nodes; children come or go, but are never exchanged. */
  #byName: Map<string, NodeDraft[]> | undefined = undefined;
  #indexed = 0;

  /** @param name of an input or output its kind */
  constructor(
    kind: NodeDraft["kind"],
    name: string,
    module: LinkedModule,
    parent: NodeDraft | undefined,
    statement: Statement,
    scope: Scope,
  ) {
    this.kind = kind;
    this.name = name;
    this.module = module;
    this.parent = parent;
    this.statement = statement;
    this.scope = scope;
  }

  /** The child of that name and namespace. */
  child(name: string, module: LinkedModule): NodeDraft | undefined {
    if (!this.#byName || this.#indexed !== this.children.length) {
      this.#byName = new Map();
      for (const child of this.children) {
        const same = this.#byName.get(child.name);
        if (same) same.push(child);
        else this.#byName.set(child.name, [child]);
      }
      this.#indexed = this.children.length;
    }
    return this.#byName.get(name)?.find((child) => child.module === module);
  }
}

/** What a node is called in messages: its path of names, from the root. */
export function pathOf(draft: NodeDraft): string {
  const names: string[] = [];
  for (let at: NodeDraft | undefined = draft; at?.parent; at = at.parent) names.unshift(at.name);
  return `/${names.join("/")}`;
}
