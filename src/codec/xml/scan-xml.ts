import { DecodeError } from "../../base/fault.js";
import { type XmlAttribute, xmlnsNamespace } from "./element.js";
import { isQualifiedName } from "./name.js";
import { checkedXmlText, defaultXmlLimits, type XmlCursor, type XmlHandler, type XmlLimits } from "./read-xml.js";

/** Where the scanning is. */
export interface XmlScanCursor extends XmlCursor {
  /** As `offset`, but in UTF-16 units of the text, in which each end of a line counts as one. */
  position(): number;
}

/**
 * Reads one document as `readXml` does, which is saxes, and accepts and tells the same, several times faster: documents of
 * megabytes would take five times what libyang takes, and so take about as long. A property test holds the two against each
 * other on random documents.
 * @param handlerFor makes the handler, which may keep the cursor
 * @throws {DecodeError} when `input` is not well-formed, not namespace-well-formed, or beyond a limit
 * @see Extensible Markup Language (XML) 1.0 and Namespaces in XML 1.0
 */
export function scanXml(
  input: Uint8Array | string,
  handlerFor: (cursor: XmlScanCursor) => XmlHandler,
  limits: Partial<XmlLimits> = {},
): void {
  new XmlScanner(input, handlerFor, { ...defaultXmlLimits, ...limits }).run();
}

/** An element that is open. */
interface Open {
  readonly name: string;
  /** Bindings of its own; those of elements further out are looked for behind them. */
  readonly bindings: ReadonlyMap<string, string> | undefined;
}

const xmlNamespace = "http://www.w3.org/XML/1998/namespace";
const noAttributes: readonly XmlAttribute[] = [];

const space = /[ \t\n]*/y;
const forbidden = /[^\t\n\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const declaration =
  /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"([A-Za-z][A-Za-z0-9._-]*)"|'([A-Za-z][A-Za-z0-9._-]*)'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/;
const entities: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

class XmlScanner {
  readonly #text: string;
  readonly #limits: XmlLimits;
  readonly #handler: XmlHandler;
  readonly #open: Open[] = [];
  readonly #names = new Map<string, number>();
  #at = 0;
  #count = 0;
  #hasRoot = false;
  #isAfterText = false;
  /** Of the element whose end is being told, so that its bindings still hold. */
  #closing: Open | undefined;

  constructor(input: Uint8Array | string, handlerFor: (cursor: XmlScanCursor) => XmlHandler, limits: XmlLimits) {
    this.#limits = limits;
    this.#text = withPlainLineEnds(checkedXmlText(input, limits));
    this.#handler = handlerFor({
      offset: () => Buffer.byteLength(this.#text.slice(0, this.#at)),
      position: () => this.#at,
      namespaceOf: (prefix) => this.#namespaceOf(prefix),
    });
    const found = forbidden.exec(this.#text);
    if (found) {
      this.#at = found.index;
      this.#refuse("a character that XML cannot have");
    }
  }

  run(): void {
    const text = this.#text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    this.#declaration();
    while (this.#at < text.length) {
      const start = this.#at;
      const tag = text.indexOf("<", start);
      const end = tag < 0 ? text.length : tag;
      if (end > start) this.#characters(text.slice(start, end));
      this.#at = end;
      if (tag >= 0) this.#markup();
    }
    if (this.#open.length > 0) this.#refuse(`the element ${this.#open.at(-1)?.name.slice(0, 40)} has no end`);
    if (!this.#hasRoot) this.#refuse("no element");
  }

  #declaration(): void {
    const text = this.#text.slice(this.#at, this.#at + 200);
    if (!/^<\?xml[ \t\n]/.test(text)) return;
    const found = declaration.exec(text);
    if (!found) throw this.#fault("a malformed XML declaration");
    const encoding = found[1] ?? found[2];
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) this.#refuse(`encoding ${encoding} is not supported`);
    this.#at += found[0].length;
  }

  #characters(raw: string): void {
    if (this.#open.length === 0) {
      if (/[^ \t\n]/.test(raw)) this.#refuse("text outside of the root");
      return;
    }
    if (raw.includes("]]>")) this.#refuse('"]]>" in a text');
    this.#tell(raw.includes("&") ? this.#resolved(raw) : raw);
  }

  #tell(text: string): void {
    if (text === "") return;
    if (!this.#isAfterText) this.#take();
    this.#isAfterText = true;
    this.#handler.text(text);
  }

  #markup(): void {
    const text = this.#text;
    const next = text.charCodeAt(this.#at + 1);
    if (next === 47) this.#closeTag();
    else if (next === 63) this.#instruction();
    else if (next !== 33) this.#openTag();
    else if (text.startsWith("<!--", this.#at)) this.#comment();
    else if (text.startsWith("<![CDATA[", this.#at)) this.#characterData();
    else if (text.startsWith("<!DOCTYPE", this.#at)) this.#refuse("a document type declaration is not accepted");
    else this.#refuse("a malformed declaration");
  }

  #openTag(): void {
    this.#at += 1;
    const name = this.#name();
    if (this.#open.length === 0 && this.#hasRoot) this.#refuse("a second root");
    this.#take();
    if (this.#open.length >= this.#limits.depth) this.#refuse(`XML nested deeper than ${this.#limits.depth}`);
    const written = this.#attributes();
    const isEmpty = this.#text.charCodeAt(this.#at) === 47;
    if (isEmpty) this.#at += 1;
    this.#expect(">");
    const bindings = written && this.#bindings(written);
    const element: Open = { name, bindings };
    this.#open.push(element);
    const colon = this.#names.get(name) as number;
    const namespace = this.#require(colon < 0 ? "" : name.slice(0, colon));
    const attributes = written ? this.#named(written) : noAttributes;
    this.#isAfterText = false;
    this.#hasRoot = true;
    this.#handler.open(colon < 0 ? name : name.slice(colon + 1), namespace, attributes, name);
    if (isEmpty) this.#close();
  }

  #closeTag(): void {
    const text = this.#text;
    const open = this.#open.at(-1);
    const start = this.#at + 2;
    if (!open || !text.startsWith(open.name, start)) throw this.#fault("an end tag of another element");
    this.#at = start + open.name.length;
    this.#skipSpace();
    this.#expect(">");
    this.#close();
  }

  #close(): void {
    this.#closing = this.#open.pop();
    this.#isAfterText = false;
    this.#handler.close();
    this.#closing = undefined;
  }

  /** Attributes as they are written: names and resolved values. */
  #attributes(): [name: string, value: string][] | undefined {
    let attributes: [string, string][] | undefined;
    for (;;) {
      const before = this.#at;
      this.#skipSpace();
      const next = this.#text.charCodeAt(this.#at);
      if (next === 62 || next === 47 || Number.isNaN(next)) return attributes;
      if (this.#at === before) this.#refuse("white space was expected");
      const name = this.#name();
      this.#skipSpace();
      this.#expect("=");
      this.#skipSpace();
      const value = this.#attributeValue();
      this.#take();
      attributes ??= [];
      attributes.push([name, value]);
    }
  }

  #attributeValue(): string {
    const quote = this.#text[this.#at] ?? "";
    if (quote !== '"' && quote !== "'") this.#refuse("a value in quotes was expected");
    const start = this.#at + 1;
    const end = this.#text.indexOf(quote, start);
    if (end < 0) this.#refuse("a value without end");
    const raw = this.#text.slice(start, end);
    if (raw.includes("<")) this.#refuse('"<" in a value');
    const plain = /[\t\n]/.test(raw) ? raw.replace(/[\t\n]/g, " ") : raw;
    const value = plain.includes("&") ? this.#resolved(plain) : plain;
    if (value.length > this.#limits.attributeLength) {
      this.#refuse(`attribute longer than ${this.#limits.attributeLength} characters`);
    }
    this.#at = end + 1;
    return value;
  }

  /** @see Namespaces in XML 1.0, section 3 */
  #bindings(attributes: readonly [name: string, value: string][]): ReadonlyMap<string, string> | undefined {
    let bindings: Map<string, string> | undefined;
    for (const [name, value] of attributes) {
      if (!name.startsWith("xmlns")) continue;
      const isDefault = name === "xmlns";
      if (!isDefault && !name.startsWith("xmlns:")) continue;
      const prefix = isDefault ? "" : name.slice(6);
      const namespace = value.trim();
      const isReserved = namespace === xmlnsNamespace || prefix === "xmlns";
      const isXml = (prefix === "xml") !== (namespace === xmlNamespace);
      if (isReserved || isXml) this.#refuse(`the prefix ${prefix.slice(0, 40)} may not be bound so`);
      if (!isDefault && namespace === "") this.#refuse(`the prefix ${prefix.slice(0, 40)} is bound to nothing`);
      bindings ??= new Map();
      bindings.set(prefix, namespace);
    }
    return bindings;
  }

  #named(written: readonly [name: string, value: string][]): readonly XmlAttribute[] {
    const seen = new Set<string>();
    return written.map(([name, value]) => {
      const colon = this.#names.get(name) as number;
      const local = name.slice(colon + 1);
      const isDeclaration = name === "xmlns" || name.startsWith("xmlns:");
      const namespace = isDeclaration ? xmlnsNamespace : colon < 0 ? "" : this.#require(name.slice(0, colon));
      const expanded = `${namespace} ${local}`;
      if (seen.has(expanded)) this.#refuse(`the attribute ${name.slice(0, 40)} stands twice`);
      seen.add(expanded);
      return { name, local, namespace, value: isDeclaration ? value.trim() : value };
    });
  }

  #require(prefix: string): string {
    const namespace = this.#namespaceOf(prefix);
    if (namespace === undefined) return this.#refuse(`the prefix ${prefix.slice(0, 40)} is not bound`);
    return namespace;
  }

  #namespaceOf(prefix: string): string | undefined {
    const own = this.#closing?.bindings?.get(prefix);
    if (own !== undefined) return own;
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const found = (this.#open[at] as Open).bindings?.get(prefix);
      if (found !== undefined) return found;
    }
    if (prefix === "xml") return xmlNamespace;
    if (prefix === "xmlns") return xmlnsNamespace;
    return prefix === "" ? "" : undefined;
  }

  #instruction(): void {
    const end = this.#text.indexOf("?>", this.#at + 2);
    if (end < 0) this.#refuse("a processing instruction without end");
    const content = this.#text.slice(this.#at + 2, end);
    const [target = ""] = /^[^ \t\n]*/.exec(content) ?? [];
    if (!isQualifiedName(target) || target.includes(":") || /^xml$/i.test(target)) {
      this.#refuse(`${target.slice(0, 40)} is no processing instruction`);
    }
    this.#at = end + 2;
  }

  #comment(): void {
    const end = this.#text.indexOf("--", this.#at + 4);
    if (end < 0 || this.#text[end + 2] !== ">") this.#refuse("a malformed comment");
    this.#at = end + 3;
  }

  #characterData(): void {
    if (this.#open.length === 0) this.#refuse("text outside of the root");
    const end = this.#text.indexOf("]]>", this.#at + 9);
    if (end < 0) this.#refuse("a CDATA section without end");
    const content = this.#text.slice(this.#at + 9, end);
    this.#at = end + 3;
    this.#tell(content);
  }

  #resolved(raw: string): string {
    return raw.replace(/&([^;&]*)(;?)/g, (_, name: string, end: string) => {
      if (end === "") this.#refuse("a reference without end");
      return entities.get(name) ?? this.#character(name);
    });
  }

  #character(name: string): string {
    const digits = /^#(?:([0-9]+)|x([0-9a-fA-F]+))$/.exec(name);
    const code = digits ? Number.parseInt(digits[1] ?? digits[2] ?? "", digits[1] === undefined ? 16 : 10) : 0;
    const isCharacter =
      code === 9 ||
      code === 10 ||
      code === 13 ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      (code >= 0x10000 && code <= 0x10ffff);
    return isCharacter ? String.fromCodePoint(code) : this.#refuse(`the reference ${name.slice(0, 40)} means nothing`);
  }

  /** A name, checked once; where its colon is is remembered with it. */
  #name(): string {
    const text = this.#text;
    let end = this.#at;
    while (end < text.length && !endsName(text.charCodeAt(end))) end += 1;
    const name = text.slice(this.#at, end);
    if (!this.#names.has(name)) {
      if (!isQualifiedName(name)) this.#refuse(`${JSON.stringify(name.slice(0, 40))} is not a name`);
      this.#names.set(name, name.indexOf(":"));
    }
    this.#at += name.length;
    return name;
  }

  #expect(sign: string): void {
    if (this.#text[this.#at] !== sign) this.#refuse(`"${sign}" was expected`);
    this.#at += 1;
  }

  #skipSpace(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== 32 && code !== 10 && code !== 9) return;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }

  #take(): void {
    this.#count += 1;
    if (this.#count > this.#limits.nodes) this.#refuse(`more than ${this.#limits.nodes} XML nodes`);
  }

  #refuse(message: string): never {
    throw this.#fault(message);
  }

  #fault(message: string): DecodeError {
    return new DecodeError(message, Buffer.byteLength(this.#text.slice(0, this.#at)));
  }
}

/** Ends of lines are one character each before anything else is looked at. @see Extensible Markup Language (XML) 1.0, section 2.11 */
export function withPlainLineEnds(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** Whether a character cannot be in a name: `\t \n space " & ' / < = >`. What else cannot is found when the name is checked. */
function endsName(code: number): boolean {
  if (code > 62) return false;
  return (
    code >= 60 || code === 32 || code === 47 || code === 10 || code === 9 || code === 34 || code === 38 || code === 39
  );
}
