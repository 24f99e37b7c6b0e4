import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DecodeError } from "../../src/base/fault.js";
import { readCapabilities } from "../../src/protocol/libvirt/document/capabilities.js";
import { readDomain, writeDomain } from "../../src/protocol/libvirt/document/domain.js";
import { diskSourceText } from "../../src/protocol/libvirt/document/domain-disk.js";

const fixtures = [
  "qemu/web1.xml",
  "lxc/box.xml",
  "xen/pv.xml",
  "openvz/101.xml",
  "test/test.xml",
  "qemu/capabilities.xml",
];

export const target = {
  name: "domain-document",
  seeds: fixtures.map((path) => readFileSync(new URL(`../fixture/${path}`, import.meta.url))),
  /** Facts of what is accepted must survive the writer. */
  run(input: Buffer): void {
    try {
      const { tree: _, ...facts } = readDomain(input);
      facts.disks.forEach(diskSourceText);
      const { tree: __, ...again } = readDomain(writeDomain({ ...facts, tree: _ }));
      assert.deepEqual(again, facts);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    try {
      readCapabilities(input);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  },
};
