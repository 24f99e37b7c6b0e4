import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ShapeNode } from "../../src/codec/xdr/shape.js";

/** Procedures as libvirt's own protocol files declare them, each payload as a line of names and primitive types. */
export interface DeclaredProcedure {
  readonly number: number;
  readonly args: string;
  readonly result: string;
  readonly message: string | undefined;
}

/** What the protocol files take from other headers; libvirt's public ABI. */
const foreign: ReadonlyMap<string, number> = new Map([
  ["VIR_UUID_BUFLEN", 16],
  ["VIR_SECURITY_MODEL_BUFLEN", 257],
  ["VIR_SECURITY_LABEL_BUFLEN", 4097],
  ["VIR_SECURITY_DOI_BUFLEN", 257],
]);

const primitives: ReadonlyMap<string, string> = new Map([
  ["int", "int32"],
  ["unsigned int", "uint32"],
  ["unsigned", "uint32"],
  ["hyper", "int64"],
  ["unsigned hyper", "uint64"],
  ["char", "int -128..127"],
  ["unsigned char", "int 0..255"],
  ["unsigned short", "int 0..65535"],
]);

/** Reads `remote_protocol.x` or `qemu_protocol.x` of a libvirt source tree. */
export class ProtocolFile {
  readonly #text: string;
  readonly #numbers = new Map(foreign);
  readonly #structs = new Map<string, string>();
  readonly #optional = new Map<string, string>();

  /** @param files in the order in which they need each other; the last one's procedures are given */
  constructor(source: string, files: readonly string[]) {
    let text = "";
    for (const file of files) {
      text = readFileSync(join(source, "src", "remote", file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, " ");
      this.#declare(text);
    }
    this.#text = text;
  }

  /** By the number's name without its prefix, `DOMAIN_GET_STATE`. */
  procedures(numberPrefix: string, structPrefix: string): Map<string, DeclaredProcedure> {
    const found = new Map<string, DeclaredProcedure>();
    for (const [, name = "", number] of this.#text.matchAll(
      new RegExp(`\\b${numberPrefix}(\\w+)\\s*=\\s*(\\d+)`, "g"),
    )) {
      const stem = `${structPrefix}${name.toLowerCase()}`;
      const message = this.#structs.has(`${stem}_msg`) ? this.#line(`${stem}_msg`) : undefined;
      const [args, result] = [this.#line(`${stem}_args`), this.#line(`${stem}_ret`)];
      found.set(name, { number: Number(number), args, result, message });
    }
    return found;
  }

  #declare(text: string): void {
    for (const [, name = "", value = ""] of text.matchAll(/const\s+(\w+)\s*=\s*(\w+);/g)) {
      this.#numbers.set(name, this.#number(value));
    }
    for (const [, of = "", name = ""] of text.matchAll(/typedef\s+(\w+)\s*\*\s*(\w+);/g)) this.#optional.set(name, of);
    for (const [, name = "", body = ""] of text.matchAll(/struct\s+(\w+)\s*\{([^}]*)\}/g))
      this.#structs.set(name, body);
  }

  #number(text: string): number {
    const number = this.#numbers.get(text) ?? Number(text);
    if (!Number.isInteger(number)) throw new Error(`unknown number ${text}`);
    return number;
  }

  #line(struct: string): string {
    const members = (this.#structs.get(struct) ?? "").split(";").map((member) => member.trim().replaceAll(/\s+/g, " "));
    return members
      .filter((member) => member !== "")
      .map((member) => this.#member(member))
      .join(", ");
  }

  #member(member: string): string {
    const parts = /^(.+?) ?(\*?)(\w+) ?(?:([[<])(\w+)[\]>])?$/.exec(member);
    if (parts === null) throw new Error(`cannot read "${member}"`);
    const [, type = "", star, name = "", bracket, size] = parts;
    if (bracket === undefined && this.#structs.has(type)) return this.#line(type);
    return `${memberName(name)} ${this.#memberType(type, star === "*", bracket, size ?? "")}`;
  }

  #memberType(type: string, optional: boolean, bracket: string | undefined, size: string): string {
    if (bracket === undefined) return optional ? `maybe(${this.#type(type)})` : this.#type(type);
    const length = this.#number(size);
    if (type === "opaque") return `opaque ${length}`;
    if (type === "char") return bracket === "[" ? `chars[${length}]` : `chars<${length}>`;
    if (bracket === "[") throw new Error(`fixed array of ${type}`);
    return `list(${this.#type(type)}, ${length})`;
  }

  #type(type: string): string {
    const optional = this.#optional.get(type);
    if (optional !== undefined) return `maybe(${this.#type(optional)})`;
    if (type === "remote_nonnull_string") return `string ${this.#number("REMOTE_STRING_MAX")}`;
    if (type === "remote_uuid") return "uuid";
    if (type === "remote_typed_param") return "typed parameter";
    if (type === "remote_auth_type") return "int32";
    const primitive = primitives.get(type);
    if (primitive !== undefined) return primitive;
    if (!this.#structs.has(type)) throw new Error(`unknown type ${type}`);
    return this.#line(type);
  }
}

/** A shape in the same notation; a struct within a struct leaves no trace on the wire, so it leaves none here. */
export function lineOf(node: ShapeNode): string {
  switch (node.kind) {
    case "smallInt":
      return `int ${node.minimum}..${node.maximum}`;
    case "string":
    case "opaque":
      return `${node.kind} ${node.maximum}`;
    case "charArray":
      return `chars<${node.maximum}>`;
    case "charText":
      return node.fixed ? `chars[${node.maximum}]` : `chars<${node.maximum}>`;
    case "optional":
      return `maybe(${lineOf(node.of)})`;
    case "list":
      return `list(${lineOf(node.of)}, ${node.maximum})`;
    case "struct":
      return Object.entries(node.fields)
        .map(([name, field]) => (field.kind === "struct" ? lineOf(field) : `${name} ${lineOf(field)}`))
        .join(", ");
    case "custom":
      return node.name;
    default:
      return node.kind;
  }
}

/** `need_results` and `callbackID` as the table calls them. */
function memberName(name: string): string {
  return name.replaceAll(/_+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/ID$/, "Id");
}
