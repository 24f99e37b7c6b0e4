import type { XmlAttribute, XmlElement, XmlNode } from "./element.js";
import { escapeAttribute, escapeText, writeXml } from "./write.js";
import type { XmlSource, XmlSpan } from "./xml-source.js";

/**
 * The text of a changed document: where `root` has elements of `source`, or changed copies of them, their text is written as it
 * was, with its comments, quotes and white space; only what differs is written anew, indented as its neighbours are.
 * `parseXml` reads `root` from it again, but for white space between elements.
 * @param root made from `source.root` by copies that share what they do not change
 * @throws {Fault} `invalid` for a name or a character that XML cannot carry
 */
export function rewriteXml(source: XmlSource, root: XmlElement): string {
  const span = source.spanOf(source.root);
  if (!span) return writeXml(root, { indent: true });
  return (
    source.text.slice(0, span.start) + new Rewriter(source).changed(source.root, root, "") + source.text.slice(span.end)
  );
}

class Rewriter {
  readonly #source: XmlSource;

  constructor(source: XmlSource) {
    this.#source = source;
  }

  /** @param margin white space before the element on its line */
  changed(before: XmlElement, after: XmlElement, margin: string): string {
    const span = this.#source.spanOf(before);
    if (!span || !isSuccessor(before, after)) return this.#fresh(after, margin);
    const { text } = this.#source;
    if (before === after) return text.slice(span.start, span.end);
    const startTag = this.#startTag(before, after, text.slice(span.start, span.contentStart));
    if (before.children === after.children) return startTag + text.slice(span.contentStart, span.end);
    const content = this.#content(before, after, span, margin);
    const isEmpty = span.contentEnd === span.end && startTag.endsWith("/>");
    if (!isEmpty) return startTag + content + text.slice(span.contentEnd, span.end);
    return content === "" ? startTag : `${startTag.slice(0, -2).trimEnd()}>${content}</${after.name}>`;
  }

  /** An element that was not there, or a copy of one that was elsewhere. */
  #fresh(element: XmlElement, margin: string): string {
    const span = this.#source.spanOf(element);
    if (span) return this.#source.text.slice(span.start, span.end);
    return writeXml(element, { indent: true, margin }).trimEnd();
  }

  /** The start tag with the attributes of `after`; those that did not change are left as they are written. */
  #startTag(before: XmlElement, after: XmlElement, tag: string): string {
    if (before.attributes === after.attributes) return tag;
    const wanted = new Map(after.attributes.map((held) => [held.name, held]));
    const old = new Map(before.attributes.map((held) => [held.name, held]));
    const kept = tag.replace(/(\s+)([^\s=/>]+)(\s*=\s*)("[^"]*"|'[^']*')/g, (written, space, name, equals, value) => {
      const held = wanted.get(name);
      wanted.delete(name);
      if (!held) return "";
      return held.value === old.get(name)?.value ? written : space + name + equals + quoted(held, value.charAt(0));
    });
    const quote = /=\s*(["'])/.exec(tag)?.[1] ?? "'";
    const added = [...wanted.values()].map((held) => ` ${held.name}=${quoted(held, quote)}`).join("");
    return kept.replace(/\s*\/?>$/, (end) => added + end);
  }

  #content(before: XmlElement, after: XmlElement, span: XmlSpan, margin: string): string {
    if (hasText(before) || hasText(after)) return this.#mixed(before, after, margin);
    const { text } = this.#source;
    const held = elementsOf(before);
    const wanted = elementsOf(after);
    const successors = pair(held, wanted);
    const gaps = this.#gaps(held, span);
    const newLine = indentOf(gaps) ?? (held.length === 0 ? `\n${margin}  ` : "");
    let written = "";
    let at = 0;
    for (const element of wanted) {
      const position = successors.get(element);
      if (position === undefined || position < at) {
        written += newLine + this.#fresh(element, newLine.replace(/^\n/, ""));
        continue;
      }
      for (; at < position; at++) written += remarks(gaps[at]);
      written += gaps[at] + this.changed(held[at] as XmlElement, element, marginOf(gaps[at]));
      at += 1;
    }
    for (; at < held.length; at++) written += remarks(gaps[at]);
    const rest = text.slice(this.#source.spanOf(held.at(-1) as XmlElement)?.end ?? span.contentStart, span.contentEnd);
    const closing = rest === "" && wanted.length > 0 && held.length === 0 ? `\n${margin}` : rest;
    return written + closing;
  }

  /** What stands before each of the elements in an element's content. */
  #gaps(held: readonly XmlElement[], span: XmlSpan): readonly string[] {
    let at = span.contentStart;
    return held.map((element) => {
      const found = this.#source.spanOf(element);
      const gap = this.#source.text.slice(at, found?.start);
      at = found?.end ?? at;
      return gap;
    });
  }

  /** Content with text of its own has no white space to play with. */
  #mixed(before: XmlElement, after: XmlElement, margin: string): string {
    const held = elementsOf(before);
    const successors = pair(held, elementsOf(after));
    return after.children
      .map((node) => {
        if (typeof node === "string") return escapeText(node);
        const position = successors.get(node);
        const old = position === undefined ? undefined : held[position];
        return old ? this.changed(old, node, margin) : this.#plain(node);
      })
      .join("");
  }

  #plain(element: XmlElement): string {
    const span = this.#source.spanOf(element);
    return span ? this.#source.text.slice(span.start, span.end) : writeXml(element);
  }
}

/**
 * Which of the elements that were held each wanted one continues, in order: itself where it is still there, else the first of its
 * name that nobody continues, between those around it.
 */
function pair(held: readonly XmlElement[], wanted: readonly XmlElement[]): ReadonlyMap<XmlElement, number> {
  const places = new Map(held.map((element, position) => [element, position]));
  const successors = new Map<XmlElement, number>();
  let at = 0;
  let waiting: XmlElement[] = [];
  const settle = (end: number): void => {
    for (const element of waiting) {
      let position = at;
      while (position < end && !isSuccessor(held[position] as XmlElement, element)) position += 1;
      if (position === end) continue;
      successors.set(element, position);
      at = position + 1;
    }
    waiting = [];
  };
  for (const element of wanted) {
    const place = places.get(element);
    if (place === undefined) waiting.push(element);
    else if (place >= at && !successors.has(element)) {
      settle(place);
      successors.set(element, place);
      at = place + 1;
    }
  }
  settle(held.length);
  return successors;
}

/** Whether one can be written over the other: the same name, and no attribute that would need a declaration. */
function isSuccessor(before: XmlElement, after: XmlElement): boolean {
  if (before.name !== after.name || before.namespace !== after.namespace) return false;
  if (before.attributes === after.attributes) return true;
  const held = new Set(before.attributes.map(({ name, namespace }) => `${name} ${namespace}`));
  return after.attributes.every(({ name, namespace }) => namespace === "" || held.has(`${name} ${namespace}`));
}

function elementsOf(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((node): node is XmlElement => typeof node !== "string");
}

const isText = (node: XmlNode): boolean => typeof node === "string" && node.trim() !== "";

function hasText(element: XmlElement): boolean {
  return element.children.some(isText);
}

/** The line break and white space before the first element that stands on a line of its own; "" when none does. */
function indentOf(gaps: readonly string[]): string | undefined {
  if (gaps.length === 0) return undefined;
  const gap = gaps.find((one) => one.includes("\n"));
  return gap === undefined ? "" : `\n${marginOf(gap)}`;
}

function marginOf(gap: string | undefined): string {
  return /\n([ \t]*)$/.exec(gap ?? "")?.[1] ?? "";
}

/** What stays of the white space before an element that goes: comments and instructions. */
function remarks(gap: string | undefined): string {
  return gap === undefined || gap.trim() === "" ? "" : gap.trimEnd();
}

function quoted({ value }: XmlAttribute, quote: string): string {
  const escaped = escapeAttribute(value);
  return quote === "'" ? `'${escaped.replaceAll("'", "&apos;")}'` : `"${escaped}"`;
}
