import assert from "node:assert/strict";
import { DecodeError } from "../../src/base/fault.js";
import { parseXml } from "../../src/codec/xml/parse.js";
import { writeXml } from "../../src/codec/xml/write.js";

const seeds = [
  '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="urn:1" xmlns:p="urn:2" p:k="v">t<p:b/>&lt;&#65;<![CDATA[x]]></a>',
  "<domain type='kvm' id='1'><name>n</name><memory unit='KiB'>1024</memory><!-- c --></domain>",
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
].map((text) => Buffer.from(text));

export const target = {
  name: "xml",
  seeds,
  /** What is accepted must come out of the writer and be read as the same tree. */
  run(input: Buffer): void {
    try {
      const root = parseXml(input);
      assert.deepEqual(parseXml(writeXml(root)), root);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  },
};
