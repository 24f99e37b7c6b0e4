import { Fault } from "../../base/fault.js";
import { type XmlAttribute, type XmlElement, xmlnsNamespace } from "./element.js";
import { isQualifiedName } from "./name.js";

/** How a document is laid out. */
export interface XmlLayout {
  /** Puts elements without text of their own on lines of their own, two spaces per level; else nothing is added. */
  readonly indent?: boolean;
  /** With `indent`: white space that every line but the first begins with. */
  readonly margin?: string;
  /** Begins with `<?xml version="1.0" encoding="UTF-8"?>`. */
  readonly declaration?: boolean;
}

/** Namespaces in force, by prefix. */
type Scope = ReadonlyMap<string, string>;

const outermost: Scope = new Map([
  ["", ""],
  ["xml", "http://www.w3.org/XML/1998/namespace"],
]);

/**
 * The text of a document: what `parseXml` reads from it is `root` again (with `indent`: but for white space between
 * elements). Namespaces that are not in force where an element or attribute needs them are declared there.
 * @throws {Fault} `invalid` for a name or a character that XML cannot carry, such as U+0000
 */
export function writeXml(
  root: XmlElement,
  { indent = false, margin = "", declaration = false }: XmlLayout = {},
): string {
  const parts = declaration ? ['<?xml version="1.0" encoding="UTF-8"?>\n'] : [];
  writeElement(root, outermost, indent ? `\n${margin}` : undefined, parts);
  if (indent) parts.push("\n");
  return parts.join("");
}

function writeElement(element: XmlElement, outer: Scope, lineBreak: string | undefined, parts: string[]): void {
  const { attributes, scope } = declare(element, outer);
  parts.push("<", checkedName(element.name));
  for (const { name, value } of attributes) parts.push(" ", checkedName(name), '="', escapeAttribute(value), '"');
  if (element.children.length === 0) {
    parts.push("/>");
    return;
  }
  parts.push(">");
  const apart = lineBreak !== undefined && element.children.every((node) => typeof node !== "string" || !node.trim());
  const inner = apart ? `${lineBreak}  ` : undefined;
  for (const node of element.children) {
    if (typeof node === "string") {
      if (!apart) parts.push(escapeText(node));
    } else {
      if (inner !== undefined) parts.push(inner);
      writeElement(node, scope, inner, parts);
    }
  }
  if (apart) parts.push(lineBreak);
  parts.push("</", element.name, ">");
}

/** Adds the declarations that `element` and its attributes need and do not find. */
function declare(element: XmlElement, outer: Scope): { attributes: readonly XmlAttribute[]; scope: Scope } {
  let scope: Map<string, string> | undefined;
  const added: XmlAttribute[] = [];
  const bound = new Set<string>();
  const bind = (prefix: string, namespace: string): void => {
    if (bound.has(prefix) || (prefix !== "" && namespace === "")) {
      throw new Fault("invalid", `<${element.name}> has no one namespace for the prefix "${prefix}"`);
    }
    bound.add(prefix);
    scope ??= new Map(outer);
    scope.set(prefix, namespace);
  };
  for (const { name, namespace, value } of element.attributes) {
    if (namespace === xmlnsNamespace) bind(name === "xmlns" ? "" : name.slice("xmlns:".length), value);
  }
  const require = (name: string, namespace: string): void => {
    const prefix = prefixOf(name);
    if ((scope ?? outer).get(prefix) === namespace) return;
    bind(prefix, namespace);
    const declared = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
    added.push({ name: declared, local: prefix || "xmlns", namespace: xmlnsNamespace, value: namespace });
  };
  require(element.name, element.namespace);
  for (const { name, namespace } of element.attributes) {
    if (namespace === xmlnsNamespace || (namespace === "" && !name.includes(":"))) continue;
    if (!name.includes(":")) throw new Fault("invalid", `the attribute ${name} needs a prefix for its namespace`);
    require(name, namespace);
  }
  return {
    attributes: added.length > 0 ? [...added, ...element.attributes] : element.attributes,
    scope: scope ?? outer,
  };
}

function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(":")));
}

function checkedName(name: string): string {
  if (!isQualifiedName(name)) throw new Fault("invalid", `${JSON.stringify(name)} is not an XML name`);
  return name;
}

/** What stands for itself wherever it stands. */
const plain = /^[ !#-%'-;=?-~]*$/;

/**
 * Text between tags. `>` only matters after `]]`, and a bare carriage return would be read as a line feed.
 * @throws {Fault} `invalid` for a character that XML cannot carry
 */
export function escapeText(text: string): string {
  if (plain.test(text)) return text;
  return carriable(text).replace(/[&<>\r]/g, (character) => references[character] ?? character);
}

/**
 * The value of an attribute between double quotes; white space other than the space would be read as a space.
 * @throws {Fault} `invalid` for a character that XML cannot carry
 */
export function escapeAttribute(value: string): string {
  if (plain.test(value)) return value;
  return carriable(value).replace(/[&<"\t\n\r]/g, (character) => references[character] ?? character);
}

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

const forbidden = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

function carriable(text: string): string {
  const found = forbidden.exec(text);
  if (!found) return text;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw new Fault("invalid", `the character U+${code} cannot be written in XML`);
}
