import { SaxesParser } from "saxes";
import { DecodeError, reasonOf } from "../../base/fault.js";
import { type XmlAttribute, xmlnsNamespace } from "./element.js";
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

export const defaultXmlLimits: XmlLimits = {
  octets: 8 * 1024 * 1024,
  depth: 256,
  nodes: 1_000_000,
  attributeLength: 64 * 1024,
};

/** Told what a document has, in its order. Whatever it throws ends the reading. */
export interface XmlHandler {
  /** @param name as written, with its prefix */
  open(local: string, namespace: string, attributes: readonly XmlAttribute[], name: string): void;
  /** A piece of text inside of an element; there may be several in a row. */
  text(text: string): void;
  /** The end of the element that was opened last and is not closed yet. */
  close(): void;
}

/** Where the reading is. */
export interface XmlCursor {
  /** In octets from the start of the document: just after what the handler was told last. */
  offset(): number;
  /** The namespace that a prefix ("" for none) is bound to in the innermost element that is open or just being closed. */
  namespaceOf(prefix: string): string | undefined;
}

const noAttributes: readonly XmlAttribute[] = [];

/**
 * Reads one document without building anything from it. Only UTF-8 is accepted, and no document type declaration, hence no
 * entities but the five of XML.
 * @param handlerFor makes the handler, which may keep the cursor
 * @throws {DecodeError} when `input` is not well-formed, not namespace-well-formed, or beyond a limit
 * @see Extensible Markup Language (XML) 1.0
 */
export function readXml(
  input: Uint8Array | string,
  handlerFor: (cursor: XmlCursor) => XmlHandler,
  limits: Partial<XmlLimits> = {},
): void {
  const all = { ...defaultXmlLimits, ...limits };
  const { depth, nodes, attributeLength } = all;
  const text = checkedXmlText(input, all);

  // Version 1.1 would let control characters in, which nothing here could write again.
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: "1.0", forceXMLVersion: true });
  const offset = (): number => Buffer.byteLength(text.slice(0, parser.position));
  const refuse = (message: string): never => {
    throw new DecodeError(message, offset());
  };
  const handler = handlerFor({ offset, namespaceOf: (prefix) => parser.resolve(prefix) });
  let open = 0;
  let hasRoot = false;
  let count = 0;
  let isAfterText = false;

  const take = (): void => {
    count += 1;
    if (count > nodes) refuse(`more than ${nodes} XML nodes`);
  };
  const names = new Set<string>();
  const check = (name: string): void => {
    if (names.has(name)) return;
    if (!isQualifiedName(name)) refuse(`${JSON.stringify(name.slice(0, 40))} is not a name`);
    names.add(name);
  };
  const tell = (part: string): void => {
    if (open === 0 || part === "") return; // white space around the root
    if (!isAfterText) take();
    isAfterText = true;
    handler.text(part);
  };

  parser.on("xmldecl", ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) refuse(`encoding ${encoding} is not supported`);
  });
  parser.on("doctype", () => refuse("a document type declaration is not accepted"));
  parser.on("attribute", ({ value }) => {
    take();
    if (value.length > attributeLength) refuse(`attribute longer than ${attributeLength} characters`);
  });
  parser.on("opentag", (tag) => {
    take();
    check(tag.name);
    if (open >= depth) refuse(`XML nested deeper than ${depth}`);
    let attributes = noAttributes as XmlAttribute[];
    for (const name in tag.attributes) {
      const held = tag.attributes[name];
      if (!held) continue;
      check(name);
      if (attributes === noAttributes) attributes = [];
      // White space around a namespace does not belong to it, as saxes has it.
      const value = held.uri === xmlnsNamespace ? held.value.trim() : held.value;
      attributes.push({ name, local: held.local, namespace: held.uri, value });
    }
    isAfterText = false;
    open += 1;
    hasRoot = true;
    handler.open(tag.local, tag.uri, attributes, tag.name);
  });
  parser.on("closetag", () => {
    isAfterText = false;
    open -= 1;
    handler.close();
  });
  parser.on("text", tell);
  parser.on("cdata", tell);

  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    // Whatever saxes throws is an `Error` of its own; anything else is the handler's.
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    refuse(reasonOf(error));
  }
  if (!hasRoot) refuse("no element");
}

/** The text of a document. @throws {DecodeError} when it is too long or not UTF-8 */
export function checkedXmlText(input: Uint8Array | string, { octets }: XmlLimits): string {
  const length = typeof input === "string" ? Buffer.byteLength(input) : input.length;
  if (length > octets) throw new DecodeError(`XML of ${length} octets, at most ${octets} are accepted`, 0);
  return typeof input === "string" ? input : decodeUtf8(input);
}

function decodeUtf8(input: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(input);
  } catch (error) {
    throw new DecodeError(`not UTF-8: ${reasonOf(error)}`);
  }
}
