/**
 * What a leaf's value is made from: text, a number, 64 bits, a truth value, an instant (milliseconds since 1970, where the module
 * has `date-and-time`), or one of some words: names of enums, or identities with their module's name.
 */
export type ValueShape = "text" | "number" | "integer64" | "boolean" | "instant" | readonly string[];

/** A leaf or leaf-list, made from its module; `generated` has them as literals, so that mappings can be checked by type. */
export interface LeafShape {
  readonly kind: "leaf" | "leaf-list";
  readonly value: ValueShape;
  readonly units?: string;
  readonly description: string;
}

export interface ContainerShape {
  readonly kind: "container" | "notification";
  readonly children: Readonly<Record<string, ChildShape>>;
}

export interface ListShape {
  readonly kind: "list";
  readonly keys: readonly string[];
  readonly children: Readonly<Record<string, ChildShape>>;
}

export type ChildShape = LeafShape | ContainerShape | ListShape;
