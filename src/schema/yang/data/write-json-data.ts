import type { DataNode, ListNode, YangSchema } from "../schema-node.js";
import { anyJson } from "./any-content.js";
import type { EntryTexts, WriteOptions } from "./entry-texts.js";
import { jsonText } from "./json-text.js";
import { TextSink } from "./text-sink.js";
import type { AnyData, Content, InnerData, LeafData, Metadata, Scalar } from "./tree.js";

/**
 * The data nodes in `inner` as one object, in parts of about 64 KiB to be sent when there is room.
 * @see RFC 7951, section 4
 */
export function* writeJsonData(
  schema: YangSchema,
  inner: InnerData,
  { texts }: WriteOptions = {},
): Generator<string, void, void> {
  const sink = new TextSink();
  yield* new JsonDataWriter(schema, sink, texts).object(inner);
  yield sink.take();
}

/** Names of members: alone, and with the module's name. */
interface MemberName {
  readonly short: string;
  readonly qualified: string;
}

const memberNames = new WeakMap<DataNode, MemberName>();

function memberName(node: DataNode): MemberName {
  const known = memberNames.get(node);
  if (known) return known;
  const made = { short: `"${node.name}":`, qualified: `"${node.module.name}:${node.name}":` };
  memberNames.set(node, made);
  return made;
}

class JsonDataWriter {
  readonly #schema: YangSchema;
  readonly #sink: TextSink;
  readonly #texts: EntryTexts | undefined;

  constructor(schema: YangSchema, sink: TextSink, texts: EntryTexts | undefined) {
    this.#schema = schema;
    this.#sink = sink;
    this.#texts = texts;
  }

  *object(inner: InnerData): Generator<string, void, void> {
    const { schema, slots, metadata } = inner;
    const { dataChildren } = schema;
    const outer = schema.kind === "root" ? undefined : schema.module;
    const sink = this.#sink;
    let before = "{";
    if (metadata) {
      sink.add(`{"@":${metadataText(metadata)}`);
      before = ",";
    }
    for (let slot = 0; slot < slots.length; slot++) {
      const content = slots[slot];
      if (content === undefined) continue;
      const node = dataChildren[slot] as DataNode;
      const { short, qualified } = memberName(node);
      sink.add(before);
      sink.add(node.module === outer ? short : qualified);
      before = ",";
      yield* this.#content(content);
      const about = annotationOf(content);
      if (about) sink.add(`,"@${node.module === outer ? "" : `${node.module.name}:`}${node.name}":${about}`);
      if (sink.isReady) yield sink.take();
    }
    sink.add(before === "{" ? "{}" : "}");
  }

  *#content(content: Exclude<Content, undefined>): Generator<string, void, void> {
    const sink = this.#sink;
    if (content.kind === "leaf") sink.add(scalarJson(content));
    else if (content.kind === "any") sink.add(this.#any(content));
    else if (content.kind === "inner") yield* this.object(content);
    else {
      let before = "[";
      for (const { items } of content.chunks) {
        for (const item of items) {
          sink.add(before);
          before = ",";
          if (item.kind === "leaf") sink.add(scalarJson(item));
          else yield* this.#entry(item);
          if (sink.isReady) yield sink.take();
        }
      }
      sink.add("]");
    }
  }

  *#entry(entry: InnerData): Generator<string, void, void> {
    if (!this.#texts?.areKeptFor(entry.schema as ListNode)) yield* this.object(entry);
    else this.#sink.add(this.#texts.of("json", entry, () => this.#objectText(entry)));
  }

  #objectText(inner: InnerData): string {
    const sink = new TextSink();
    const parts = [...new JsonDataWriter(this.#schema, sink, undefined).object(inner)];
    return parts.join("") + sink.take();
  }

  #any({ schema, content, metadata }: AnyData): string {
    const text = jsonText("json" in content ? content.json : anyJson(content.xml, schema, this.#schema));
    if (schema.kind !== "anydata" || !metadata) return text;
    return `{"@":${metadataText(metadata)}${text === "{}" ? "}" : `,${text.slice(1)}`}`;
  }
}

/** @see RFC 7951, section 6 */
function scalarJson({ type, text }: Scalar): string {
  switch (type.base) {
    case "int8":
    case "int16":
    case "int32":
    case "uint8":
    case "uint16":
    case "uint32":
    case "boolean":
      return text;
    case "empty":
      return "[null]";
    default:
      return JSON.stringify(text);
  }
}

/** What stands beside a node, since it cannot stand inside. @see RFC 7952, section 5.2.3 and 5.2.4 */
function annotationOf(content: Exclude<Content, undefined>): string | undefined {
  if (content.kind === "leaf") return content.metadata && metadataText(content.metadata);
  if (content.kind === "any") {
    return content.schema.kind === "anyxml" && content.metadata ? metadataText(content.metadata) : undefined;
  }
  if (content.kind === "inner") return undefined;
  let has = false;
  const texts: string[] = [];
  for (const item of content.values() as Iterable<InnerData | LeafData>) {
    if (item.kind !== "leaf") return undefined;
    if (item.metadata) has = true;
    texts.push(item.metadata ? metadataText(item.metadata) : "null");
  }
  return has ? `[${texts.join(",")}]` : undefined;
}

function metadataText(metadata: readonly Metadata[]): string {
  return `{${metadata.map(({ module, name, value }) => `"${module}:${name}":${scalarJson(value)}`).join(",")}}`;
}
