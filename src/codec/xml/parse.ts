import { SaxesParser } from "saxes";
import { DecodeError, reasonOf } from "../../base/fault.js";
import { type XmlAttribute, type XmlElement, type XmlNode, xmlnsNamespace } from "./element.js";
import { isQualifiedName } from "./name.js";

/** What a text may cost before it is refused. */
export interface XmlLimits {
  readonly octets: number;
  /** Elements within elements. */
  readonly depth: number;
  /** Elements, attributes and texts together. */
  readonly nodes: number;
  /** UTF-16 units in one attribute's value. */
  readonly attributeLength: number;
}

const defaultXmlLimits: XmlLimits = {
  octets: 8 * 1024 * 1024,
  depth: 256,
  nodes: 1_000_000,
  attributeLength: 64 * 1024,
};

/**
 * Reads one document. Only UTF-8 is accepted, and no document type declaration, hence no entities but the five of XML.
 * @returns the root element; it shares no memory with `input`
 * @throws {DecodeError} when `input` is not well-formed, not namespace-well-formed, or beyond a limit
 * @see Extensible Markup Language (XML) 1.0
 */
export function parseXml(input: Uint8Array | string, limits: Partial<XmlLimits> = {}): XmlElement {
  const { octets, depth, nodes, attributeLength } = { ...defaultXmlLimits, ...limits };
  const length = typeof input === "string" ? Buffer.byteLength(input) : input.length;
  if (length > octets) throw new DecodeError(`XML of ${length} octets, at most ${octets} are accepted`, 0);
  const text = typeof input === "string" ? input : decodeUtf8(input);

  // Version 1.1 would let control characters in, which nothing here could write again.
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: "1.0", forceXMLVersion: true });
  const open: { element: XmlElement; children: XmlNode[] }[] = [];
  let root: XmlElement | undefined;
  let count = 0;

  const refuse = (message: string): never => {
    throw new DecodeError(message, Buffer.byteLength(text.slice(0, parser.position)));
  };
  const take = (amount: number): void => {
    count += amount;
    if (count > nodes) refuse(`more than ${nodes} XML nodes`);
  };
  const names = new Set<string>();
  const check = (name: string): void => {
    if (names.has(name)) return;
    if (!isQualifiedName(name)) refuse(`${JSON.stringify(name.slice(0, 40))} is not a name`);
    names.add(name);
  };
  const append = (part: string): void => {
    const children = open.at(-1)?.children;
    if (!children || part === "") return; // white space around the root
    const last = children.at(-1);
    if (typeof last === "string") children[children.length - 1] = last + part;
    else {
      take(1);
      children.push(part);
    }
  };

  parser.on("xmldecl", ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) refuse(`encoding ${encoding} is not supported`);
  });
  parser.on("doctype", () => refuse("a document type declaration is not accepted"));
  parser.on("attribute", ({ value }) => {
    take(1);
    if (value.length > attributeLength) refuse(`attribute longer than ${attributeLength} characters`);
  });
  parser.on("opentag", (tag) => {
    take(1);
    check(tag.name);
    if (open.length >= depth) refuse(`XML nested deeper than ${depth}`);
    const attributes: XmlAttribute[] = [];
    for (const name in tag.attributes) {
      const held = tag.attributes[name];
      if (!held) continue;
      check(name);
      // White space around a namespace does not belong to it, as saxes has it.
      const value = held.uri === xmlnsNamespace ? held.value.trim() : held.value;
      attributes.push({ name, local: held.local, namespace: held.uri, value });
    }
    const children: XmlNode[] = [];
    const element: XmlElement = { name: tag.name, local: tag.local, namespace: tag.uri, attributes, children };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push({ element, children });
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.on("text", append);
  parser.on("cdata", append);

  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    return refuse(reasonOf(error));
  }
  return root ?? refuse("no element");
}

function decodeUtf8(input: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(input);
  } catch (error) {
    throw new DecodeError(`not UTF-8: ${reasonOf(error)}`);
  }
}
