import type { AnyNode, DataNode, DataParent, LeafListNode, LeafNode, YangSchema } from "../schema-node.js";
import { ErrorList } from "./data-error.js";
import type { NameScope } from "./instance-identifier.js";
import { type JsonLimits, JsonText } from "./json-text.js";
import type { ReadData, ReadOptions } from "./read-xml-data.js";
import { type Given, isProblem, readScalar, type ScalarResult } from "./scalar.js";
import type { Json, Metadata } from "./tree.js";
import { TreeBuilder } from "./tree-builder.js";

/**
 * Reads instance data from an object whose members are the data nodes.
 * @param holder what the data nodes are children of: the root of the schema, an operation's input and so on
 * @throws {DecodeError} when it is not JSON, has a member twice in one object, or is beyond a limit
 * @see RFC 7951
 */
export function readJsonData(
  schema: YangSchema,
  holder: DataParent,
  document: Uint8Array | string,
  options: ReadOptions & { readonly limits?: Partial<JsonLimits> } = {},
): ReadData {
  const text = new JsonText(document, options.limits);
  const reader = new JsonDataReader(schema, holder, text, options);
  const read = reader.read();
  text.end();
  return read;
}

class JsonDataReader {
  readonly #schema: YangSchema;
  readonly #json: JsonText;
  readonly #builder: TreeBuilder;
  readonly #errors: ErrorList;
  readonly #acceptsState: boolean;
  /** Names as seen from nodes of one module. */
  readonly #names = new Map<string, NameScope>();

  constructor(schema: YangSchema, holder: DataParent, json: JsonText, { state = true, mostErrors }: ReadOptions) {
    this.#schema = schema;
    this.#json = json;
    this.#errors = new ErrorList(mostErrors);
    this.#builder = new TreeBuilder(holder, this.#errors);
    this.#acceptsState = state;
  }

  read(): ReadData {
    this.#object();
    return { tree: this.#builder.finish(), errors: this.#errors.errors };
  }

  /** The members of what is open. */
  #object(): void {
    const json = this.#json;
    if (json.next !== "{") {
      this.#wrong(this.#builder.path(), "an object was expected");
      return;
    }
    const annotations: [node: DataNode, value: Json][] = [];
    for (const name of json.members()) {
      if (name === "@") {
        const metadata = this.#metadata(json.value(), undefined);
        if (metadata) this.#builder.annotate(metadata);
      } else if (name.startsWith("@")) {
        const node = this.#find(name.slice(1));
        const value = json.value();
        if (node) annotations.push([node, value]);
      } else {
        const node = this.#find(name);
        if (node) this.#node(node);
        else json.value();
      }
    }
    for (const [node, value] of annotations) this.#annotate(node, value);
  }

  #node(node: DataNode): void {
    const json = this.#json;
    switch (node.kind) {
      case "container":
        this.#builder.open(node);
        this.#object();
        this.#builder.close(() => json.offset());
        return;
      case "list":
        if (!this.#isArray(node)) return;
        for (const _ of json.elements()) {
          this.#builder.open(node);
          this.#object();
          this.#builder.close(() => json.offset());
        }
        return;
      case "leaf": {
        const scalar = this.#scalar(node);
        if (scalar && !isProblem(scalar)) this.#builder.leaf(node, scalar);
        return;
      }
      case "leaf-list":
        if (!this.#isArray(node)) return;
        for (const _ of json.elements()) {
          const scalar = this.#scalar(node);
          if (scalar && !isProblem(scalar)) this.#builder.value(node, scalar);
        }
        return;
      case "anydata":
        if (json.next !== "{") {
          this.#wrong(this.#builder.pathOf(node), "an object was expected");
          return;
        }
        this.#anydata(node);
        return;
      case "anyxml":
        this.#builder.any(node, { json: json.value() });
    }
  }

  /** Its metadata stands inside of the object. @see RFC 7952, section 5.2.2 */
  #anydata(node: AnyNode): void {
    const members = this.#json.value() as ReadonlyMap<string, Json>;
    const about = members.get("@");
    if (about === undefined) {
      this.#builder.any(node, { json: members });
      return;
    }
    this.#builder.any(node, { json: new Map([...members].filter(([name]) => name !== "@")) });
    this.#annotate(node, about);
  }

  #isArray(node: DataNode): boolean {
    if (this.#json.next === "[") return true;
    this.#wrong(this.#builder.pathOf(node), "an array was expected");
    return false;
  }

  #scalar(node: LeafNode | LeafListNode): ScalarResult | undefined {
    const token = this.#token();
    if (!token) {
      this.#errors.add("invalid-value", this.#builder.pathOf(node), "no single value", { offset: this.#json.offset() });
      return undefined;
    }
    const read = readScalar(node.type, token.given, token.text, this.#namesIn(node));
    if (isProblem(read)) {
      const { message, appTag } = read;
      const offset = this.#json.offset();
      this.#errors.add("invalid-value", this.#builder.pathOf(node), message, { appTag, offset });
    }
    return read;
  }

  #token(): { readonly given: Given; readonly text: string } | undefined {
    const json = this.#json;
    switch (json.next) {
      case '"':
        return { given: "string", text: json.string() };
      case "t":
      case "f":
      case "n": {
        const word = json.word();
        return word === null ? undefined : { given: "boolean", text: String(word) };
      }
      case "[":
      case "{":
        return tokenOf(json.value());
      default:
        return { given: "number", text: json.number() };
    }
  }

  #namesIn({ module }: DataNode): NameScope {
    const known = this.#names.get(module.name);
    if (known) return known;
    const names: NameScope = {
      schema: this.#schema,
      format: "json",
      moduleOf: (prefix) => (prefix === "" ? module : this.#schema.module(prefix)),
    };
    this.#names.set(module.name, names);
    return names;
  }

  #find(qualified: string): DataNode | undefined {
    const holder = this.#builder.schema;
    const colon = qualified.indexOf(":");
    const name = qualified.slice(colon + 1);
    const outer = holder.kind === "root" ? undefined : holder.module.name;
    const moduleName = colon < 0 ? outer : qualified.slice(0, colon);
    const offset = this.#json.offset.bind(this.#json);
    for (const node of holder.byName.get(name) ?? []) {
      if (node.module.name !== moduleName) continue;
      if (node.config || this.#acceptsState) return node;
      this.#errors.add("unknown-element", this.#builder.path(), `${name} is state, not configuration`, {
        info: { badElement: name },
        offset: offset(),
      });
      return undefined;
    }
    if (colon >= 0 && !this.#schema.module(qualified.slice(0, colon))) {
      this.#errors.add("unknown-namespace", this.#builder.path(), `there is no module of ${qualified.slice(0, 80)}`, {
        info: { badElement: name, badNamespace: qualified.slice(0, colon) },
        offset: offset(),
      });
    } else {
      this.#errors.add("unknown-element", this.#builder.path(), `there is no ${qualified.slice(0, 80)} here`, {
        info: { badElement: name },
        offset: offset(),
      });
    }
    return undefined;
  }

  /** @see RFC 7952, section 5.2.2 and 5.2.3 */
  #annotate(node: DataNode, value: Json): void {
    if (node.kind === "leaf-list") {
      const lists = Array.isArray(value) ? (value as readonly Json[]) : [];
      if (!Array.isArray(value))
        this.#wrong(this.#builder.pathOf(node), "metadata of a leaf-list stands in an array", true);
      const metadata = lists.map((one) => (one === null ? undefined : this.#metadata(one, node)));
      if (!this.#builder.annotateValues(node, metadata)) this.#noInstance(node);
      return;
    }
    const metadata = this.#metadata(value, node);
    if (metadata && !this.#builder.annotateNode(node, metadata)) this.#noInstance(node);
  }

  #noInstance(node: DataNode): void {
    this.#wrong(this.#builder.pathOf(node), "metadata of a node that is not there", true);
  }

  #metadata(value: Json, node: DataNode | undefined): readonly Metadata[] | undefined {
    const path = node ? this.#builder.pathOf(node) : this.#builder.path();
    if (!(value instanceof Map)) {
      this.#wrong(path, "metadata stands in an object", true);
      return undefined;
    }
    const metadata: Metadata[] = [];
    for (const [qualified, held] of value as ReadonlyMap<string, Json>) {
      const colon = qualified.indexOf(":");
      const module = qualified.slice(0, Math.max(colon, 0));
      const name = qualified.slice(colon + 1);
      const found = this.#schema.annotations.find((one) => one.name === name && one.module.name === module);
      const token = tokenOf(held);
      const info = { badAttribute: qualified.slice(0, 80), badElement: node?.name ?? "" };
      if (!found) {
        this.#errors.add("unknown-attribute", path, `no module declares ${qualified.slice(0, 80)}`, { info });
        continue;
      }
      const names = {
        schema: this.#schema,
        format: "json" as const,
        moduleOf: (prefix: string) => this.#schema.module(prefix),
      };
      const read = token && readScalar(found.type, token.given, token.text, names);
      if (!read || isProblem(read)) {
        this.#errors.add("bad-attribute", path, read?.message ?? "no single value", { info });
      } else metadata.push({ module, namespace: found.module.namespace, name, value: read });
    }
    return metadata.length > 0 ? metadata : undefined;
  }

  /** @param isRead whether the value is read already, else it is skipped */
  #wrong(path: ReturnType<TreeBuilder["path"]>, message: string, isRead = false): void {
    this.#errors.add("invalid-value", path, message, { offset: this.#json.offset() });
    if (!isRead) this.#json.value();
  }
}

function tokenOf(json: Json): { readonly given: Given; readonly text: string } | undefined {
  if (typeof json === "string") return { given: "string", text: json };
  if (typeof json === "boolean") return { given: "boolean", text: String(json) };
  if (json === null) return undefined;
  if (Array.isArray(json)) return json.length === 1 && json[0] === null ? { given: "empty", text: "" } : undefined;
  return "number" in json ? { given: "number", text: json.number as string } : undefined;
}
