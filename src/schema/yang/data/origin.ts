import { Fault } from "../../../base/fault.js";
import type { DataNode, YangSchema } from "../schema-node.js";
import { sameValue } from "./diff.js";
import type { EntryMap } from "./entry-map.js";
import { impliedNodes } from "./implied.js";
import { isProblem, readScalar } from "./scalar.js";
import { type Content, type InnerData, innerData, leafData, type Metadata, type TreeNode } from "./tree.js";

/** @see RFC 8342, section 5.3.4 */
export type Origin = "intended" | "dynamic" | "system" | "learned" | "default" | "unknown";

const MODULE = "ietf-origin";
const NAMESPACE = "urn:ietf:params:xml:ns:yang:ietf-origin";

/** An entry, with what it was marked by when it was marked last. */
interface Marked {
  readonly intended: InnerData | undefined;
  readonly around: Origin | undefined;
  readonly marked: InnerData;
}

/**
 * Says of configuration in the datastore `operational` where it came from, by the annotation `origin`: on top, and below where it
 * is another than that of the node around. State has none. What is the same object when a tree is marked again, beside the same
 * intended configuration, gives the same object, so that texts of it may be kept.
 * @see RFC 8342, section 5.3.4 and 7
 */
export class OriginMarker {
  readonly #schema: YangSchema;
  readonly #annotations = new Map<Origin, Metadata>();
  readonly #known = new WeakMap<InnerData, Marked>();
  readonly #others: Origin;

  /**
   * @param schema with the module ietf-origin
   * @param others where configuration comes from that is neither intended nor a default
   * @throws {Fault} `absent` when the schema has no such annotation
   */
  constructor(schema: YangSchema, others: Origin = "system") {
    this.#schema = schema;
    this.#others = others;
    const annotation = schema.annotations.find(({ module, name }) => module.name === MODULE && name === "origin");
    if (!annotation) throw new Fault("absent", `the schema has no annotation of the module ${MODULE}`);
    for (const origin of ["intended", "dynamic", "system", "learned", "default", "unknown"] as const) {
      const names = { schema, format: "json" as const, moduleOf: (name: string) => schema.module(name) };
      const value = readScalar(annotation.type, "text", `${MODULE}:${origin}`, names);
      if (isProblem(value)) throw new Fault("absent", `the schema has no origin ${origin}: ${value.message}`);
      this.#annotations.set(origin, { module: MODULE, namespace: NAMESPACE, name: "origin", value });
    }
  }

  /**
   * @param tree what is in use; defaults are told by being those that `withDefaults` puts in
   * @param intended the configuration that is to be applied, without defaults
   */
  mark(tree: InnerData, intended: InnerData): InnerData {
    return this.#children(tree, intended, undefined, tree.metadata);
  }

  #children(
    inner: InnerData,
    intended: InnerData | undefined,
    around: Origin | undefined,
    metadata: readonly Metadata[] | undefined,
  ): InnerData {
    const implied = impliedNodes(this.#schema).of(inner.schema);
    let slots: Content[] | undefined;
    for (let slot = 0; slot < inner.slots.length; slot++) {
      const content = inner.slots[slot];
      const node = inner.schema.dataChildren[slot] as DataNode;
      if (content === undefined || !node.config) continue;
      const isDefault = content === implied[slot]?.content && node.kind !== "container";
      const marked = isDefault
        ? this.#default(content, intended?.slots[slot], around)
        : this.#content(content, intended?.slots[slot], around);
      if (marked === content) continue;
      slots ??= inner.slots.slice();
      slots[slot] = marked;
    }
    if (!slots && metadata === inner.metadata) return inner;
    return innerData(inner.schema, slots ?? inner.slots, metadata);
  }

  /** A value that somebody wants to be what it would be anyway is intended. */
  #default(content: Exclude<Content, undefined>, intended: Content, around: Origin | undefined): Content {
    if (intended !== undefined) return this.#content(content, intended, around);
    if (content.kind !== "entries") return this.#annotated(content, "default", around);
    return (content as EntryMap<TreeNode>).map((value) => this.#annotated(value, "default", around)) as Content;
  }

  #content(content: Exclude<Content, undefined>, intended: Content, around: Origin | undefined): Content {
    if (content.kind !== "entries") {
      return this.#node(content, intended?.kind === "entries" ? undefined : intended, around);
    }
    const wanted = intended?.kind === "entries" ? (intended as EntryMap<TreeNode>) : undefined;
    return (content as EntryMap<TreeNode>).map((entry, key) => this.#node(entry, wanted?.get(key), around)) as Content;
  }

  #node(node: TreeNode, intended: TreeNode | undefined, around: Origin | undefined): TreeNode {
    if (node.kind !== "inner") {
      const isIntended = intended !== undefined && sameValue(node, intended);
      return this.#annotated(node, isIntended ? "intended" : this.#others, around);
    }
    const wanted = intended?.kind === "inner" ? intended : undefined;
    const known = this.#known.get(node);
    if (known && known.intended === wanted && known.around === around) return known.marked;
    const origin = wanted ? "intended" : this.#others;
    const marked = this.#children(node, wanted, origin, this.#metadata(node, origin, around));
    this.#known.set(node, { intended: wanted, around, marked });
    return marked;
  }

  #annotated(node: TreeNode, origin: Origin, around: Origin | undefined): TreeNode {
    const metadata = this.#metadata(node, origin, around);
    if (metadata === node.metadata) return node;
    return node.kind === "leaf" ? leafData(node.schema, node, metadata) : { ...node, metadata };
  }

  #metadata({ metadata }: TreeNode, origin: Origin, around: Origin | undefined): readonly Metadata[] | undefined {
    if (origin === around) return metadata;
    return [...(metadata ?? []), this.#annotations.get(origin) as Metadata];
  }
}
