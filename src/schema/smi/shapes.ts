import { Fault } from "../../base/fault.js";
import type { ResolvedSyntax, SmiLibrary } from "./library.js";
import type { NumberRange, SmiObject, SmiValue } from "./module.js";
import type {
  IndexShape,
  NotificationShape,
  NotificationsShape,
  ObjectShape,
  ScalarsShape,
  TableShape,
} from "./shape.js";

type NamedObject = Extract<SmiValue, { kind: "object" }>;

/**
 * The shape of one node of a module: a row with its columns, or what stands directly below a node, scalars or notifications.
 * @throws {Fault} `absent` or `invalid` where the module does not have such a node
 */
export function shapeOf(
  library: SmiLibrary,
  moduleName: string,
  node: string,
): TableShape | ScalarsShape | NotificationsShape {
  const oid = library.oidOf(moduleName, node);
  const children = [...library.module(moduleName).values.values()].filter((value) => value.oid.parent === node);
  const objects = children.filter((child): child is NamedObject => child.kind === "object");
  const { value } = library.valueOf(moduleName, node);
  if (value.kind === "object") {
    if (objects.length === 0) throw new Fault("invalid", `${node} has no columns`);
    return {
      name: node,
      oid,
      index: indexOf(library, moduleName, value),
      columns: shapes(library, moduleName, objects),
    };
  }
  const notifications = children.filter((child) => child.kind === "notification");
  if (notifications.length > 0) {
    return { name: node, oid, notifications: Object.fromEntries(notifications.map(notificationShape)) };
  }
  const scalars = objects.filter((object) => !object.syntax.base.startsWith("SEQUENCE OF"));
  if (scalars.length === 0) throw new Fault("invalid", `${node} has neither scalars nor notifications below it`);
  return { name: node, oid, scalars: shapes(library, moduleName, scalars) };
}

function shapes(library: SmiLibrary, module: string, objects: readonly NamedObject[]): Record<string, ObjectShape> {
  return Object.fromEntries(objects.map((object) => [object.name, objectShape(library, module, object)]));
}

function objectShape(library: SmiLibrary, module: string, object: NamedObject): ObjectShape {
  const syntax = library.resolve(module, object.syntax);
  const text = textOf(syntax.base, syntax.displayHint);
  return {
    id: idOf(object),
    syntax: syntax.base,
    ...(syntax.type === undefined ? {} : { type: syntax.type }),
    ...(text === undefined ? {} : { text }),
    access: object.access,
    ...(object.units === undefined ? {} : { units: object.units }),
    ...restrictions(syntax),
    description: object.description,
  };
}

function restrictions({ named, range, size }: ResolvedSyntax): Pick<ObjectShape, "named" | "range" | "size"> {
  return {
    ...(named === undefined ? {} : { named: Object.fromEntries(named) }),
    ...(range === undefined ? {} : { range: range.map(plainRange) }),
    ...(size === undefined ? {} : { size: size.map(plainRange) }),
  };
}

function notificationShape(value: SmiValue & { kind: "notification" }): [string, NotificationShape] {
  return [value.name, { id: idOf(value), objects: value.objects, description: value.description }];
}

function indexOf(library: SmiLibrary, module: string, row: SmiObject): readonly IndexShape[] {
  if (row.augments !== undefined) {
    const base = library.valueOf(module, row.augments);
    if (base.value.kind !== "object" || base.value.augments !== undefined) {
      throw new Fault("invalid", `${row.augments} cannot be extended`);
    }
    return indexOf(library, base.module.name, base.value);
  }
  return (row.index ?? []).map(({ name, implied }) => {
    const found = library.valueOf(module, name);
    if (found.value.kind !== "object") throw new Fault("invalid", `${name} cannot number rows`);
    const syntax = library.resolve(found.module.name, found.value.syntax);
    const text = textOf(syntax.base, syntax.displayHint);
    return {
      name,
      syntax: syntax.base,
      ...(text === undefined ? {} : { text }),
      ...(implied ? { implied } : {}),
      ...restrictions(syntax),
    };
  });
}

/** Display hints that end in `t` or `a` are for text. @see RFC 2579, section 3.1 */
function textOf(base: string, displayHint: string | undefined): "utf8" | "ascii" | undefined {
  if (base !== "OctetString") return undefined;
  return displayHint === "255t" ? "utf8" : displayHint === "255a" ? "ascii" : undefined;
}

function idOf(value: SmiValue): number {
  const [id, ...more] = value.oid.parts;
  if (id === undefined || more.length > 0)
    throw new Fault("invalid", `${value.name} does not stand directly below a node`);
  return id;
}

function plainRange([low, high]: NumberRange): readonly [number, number] {
  return [Number(low), Number(high)];
}
