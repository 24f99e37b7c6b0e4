import type { IndexShape, ObjectShape, TableShape } from "../schema/smi/shape.js";
import type { BoundTable, PlainValue, ValueOf } from "./bind-table.js";

/** A row that is kept as its MIB has it: its values, those that number it included, by the names of the objects. */
export interface StoredRow {
  readonly values: Readonly<Record<string, PlainValue>>;
}

type IndexValue<Part extends IndexShape> = ValueOf<Part & Pick<ObjectShape, "id" | "access" | "description">>;

/** The values of an active row of a table, by type. */
export type RowOf<Entry extends TableShape> = {
  readonly [Part in Entry["index"][number] as Part["name"]]: IndexValue<Part>;
} & { readonly [Name in keyof Entry["columns"]]: ValueOf<Entry["columns"][Name]> };

/**
 * A table whose rows managers make and change by the rules of its RowStatus, and that is kept as the MIB has it: there is
 * nothing to read it from. `Row` is what an active row has.
 */
export interface RowTable<Row = unknown> {
  /** The name of its row. */
  readonly name: string;
  /** The row, and the row of another table that extends it. */
  readonly entries: readonly [TableShape, ...TableShape[]];
  readonly rowStatus: string;
  readonly storageType: string;
  /** What a new row has where nothing is set. */
  readonly defaults: StoredRow["values"];
  /** Columns that can only be set while the row is not active. */
  readonly fixedWhileActive: readonly string[];
  /** Columns that always read the same, because what is written there is a secret or an order. */
  readonly masked: StoredRow["values"];
  /** The values of an active row, by type. */
  typed(values: StoredRow["values"]): Row;
}

interface Rules<Row> {
  readonly rowStatus: keyof Row & string;
  readonly storageType: keyof Row & string;
  readonly defaults: Partial<Row>;
  readonly fixedWhileActive?: readonly (keyof Row & string)[];
  readonly masked?: Partial<Row>;
}

/** Declares how the rows of a table are made. */
export function rowTable<const Entry extends TableShape>(entry: Entry, rules: Rules<RowOf<Entry>>): RowTable<RowOf<Entry>> {
  return tableOf<RowOf<Entry>>(entry.name, [entry], rules);
}

/** The same for a table that another one extends. */
export function extendedRowTable<const Entry extends TableShape, const Extension extends TableShape>(
  entry: Entry,
  extension: Extension,
  rules: Rules<RowOf<Entry> & RowOf<Extension>>,
): RowTable<RowOf<Entry> & RowOf<Extension>> {
  return tableOf<RowOf<Entry> & RowOf<Extension>>(entry.name, [entry, extension], rules);
}

function tableOf<Row>(name: string, entries: RowTable["entries"], rules: Rules<Row>): RowTable<Row> {
  const { defaults, masked = {}, fixedWhileActive = [], rowStatus, storageType } = rules;
  return {
    name,
    entries,
    rowStatus,
    storageType,
    fixedWhileActive,
    defaults: defaults as StoredRow["values"],
    masked: masked as StoredRow["values"],
    typed: (values) => values as Row,
  };
}

/** The readable columns of a table and of what extends it, read from the rows as they are kept. */
export function boundRows(table: RowTable): readonly BoundTable<StoredRow>[] {
  return table.entries.map((entry) => ({
    entry,
    index: ({ values }) => entry.index.map(({ name }) => requireValue(values, name)),
    columns: Object.entries(entry.columns)
      .filter(([, { access }]) => access.startsWith("read"))
      .sort(([, a], [, b]) => a.id - b.id)
      .map(([name, shape]) => ({
        name,
        shape,
        read: ({ values }: StoredRow) => table.masked[name] ?? values[name],
        source: name in table.masked ? "always the same" : "as the configuration or a manager made it",
      })),
    omitted: [],
  }));
}

function requireValue(values: StoredRow["values"], name: string): PlainValue {
  const value = values[name];
  if (value === undefined) throw new TypeError(`a row without ${name}`);
  return value;
}
