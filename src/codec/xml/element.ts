/** The namespace that `xmlns` attributes are in. @see Namespaces in XML 1.0, section 3 */
export const xmlnsNamespace = "http://www.w3.org/2000/xmlns/";

/** One attribute. `namespace` is "" for an attribute without a prefix, whatever its element is in. */
export interface XmlAttribute {
  /** As written, with its prefix. */
  readonly name: string;
  readonly local: string;
  readonly namespace: string;
  readonly value: string;
}

/** What an element contains: an element, or text with references resolved. Neighbouring texts are one. */
export type XmlNode = XmlElement | string;

/**
 * An element with all of its content, in order. Comments and processing instructions are not kept; declarations of
 * namespaces are, as attributes, so that prefixes inside of values keep their meaning.
 */
export interface XmlElement {
  /** As written, with its prefix. */
  readonly name: string;
  readonly local: string;
  /** "" for none. */
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
}

/**
 * Builds an element.
 * @param name its name, with a prefix if it shall be written with one
 * @param attributes values by name, in no namespace; `undefined` leaves the attribute out
 * @param namespace declared by the writer where it is not already in force
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  children: readonly (XmlNode | undefined)[] = [],
  namespace = "",
): XmlElement {
  return {
    name,
    local: localName(name),
    namespace,
    attributes: Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [{ name: key, local: key, namespace: "", value: String(value) }],
    ),
    children: children.filter((node) => node !== undefined && node !== "") as XmlNode[],
  };
}

/** The part of a name after its prefix. */
function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** The elements directly inside `parent`, in order; only those called `local` when it is given. */
export function childElements(parent: XmlElement, local?: string, namespace = ""): readonly XmlElement[] {
  return parent.children.filter(
    (node): node is XmlElement =>
      typeof node !== "string" && (local === undefined || (node.local === local && node.namespace === namespace)),
  );
}

/** The first element called `local` directly inside `parent`. */
export function child(parent: XmlElement | undefined, local: string, namespace = ""): XmlElement | undefined {
  for (const node of parent?.children ?? []) {
    if (typeof node !== "string" && node.local === local && node.namespace === namespace) return node;
  }
  return undefined;
}

/** The text directly inside `element`, without surrounding white space; "" when there is none. */
export function textOf(element: XmlElement): string {
  let text = "";
  for (const node of element.children) if (typeof node === "string") text += node;
  return text.trim();
}

/** The text of the first element called `local` directly inside `parent`; `undefined` when there is no such element. */
export function childText(parent: XmlElement | undefined, local: string, namespace = ""): string | undefined {
  const found = child(parent, local, namespace);
  return found && textOf(found);
}

/** The value of an attribute; `undefined` when the element has none of that name. */
export function attribute(of: XmlElement | undefined, local: string, namespace = ""): string | undefined {
  return of?.attributes.find((held) => held.local === local && held.namespace === namespace)?.value;
}
