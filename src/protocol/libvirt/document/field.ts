import { isDeepStrictEqual } from "node:util";
import { DecodeError } from "../../../base/fault.js";
import {
  attribute,
  child,
  childText,
  element,
  textOf,
  type XmlElement,
  type XmlNode,
} from "../../../codec/xml/element.js";
import { kibibytes } from "./memory-size.js";

/** Where one value lies in an element, in both directions. `write` gives a changed copy and keeps everything else. */
export interface Field<T> {
  /** @throws {DecodeError} when what lies there cannot be such a value */
  read(from: XmlElement): T;
  /** `undefined` removes. */
  write(into: XmlElement, value: T): XmlElement;
}

/** One field per member of `T`, so that a document's type and its places cannot drift apart. */
export type Fields<T> = { readonly [Member in keyof T]: Field<T[Member]> };

export function readFields<T extends object>(fields: Fields<T>, from: XmlElement): T {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  return Object.fromEntries(entries.map(([name, field]) => [name, field.read(from)])) as T;
}

/**
 * Changes `into` where it does not already say what `values` say, in the order of `fields`, and nowhere else; members that are not
 * given are left as they are.
 */
export function writeFields<T extends object>(fields: Fields<T>, into: XmlElement, values: Partial<T>): XmlElement {
  let result = into;
  for (const [name, field] of Object.entries(fields) as [keyof T, Field<unknown>][]) {
    if (!(name in values)) continue;
    const value: unknown = values[name];
    if (!says(result, field, value)) result = field.write(result, value);
  }
  return result;
}

function says(tree: XmlElement, field: Field<unknown>, value: unknown): boolean {
  try {
    return isDeepStrictEqual(field.read(tree), value);
  } catch (error) {
    if (error instanceof DecodeError) return false; // required, and about to be written
    throw error;
  }
}

/** The text of the element at `path`. */
export function text(...path: string[]): Field<string | undefined> {
  const last = path.at(-1) ?? "";
  return {
    read: (from) => childText(descend(from, path.slice(0, -1)), last),
    write: (into, value) =>
      value === undefined
        ? without(into, path)
        : at(into, path, (found) => ({ ...found, children: value ? [value] : [] })),
  };
}

/** An attribute of the element at `path`; of the element itself without a path. */
export function attributeAt(name: string, ...path: string[]): Field<string | undefined> {
  return {
    read: (from) => attribute(descend(from, path), name),
    write: (into, value) => {
      if (value === undefined && !descend(into, path)) return into;
      return at(into, path, (found) => withAttribute(found, name, value));
    },
  };
}

/** A value that must be there. */
export function required(field: Field<string | undefined>, what: string): Field<string> {
  return {
    read(from) {
      const value = field.read(from);
      if (!value) throw new DecodeError(`<${from.local}> without ${what}`);
      return value;
    },
    write: (into, value) => field.write(into, value),
  };
}

/** A value that means `fallback` when it is not there. */
export function defaulted<T>(field: Field<T | undefined>, fallback: T): Field<T> {
  return { read: (from) => field.read(from) ?? fallback, write: (into, value) => field.write(into, value) };
}

/** Whether there is an element called `name`. */
export function presence(name: string): Field<boolean> {
  return {
    read: (from) => child(from, name) !== undefined,
    write: (into, value) => (value ? at(into, [name], (found) => found) : without(into, [name])),
  };
}

/** A whole number from 0 to 2^53-1. */
export function count(field: Field<string | undefined>): Field<number | undefined> {
  return {
    read(from) {
      const value = field.read(from);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
        throw new DecodeError(`<${from.local}> has ${JSON.stringify(value.slice(0, 40))} for a number`);
      }
      return number;
    },
    write: (into, value) => field.write(into, value === undefined ? undefined : String(value)),
  };
}

/** A whole number that may be negative, of magnitude up to 2^53-1. */
export function integer(field: Field<string | undefined>): Field<number | undefined> {
  return {
    read(from) {
      const value = field.read(from);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) {
        throw new DecodeError(`<${from.local}> has ${JSON.stringify(value.slice(0, 40))} for a whole number`);
      }
      return number;
    },
    write: (into, value) => field.write(into, value === undefined ? undefined : String(value)),
  };
}

/** Members that lie in one element: absent with it, and it with the last of them. */
export function group<T extends object>(fields: Fields<T>, ...path: string[]): Field<T | undefined> {
  return {
    read(from) {
      const found = descend(from, path);
      return found && readFields(fields, found);
    },
    write: (into, value) =>
      value === undefined ? without(into, path) : at(into, path, (found) => writeFields(fields, found, value)),
  };
}

/**
 * The elements called `kind` inside of the element at `path`, each found again by `identify` when they are written; what stays
 * keeps its place, what is new follows the last of them.
 */
export function repeated<T extends object>(
  kind: string,
  fields: Fields<T>,
  identify: (value: T, position: number) => string,
  ...path: string[]
): Field<readonly T[]> {
  const isKind = (node: XmlNode): node is XmlElement =>
    typeof node !== "string" && node.local === kind && node.namespace === "";
  const elementsIn = (parent: XmlElement | undefined): readonly XmlElement[] => parent?.children.filter(isKind) ?? [];
  return {
    read: (from) => elementsIn(descend(from, path)).map((found) => readFields(fields, found)),
    write(into, values) {
      const held = elementsIn(descend(into, path));
      const known = new Map(held.map((node, position) => [identify(readFields(fields, node), position), node]));
      const written = values.map((value, position) =>
        writeFields(fields, known.get(identify(value, position)) ?? element(kind), value),
      );
      return at(into, path, (parent) => ({ ...parent, children: inPlaces(parent.children, isKind, written) }));
    },
  };
}

/** `nodes` with those that `isPlace` replaced by `values`, in order; surplus values follow the last of them. */
function inPlaces(
  nodes: readonly XmlNode[],
  isPlace: (node: XmlNode) => boolean,
  values: readonly XmlElement[],
): readonly XmlNode[] {
  const last = nodes.findLastIndex(isPlace);
  if (last < 0) return [...nodes, ...values];
  let taken = 0;
  return nodes.flatMap((node, position) => {
    if (!isPlace(node)) return [node];
    const from = taken;
    taken = position === last ? values.length : taken + 1;
    return values.slice(from, taken);
  });
}

/** An amount of memory in KiB, read in any of libvirt's units and rounded up; `undefined` when absent. */
export function memoryKiB(...path: string[]): Field<number | undefined> {
  const amount = text(...path);
  const unit = attributeAt("unit", ...path);
  return {
    read(from) {
      const value = amount.read(from);
      return value === undefined ? undefined : kibibytes(value, unit.read(from) ?? "KiB");
    },
    write(into, value) {
      if (value === undefined) return amount.write(into, undefined);
      return unit.write(amount.write(into, String(value)), "KiB");
    },
  };
}

function descend(from: XmlElement, path: readonly string[]): XmlElement | undefined {
  let found: XmlElement | undefined = from;
  for (const name of path) found = child(found, name);
  return found;
}

/** A copy of `root` with `change` made to the element at `path`, which is added where it is missing. */
function at(root: XmlElement, path: readonly string[], change: (found: XmlElement) => XmlElement): XmlElement {
  const [name, ...rest] = path;
  if (name === undefined) return change(root);
  const found = child(root, name);
  const changed = at(found ?? element(name), rest, change);
  return {
    ...root,
    children: found ? root.children.map((node) => (node === found ? changed : node)) : [...root.children, changed],
  };
}

/** A copy without the element at `path`, and without parents that are empty by it. */
function without(root: XmlElement, path: readonly string[]): XmlElement {
  const [name, ...rest] = path;
  const found = name === undefined ? undefined : child(root, name);
  if (!found) return root;
  const changed = rest.length > 0 ? without(found, rest) : undefined;
  const empty = changed && changed.attributes.length === 0 && changed.children.length === 0 && textOf(changed) === "";
  const replacement: readonly XmlNode[] = changed && !empty ? [changed] : [];
  return { ...root, children: root.children.flatMap((node) => (node === found ? replacement : [node])) };
}

function withAttribute(of: XmlElement, name: string, value: string | undefined): XmlElement {
  const held = of.attributes.findIndex((one) => one.local === name && one.namespace === "");
  const replacement = value === undefined ? [] : [{ name, local: name, namespace: "", value }];
  return {
    ...of,
    attributes: held < 0 ? [...of.attributes, ...replacement] : of.attributes.toSpliced(held, 1, ...replacement),
  };
}
