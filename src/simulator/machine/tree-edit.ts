import { element, type XmlElement, type XmlNode } from "../../codec/xml/element.js";

/** A copy with an attribute set; a new one goes to the end. */
export function withAttribute(of: XmlElement, name: string, value: string): XmlElement {
  const added = { name, local: name, namespace: "", value };
  const held = of.attributes.some((one) => one.name === name);
  return {
    ...of,
    attributes: held ? of.attributes.map((one) => (one.name === name ? added : one)) : [...of.attributes, added],
  };
}

/** A copy without an attribute. */
export function withoutAttribute(of: XmlElement, name: string): XmlElement {
  return { ...of, attributes: of.attributes.filter((one) => one.name !== name) };
}

/** A copy with `change` made to each element directly inside; `undefined` removes it. */
export function mapChildren(of: XmlElement, change: (child: XmlElement) => XmlElement | undefined): XmlElement {
  const children = of.children.flatMap((node): readonly XmlNode[] => {
    if (typeof node === "string") return [node];
    const changed = change(node);
    return changed ? [changed] : [];
  });
  return { ...of, children };
}

/** A copy in which `placed` replaces the child of its name or, if there is none, follows the last child named in `after`. */
export function withChild(of: XmlElement, placed: XmlElement, after: readonly string[] = []): XmlElement {
  const held = of.children.findIndex((node) => typeof node !== "string" && node.name === placed.name);
  if (held >= 0) return { ...of, children: of.children.toSpliced(held, 1, placed) };
  const place = of.children.findLastIndex((node) => typeof node !== "string" && after.includes(node.name));
  return { ...of, children: of.children.toSpliced(place + 1, 0, placed) };
}

/** A copy without the children of this name. */
export function withoutChild(of: XmlElement, name: string): XmlElement {
  return mapChildren(of, (node) => (node.name === name ? undefined : node));
}

/** A copy without the texts that only lay the document out. */
export function withoutLayout(of: XmlElement): XmlElement {
  const elements = of.children.filter((node) => typeof node !== "string");
  if (elements.length === 0) return of;
  const apart = of.children.every((node) => typeof node !== "string" || node.trim() === "");
  const kept = apart ? elements : of.children;
  return { ...of, children: kept.map((node) => (typeof node === "string" ? node : withoutLayout(node))) };
}

/** An element that holds nothing but text. */
export function textElement(
  name: string,
  text: string | number,
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  return element(name, attributes, [String(text)]);
}

/** The document with other amounts of memory and processors. */
export function withAmounts(
  tree: XmlElement,
  amounts: {
    readonly memoryKiB: number;
    readonly currentMemoryKiB: number;
    readonly vcpuMaximum: number;
    readonly vcpuCount: number;
  },
): XmlElement {
  const withMemory = withChild(tree, textElement("memory", amounts.memoryKiB, { unit: "KiB" }));
  const withCurrent = withChild(withMemory, textElement("currentMemory", amounts.currentMemoryKiB, { unit: "KiB" }), [
    "memory",
  ]);
  return mapChildren(withCurrent, (part) => {
    if (part.name !== "vcpu") return part;
    const counted = { ...part, children: [String(amounts.vcpuMaximum)] };
    return amounts.vcpuCount === amounts.vcpuMaximum
      ? withoutAttribute(counted, "current")
      : withAttribute(counted, "current", String(amounts.vcpuCount));
  });
}
