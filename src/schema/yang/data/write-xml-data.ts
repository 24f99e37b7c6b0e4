import { type XmlElement, type XmlNode, xmlnsNamespace } from "../../../codec/xml/element.js";
import { escapeAttribute, escapeText, writeXml } from "../../../codec/xml/write.js";
import type { YangModule } from "../module.js";
import type { DataNode, YangSchema } from "../schema-node.js";
import { anyElements } from "./any-content.js";
import type { EntryTexts, WriteOptions } from "./entry-texts.js";
import { TextSink } from "./text-sink.js";
import { type AnyData, type Content, type InnerData, keysOf, type LeafData, type Metadata } from "./tree.js";
import { type PrefixOf, PrefixTable, scalarXml } from "./xml-text.js";

/**
 * The data nodes in `inner` as elements one after the other, without one around them, in parts of about 64 KiB to be sent
 * when there is room. Each element declares the namespaces it needs, so that they can stand inside of anything.
 * @throws {Fault} `invalid` for anydata with characters that XML cannot carry
 * @see RFC 7950, section 7
 */
export function* writeXmlData(
  schema: YangSchema,
  inner: InnerData,
  { texts }: WriteOptions = {},
): Generator<string, void, void> {
  const sink = new TextSink();
  yield* new XmlDataWriter(schema, sink, texts).children(inner, undefined);
  const rest = sink.take();
  if (rest !== "") yield rest;
}

/** The tags of a node: without and with the declaration of its namespace. */
interface Tags {
  readonly open: string;
  readonly openDeclaring: string;
  readonly close: string;
}

const tagsOf = new WeakMap<DataNode, Tags>();

function tags(node: DataNode): Tags {
  const known = tagsOf.get(node);
  if (known) return known;
  const made = {
    open: `<${node.name}`,
    openDeclaring: `<${node.name} xmlns="${escapeAttribute(node.module.namespace)}"`,
    close: `</${node.name}>`,
  };
  tagsOf.set(node, made);
  return made;
}

class XmlDataWriter {
  readonly #schema: YangSchema;
  readonly #sink: TextSink;
  readonly #texts: EntryTexts | undefined;

  constructor(schema: YangSchema, sink: TextSink, texts: EntryTexts | undefined) {
    this.#schema = schema;
    this.#sink = sink;
    this.#texts = texts;
  }

  *children(inner: InnerData, outer: YangModule | undefined): Generator<string, void, void> {
    const { schema, slots } = inner;
    const { dataChildren } = schema;
    const keys = schema.kind === "list" ? (keysOf(inner) ?? []) : [];
    for (const key of keys) this.#leaf(key.schema, key, outer);
    for (let slot = 0; slot < slots.length; slot++) {
      const content = slots[slot];
      if (content === undefined) continue;
      const node = dataChildren[slot] as DataNode;
      if (content.kind === "leaf") {
        if (keys.length === 0 || node.kind !== "leaf" || !node.isKey) this.#leaf(node, content, outer);
      } else yield* this.content(node, content, outer);
    }
  }

  *content(
    node: DataNode,
    content: Exclude<Content, undefined>,
    outer: YangModule | undefined,
  ): Generator<string, void, void> {
    if (content.kind === "leaf") this.#leaf(node, content, outer);
    else if (content.kind === "any") this.#any(content, outer);
    else if (content.kind === "inner") yield* this.#inner(node, content, outer);
    else {
      for (const { items } of content.chunks) {
        for (const item of items) {
          if (item.kind === "inner") yield* this.#inner(node, item, outer);
          else {
            this.#leaf(node, item, outer);
            if (this.#sink.isReady) yield this.#sink.take();
          }
        }
      }
    }
  }

  *#inner(node: DataNode, inner: InnerData, outer: YangModule | undefined): Generator<string, void, void> {
    const { open, openDeclaring } = tags(node);
    const sink = this.#sink;
    sink.add(node.module === outer ? open : openDeclaring);
    if (this.#texts?.areKeptFor(node)) sink.add(this.#texts.of("xml", inner, () => this.#textBehindName(node, inner)));
    else yield* this.behindName(node, inner);
    if (sink.isReady) yield sink.take();
  }

  /** What follows the name in an element's first tag, which is the same wherever the element stands. */
  *behindName(node: DataNode, inner: InnerData): Generator<string, void, void> {
    const sink = this.#sink;
    if (inner.metadata) sink.add(this.#attributes(inner.metadata, new PrefixTable()));
    sink.add(">");
    yield* this.children(inner, node.module);
    sink.add(tags(node).close);
  }

  #textBehindName(node: DataNode, inner: InnerData): string {
    const sink = new TextSink();
    const parts = [...new XmlDataWriter(this.#schema, sink, undefined).behindName(node, inner)];
    return parts.join("") + sink.take();
  }

  #leaf(node: DataNode, leaf: LeafData, outer: YangModule | undefined): void {
    const { open, openDeclaring, close } = tags(node);
    const start = node.module === outer ? open : openDeclaring;
    const { base } = leaf.type;
    if (leaf.metadata === undefined && base !== "identityref" && base !== "instance-identifier") {
      const text = base === "string" ? escapeText(leaf.text) : leaf.text;
      this.#sink.add(`${start}>${text}${close}`);
      return;
    }
    const prefixes = new PrefixTable();
    const attributes = leaf.metadata ? this.#attributes(leaf.metadata, prefixes) : "";
    const declared = new Map(prefixes.namespaces);
    const value = escapeText(scalarXml(leaf, this.#schema, prefixes.prefixOf));
    const added = [...prefixes.namespaces].filter(([prefix]) => !declared.has(prefix));
    this.#sink.add(`${start}${attributes}${declarations(added)}>${value}${close}`);
  }

  /** @see RFC 7952, section 5.1 */
  #attributes(metadata: readonly Metadata[], prefixes: PrefixTable): string {
    let text = "";
    const prefixOf: PrefixOf = prefixes.prefixOf;
    for (const { module, namespace, name, value } of metadata) {
      const owner = { namespace, prefix: this.#schema.module(module)?.prefix ?? module };
      text += ` ${prefixOf(owner)}:${name}="${escapeAttribute(scalarXml(value, this.#schema, prefixOf))}"`;
    }
    return declarations(prefixes.namespaces) + text;
  }

  #any({ schema, content, metadata }: AnyData, outer: YangModule | undefined): void {
    const { open, openDeclaring, close } = tags(schema);
    const start = schema.module === outer ? open : openDeclaring;
    const attributes = metadata ? this.#attributes(metadata, new PrefixTable()) : "";
    const nodes: readonly XmlNode[] = "xml" in content ? content.xml : anyElements(content.json, schema, this.#schema);
    this.#sink.add(`${start}${attributes}>`);
    for (const node of nodes)
      this.#sink.add(typeof node === "string" ? escapeText(node) : writeXml(selfContained(node)));
    this.#sink.add(close);
  }
}

/** `writeXml` thinks of no namespace as what is in force outside; here that is the parent's, so it is taken back. */
function selfContained(element: XmlElement): XmlElement {
  const isInNone = element.namespace === "" && !element.attributes.some(({ name }) => name === "xmlns");
  if (!isInNone) return element;
  const undeclared = { name: "xmlns", local: "xmlns", namespace: xmlnsNamespace, value: "" };
  return { ...element, attributes: [undeclared, ...element.attributes] };
}

function declarations(namespaces: Iterable<readonly [prefix: string, namespace: string]>): string {
  let text = "";
  for (const [prefix, namespace] of namespaces) text += ` xmlns:${prefix}="${escapeAttribute(namespace)}"`;
  return text;
}
