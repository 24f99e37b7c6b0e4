import { type XmlAttribute, type XmlElement, xmlnsNamespace } from "../../../codec/xml/element.js";
import { type DataError, ErrorList } from "../data/data-error.js";
import type { NameScope } from "../data/instance-identifier.js";
import { readInstancePath } from "../data/instance-identifier.js";
import type { InstancePath, InstanceStep } from "../data/path.js";
import { namespaceIn } from "../data/read-xml-data.js";
import { isProblem, readScalar } from "../data/scalar.js";
import { keyText, type Metadata, type Scalar } from "../data/tree.js";
import type {
  ContainerNode,
  DataNode,
  DataParent,
  LeafListNode,
  LeafNode,
  ListNode,
  YangSchema,
} from "../schema-node.js";
import type { YangType } from "../type.js";
import { excerpt } from "../yang-error.js";
import type { EditNode, EditOperation, Insertion } from "./edit-node.js";

const netconfNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0";
const yangNamespace = "urn:ietf:params:xml:ns:yang:1";
const defaultsNamespace = "urn:ietf:params:xml:ns:netconf:default:1.0";

const operations: ReadonlySet<string> = new Set<EditOperation>(["merge", "replace", "create", "delete", "remove"]);

/** What was read, without what the errors are about. */
export interface ReadEdit {
  readonly nodes: readonly EditNode[];
  readonly errors: readonly DataError[];
}

/**
 * Reads the `config` parameter of an edit-config: data nodes of configuration with `operation`, `insert`, `key`, `value` and
 * `default` attributes.
 * @param element `config` itself
 * @param outer the elements around it, outermost first, whose declarations of prefixes are in force in it
 * @see RFC 6241, section 7.2, RFC 7950, section 7.7.9 and 7.8.6, RFC 6243, section 4.5.2
 */
export function readEdit(schema: YangSchema, element: XmlElement, outer: readonly XmlElement[] = []): ReadEdit {
  const reader = new EditReader(schema, [...outer, element]);
  const nodes = reader.children(element, schema.root, []);
  return { nodes, errors: reader.errors.errors };
}

/** The attributes of one element that mean something to an edit. */
interface EditAttributes {
  operation: EditOperation | undefined;
  insert: string | undefined;
  anchor: { readonly name: "key" | "value"; readonly text: string } | undefined;
  isDefault: boolean;
  metadata: readonly Metadata[] | undefined;
}

class EditReader {
  readonly errors = new ErrorList();
  readonly #schema: YangSchema;
  readonly #scopes: XmlElement[];
  readonly #names: NameScope;

  constructor(schema: YangSchema, scopes: readonly XmlElement[]) {
    this.#schema = schema;
    this.#scopes = [...scopes];
    this.#names = {
      schema,
      format: "xml",
      moduleOf: (prefix) => {
        const namespace = namespaceIn(this.#scopes, prefix);
        return namespace === undefined ? undefined : schema.moduleByNamespace(namespace);
      },
    };
  }

  children(element: XmlElement, holder: DataParent, path: InstancePath): readonly EditNode[] {
    const nodes: EditNode[] = [];
    const seen = new Set<string>();
    for (const child of element.children) {
      if (typeof child === "string") {
        if (/[^ \t\r\n]/.test(child)) this.errors.add("invalid-value", path, "text where only elements stand");
        continue;
      }
      const schema = this.#find(child, holder, path);
      if (!schema) continue;
      this.#scopes.push(child);
      const node = this.#node(child, schema, path);
      this.#scopes.pop();
      if (!node) continue;
      const identity = identityOf(node);
      if (seen.has(identity)) {
        const info = { badElement: child.local };
        this.errors.add("bad-element", [...path, stepOf(node)], `${child.local} stands twice`, { info });
      } else nodes.push(node);
      seen.add(identity);
    }
    return nodes;
  }

  #find({ local, namespace }: XmlElement, holder: DataParent, path: InstancePath): DataNode | undefined {
    const found = holder.byName.get(local)?.find(({ module }) => module.namespace === namespace);
    if (found?.config) return found;
    if (found) {
      const info = { badElement: local };
      this.errors.add("unknown-element", path, `${local} is state, not configuration`, { info });
    } else if (this.#schema.moduleByNamespace(namespace)) {
      this.errors.add("unknown-element", path, `there is no ${excerpt(local)} here`, { info: { badElement: local } });
    } else {
      const info = { badElement: local, badNamespace: namespace };
      this.errors.add("unknown-namespace", path, `no module has the namespace of ${excerpt(local)}`, { info });
    }
    return undefined;
  }

  #node(element: XmlElement, schema: DataNode, above: InstancePath): EditNode | undefined {
    const path: InstancePath = [...above, { node: schema, predicate: undefined }];
    const { operation, insert, anchor, isDefault, metadata } = this.#attributes(element, schema, path);
    const common = { operation, metadata, offset: undefined };
    switch (schema.kind) {
      case "container":
        return { ...common, schema, children: this.children(element, schema, path) };
      case "list":
        return this.#entry(element, schema, above, common, this.#insertion(schema, insert, anchor, path));
      case "leaf": {
        const isGone = operation === "delete" || operation === "remove";
        const value = isGone && element.children.length === 0 ? undefined : this.#scalar(element, schema, path);
        return value || isGone ? { ...common, schema, value, isDefault } : undefined;
      }
      case "leaf-list": {
        const value = this.#scalar(element, schema, path);
        return value && { ...common, schema, value, insertion: this.#insertion(schema, insert, anchor, path) };
      }
      default:
        return { ...common, schema, content: { xml: element.children } };
    }
  }

  #entry(
    element: XmlElement,
    schema: ListNode,
    above: InstancePath,
    common: Pick<EditNode, "operation" | "metadata" | "offset">,
    insertion: Insertion | undefined,
  ): EditNode | undefined {
    const keys: Scalar[] = [];
    const unkeyed: InstancePath = [...above, { node: schema, predicate: undefined }];
    for (const key of schema.keys) {
      const child = element.children.find(
        (one): one is XmlElement =>
          typeof one !== "string" && one.local === key.name && one.namespace === key.module.namespace,
      );
      if (!child) {
        const info = { badElement: key.name };
        this.errors.add("missing-element", unkeyed, `the key ${key.name} is missing`, { info });
        continue;
      }
      this.#scopes.push(child);
      const read = readScalar(key.type, "text", textIn(child), this.#names);
      this.#scopes.pop();
      // A wrong value is told when the leaf is read with the other children.
      if (!isProblem(read)) keys.push(read);
    }
    const step: InstanceStep = { node: schema, predicate: keys.length === schema.keys.length ? { keys } : undefined };
    const children = this.children(element, schema, [...above, step]);
    if (keys.length < schema.keys.length) return undefined;
    return { ...common, schema, key: keyText(keys.map(({ text }) => text)), keys, insertion, children };
  }

  #scalar(element: XmlElement, schema: LeafNode | LeafListNode, path: InstancePath): Scalar | undefined {
    const inner = element.children.find((child): child is XmlElement => typeof child !== "string");
    if (inner) {
      const info = { badElement: inner.local };
      this.errors.add("unknown-element", path, `${schema.name} has no elements in it`, { info });
      return undefined;
    }
    const read = readScalar(schema.type, "text", textIn(element), this.#names);
    if (!isProblem(read)) return read;
    this.errors.add("invalid-value", path, read.message, { appTag: read.appTag });
    return undefined;
  }

  #attributes({ attributes }: XmlElement, schema: DataNode, path: InstancePath): EditAttributes {
    const found: EditAttributes = {
      operation: undefined,
      insert: undefined,
      anchor: undefined,
      isDefault: false,
      metadata: undefined,
    };
    const metadata: Metadata[] = [];
    for (const attribute of attributes) {
      const { local, namespace, value } = attribute;
      if (namespace === xmlnsNamespace) continue;
      if (namespace === netconfNamespace && local === "operation") {
        if (operations.has(value)) found.operation = value as EditOperation;
        else this.#badAttribute("bad-attribute", attribute, schema, path, `${excerpt(value)} is no operation`);
        const isKey = schema.kind === "leaf" && schema.isKey;
        if (isKey && value !== "merge" && operations.has(value)) {
          this.#badAttribute(
            "bad-attribute",
            attribute,
            schema,
            path,
            "an operation belongs to the entry, not to its key",
          );
        }
      } else if (namespace === yangNamespace && local === "insert") found.insert = value;
      else if (namespace === yangNamespace && (local === "key" || local === "value")) {
        found.anchor = { name: local, text: value };
      } else if (namespace === defaultsNamespace && local === "default" && schema.kind === "leaf") {
        found.isDefault = value === "true" || value === "1";
      } else {
        const one = this.#annotation(attribute, schema, path);
        if (one) metadata.push(one);
      }
    }
    if (metadata.length > 0) found.metadata = metadata;
    return found;
  }

  #annotation(attribute: XmlAttribute, schema: DataNode, path: InstancePath): Metadata | undefined {
    const { local, namespace, value } = attribute;
    const declared = this.#schema.annotations.find((one) => one.name === local && one.module.namespace === namespace);
    if (!declared) {
      this.#badAttribute("unknown-attribute", attribute, schema, path, `no module declares ${excerpt(local)}`);
      return undefined;
    }
    const read = readScalar(declared.type, "text", value, this.#names);
    if (!isProblem(read)) return { module: declared.module.name, namespace, name: local, value: read };
    this.#badAttribute("bad-attribute", attribute, schema, path, read.message);
    return undefined;
  }

  /** @see RFC 7950, section 7.7.9 and 7.8.6 */
  #insertion(
    schema: ListNode | LeafListNode,
    insert: string | undefined,
    anchor: EditAttributes["anchor"],
    path: InstancePath,
  ): Insertion | undefined {
    const refuse = (
      tag: "bad-attribute" | "missing-attribute" | "unknown-attribute",
      local: string,
      message: string,
    ): undefined => {
      this.errors.add(tag, path, message, { info: { badAttribute: local, badElement: schema.name } });
      return undefined;
    };
    if (insert === undefined) {
      return anchor
        ? refuse("bad-attribute", anchor.name, `${anchor.name} goes with insert before or after`)
        : undefined;
    }
    if (schema.orderedBy !== "user") return refuse("unknown-attribute", "insert", `users do not order ${schema.name}`);
    if (insert === "first" || insert === "last") return { where: insert };
    if (insert !== "before" && insert !== "after")
      return refuse("bad-attribute", "insert", `${excerpt(insert)} is no place`);
    const expected = schema.kind === "list" ? "key" : "value";
    if (anchor?.name !== expected) return refuse("missing-attribute", expected, `insert ${insert} needs ${expected}`);
    const key =
      schema.kind === "list" ? this.#anchorKey(schema, anchor.text) : this.#read(schema.type, anchor.text)?.text;
    if (key === undefined) return refuse("bad-attribute", expected, `"${excerpt(anchor.text)}" names no entry`);
    return { where: insert, anchor: key };
  }

  /** From predicates: `[p:first='a'][p:second='b']`. */
  #anchorKey(schema: ListNode, text: string): string | undefined {
    // Read as a path to an entry of a list at the root, which the schema does not have.
    const root = { ...this.#schema.root, byName: new Map([["entry", [schema]]]) };
    const names: NameScope = {
      ...this.#names,
      schema: { ...this.#schema, root },
      moduleOf: (prefix) => (prefix === "entry-prefix" ? schema.module : this.#names.moduleOf(prefix)),
    };
    const path = readInstancePath(`/entry-prefix:entry${text.trim()}`, names, (type, key) => this.#read(type, key));
    const predicate = path?.length === 1 ? path[0]?.predicate : undefined;
    if (!predicate || !("keys" in predicate)) return undefined;
    return keyText(predicate.keys.map((key) => key.text));
  }

  #read(type: YangType, text: string): Scalar | undefined {
    const read = readScalar(type, "text", text, this.#names);
    return isProblem(read) ? undefined : read;
  }

  #badAttribute(
    tag: "bad-attribute" | "unknown-attribute",
    { local }: XmlAttribute,
    schema: DataNode,
    path: InstancePath,
    message: string,
  ): void {
    this.errors.add(tag, path, message, { info: { badAttribute: local, badElement: schema.name } });
  }
}

function textIn(element: XmlElement): string {
  let text = "";
  for (const child of element.children) if (typeof child === "string") text += child;
  return text;
}

/** What only one node of an edit may be. */
function identityOf(node: EditNode): string {
  const { id } = node.schema;
  if ("key" in node) return `${id} ${node.key}`;
  return node.schema.kind === "leaf-list" && "value" in node && node.value ? `${id} ${node.value.text}` : String(id);
}

/** The step of an edited node in a path. */
export function stepOf(node: EditNode): InstanceStep {
  if ("keys" in node)
    return { node: node.schema, predicate: node.schema.keys.length > 0 ? { keys: node.keys } : undefined };
  if (node.schema.kind === "leaf-list" && "value" in node && node.value) {
    return { node: node.schema, predicate: { value: node.value } };
  }
  return { node: node.schema as ContainerNode, predicate: undefined };
}
