import { Fault } from "../../base/fault.js";
import type { AnyBound, AnyRows, BoundEntries, PlainLeafValue } from "../../mapping/bind-leaves.js";
import { EntryMap } from "../../schema/yang/data/entry-map.js";
import { isProblem, readScalar } from "../../schema/yang/data/scalar.js";
import {
  type Content,
  emptySlots,
  type InnerData,
  innerData,
  isVoid,
  keysOf,
  keyText,
  type LeafData,
  leafData,
  type Scalar,
} from "../../schema/yang/data/tree.js";
import type {
  DataNode,
  DataParent,
  LeafListNode,
  LeafNode,
  ListNode,
  YangSchema,
} from "../../schema/yang/schema-node.js";
import type { ListShape } from "../../schema/yang/shape.js";
import type { YangType } from "../../schema/yang/type.js";

/** Reads what one slot has; nothing where the fact is not known. */
type SlotReader<Row> = (row: Row) => Content;

/**
 * Builds instance data from rows of a mapping, for one schema node: an entry of a list, a container, a notification. The rows are
 * found their slots once.
 * @throws {Fault} `absent` when made, for a row without a schema node
 */
export class RowReader<Row> {
  readonly #holder: DataParent;
  readonly #slots: readonly { readonly slot: number; readonly read: SlotReader<Row> }[];

  constructor(schema: YangSchema, holder: DataParent, rows: AnyRows<Row>) {
    this.#holder = holder;
    this.#slots = Object.entries(rows).flatMap(([name, bound]) => {
      const node = holder.byName.get(name)?.[0];
      if (!node) throw new Fault("absent", `the schema has no ${name} where a row has one`);
      const read = slotReader(schema, node, bound);
      return read ? [{ slot: node.slot, read }] : [];
    });
  }

  read(row: Row): InnerData {
    const slots = emptySlots(this.#holder);
    for (const { slot, read } of this.#slots) slots[slot] = read(row);
    return innerData(this.#holder, slots);
  }
}

function slotReader<Row>(schema: YangSchema, node: DataNode, bound: AnyBound<Row>): SlotReader<Row> | undefined {
  if (typeof bound === "function") {
    if (node.kind === "leaf") {
      const scalarOf = scalarReader(schema, node.type);
      return (row) => leafOf(node, scalarOf, bound(row) as PlainLeafValue | undefined);
    }
    if (node.kind === "leaf-list") {
      const scalarOf = scalarReader(schema, node.type);
      return (row) => valuesOf(node, scalarOf, bound(row) as readonly PlainLeafValue[] | undefined);
    }
  } else if (isEntries(bound)) {
    if (node.kind === "list") return entriesReader(schema, node, bound);
  } else if ("omitted" in bound && typeof bound.omitted === "string") {
    return undefined;
  } else if (node.kind === "container") {
    const reader = new RowReader(schema, node, bound as AnyRows<Row>);
    return (row) => {
      const inner = reader.read(row);
      return isVoid(inner) ? undefined : inner;
    };
  }
  throw new Fault("invalid", `the row of ${node.name} is not that of a ${node.kind}`);
}

function isEntries<Row>(
  bound: Exclude<AnyBound<Row>, (...args: never) => unknown>,
): bound is BoundEntries<ListShape, Row> {
  return "items" in bound && typeof bound.items === "function" && "rows" in bound;
}

function entriesReader<Row>(schema: YangSchema, node: ListNode, bound: BoundEntries<ListShape, Row>): SlotReader<Row> {
  const reader = new RowReader<unknown>(schema, node, bound.rows as AnyRows<unknown>);
  return (row) => {
    const draft = new EntryMap<InnerData>().draft();
    for (const item of bound.items(row)) {
      const entry = reader.read(item);
      const keys = keysOf(entry);
      if (!keys) continue;
      const key = keyText(keys.map(({ text }) => text));
      if (!draft.has(key)) draft.set(key, entry);
    }
    return draft.size === 0 ? undefined : draft.finish();
  };
}

function leafOf(
  node: LeafNode,
  scalarOf: (value: PlainLeafValue) => Scalar | undefined,
  value: PlainLeafValue | undefined,
): LeafData | undefined {
  const scalar = value === undefined ? undefined : scalarOf(value);
  return scalar && leafData(node, scalar);
}

function valuesOf(
  node: LeafListNode,
  scalarOf: (value: PlainLeafValue) => Scalar | undefined,
  values: readonly PlainLeafValue[] = [],
): Content {
  const draft = new EntryMap<LeafData>().draft();
  for (const value of values) {
    const scalar = scalarOf(value);
    if (scalar && !draft.has(scalar.text)) draft.set(scalar.text, leafData(node, scalar));
  }
  return draft.size === 0 ? undefined : draft.finish();
}

/**
 * Brings values of the inventory into canonical form. A value that is none of its type's, because a hypervisor said something
 * unheard of, is left out: it must not make all else unreadable.
 */
function scalarReader(schema: YangSchema, type: YangType): (value: PlainLeafValue) => Scalar | undefined {
  switch (type.base) {
    case "boolean":
      return (value) => ({ type, text: String(value) });
    case "string": {
      if (type.typedef?.name === "date-and-time") return (value) => ({ type, text: dateAndTime(Number(value)) });
      if (type.length === undefined && type.patterns.length === 0) return (value) => ({ type, text: carriable(value) });
      break;
    }
    case "leafref":
      return scalarReader(schema, type.target);
    default:
  }
  const names = { schema, format: "json" as const, moduleOf: (prefix: string) => schema.module(prefix) };
  return (value) => {
    const read = readScalar(type, "text", carriable(value), names);
    return isProblem(read) ? undefined : read;
  };
}

/** @see RFC 6991, section 3, type date-and-time */
function dateAndTime(ms: number): string {
  return new Date(Math.round(ms)).toISOString().replace(".000", "").replace("Z", "+00:00");
}

/** Hypervisors and guests may say what neither XML nor the type `string` can carry. @see RFC 7950, section 9.4 */
function carriable(value: PlainLeafValue): string {
  const text = String(value);
  return plain.test(text) ? text : text.replace(forbidden, "\uFFFD");
}

const plain = /^[ -~]*$/;
const forbidden = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
