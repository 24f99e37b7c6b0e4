import { type XmlAttribute, type XmlElement, type XmlNode, xmlnsNamespace } from "../../../codec/xml/element.js";
import type { XmlCursor, XmlHandler, XmlLimits } from "../../../codec/xml/read-xml.js";
import { scanXml } from "../../../codec/xml/scan-xml.js";
import type { AnyNode, DataNode, DataParent, LeafListNode, LeafNode, YangSchema } from "../schema-node.js";
import { type DataError, ErrorList } from "./data-error.js";
import type { NameScope } from "./instance-identifier.js";
import { isProblem, readScalar } from "./scalar.js";
import type { InnerData, Metadata } from "./tree.js";
import { TreeBuilder } from "./tree-builder.js";

export interface ReadOptions {
  /** Whether state nodes may stand in the document; else they are errors. */
  readonly state?: boolean;
  readonly mostErrors?: number;
}

/** A tree, without what the errors are about. */
export interface ReadData {
  readonly tree: InnerData;
  readonly errors: readonly DataError[];
}

/**
 * Reads instance data from a document whose outermost element, whatever it is called, has the data nodes in it.
 * @param holder what the data nodes are children of: the root of the schema, an operation's input and so on
 * @throws {DecodeError} when it is not well-formed XML, or beyond a limit
 * @see RFC 7950, section 7
 */
export function readXmlData(
  schema: YangSchema,
  holder: DataParent,
  document: Uint8Array | string,
  options: ReadOptions & { readonly limits?: Partial<XmlLimits> } = {},
): ReadData {
  let reader: XmlDataReader | undefined;
  scanXml(
    document,
    (cursor) => {
      reader = new XmlDataReader(schema, holder, cursor, options);
      return reader;
    },
    options.limits,
  );
  return (reader as XmlDataReader).finish();
}

/** The same from an element that was read already; errors have no offset. */
export function readElementData(
  schema: YangSchema,
  holder: DataParent,
  element: XmlElement,
  options: ReadOptions = {},
): ReadData {
  const scopes: XmlElement[] = [];
  const cursor: XmlCursor = { offset: () => -1, namespaceOf: (prefix) => namespaceIn(scopes, prefix) };
  const reader = new XmlDataReader(schema, holder, cursor, options);
  const visit = (node: XmlElement): void => {
    scopes.push(node);
    reader.open(node.local, node.namespace, node.attributes, node.name);
    for (const child of node.children) {
      if (typeof child === "string") reader.text(child);
      else visit(child);
    }
    reader.close();
    scopes.pop();
  };
  visit(element);
  return reader.finish();
}

/** What a prefix is bound to inside of `scopes`, outermost first: by a declaration, or by a name that has it. */
export function namespaceIn(scopes: readonly XmlElement[], prefix: string): string | undefined {
  const declared = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
  for (let at = scopes.length - 1; at >= 0; at--) {
    const { name, namespace, attributes } = scopes[at] as XmlElement;
    const found = attributes.find((one) => one.namespace === xmlnsNamespace && one.name === declared);
    if (found) return found.value;
    // A tree that was built has no declarations; its names tell.
    if (name.slice(0, Math.max(0, name.indexOf(":"))) === prefix) return namespace;
  }
  return undefined;
}

/** An `anydata` or `anyxml` whose inside is kept as it is. */
interface Keeping {
  readonly schema: AnyNode;
  readonly metadata: readonly Metadata[] | undefined;
  readonly content: XmlNode[];
  readonly open: XmlNode[][];
}

class XmlDataReader implements XmlHandler {
  readonly #schema: YangSchema;
  readonly #cursor: XmlCursor;
  readonly #builder: TreeBuilder;
  readonly #errors: ErrorList;
  readonly #names: NameScope;
  readonly #acceptsState: boolean;
  #isInside = false;
  /** The leaf whose text is being read. */
  #leaf: LeafNode | LeafListNode | undefined;
  #leafMetadata: readonly Metadata[] | undefined;
  #text = "";
  #any: Keeping | undefined;
  /** How many elements are open from the one on that is left out. */
  #skipped = 0;

  constructor(schema: YangSchema, holder: DataParent, cursor: XmlCursor, { state = true, mostErrors }: ReadOptions) {
    this.#schema = schema;
    this.#cursor = cursor;
    this.#errors = new ErrorList(mostErrors);
    this.#builder = new TreeBuilder(holder, this.#errors);
    this.#acceptsState = state;
    this.#names = {
      schema,
      format: "xml",
      moduleOf: (prefix) => {
        const namespace = cursor.namespaceOf(prefix);
        return namespace === undefined ? undefined : schema.moduleByNamespace(namespace);
      },
    };
  }

  open(local: string, namespace: string, attributes: readonly XmlAttribute[], name: string): void {
    if (this.#skipped > 0) {
      this.#skipped += 1;
      return;
    }
    if (this.#any) {
      const children: XmlNode[] = [];
      (this.#any.open.at(-1) ?? this.#any.content).push({ name, local, namespace, attributes, children });
      this.#any.open.push(children);
      return;
    }
    if (!this.#isInside) {
      this.#isInside = true;
      return;
    }
    if (this.#leaf) {
      this.#refuse("unknown-element", `${this.#leaf.name} has no elements in it`, { badElement: local });
      return;
    }
    const node = this.#find(local, namespace);
    if (!node) return;
    const metadata = attributes.length > 0 ? this.#metadata(node, attributes) : undefined;
    switch (node.kind) {
      case "container":
      case "list":
        this.#builder.open(node, metadata);
        return;
      case "leaf":
      case "leaf-list":
        this.#leaf = node;
        this.#leafMetadata = metadata;
        this.#text = "";
        return;
      default:
        this.#any = { schema: node, metadata, content: [], open: [] };
    }
  }

  text(text: string): void {
    if (this.#skipped > 0) return;
    if (this.#leaf) this.#text = this.#text === "" ? text : this.#text + text;
    else if (this.#any) {
      const children = this.#any.open.at(-1) ?? this.#any.content;
      const last = children.at(-1);
      if (typeof last === "string") children[children.length - 1] = last + text;
      else children.push(text);
    } else if (/[^ \t\r\n]/.test(text)) {
      this.#errors.add("invalid-value", this.#builder.path(), "text where only elements stand", {
        offset: this.#cursor.offset(),
      });
    }
  }

  close(): void {
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    if (this.#any) {
      if (this.#any.open.pop()) return;
      const { schema, metadata, content } = this.#any;
      this.#builder.any(schema, { xml: content }, metadata);
      this.#any = undefined;
      return;
    }
    if (this.#leaf) {
      this.#endLeaf(this.#leaf);
      this.#leaf = undefined;
      return;
    }
    const { kind } = this.#builder.schema;
    if (kind === "container" || kind === "list") this.#builder.close(this.#cursor.offset);
  }

  finish(): ReadData {
    return { tree: this.#builder.finish(), errors: this.#errors.errors };
  }

  #find(local: string, namespace: string): DataNode | undefined {
    const candidates = this.#builder.schema.byName.get(local);
    if (candidates) {
      for (const node of candidates) {
        if (node.module.namespace !== namespace) continue;
        if (node.config || this.#acceptsState) return node;
        return this.#refuse("unknown-element", `${local} is state, not configuration`, { badElement: local });
      }
    }
    if (!this.#schema.moduleByNamespace(namespace)) {
      const info = { badElement: local, badNamespace: namespace };
      return this.#refuse("unknown-namespace", `no module has the namespace of ${local}`, info);
    }
    return this.#refuse("unknown-element", `there is no ${local} here`, { badElement: local });
  }

  #refuse(tag: "unknown-element" | "unknown-namespace", message: string, info: DataError["info"]): undefined {
    this.#skipped = 1;
    if (this.#errors.isFull) return undefined;
    this.#errors.add(tag, this.#builder.path(), message, { info, offset: this.#cursor.offset() });
    return undefined;
  }

  #endLeaf(schema: LeafNode | LeafListNode): void {
    const read = readScalar(schema.type, "text", this.#text, this.#names);
    if (isProblem(read)) {
      const { message, appTag } = read;
      const offset = this.#cursor.offset();
      this.#errors.add("invalid-value", this.#builder.pathOf(schema), message, { appTag, offset });
      return;
    }
    const scalar = read.text.length < SLICED ? read : { type: read.type, text: detached(read.text) };
    const { offset } = this.#cursor;
    if (schema.kind === "leaf") this.#builder.leaf(schema, scalar, this.#leafMetadata, offset);
    else this.#builder.value(schema, scalar, this.#leafMetadata, offset);
  }

  /** @see RFC 7952, section 5.1 */
  #metadata(node: DataNode, attributes: readonly XmlAttribute[]): readonly Metadata[] | undefined {
    const metadata: Metadata[] = [];
    for (const { local, namespace, value } of attributes) {
      if (namespace === xmlnsNamespace) continue;
      const found = this.#schema.annotations.find((one) => one.name === local && one.module.namespace === namespace);
      const read = found && readScalar(found.type, "text", value, this.#names);
      if (!found || !read) {
        const info = { badAttribute: local, badElement: node.name };
        this.#errors.add("unknown-attribute", this.#builder.pathOf(node), `no module declares ${local}`, {
          info,
          offset: this.#cursor.offset(),
        });
      } else if (isProblem(read)) {
        const info = { badAttribute: local, badElement: node.name };
        this.#errors.add("bad-attribute", this.#builder.pathOf(node), read.message, {
          info,
          offset: this.#cursor.offset(),
        });
      } else metadata.push({ module: found.module.name, namespace, name: local, value: read });
    }
    return metadata.length > 0 ? metadata : undefined;
  }
}

/** From this length on a piece of a text keeps all of the text in memory. */
const SLICED = 13;

/** A copy of its own: one value must not keep the whole message that it came with. */
function detached(text: string): string {
  const encoding = /^[\0-\xff]*$/.test(text) ? "latin1" : "utf16le";
  return Buffer.from(text, encoding).toString(encoding);
}
