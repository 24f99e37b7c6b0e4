import { DecodeError } from "../../../base/fault.js";
import { uuidOctets, uuidText } from "../../../base/uuid.js";
import type { XmlElement } from "../../../codec/xml/element.js";
import { parseXml } from "../../../codec/xml/parse.js";
import { type Field, text } from "./field.js";

/** Parses a description of one kind. @throws {DecodeError} for anything else */
export function parseRoot(input: Uint8Array | string, name: string, what: string): XmlElement {
  const tree = parseXml(input);
  if (tree.local !== name || tree.namespace !== "") throw new DecodeError(`<${tree.name}> is not ${what}`, 0);
  return tree;
}

const uuidElement = text("uuid");

/** The UUID of what a description is about: canonical, in lower case. */
export const uuidField: Field<string | undefined> = {
  read(from) {
    const written = uuidElement.read(from);
    if (written === undefined) return undefined;
    const octets = uuidOctets(written);
    if (!octets) throw new DecodeError(`${JSON.stringify(written.slice(0, 40))} is not a UUID`);
    return uuidText(octets);
  },
  write: uuidElement.write,
};
