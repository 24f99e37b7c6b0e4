import type { ChildShape, ContainerShape, LeafShape, ListShape } from "../schema/yang/shape.js";
import type { Accessor, Omission } from "./bind-table.js";

interface ValuesByShape {
  readonly text: string;
  readonly number: number;
  readonly integer64: bigint | number;
  readonly boolean: boolean;
  /** Milliseconds since 1970. */
  readonly instant: number;
}

/** What an accessor of a leaf with this shape returns. */
export type LeafValue<Shape extends LeafShape> = Shape["value"] extends readonly (infer Word)[]
  ? Word
  : Shape["value"] extends keyof ValuesByShape
    ? ValuesByShape[Shape["value"]]
    : never;

/** Any value of a leaf, before it has its YANG type. */
export type PlainLeafValue = string | number | bigint | boolean;

/** Where the nodes in a container, list or notification come from: one member each, by name. */
export type LeafRows<Shape extends ContainerShape | ListShape, Row> = {
  readonly [Name in keyof Shape["children"]]: BoundChild<Shape["children"][Name], Row>;
};

type BoundChild<Shape extends ChildShape, Row> = Shape extends LeafShape
  ? Shape["kind"] extends "leaf-list"
    ? Accessor<Row, readonly LeafValue<Shape>[]> | Omission
    : Accessor<Row, LeafValue<Shape>> | Omission
  : Shape extends ListShape
    ? BoundEntries<Shape, Row>
    : Shape extends ContainerShape
      ? LeafRows<Shape, Row>
      : never;

/** A list inside: its entries, and what each of them is read from. */
export interface BoundEntries<Shape extends ListShape, Row> {
  readonly shape: Shape;
  readonly items: (row: Row) => readonly unknown[];
  readonly rows: LeafRows<Shape, unknown>;
}

/** Declares where the entries of a list come from, and where the nodes of each. Where keys repeat, the first entry counts. */
export function entriesOf<const Shape extends ListShape, Row, Item>(
  shape: Shape,
  items: (row: Row) => readonly Item[] | undefined,
  rows: LeafRows<Shape, Item>,
): BoundEntries<Shape, Row> {
  // Only items of `items` are ever handed to `rows`.
  return { shape, items: (row) => items(row) ?? [], rows: rows as LeafRows<Shape, unknown> };
}

/** Any rows, for whoever builds data from them. */
export type AnyRows<Row> = Readonly<Record<string, AnyBound<Row>>>;

export type AnyBound<Row> =
  | Accessor<Row, PlainLeafValue | readonly PlainLeafValue[]>
  | Omission
  | BoundEntries<ListShape, Row>
  | { readonly [name: string]: AnyBound<Row> };
