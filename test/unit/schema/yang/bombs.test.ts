import { describe, expect, test } from "vitest";
import { bombs } from "../../../../bench/yang/bombs.js";
import * as fault from "../../../../src/base/fault.js";
import * as parse from "../../../../src/codec/xml/parse.js";
import * as compile from "../../../../src/schema/yang/compile-schema.js";
import * as entryTexts from "../../../../src/schema/yang/data/entry-texts.js";
import * as readJson from "../../../../src/schema/yang/data/read-json-data.js";
import * as readXml from "../../../../src/schema/yang/data/read-xml-data.js";
import { WorkBudget } from "../../../../src/schema/yang/data/work-budget.js";
import * as writeJson from "../../../../src/schema/yang/data/write-json-data.js";
import * as writeXml from "../../../../src/schema/yang/data/write-xml-data.js";
import * as apply from "../../../../src/schema/yang/edit/apply-edit.js";
import * as edit from "../../../../src/schema/yang/edit/read-edit.js";
import * as filter from "../../../../src/schema/yang/filter/subtree-filter.js";
import * as modules from "../../../../src/schema/yang/module-library.js";
import * as moduleText from "../../../../src/schema/yang/module-text.js";
import * as pattern from "../../../../src/schema/yang/pattern.js";
import * as validator from "../../../../src/schema/yang/validate/validator.js";
import * as evaluation from "../../../../src/schema/yang/xpath/tree-evaluation.js";
import * as xpath from "../../../../src/schema/yang/xpath/xpath.js";
import { yangModule, yangSchema } from "../../../support/yang-schema.js";

const engine = {
  ...{ ...fault, ...parse, ...compile, ...readJson, ...readXml, ...writeXml, ...apply, ...edit },
  ...{ ...entryTexts, ...writeJson },
  ...{ ...filter, ...modules, ...moduleText, ...pattern, ...validator, ...evaluation, ...xpath },
};
const { DecodeError, Fault, readXmlData, compilePattern } = engine;

/** Bombs that are not merely read but refused, by a part of their names and the reason. */
const refused: readonly (readonly [name: string, reason: string])[] = [
  ["schema: groupings that double", "expand to more than"],
  ["schema: groupings that grow tenfold", "expand to more than"],
  ["schema: unused groupings, each of ninety", "expand to more than"],
  ["schema: one wide grouping used over", "expand to more than"],
  ["schema: a when for each level", "expand to more than"],
  ["pattern: a state for every subset:", "takes too long"],
  ["pattern: a small state for every subset", "takes too long"],
  ["pattern: very many such classes", "takes too long"],
  ["pattern: too many states", "more than 10000 states"],
  ["xpath: unions of everything", "too many steps"],
  ["xpath: all that follows all", "too many steps"],
  ["xpath: ancestors and descendants", "too many steps"],
  ["xpath: every value with every other", "too many steps"],
  ["xpath: longer and longer strings", "too many steps"],
  ["xpath: strings of everything for each", "too many steps"],
  ["xpath: a costly pattern for each", "too many steps"],
  ["xpath: letters translated for each", "too many steps"],
  ["subtree: one list asked for", "more than 10000 nodes"],
  ["subtree: one container asked for", "too many steps"],
];

const minute = { timeout: 60_000 };

test.each(bombs.map((bomb) => [bomb.name, bomb] as const))(
  "%s ends, in an error of ours or none",
  minute,
  (name, bomb) => {
    const prepared = bomb.prepare?.(engine);
    let end = "";
    try {
      bomb.run(engine, prepared);
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof Fault)) throw error;
      end = error.message;
    }
    const reason = refused.find(([start]) => `${name}:`.startsWith(start))?.[1];
    if (reason !== undefined) expect(end).toContain(reason);
  },
);

test("every refusal that is expected is of a bomb", () => {
  for (const [start] of refused)
    expect(
      bombs.some(({ name }) => `${name}:`.startsWith(start)),
      start,
    ).toBe(true);
});

describe("WorkBudget", () => {
  const schema = yangSchema(yangModule("w", "list l { key k; leaf k { type uint32; } }"));
  const treeOf = (entries: number) => {
    const lists = Array.from({ length: entries }, (_, i) => `<l xmlns="urn:w"><k>${i}</k></l>`).join("");
    return readXmlData(schema, schema.root, `<d>${lists}</d>`).tree;
  };
  const refusal = () => new Fault("invalid", "enough");

  test("gives a small tree what every question may take, and again for the next question", () => {
    const budget = new WorkBudget(treeOf(3), refusal);
    for (let i = 0; i < 2; i++) {
      budget.spend(100_000);
      expect(() => budget.spend(1)).toThrow("enough");
      budget.renew();
    }
  });

  test("gives a large tree more, by its nodes", () => {
    const budget = new WorkBudget(treeOf(10_000), refusal);
    // The root, and two nodes for each entry.
    budget.spend(20 * 20_001);
    expect(() => budget.spend(1)).toThrow("enough");
  });

  test("gives exactly what it is told to", () => {
    const budget = new WorkBudget(treeOf(10_000), refusal, 10);
    budget.spend(10);
    expect(() => budget.spend(1)).toThrow("enough");
  });
});

test("Pattern.matches() tells of its work, and stops where it is told to", () => {
  const text = "ab".repeat(5000);
  let work = 0;
  const counted = (most: number) => ({
    spend(steps: number) {
      work += steps;
      if (work > most) throw new Fault("invalid", "enough");
    },
  });
  expect(compilePattern("(a|b)*").matches(text, counted(2000))).toBe(true);
  expect(work).toBeGreaterThan(0);
  work = 0;
  expect(() => compilePattern("([ab]*a[ab]{500}c)?").matches(text, counted(2000))).toThrow("enough");
});
