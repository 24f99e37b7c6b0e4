import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DecodeError, Fault } from "../../src/base/fault.js";
import { parseXml } from "../../src/codec/xml/parse.js";
import { rewriteXml } from "../../src/codec/xml/rewrite.js";
import { readXmlSource } from "../../src/codec/xml/xml-source.js";
import { compareDocuments } from "../../src/protocol/libvirt/document/compare.js";
import { readDomain } from "../../src/protocol/libvirt/document/domain.js";
import { addDevice, changeDomain, deviceText, removeDevice } from "../../src/protocol/libvirt/document/domain-edit.js";
import { readNetwork } from "../../src/protocol/libvirt/document/network.js";
import { readSnapshot } from "../../src/protocol/libvirt/document/snapshot.js";
import { readPool } from "../../src/protocol/libvirt/document/storage-pool.js";
import { readVolume } from "../../src/protocol/libvirt/document/storage-volume.js";

const fixtures = ["qemu/web1.xml", "lxc/box.xml", "xen/pv.xml", "openvz/101.xml", "test/test.xml"];
const others = [
  "<network><name>n</name><forward/><ip address='192.0.2.1'><dhcp><range start='192.0.2.2' end='192.0.2.9'/></dhcp></ip></network>",
  "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>",
  "<volume><name>v</name><capacity unit='GiB'>1</capacity></volume>",
  "<domainsnapshot><name>s</name><parent><name>r</name></parent></domainsnapshot>",
];
const device = "<disk type='file'><source file='/fuzz'/><target dev='fuzz'/></disk>";

export const target = {
  name: "domain-edit",
  seeds: [
    ...fixtures.map((path) => readFileSync(new URL(`../fixture/${path}`, import.meta.url))),
    ...others.map((text) => Buffer.from(text)),
  ],
  /** What is edited says what was asked for, and taking it back leaves the text that was there. */
  run(input: Buffer): void {
    for (const read of [readNetwork, readPool, readVolume, readSnapshot]) quietly(() => read(input));
    quietly(() => {
      const source = readXmlSource(input);
      assert.equal(rewriteXml(source, source.root), source.text);
      assert.deepEqual(compareDocuments(source.root, parseXml(input)), []);
    });
    quietly(() => {
      const text = input.toString("utf8");
      const { memoryKiB } = readDomain(text);
      const changed = changeDomain(text, { currentMemoryKiB: 4242, blockWeight: 300 });
      const { currentMemoryKiB, blockWeight, ...rest } = readDomain(changed);
      assert.deepEqual([currentMemoryKiB, blockWeight, rest.memoryKiB], [4242, 300, memoryKiB]);
      const added = addDevice(text, device);
      assert.match(deviceText(added, device) ?? "", /\/fuzz/);
      const { tree: _, ...before } = readDomain(text);
      const { tree: __, ...after } = readDomain(removeDevice(added, device));
      assert.deepEqual(after, before);
    });
  },
};

function quietly(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof Fault)) throw error;
  }
}
