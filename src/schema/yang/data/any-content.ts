import { type XmlElement, type XmlNode, xmlnsNamespace } from "../../../codec/xml/element.js";
import type { YangModule } from "../module.js";
import type { AnyNode, YangSchema } from "../schema-node.js";
import type { Json } from "./tree.js";

/**
 * What an anydata or anyxml that came as JSON is in XML: members become elements, members of arrays one element each.
 * Names that are none in XML are left out, as nothing could be written for them.
 * @see RFC 7951, section 5.5
 */
export function anyElements(json: Json, node: AnyNode, schema: YangSchema): readonly XmlNode[] {
  return contentOf(json, node.module, schema);
}

const xmlName = /^[A-Za-z_][\w.-]*$/;

function contentOf(json: Json, module: YangModule, schema: YangSchema): readonly XmlNode[] {
  if (json === null) return [];
  if (typeof json !== "object") return [String(json)];
  if (isArray(json))
    return json.length === 1 && json[0] === null ? [] : json.flatMap((one) => contentOf(one, module, schema));
  if ("number" in json) return [json.number];
  const elements: XmlElement[] = [];
  for (const [qualified, value] of json) {
    const colon = qualified.indexOf(":");
    const name = qualified.slice(colon + 1);
    const owner = colon < 0 ? module : schema.module(qualified.slice(0, colon));
    if (!owner || !xmlName.test(name)) continue;
    const isRepeated = isArray(value) && !(value.length === 1 && value[0] === null);
    for (const one of isRepeated ? value : [value]) {
      const children = contentOf(one, owner, schema);
      elements.push({ name, local: name, namespace: owner.namespace, attributes: [], children });
    }
  }
  return elements;
}

function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/**
 * What an anydata or anyxml that came as XML is in JSON: elements become members, repeated ones arrays, texts strings; all
 * types are unknown here.
 * @see RFC 7951, section 5.5
 */
export function anyJson(nodes: readonly XmlNode[], node: AnyNode, schema: YangSchema): Json {
  return jsonOf(nodes, node.module.namespace, schema, node.kind === "anydata");
}

function jsonOf(nodes: readonly XmlNode[], outer: string, schema: YangSchema, isObject: boolean): Json {
  const elements = nodes.filter((one): one is XmlElement => typeof one !== "string");
  if (elements.length === 0 && !isObject) {
    return nodes.filter((one) => typeof one === "string").join("");
  }
  const members = new Map<string, Json>();
  const repeated = new Set<string>();
  for (const { local, namespace, children } of elements) {
    const module = namespace === outer ? undefined : schema.moduleByNamespace(namespace);
    const name = module ? `${module.name}:${local}` : local;
    const value = jsonOf(children, namespace, schema, false);
    const before = members.get(name);
    if (before === undefined) members.set(name, value);
    else {
      members.set(name, repeated.has(name) ? [...(before as readonly Json[]), value] : [before, value]);
      repeated.add(name);
    }
  }
  return members;
}

/** The same nodes, without declarations of namespaces and white space between elements: what two of them are compared by. */
export function plainNodes(nodes: readonly XmlNode[]): readonly unknown[] {
  const hasElements = nodes.some((node) => typeof node !== "string");
  return nodes.flatMap((node): unknown[] => {
    if (typeof node === "string") return hasElements && node.trim() === "" ? [] : [node];
    const attributes = node.attributes.filter(({ namespace }) => namespace !== xmlnsNamespace);
    return [
      [
        node.local,
        node.namespace,
        attributes.map(({ local, namespace, value }) => [local, namespace, value]),
        plainNodes(node.children),
      ],
    ];
  });
}
