import { DecodeError } from "../../base/fault.js";
import type { XmlElement, XmlNode } from "./element.js";
import { readXml, type XmlLimits } from "./read-xml.js";

/**
 * Reads one document. Only UTF-8 is accepted, and no document type declaration, hence no entities but the five of XML.
 * @returns the root element; it shares no memory with `input`
 * @throws {DecodeError} when `input` is not well-formed, not namespace-well-formed, or beyond a limit
 * @see Extensible Markup Language (XML) 1.0
 */
export function parseXml(input: Uint8Array | string, limits: Partial<XmlLimits> = {}): XmlElement {
  const open: XmlNode[][] = [];
  let root: XmlElement | undefined;
  const handler = {
    open(local: string, namespace: string, attributes: XmlElement["attributes"], name: string): void {
      const children: XmlNode[] = [];
      const element: XmlElement = { name, local, namespace, attributes, children };
      open.at(-1)?.push(element);
      root ??= element;
      open.push(children);
    },
    text(part: string): void {
      const children = open.at(-1) as XmlNode[];
      const last = children.at(-1);
      if (typeof last === "string") children[children.length - 1] = last + part;
      else children.push(part);
    },
    close(): void {
      open.pop();
    },
  };
  readXml(input, () => handler, limits);
  if (!root) throw new DecodeError("no element");
  return root;
}
