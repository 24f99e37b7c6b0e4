import assert from "node:assert/strict";
import { DecodeError } from "../../src/base/fault.js";
import { parseXml } from "../../src/codec/xml/parse.js";
import { diffTrees } from "../../src/schema/yang/data/diff.js";
import { readElementData, readXmlData } from "../../src/schema/yang/data/read-xml-data.js";
import { emptyInner } from "../../src/schema/yang/data/tree.js";
import { writeXmlData } from "../../src/schema/yang/data/write-xml-data.js";
import { applyEdit } from "../../src/schema/yang/edit/apply-edit.js";
import { readEdit } from "../../src/schema/yang/edit/read-edit.js";
import { filterBySubtree } from "../../src/schema/yang/filter/subtree-filter.js";
import { Validator } from "../../src/schema/yang/validate/validator.js";
import { constrainedModule } from "../support/constrained-yang.js";
import { yangSchema } from "../support/yang-schema.js";

const schema = yangSchema(constrainedModule);
const empty = emptyInner(schema.root);
const start = '<top xmlns="urn:c" xmlns:c="urn:c">';
const seeds = [
  `<data>${start}<slice><name>a</name><kind>c:round</kind></slice><machine><id>b</id><slice>a</slice><port>1</port></machine></top></data>`,
  `<data>${start}<plain><k>a</k><v>b</v></plain><total>5</total><one/><settings><mode>c</mode></settings></top></data>`,
  `<config xmlns:n="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:y="urn:ietf:params:xml:ns:yang:1">${start}<plain y:insert="after" y:key="[c:k='a']" n:operation="create"><k>b</k></plain></top></config>`,
  `<data>${start}<machine><id>c</id><slice>a</slice><via>/c:top/c:machine[c:id='c']/c:port</via><peer>a</peer></machine></top></data>`,
].map((text) => Buffer.from(text));

const limits = { octets: 65_536 };

export const target = {
  name: "yang-xml",
  seeds,
  /** What is read is written and read as the same tree, and can be edited, filtered and validated in full and in part. */
  run(input: Buffer): void {
    try {
      const read = readXmlData(schema, schema.root, input, { limits });
      const written = `<data>${[...writeXmlData(schema, read.tree)].join("")}</data>`;
      const again = readXmlData(schema, schema.root, written);
      assert.deepEqual(again.errors, []);
      assert.deepEqual(diffTrees(read.tree, again.tree), []);

      const element = parseXml(input, limits);
      assert.equal(readElementData(schema, schema.root, element).errors.length, read.errors.length);
      filterBySubtree(schema, read.tree, element);
      const edited = applyEdit(schema, empty, readEdit(schema, element).nodes).tree;
      const updated = new Validator(schema).update(empty, edited);
      assert.equal(new Validator(schema).validate(updated.tree).length === 0, updated.errors.length === 0);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  },
};
