import { type LeafrefPath, type PathPredicate, type PathStep, readLeafrefPath } from "./leafref-path.js";
import type { Draft } from "./linked-module.js";
import type { XPathContext } from "./module.js";
import type {
  DataNode,
  DataParent,
  LeafListNode,
  LeafNode,
  NotificationNode,
  OperationNode,
  SchemaRoot,
  StructureNode,
} from "./schema-node.js";
import type { Place } from "./statement.js";
import type { LeafrefType, YangType } from "./type.js";
import { excerpt, YangError } from "./yang-error.js";

type Leaf = LeafNode | LeafListNode;
/** Where a path has come to. An input or output stands for its operation. */
type Point = DataNode | DataParent;

/** Leafrefs that lead to each other, one after the other. */
const LONGEST_CHAIN = 200;

/**
 * Gives every leafref in the types of `typed` the type it leads to.
 * @throws {YangError} when a path leads nowhere, to no leaf, in a circle, or from configuration to state
 * @see RFC 7950, section 9.9
 */
export function resolveLeafrefs(root: SchemaRoot, typed: readonly { node: Leaf; place: Place }[]): void {
  const resolver = new LeafrefResolver(root, new Map(typed.map(({ node, place }) => [node, place])));
  for (const { node } of typed) resolver.resolve(node);
}

/** The leaf or leaf-list that a leafref of `node` leads to; nothing when the path leads to none. */
export function leafrefTarget(root: SchemaRoot, node: Leaf, type: LeafrefType): Leaf | undefined {
  const path = readLeafrefPath(type.path);
  const end = path && follow(root, node, path, type.context);
  return end?.kind === "leaf" || end?.kind === "leaf-list" ? end : undefined;
}

class LeafrefResolver {
  readonly #root: SchemaRoot;
  readonly #places: ReadonlyMap<Leaf, Place>;
  readonly #done = new Set<Leaf>();
  readonly #open = new Set<Leaf>();

  constructor(root: SchemaRoot, places: ReadonlyMap<Leaf, Place>) {
    this.#root = root;
    this.#places = places;
  }

  resolve(node: Leaf): void {
    if (this.#done.has(node)) return;
    const place = this.#places.get(node) as Place;
    if (this.#open.has(node)) throw new YangError(`the leafref ${node.name} leads back to itself`, place);
    if (this.#open.size > LONGEST_CHAIN) throw new YangError(`more than ${LONGEST_CHAIN} leafrefs in a row`, place);
    this.#open.add(node);
    this.#resolveType(node, node.type, place);
    this.#open.delete(node);
    this.#done.add(node);
  }

  #resolveType(node: Leaf, type: YangType, place: Place): void {
    if (type.base === "union") for (const member of type.members) this.#resolveType(node, member, place);
    if (type.base !== "leafref") return;
    const target = leafrefTarget(this.#root, node, type);
    if (!target) throw new YangError(`the path "${excerpt(type.path)}" leads to no leaf or leaf-list`, place);
    if (node.config && type.requireInstance && !target.config) {
      throw new YangError(`the path "${excerpt(type.path)}" leads from configuration to state`, place);
    }
    if (this.#places.has(target)) this.resolve(target);
    (type as Draft<LeafrefType>).target = target.type.base === "leafref" ? target.type.target : target.type;
  }
}

function follow(root: SchemaRoot, from: Leaf, path: LeafrefPath, context: XPathContext): Point | undefined {
  let start: Point | undefined = from;
  if (path.deref) {
    const reference = follow(root, from, path.deref, context);
    if (reference?.kind !== "leaf" && reference?.kind !== "leaf-list") return undefined;
    start = reference.type.base === "leafref" ? leafrefTarget(root, reference, reference.type) : undefined;
    if (start && path.steps[0]?.name === "..") return walk(start, path.steps, from, context);
    return undefined;
  }
  if (!path.isAbsolute) return walk(from, path.steps, from, context);
  const structure = structureOf(from);
  return walk(root, path.steps, from, context) ?? (structure && walk(structure, path.steps, from, context));
}

function walk(start: Point, steps: readonly PathStep[], from: Leaf, context: XPathContext): Point | undefined {
  let at: Point | undefined = start;
  for (const step of steps) {
    if (!at) return undefined;
    if (step.name === "..") {
      at = at.kind === "root" ? undefined : at.dataParent;
      continue;
    }
    at = down(at, step, from, context);
    for (const predicate of step.predicates) {
      if (!isKeyPredicate(at, predicate, from, context)) return undefined;
    }
  }
  return at;
}

function down(at: Point, { prefix, name }: PathStep, from: Leaf, context: XPathContext): Point | undefined {
  const module = prefix === "" ? context.module : context.prefixes.get(prefix);
  const isIt = (node: { name: string; module: unknown }): boolean => node.name === name && node.module === module;
  if (!("byName" in at)) return undefined;
  const found = at.byName.get(name)?.find(isIt);
  if (found || !("operations" in at)) return found;
  const operation: OperationNode | undefined = at.operations.find(isIt);
  if (operation) return isBelow(from, operation.output) ? operation.output : operation.input;
  return at.notifications.find(isIt);
}

function isKeyPredicate(
  at: Point | undefined,
  { prefix, name, equals }: PathPredicate,
  from: Leaf,
  context: XPathContext,
): boolean {
  if (at?.kind !== "list") return false;
  const module = prefix === "" ? context.module : context.prefixes.get(prefix);
  if (!at.keys.some((key) => key.name === name && key.module === module)) return false;
  const value = walk(from, equals, from, context);
  return value?.kind === "leaf";
}

function isBelow(leaf: Leaf, holder: DataParent): boolean {
  for (let at: Point = leaf; at.kind !== "root"; at = at.dataParent) if (at === holder) return true;
  return false;
}

function structureOf(leaf: Leaf): StructureNode | NotificationNode | undefined {
  for (let at: Point = leaf; at.kind !== "root"; at = at.dataParent) if (at.kind === "structure") return at;
  return undefined;
}
