import assert from "node:assert/strict";
import { Fault } from "../../src/base/fault.js";
import { readXmlData } from "../../src/schema/yang/data/read-xml-data.js";
import { Selection } from "../../src/schema/yang/filter/selection.js";
import { TreeEvaluation } from "../../src/schema/yang/xpath/tree-evaluation.js";
import { XPath } from "../../src/schema/yang/xpath/xpath.js";
import { constrainedModule } from "../support/constrained-yang.js";
import { yangSchema } from "../support/yang-schema.js";

const schema = yangSchema(constrainedModule);
const words = ["a", "b", "c"];
const machines = words.map(
  (id) =>
    `<machine><id>${id}</id><slice>a</slice><size>2</size><peer>a</peer><via>/c:top/c:slice[c:name='a']</via></machine>`,
);
const { tree } = readXmlData(
  schema,
  schema.root,
  `<data><top xmlns="urn:c" xmlns:c="urn:c"><slice><name>a</name><kind>c:flat</kind></slice>${machines.join("")}<total>9</total></top></data>`,
);
const names = {
  moduleOf: (prefix: string) => (prefix === "c" ? schema.module("c") : undefined),
  unprefixed: "any" as const,
};

const seeds = [
  "count(/c:top/machine[slice = current()/c:top/slice/name]) <= 3 and not(//id[. = 'b']/following::size < 2)",
  "deref(/top/machine[id='a']/via)/../name | /top/machine[last()]/preceding-sibling::*[position() mod 2 = 1]",
  "derived-from-or-self(//kind, 'c:shape') or re-match(string(//id), '[a-c]+') or bit-is-set(/top, 'x')",
  "substring(concat('a', translate(normalize-space(//name), 'a', 'b')), 1 div 0, -2 * 3) != string(number(//size))",
  "ancestor-or-self::node()/@*|self::text()|c:*",
].map((text) => Buffer.from(text));

export const target = {
  name: "yang-xpath",
  seeds,
  /** Every expression is refused or has a value within its budget, and twice the same one. */
  run(input: Buffer): void {
    const text = input.toString("utf8");
    try {
      const xpath = new XPath(text, names);
      const value = () => xpath.evaluate(new TreeEvaluation(schema, tree, { mostSteps: 200_000 }));
      const first = value();
      if (typeof first !== "object") {
        assert.ok(Object.is(value(), first));
        return;
      }
      const selection = new Selection(tree);
      for (const located of first) selection.add(located);
      selection.tree();
      const again = value();
      assert.ok(typeof again === "object" && again.length === first.length);
      assert.ok(first.every((located, at) => located.isSame(again[at] as typeof located)));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  },
};
