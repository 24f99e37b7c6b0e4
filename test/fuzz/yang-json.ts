import assert from "node:assert/strict";
import { DecodeError } from "../../src/base/fault.js";
import { diffTrees } from "../../src/schema/yang/data/diff.js";
import { readJsonData } from "../../src/schema/yang/data/read-json-data.js";
import { writeJsonData } from "../../src/schema/yang/data/write-json-data.js";
import { Validator } from "../../src/schema/yang/validate/validator.js";
import { constrainedModule } from "../support/constrained-yang.js";
import { yangSchema } from "../support/yang-schema.js";

const schema = yangSchema(constrainedModule);
const seeds = [
  '{"c:top":{"slice":[{"name":"a","most":3,"kind":"c:round"}],"machine":[{"id":"b","slice":"a","port":1,"peer":["a"]}]}}',
  '{"c:top":{"total":5,"one":[null],"plain":[{"k":"a","v":"b"},{"k":"b"}],"settings":{"mode":"c","deep":{"x":1}}}}',
  '{"c:top":{"@":{"x:y":1},"machine":[{"id":"\\u0061","mixed":1,"via":"/c:top/machine[id=\'a\']/port","size":-0}]}}',
].map((text) => Buffer.from(text));

export const target = {
  name: "yang-json",
  seeds,
  /** What is read is written and read as the same tree, and can be validated. */
  run(input: Buffer): void {
    try {
      const { tree } = readJsonData(schema, schema.root, input, { limits: { octets: 65_536 } });
      const again = readJsonData(schema, schema.root, [...writeJsonData(schema, tree)].join(""));
      assert.deepEqual(again.errors, []);
      assert.deepEqual(diffTrees(tree, again.tree), []);
      new Validator(schema).validate(tree);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  },
};
