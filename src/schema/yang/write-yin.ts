import { Fault } from "../../base/fault.js";
import { type XmlAttribute, type XmlElement, xmlnsNamespace } from "../../codec/xml/element.js";
import { writeXml } from "../../codec/xml/write.js";
import { argumentOf, type Statement, substatement, substatements } from "./statement.js";
import { type YinArgument, type YinExtensions, yinArguments, yinNamespace } from "./yin-argument.js";

/**
 * Writes a module or submodule as YIN.
 * @param extensions what its extensions are, for statements with a prefix
 * @throws {Fault} `absent` for an extension whose module is not known, `invalid` for what XML cannot carry
 * @see RFC 7950, section 13
 */
export function writeYin(module: Statement, extensions: YinExtensions): string {
  const own = argumentOf(substatement(module, "belongs-to") ?? module, "prefix") ?? "";
  const prefixes = [own, ...substatements(module, "import").map((imported) => argumentOf(imported, "prefix") ?? "")];
  const declared = prefixes.flatMap((prefix): XmlAttribute[] => {
    const namespace = extensions.namespaceOf(prefix);
    if (namespace === undefined) return [];
    return [{ name: `xmlns:${prefix}`, local: prefix, namespace: xmlnsNamespace, value: namespace }];
  });
  const root = elementOf(module, extensions);
  const indent = !hasBlankArgument(module);
  return writeXml({ ...root, attributes: [...declared, ...root.attributes] }, { indent, declaration: true });
}

/** Whether an argument that becomes the text of an element consists of blanks, which a laid out document would lose. */
function hasBlankArgument({ argument, children }: Statement): boolean {
  return (argument !== undefined && argument !== "" && argument.trim() === "") || children.some(hasBlankArgument);
}

function elementOf({ prefix, keyword, argument, children }: Statement, extensions: YinExtensions): XmlElement {
  const namespace = prefix === "" ? yinNamespace : extensions.namespaceOf(prefix);
  if (namespace === undefined) throw new Fault("absent", `no module is known for the prefix ${prefix}`);
  const place: YinArgument | undefined =
    prefix === "" ? yinArguments.get(keyword) : extensions.argumentOf(prefix, keyword);
  const name = prefix === "" ? keyword : `${prefix}:${keyword}`;
  const attributes: XmlAttribute[] = [];
  const inside: XmlElement[] = [];
  if (place && argument !== undefined) {
    if (place.isElement) {
      const inner = prefix === "" ? place.name : `${prefix}:${place.name}`;
      inside.push({
        name: inner,
        local: place.name,
        namespace,
        attributes: [],
        children: argument === "" ? [] : [argument],
      });
    } else attributes.push({ name: place.name, local: place.name, namespace: "", value: argument });
  }
  for (const child of children) inside.push(elementOf(child, extensions));
  return { name, local: keyword, namespace, attributes, children: inside };
}
