import { rewriteXml } from "../../../codec/xml/rewrite.js";
import { readXmlSource } from "../../../codec/xml/xml-source.js";
import { type Fields, writeFields } from "./field.js";

/**
 * A description with other facts. What is not about them stays as it is, to the letter; members that are not given stay, too,
 * and `undefined` takes one out.
 * @param read tells whether the text is of the kind that `fields` are of
 * @throws {DecodeError} as `read`, {Fault} `invalid` for values that XML cannot carry
 */
export function editDocument<Facts extends object>(
  text: string,
  read: (text: string) => unknown,
  fields: Fields<Facts>,
  facts: Partial<Facts>,
): string {
  read(text);
  const source = readXmlSource(text);
  return rewriteXml(source, writeFields(fields, source.root, facts));
}
