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
 * takes away stay until all of them are done, since they can still be the target of something.
 */
export interface NodeDraft {
  readonly kind: SchemaNode["kind"] | "root";
  readonly name: string;
  /** Owner of the node's namespace. */
  readonly module: LinkedModule;
  /** `undefined` for the root. */
  parent: NodeDraft | undefined;
  children: NodeDraft[];
  readonly statement: Statement;
  /** What the statement's inside sees. */
  readonly scope: Scope;
  isDisabled: boolean;
  /** The module whose augment put the node here, when that is not the one above it. */
  augmentedBy?: LinkedModule;
  config?: Written<boolean>;
  mandatory?: Written<boolean>;
  presence?: string;
  minElements?: Written<number>;
  /** `Infinity` for unbounded. */
  maxElements?: Written<number>;
  orderedBy?: "system" | "user";
  type?: Sourced;
  units?: string;
  defaults?: readonly Sourced[];
  key?: Sourced;
  unique?: readonly Sourced[];
  must?: readonly Sourced[];
  when?: readonly WhenDraft[];
  description?: string;
  reference?: string;
  ifFeatures?: readonly string[];
  isShorthand?: boolean;
  extensions?: readonly Sourced[];
  of?: "yang-data" | "structure";
}

/** What a node is called in messages: its path of names, from the root. */
export function pathOf(draft: NodeDraft): string {
  const names: string[] = [];
  for (let at: NodeDraft | undefined = draft; at?.parent; at = at.parent) names.unshift(at.name);
  return `/${names.join("/")}`;
}
