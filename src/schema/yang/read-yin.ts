import { attribute, childElements, type XmlElement, xmlnsNamespace } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import type { SourceText, Statement } from "./statement.js";
import { excerpt, YangError } from "./yang-error.js";
import { type YinArgument, type YinExtensions, yinArguments, yinNamespace } from "./yin-argument.js";

/** Elements within elements, as in the compact syntax. */
const DEEPEST = 110;

/**
 * Reads YIN into the statements of a module or submodule. All of them have the place of the text's beginning, since the XML
 * tree does not keep places.
 * @param extensions where arguments of extensions are; what is not known there is taken to be its one attribute, if any
 * @throws {DecodeError} when the text is no YIN
 * @see RFC 7950, section 13
 */
export function readYin(source: SourceText, extensions: Pick<YinExtensions, "argumentOf">): Statement {
  const root = parseXml(source.text, { depth: DEEPEST });
  const prefixes = new Map<string, string>();
  for (const { name, local, namespace, value } of root.attributes) {
    if (namespace === xmlnsNamespace && name !== "xmlns") prefixes.set(value, local);
  }
  return statementOf(root, source, prefixes, extensions);
}

function statementOf(
  element: XmlElement,
  source: SourceText,
  prefixes: ReadonlyMap<string, string>,
  extensions: Pick<YinExtensions, "argumentOf">,
): Statement {
  const place = { source, offset: 0 };
  const { local: keyword, namespace } = element;
  const prefix = namespace === yinNamespace ? "" : prefixes.get(namespace);
  if (prefix === undefined) throw new YangError(`no prefix is declared for the namespace ${excerpt(namespace)}`, place);
  const where = prefix === "" ? yinArguments.get(keyword) : extensionArgument(element, prefix, extensions);
  const isArgument = (child: XmlElement): boolean =>
    where?.isElement === true && child.local === where.name && child.namespace === namespace;
  const elements = childElements(element);
  if (element.children.some((child) => typeof child === "string" && child.trim() !== "")) {
    throw new YangError(`text between the elements of ${excerpt(keyword)}`, place);
  }
  let argument: string | undefined;
  if (where?.isElement) {
    const holder = elements[0];
    if (!holder || !isArgument(holder)) throw new YangError(`${keyword} needs the element ${where.name}`, place);
    argument = holder.children.map((child) => (typeof child === "string" ? child : "")).join("");
  } else if (where) argument = attribute(element, where.name);
  if (where && argument === undefined) throw new YangError(`${keyword} needs the attribute ${where.name}`, place);
  const rest = where?.isElement ? elements.slice(1) : elements;
  return {
    prefix,
    keyword,
    argument,
    children: rest.map((child) => statementOf(child, source, prefixes, extensions)),
    place,
  };
}

function extensionArgument(
  { local, attributes }: XmlElement,
  prefix: string,
  extensions: Pick<YinExtensions, "argumentOf">,
): YinArgument | undefined {
  const known = extensions.argumentOf(prefix, local);
  if (known) return known;
  const [only] = attributes.filter(({ namespace }) => namespace === "");
  return only && { name: only.local, isElement: false };
}
