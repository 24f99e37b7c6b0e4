import fc from "fast-check";
import { expect, test } from "vitest";
import type { DataError } from "../../../src/schema/yang/data/data-error.js";
import { diffTrees } from "../../../src/schema/yang/data/diff.js";
import { pathText } from "../../../src/schema/yang/data/path.js";
import { readXmlData } from "../../../src/schema/yang/data/read-xml-data.js";
import { emptyInner, type InnerData } from "../../../src/schema/yang/data/tree.js";
import { Validator } from "../../../src/schema/yang/validate/validator.js";
import { constrainedModule } from "../../support/constrained-yang.js";
import { Choices, mutate } from "../../support/yang-mutation.js";
import { yangSchema } from "../../support/yang-schema.js";

const schema = yangSchema(constrainedModule);
const paths = [
  "/c:top/slice[name='a']",
  "/c:top/machine[id='b']/port",
  "/c:top/settings/mode",
  "/c:top/plain[k='a']/v",
];

const start = readXmlData(
  schema,
  schema.root,
  `<data><top xmlns="urn:c" xmlns:c="urn:c">
    <slice><name>a</name><most>2</most></slice><slice><name>b</name><kind>c:round</kind></slice>
    <machine><id>a</id><slice>a</slice><port>1</port><net><host>a</host><octet>1</octet><needed>1</needed></net></machine>
    <machine><id>b</id><slice>b</slice><port>2</port><round-only>x</round-only><peer>a</peer><fast>1</fast><turbo>a</turbo><turbo>b</turbo></machine>
    <machine><id>c</id><slice>b</slice><size>2</size><slow>3</slow></machine>
    <main>b</main><main-port>2</main-port><total>5</total><one/>
    <plain><k>a</k><v>a</v></plain><plain><k>b</k><v>b</v></plain><plain><k>c</k></plain>
  </top></data>`,
).tree;

const told = (errors: readonly DataError[]): readonly string[] =>
  [...new Set(errors.map(({ tag, appTag, path, message }) => `${tag} ${appTag} ${pathText(path)} ${message}`))].sort();

test("Validator.update() finds exactly what Validator.validate() finds, whatever was edited", () => {
  let valid = 0;
  const kinds = new Set<string>();
  let invalid = 0;
  const edit = fc.array(fc.array(fc.nat(1000), { minLength: 4, maxLength: 14 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 5, maxLength: 25 }), (edits) => {
      const full = new Validator(schema, { mostErrors: 1000 });
      const incremental = new Validator(schema, { mostErrors: 1000 });
      let tree: InnerData = start;
      expect(told(full.validate(tree))).toEqual([]);
      for (const numbers of edits) {
        let after = tree;
        for (const one of numbers) after = mutate(schema, after, new Choices([0, 1, ...one]), paths);
        const updated = incremental.update(tree, after);
        const expected = told(full.validate(updated.tree));
        expect(told(updated.errors)).toEqual(expected);
        if (expected.length === 0) {
          tree = updated.tree;
          valid += 1;
        } else invalid += 1;
        for (const { appTag, tag } of updated.errors) kinds.add(appTag ?? tag);
      }
    }),
    { numRuns: 150 },
  );
  // The test would say nothing if nearly all edits were of one kind.
  expect(Math.min(valid, invalid)).toBeGreaterThan(50);
  expect(kinds).toContain("data-not-unique");
});

test("diffTrees() of a tree with itself is empty", () => {
  const tree = mutate(schema, emptyInner(schema.root), new Choices([0, 1, 0, 1, 1]), paths);
  expect(diffTrees(tree, tree)).toEqual([]);
});
