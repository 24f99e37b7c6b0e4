import type { IndexShape, ObjectShape, ScalarsShape, TableShape } from "../schema/smi/shape.js";

/** What an accessor of an object with this shape returns: named values by number, text as text, 64 bits as `bigint`. */
export type ValueOf<Shape extends ObjectShape> = Shape extends { readonly named: infer Named } ? Named[keyof Named] : SyntaxValue<Shape>;

type SyntaxValue<Shape extends Pick<ObjectShape, "syntax" | "text">> = Shape["syntax"] extends "Counter64"
  ? bigint
  : Shape["syntax"] extends "ObjectIdentifier"
    ? readonly number[]
    : Shape["syntax"] extends "OctetString" | "IpAddress"
      ? Shape extends { readonly text: string }
        ? string
        : Uint8Array
      : number;

/** Any value of an object, before it has its SMI type. */
export type PlainValue = number | bigint | string | Uint8Array | readonly number[];

/** Reads an object from a row of the inventory; `undefined` when the fact is not known: the instance is then not there. */
export type Accessor<Row, Value> = (row: Row) => Value | undefined;

/** Why an object is not served. */
export interface Omission {
  readonly omitted: string;
}

/** An object and where its value comes from. */
export interface BoundObject<Row> {
  readonly name: string;
  readonly shape: ObjectShape;
  readonly read: Accessor<Row, PlainValue>;
  /** For the mapping page, where the accessor's text would not tell where values come from. */
  readonly source?: string;
}

/** An object that is in the MIB and not served, with the reason. */
export interface OmittedObject {
  readonly name: string;
  readonly shape: ObjectShape;
  readonly reason: string;
}

/** A conceptual table whose rows come from `Row`s. */
export interface BoundTable<Row> {
  readonly entry: TableShape;
  /** The values of the objects that number a row, in the order of INDEX. */
  readonly index: (row: Row) => readonly PlainValue[];
  /** In the order of their numbers. */
  readonly columns: readonly BoundObject<Row>[];
  readonly omitted: readonly OmittedObject[];
}

/** Scalars below one node, all read from one `Row`. */
export interface BoundScalars<Row> {
  readonly group: ScalarsShape;
  readonly scalars: readonly BoundObject<Row>[];
  readonly omitted: readonly OmittedObject[];
}

type Readable<Shapes extends Readonly<Record<string, ObjectShape>>> = {
  [Name in keyof Shapes]: Shapes[Name]["access"] extends "not-accessible" | "accessible-for-notify" ? never : Name;
}[keyof Shapes];

/** One row per object: an object without one, an unknown one and an accessor of another type do not compile. */
type Bindings<Row, Shapes extends Readonly<Record<string, ObjectShape>>> = {
  readonly [Name in Readable<Shapes>]: Accessor<Row, ValueOf<Shapes[Name]>> | Omission;
};

type IndexValues<Index extends readonly IndexShape[]> = { readonly [Part in keyof Index]: SyntaxValue<Index[Part]> };

/** Says that an object is not served; the reason is published with the mapping. */
export function omit(reason: string): Omission {
  return { omitted: reason };
}

/**
 * Binds each readable column of a table to its source.
 *
 * Called twice so that `Row` can be given while the shape is inferred: `bindTable<Machine>()(vmEntry, …)`.
 */
export function bindTable<Row>() {
  return <const Entry extends TableShape>(
    entry: Entry,
    index: (row: Row) => IndexValues<Entry["index"]>,
    columns: Bindings<Row, Entry["columns"]>,
  ): BoundTable<Row> => {
    const { bound, omitted } = bindObjects<Row>(entry.columns, columns);
    return { entry, index: index as unknown as BoundTable<Row>["index"], columns: bound, omitted };
  };
}

/** Binds each readable scalar below a node to its source. */
export function bindScalars<Row>() {
  return <const Group extends ScalarsShape>(group: Group, scalars: Bindings<Row, Group["scalars"]>): BoundScalars<Row> => {
    const { bound, omitted } = bindObjects<Row>(group.scalars, scalars);
    return { group, scalars: bound, omitted };
  };
}

function bindObjects<Row>(
  shapes: Readonly<Record<string, ObjectShape>>,
  bindings: Readonly<Record<string, Accessor<Row, PlainValue> | Omission>>,
): { bound: BoundObject<Row>[]; omitted: OmittedObject[] } {
  const bound: BoundObject<Row>[] = [];
  const omitted: OmittedObject[] = [];
  const inOrder = Object.entries(shapes).sort(([, a], [, b]) => a.id - b.id);
  for (const [name, shape] of inOrder) {
    const binding = bindings[name];
    if (binding === undefined) continue;
    if (typeof binding === "function") bound.push({ name, shape, read: binding });
    else omitted.push({ name, shape, reason: binding.omitted });
  }
  return { bound, omitted };
}
