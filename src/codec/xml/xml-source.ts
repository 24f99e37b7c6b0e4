import { DecodeError } from "../../base/fault.js";
import type { XmlElement, XmlNode } from "./element.js";
import { checkedXmlText, defaultXmlLimits, type XmlLimits } from "./read-xml.js";
import { scanXml, withPlainLineEnds } from "./scan-xml.js";

/** Where an element stands in its text: its tags, and what is between them. */
export interface XmlSpan {
  readonly start: number;
  /** Just after the start tag. */
  readonly contentStart: number;
  /** Where the end tag begins; the same as `end` for `<empty/>`. */
  readonly contentEnd: number;
  readonly end: number;
}

/** A document, and the text that each of its elements was read from: what is not changed can be written as it was. */
export interface XmlSource {
  readonly root: XmlElement;
  readonly text: string;
  /** `undefined` for an element that was not read from this text. */
  spanOf(element: XmlElement): XmlSpan | undefined;
}

/**
 * Reads one document and keeps its text; accepts what `parseXml` accepts.
 * @throws {DecodeError} as `parseXml`
 */
export function readXmlSource(input: Uint8Array | string, limits: Partial<XmlLimits> = {}): XmlSource {
  const text = withPlainLineEnds(checkedXmlText(input, { ...defaultXmlLimits, ...limits }));
  const spans = new WeakMap<XmlElement, XmlSpan>();
  const open: { element: XmlElement; children: XmlNode[]; start: number; contentStart: number }[] = [];
  let root: XmlElement | undefined;
  scanXml(
    text,
    (cursor) => ({
      open(local, namespace, attributes, name) {
        const children: XmlNode[] = [];
        const element: XmlElement = { name, local, namespace, attributes, children };
        const contentStart = cursor.position();
        // A value has no "<", so the last one begins the tag.
        const start = text.lastIndexOf("<", contentStart - 1);
        open.at(-1)?.children.push(element);
        root ??= element;
        open.push({ element, children, start, contentStart });
      },
      text(part) {
        const children = open.at(-1)?.children ?? [];
        const last = children.at(-1);
        if (typeof last === "string") children[children.length - 1] = last + part;
        else children.push(part);
      },
      close() {
        const closed = open.pop();
        if (!closed) return;
        const { element, start, contentStart } = closed;
        const end = cursor.position();
        const contentEnd = end === contentStart ? end : text.lastIndexOf("<", end - 1);
        spans.set(element, { start, contentStart, contentEnd, end });
      },
    }),
    limits,
  );
  if (!root) throw new DecodeError("no element");
  return { root, text, spanOf: (element) => spans.get(element) };
}
