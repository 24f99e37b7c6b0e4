import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { machineStates } from "../../src/inventory/machine.js";
import { compileSchema } from "../../src/schema/yang/compile-schema.js";
import { ModuleLibrary } from "../../src/schema/yang/module-library.js";
import { moduleTree } from "../../src/schema/yang/module-tree.js";
import type { LeafListNode, LeafNode, SchemaNode } from "../../src/schema/yang/schema-node.js";
import { isInstalled } from "../support/installed.js";
import { modelFolder, textsIn, yangFolder } from "../support/yang-modules.js";

const texts = textsIn(modelFolder);
const names = texts.map(({ name }) => name);
const schema = compileSchema(
  new ModuleLibrary([...texts, ...textsIn(yangFolder)]),
  names.map((name) => ({ name })),
);
const ours = schema.nodes.filter(({ module }) => names.includes(module.name));
const leaves = ours.filter(
  (node): node is LeafNode | LeafListNode => node.kind === "leaf" || node.kind === "leaf-list",
);

/** Numbers that are not of anything. */
const bare =
  /(^|-)(index|id|number|sequence|count|maximum|online|shares|weight|sockets|cores|threads|left-out|length)$/;
/** Counters and gauges of what the leaf's own name says. */
const counted = /(-requests|-faults)$/;

function pathOf(node: SchemaNode): string {
  const above = node.parent.kind === "root" ? "" : pathOf(node.parent);
  return `${above}/${node.name}`;
}

test("there are models", () => {
  expect(names).toEqual(expect.arrayContaining(["virtgate-types", "virtgate-host", "virtgate-machine"]));
  expect(leaves.length).toBeGreaterThan(200);
});

test("every node says what it is for", () => {
  const silent = ours.filter(({ kind, description }) => !description && kind !== "input" && kind !== "output");
  expect(silent.map(pathOf)).toEqual([]);
});

test("every number says of what", () => {
  const numbers = leaves.filter(({ type }) => /^u?int|^decimal/.test(type.base));
  expect(numbers.length).toBeGreaterThan(50);
  const unitless = numbers.filter(({ units, name }) => units === undefined && !bare.test(name) && !counted.test(name));
  expect(unitless.map(pathOf)).toEqual([]);
});

test("states of machines are those of the inventory", () => {
  const state = leaves.find(
    ({ name, parent }) => name === "oper-state" && "name" in parent && parent.name === "machine",
  );
  expect(state?.type.base === "enumeration" && state.type.enums.map(({ name }) => name)).toEqual(machineStates);
});

describe.skipIf(!isInstalled("yanglint"))("yanglint", () => {
  test.each(names)("takes %s, and draws the same tree", (name) => {
    const args = ["-p", yangFolder, "-p", modelFolder, "-f", "tree", `${modelFolder}/${name}.yang`];
    const { status, stdout, stderr } = spawnSync("yanglint", args, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const alone = compileSchema(new ModuleLibrary([...texts, ...textsIn(yangFolder)]), [{ name }]);
    const module = alone.module(name);
    const tree = module ? moduleTree(alone, module) : "";
    expect(plain(tree)).toEqual(plain(stdout));
  });
});

/** Nodes with their types, without alignment, and without flags, which yanglint gets wrong below augments. */
function plain(tree: string): readonly string[] {
  return tree
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.replace(/--(rw|ro|-w|--|-u)/, "--").replaceAll(/(\S) {2,}(\S)/g, "$1 $2"));
}
