import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { element, textOf, type XmlElement, type XmlNode } from "../../../src/codec/xml/element.js";
import { parseXml } from "../../../src/codec/xml/parse.js";
import { rewriteXml } from "../../../src/codec/xml/rewrite.js";
import { writeXml } from "../../../src/codec/xml/write.js";
import { readXmlSource } from "../../../src/codec/xml/xml-source.js";
import { compareDocuments } from "../../../src/protocol/libvirt/document/compare.js";
import { readDomain } from "../../../src/protocol/libvirt/document/domain.js";
import {
  addDevice,
  changeDomain,
  deviceText,
  removeDevice,
  replaceDevice,
} from "../../../src/protocol/libvirt/document/domain-edit.js";

const fixtures = ["qemu/web1.xml", "lxc/box.xml", "xen/pv.xml", "openvz/101.xml", "test/test.xml"];
const texts = fixtures.map((path) => readFileSync(new URL(`../../fixture/${path}`, import.meta.url), "utf8"));
const fixture = fc.constantFrom(...texts);

/** Names, values and texts, without white space where there is nothing else. */
function bare(node: XmlElement): unknown {
  const hasText = node.children.some((one) => typeof one === "string" && one.trim() !== "");
  return {
    name: node.name,
    namespace: node.namespace,
    attributes: Object.fromEntries(node.attributes.map(({ name, value }) => [name, value])),
    children: node.children.flatMap((one: XmlNode): unknown[] => {
      if (typeof one !== "string") return [bare(one)];
      return hasText ? [one] : [];
    }),
  };
}

const label = fc.stringMatching(/^[a-d]$/);
const value = fc.string({ unit: "grapheme-ascii", maxLength: 4 });
const tree = fc.letrec<{ element: XmlElement; node: XmlNode }>((tie) => ({
  element: fc
    .tuple(label, fc.dictionary(label, value, { maxKeys: 3 }), fc.array(tie("node"), { maxLength: 4 }))
    .map(([name, attributes, children]) => element(name, attributes, joined(children))),
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("\n  ", "text", " ", "<&>'\""),
    tie("element"),
  ),
})).element;

function joined(nodes: readonly XmlNode[]): XmlNode[] {
  const result: XmlNode[] = [];
  for (const node of nodes) {
    const last = result.at(-1);
    if (typeof node === "string" && typeof last === "string") result[result.length - 1] = last + node;
    else result.push(node);
  }
  return result;
}

type Edit = (target: XmlElement, fresh: XmlElement) => XmlElement;

/** What can be done to one element; what is not touched is shared. */
const edits: readonly Edit[] = [
  (target, fresh) => ({ ...target, children: [...target.children, fresh] }),
  (target, fresh) => ({ ...target, children: [fresh, ...target.children] }),
  (target) => ({ ...target, children: target.children.slice(1) }),
  (target) => ({ ...target, children: target.children.slice(0, -1) }),
  (target) => ({ ...target, children: joined(target.children.toReversed()) }),
  (target) => ({ ...target, children: joined([...target.children.slice(1), ...target.children.slice(0, 1)]) }),
  (target, fresh) => ({ ...target, attributes: fresh.attributes }),
  (target, fresh) => ({ ...target, attributes: [...fresh.attributes.slice(0, 1), ...target.attributes.slice(1)] }),
  (target) => ({ ...target, attributes: target.attributes.slice(1) }),
  (target, fresh) => ({ ...target, children: joined([textOf(fresh) || "new", ...target.children.slice(2)]) }),
  (_, fresh) => fresh,
];

/** Applies an edit to the element that `path` leads to. */
function editedAt(root: XmlElement, path: readonly number[], edit: (target: XmlElement) => XmlElement): XmlElement {
  const [step, ...rest] = path;
  const elements = root.children.filter((node): node is XmlElement => typeof node !== "string");
  const next = step === undefined ? undefined : elements[step % Math.max(1, elements.length)];
  if (!next) return edit(root);
  const changed = editedAt(next, rest, edit);
  return { ...root, children: root.children.map((node) => (node === next ? changed : node)) };
}

function unique(attributes: XmlElement["attributes"]): XmlElement["attributes"] {
  return attributes.filter((one, at) => attributes.findIndex(({ name }) => name === one.name) === at);
}

function withUniqueNames(root: XmlElement): XmlElement {
  const attributes = unique(root.attributes);
  return attributes.length === root.attributes.length ? root : { ...root, attributes };
}

describe("rewriteXml()", () => {
  test("of what did not change gives the text itself, comments, quotes and white space included", () => {
    const remarks =
      '<?xml version="1.0"?>\n<!-- a -->\n<a x = \'1\'  y="2" ><!-- b --><b/>\n  <c >&#65;</c ></a>\n<!-- d -->';
    for (const text of [...texts, remarks]) {
      const source = readXmlSource(text);
      expect(rewriteXml(source, source.root)).toBe(text);
    }
  });

  test("of any edits gives the tree that was asked for", () => {
    const step = fc.tuple(fc.array(fc.nat(5), { maxLength: 3 }), fc.nat(edits.length - 1), tree);
    fc.assert(
      fc.property(tree, fc.boolean(), fc.array(step, { minLength: 1, maxLength: 3 }), (root, indent, steps) => {
        const source = readXmlSource(writeXml(root, { indent }));
        const changed = steps.reduce(
          (held, [path, number, fresh]) =>
            editedAt(held, path, (target) => withUniqueNames((edits[number] as Edit)(target, fresh))),
          source.root,
        );
        const text = rewriteXml(source, changed);
        expect(bare(parseXml(text))).toEqual(bare(parseXml(writeXml(changed))));
      }),
      { numRuns: 400 },
    );
  });

  test("keeps every line that an edit is not about", () => {
    fc.assert(
      fc.property(fixture, fc.nat({ max: 2 ** 31 - 1 }), (text, currentMemoryKiB) => {
        const changed = changeDomain(text, { currentMemoryKiB });
        expect(readDomain(changed).currentMemoryKiB).toBe(currentMemoryKiB);
        const held = new Set(changed.split("\n"));
        expect(
          text
            .split("\n")
            .filter((line) => !held.has(line))
            .every((line) => /currentMemory/.test(line)),
        ).toBe(true);
        expect(compareDocuments(parseXml(text), parseXml(changed)).every(({ path }) => /urrentMemory/.test(path))).toBe(
          true,
        );
      }),
    );
  });
});

describe("devices of a description", () => {
  const target = fc.stringMatching(/^vd[m-z]$/);
  const deviceOf = (dev: string, file: string): string =>
    `<disk type='file' device='disk'>\n  <source file='${file}'/>\n  <target dev='${dev}' bus='virtio'/>\n</disk>`;

  test("what is added is found, changed and taken out again without a trace", () => {
    fc.assert(
      fc.property(fixture, target, (text, dev) => {
        const added = addDevice(text, deviceOf(dev, "/a"));
        expect(readDomain(added).disks.find((disk) => disk.target === dev)?.source).toBe("/a");
        expect(deviceText(added, `<disk><target dev='${dev}'/></disk>`)).toContain("/a");
        expect(() => addDevice(added, deviceOf(dev, "/b"))).toThrow(expect.objectContaining({ code: "exists" }));
        const replaced = replaceDevice(added, deviceOf(dev, "/b"));
        expect(readDomain(replaced).disks.find((disk) => disk.target === dev)?.source).toBe("/b");
        const difference = compareDocuments(parseXml(added), parseXml(replaced));
        expect(difference).toEqual([
          { path: `/domain/devices/disk[target/@dev='${dev}']/source/@file`, before: "/a", after: "/b" },
        ]);
        expect(removeDevice(replaced, deviceOf(dev, "/b"))).toBe(text);
        expect(() => removeDevice(text, deviceOf(dev, "/a"))).toThrow(expect.objectContaining({ code: "absent" }));
      }),
    );
  });
});

describe("compareDocuments()", () => {
  test("does not mind the order of elements and attributes, units, defaults, and what libvirt fills in", () => {
    const one = `<domain type='kvm'><name>n</name><memory unit='MiB'>2</memory><vcpu>1</vcpu><devices>
      <interface type='network'><source network='default'/><mac address='52:54:00:AA:00:01'/></interface>
      <disk><target bus='virtio' dev='vdb'/><source file='/b'/></disk><disk><source file='/a'/><target dev='vda'/></disk></devices></domain>`;
    const other = `<domain id='3' type='kvm'><devices><disk device='disk' type='file'><source file='/a'/><target dev='vda'/><alias name='x'/></disk>
      <disk><source file='/b' index='2'/><target dev='vdb' bus='virtio'/><address type='pci' slot='0x05'/></disk>
      <interface type='network'><mac address='52:54:00:aa:00:01'/><source network='default'/><model type='rtl8139'/></interface>
      <controller type='usb' index='0'/></devices><vcpu placement='static'>1</vcpu>
      <uuid>6f1d7ac2-9c3e-4f6b-8f0a-2b0c5d3e1a11</uuid><memory>2048</memory><name>n</name><on_reboot>restart</on_reboot></domain>`;
    expect(compareDocuments(parseXml(one), parseXml(other))).toEqual([]);
  });

  test("tells every change of a fact, once, and in both directions", () => {
    const before = parseXml("<domain type='kvm'><name>n</name><memory>4</memory><title>t</title></domain>");
    const after = parseXml("<domain type='kvm'><name>m</name><memory>4</memory><vcpu>2</vcpu></domain>");
    expect(compareDocuments(before, after)).toEqual([
      { path: "/domain/name", before: "n", after: "m" },
      { path: "/domain/title", before: "<title>t</title>", after: undefined },
    ]);
    expect(compareDocuments(after, before)).toEqual([
      { path: "/domain/name", before: "m", after: "n" },
      { path: "/domain/title", before: undefined, after: "<title>t</title>" },
    ]);
  });

  test("of a description with itself finds nothing", () => {
    fc.assert(
      fc.property(tree, (root) => {
        expect(compareDocuments(root, parseXml(writeXml(root)))).toEqual([]);
      }),
    );
  });
});
