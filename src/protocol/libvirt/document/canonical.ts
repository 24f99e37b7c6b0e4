import { attribute, child, element, textOf, type XmlElement, type XmlNode } from "../../../codec/xml/element.js";
import { kibibytes } from "./memory-size.js";

/** Values that mean the same as nothing at all, by the place of their attribute or element. */
// biome-ignore format: read as a table
const defaults: ReadonlyMap<string, string> = new Map([
  ["domain/vcpu/@placement",                  "static"],
  ["domain/clock/@offset",                    "utc"],
  ["domain/on_poweroff",                      "destroy"],
  ["domain/on_reboot",                        "restart"],
  ["domain/on_crash",                         "destroy"],
  ["domain/devices/disk/@type",               "file"],
  ["domain/devices/disk/@device",             "disk"],
  ["domain/devices/filesystem/@type",         "mount"],
  ["domain/devices/filesystem/@accessmode",   "passthrough"],
  ["domain/devices/interface/@type",          "network"],
  ["domain/devices/graphics/@port",           "-1"],
  ["domain/numatune/memory/@mode",            "strict"],
  ["network/ip/@family",                      "ipv4"],
  ["network/bridge/@stp",                     "on"],
  ["network/bridge/@delay",                   "0"],
  ["volume/@type",                            "file"],
  ["volume/target/format/@type",              "raw"],
]);

/** Amounts with a unit, which is KiB for what memory is measured in and octets for what storage is. */
const memoryElements = new Set([
  ..."memory currentMemory maxMemory hard_limit soft_limit min_guarantee swap_hard_limit".split(" "),
]);
const storageElements = new Set(["capacity", "allocation", "available"]);

/** What elements of one name are told apart by, where their order means nothing to libvirt. */
const sortedBy: Readonly<Record<string, (one: XmlElement) => string | undefined>> = {
  disk: (disk) => attribute(child(disk, "target"), "dev"),
  controller: (controller) => `${attribute(controller, "type")} ${attribute(controller, "index") ?? ""}`,
};

/**
 * A description in the one form that all which mean the same have: without white space, defaults and units, attributes and
 * elements in the order of their names where libvirt reads them in any. Elements of one name keep their order, which may matter;
 * foreign ones keep all of theirs.
 */
export function canonicalForm(root: XmlElement): XmlElement {
  return canonical(root, root.local);
}

function canonical(found: XmlElement, path: string): XmlElement {
  if (found.namespace !== "") return foreign(found);
  const attributes = found.attributes
    .map((held) => ({ ...held, value: plainValue(found, held.local, held.value) }))
    .filter((held) => defaults.get(`${path}/@${held.local}`) !== held.value)
    .filter((held) => held.local !== "unit" || !(memoryElements.has(found.local) || storageElements.has(found.local)))
    .sort((a, b) => order(a.name, b.name));
  const elements = found.children.filter((node): node is XmlElement => typeof node !== "string");
  const children: readonly XmlNode[] =
    elements.length > 0
      ? sorted(
          elements.map((node) => canonical(node, `${path}/${node.local}`)),
          path,
        )
      : texts(found);
  return { ...found, attributes, children };
}

function sorted(elements: readonly XmlElement[], path: string): readonly XmlElement[] {
  const kept = elements.filter((one) => defaults.get(`${path}/${one.local}`) !== textOf(one) || textOf(one) === "");
  if (path.endsWith("/metadata")) return kept;
  const keyOf = (one: XmlElement): string => sortedBy[one.local]?.(one) ?? "";
  // Sorting is stable: what has no key stays in its order.
  return kept.toSorted((a, b) => order(a.name, b.name) || order(keyOf(a), keyOf(b)));
}

function texts(found: XmlElement): readonly XmlNode[] {
  const text = textOf(found);
  if (text === "") return [];
  if (found.local === "uuid") return [text.toLowerCase()];
  const unit = attribute(found, "unit");
  if (/^\d{1,20}$/.test(text)) {
    if (memoryElements.has(found.local)) return [amount(text, unit ?? "KiB")];
    if (storageElements.has(found.local)) return [octets(text, unit ?? "bytes")];
  }
  return [text];
}

/** A unit that is none stays, for libvirt to refuse. */
function amount(text: string, unit: string): string {
  try {
    return String(kibibytes(text, unit));
  } catch {
    return `${text} ${unit}`;
  }
}

function octets(text: string, unit: string): string {
  const powers = "bkmgtpe";
  const word = unit.toLowerCase();
  const power = powers.indexOf(word.charAt(0));
  if (power < 0 || !/^(b|bytes?|[kmgtpe](b|ib)?)$/.test(word)) return `${text} ${unit}`;
  const base = word.length === 2 && power > 0 ? 1000n : 1024n;
  return String(BigInt(text) * base ** BigInt(power));
}

function plainValue(of: XmlElement, name: string, value: string): string {
  if (of.local === "mac" && name === "address") return value.toLowerCase();
  if (of.local === "address" && /^(0x[0-9a-f]{1,8}|\d{1,9})$/i.test(value)) return `0x${Number(value).toString(16)}`;
  return value;
}

function foreign(found: XmlElement): XmlElement {
  const children = found.children.flatMap((node): readonly XmlNode[] => {
    if (typeof node !== "string") return [foreign(node)];
    return node.trim() === "" ? [] : [node];
  });
  const attributes = found.attributes.toSorted((a, b) => order(a.name, b.name));
  return { ...element(found.name, {}, children, found.namespace), attributes };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
