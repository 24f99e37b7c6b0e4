import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { compileSchema } from "../../src/schema/yang/compile-schema.js";
import type { ModuleText } from "../../src/schema/yang/module-text.js";
import { moduleTree } from "../../src/schema/yang/module-tree.js";
import type { Statement } from "../../src/schema/yang/statement.js";
import { isInstalled } from "../support/installed.js";
import { ourModules, textsIn, yangFolder } from "../support/yang-modules.js";

const shared = process.env["VIRTGATE_SAMPLES"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const yanglint = "yanglint";
const trees = join(shared, "samples/schema-trees/yang");
const { texts, library } = ourModules();
const modules = texts.filter(({ belongsTo }) => belongsTo === undefined).map(({ name }) => name);

/**
 * The diagrams of the originals were printed by yanglint 2.1.30. Where it prints what RFC 8340 does not have, its line is
 * brought to what the RFC says. All of it is about augments, which it prints from the text without knowing their target.
 */
function byTheRfc(tree: string): string {
  let section = "";
  return tree
    .split("\n")
    .map((line) => {
      if (/^ {2}\S/.test(line) && line.endsWith(":")) section = line;
      if (!section.startsWith("  augment ")) return line;
      // Nodes of an input are written, those of an output and below state are read.
      const flags = /:output:|\/ncm:netconf-state:/.test(section) ? "ro" : /:input[/:]/.test(section) ? "-w" : "rw";
      return (
        line
          .replace("--rw ", `--${flags} `)
          // A case is never optional.
          .replace(/(--:\([^)]*\))\?$/, "$1")
          // Types are aligned among nodes beside each other; it also aligns those in different implied cases.
          .replace(/(\S) {3,}(\S+)/, "$1   $2")
      );
    })
    .join("\n");
}

/** One blank before types, where alignment is not what is compared. */
function unaligned(tree: string): string {
  const at = tree.search(/^ {2}augment /m);
  if (at < 0) return tree;
  const end = tree.indexOf("\n\n", at);
  const section = end < 0 ? tree.slice(at) : tree.slice(at, end);
  return tree.slice(0, at) + section.replaceAll(/(\S) {3,}(\S+)/g, "$1   $2") + (end < 0 ? "" : tree.slice(end));
}

/** Lines below each other in order of names, where the order means nothing. */
function ordered(tree: string): string {
  interface Line {
    readonly text: string;
    readonly below: Line[];
  }
  const root: Line = { text: "", below: [] };
  const open: { line: Line; indent: number }[] = [{ line: root, indent: -1 }];
  for (const text of tree.split("\n")) {
    const indent = text.search(/[^ |]/);
    while ((open.at(-1)?.indent ?? -1) >= indent && open.length > 1) open.pop();
    const line: Line = { text: text.slice(Math.max(indent, 0)), below: [] };
    open.at(-1)?.line.below.push(line);
    open.push({ line, indent });
  }
  const print = ({ text, below }: Line): string[] => [
    text,
    ...below
      .toSorted((a, b) => (a.text < b.text ? -1 : 1))
      .flatMap(print)
      .map((inner) => `  ${inner}`),
  ];
  return print(root).join("\n");
}

/** Modules of which the diagram cannot be compared line by line. */
const unordered: ReadonlyMap<string, string> = new Map([
  ["ietf-snmp", "its submodules augment one container, in whatever order; yanglint takes another than we do"],
  [
    "ietf-subscribed-notifications",
    "a uses with an augment has another with an augment inside; yanglint begins outside",
  ],
]);

describe("trees", () => {
  const files = existsSync(trees) ? readdirSync(trees).map((file) => file.replace(/\.tree$/, "")) : modules;

  test.for(files)("of %s equals the original's", (name, context) => {
    if (!existsSync(trees)) context.skip("the trees of the originals are not here");
    expect(modules).toContain(name);
    const schema = compileSchema(library, [{ name }]);
    const module = schema.module(name);
    const ours = module ? moduleTree(schema, module) : "";
    const original = byTheRfc(readFileSync(join(trees, `${name}.tree`), "utf8"));
    const compared = unordered.has(name) ? ordered : unaligned;
    expect(compared(ours).trimEnd()).toBe(compared(original).trimEnd());
  });
});

describe("yanglint", () => {
  test.for(modules)("accepts %s", (name, context) => {
    if (!isInstalled(yanglint)) context.skip("yanglint is not installed");
    const { status, stderr, error } = spawnSync(yanglint, ["-p", yangFolder, join(yangFolder, `${name}.yang`)], {
      encoding: "utf8",
    });
    expect(error).toBeUndefined();
    expect(stderr).not.toContain("err :");
    expect(status).toBe(0);
  });
});

/** Words for people, which are ours, and dates of older states. */
const prose: ReadonlySet<string> = new Set([
  ...["organization", "contact", "description", "reference", "error-message", "revision"],
]);

/** A statement without its prose, and of `presence` only that it is there. */
function facts({ prefix, keyword, argument, children }: Statement): unknown {
  const inside = children.filter((child) => child.prefix !== "" || !prose.has(child.keyword)).map(facts);
  return [`${prefix}:${keyword}`, keyword === "presence" ? "" : argument, inside];
}

interface FactPair {
  readonly name: string;
  readonly ours: ModuleText | undefined;
  readonly original: ModuleText | undefined;
}

describe("facts", () => {
  const folders = [
    "/usr/share/yuma/nmda-modules/ietf",
    "/usr/share/yuma/modules/ietf",
    "/usr/share/yang/modules/libyang",
  ];
  const originals = textsIn(...folders.filter((folder) => existsSync(folder)));
  /** Originals with other revisions are other modules; ietf-alarms differs from the state of 2022 in its words only. */
  const pairs = texts.flatMap((ours): FactPair[] => {
    const original = originals.find(
      ({ name, revision }) => name === ours.name && (revision === ours.revision || name === "ietf-alarms"),
    );
    return original ? [{ name: ours.name, ours, original }] : [];
  });

  const none: FactPair = { name: "all modules", ours: undefined, original: undefined };

  test.for(pairs.length > 0 ? pairs : [none])(
    "of $name are those of Debian's original, statement by statement",
    ({ ours, original }, context) => {
      if (!ours || !original) return context.skip("neither libyuma-base nor libyang2 is installed");
      expect(facts(ours.statement)).toEqual(facts(original.statement));
    },
  );
});

test("every module says what it condenses, and that its words are ours", () => {
  for (const { name, statement } of texts) {
    const { text } = statement.place.source;
    expect(text, name).toMatch(new RegExp(`^// ${name}, condensed from RFC \\d+\\.\n`));
    expect(text, name).toContain("the descriptions are ours and short.");
    expect(text, name).not.toMatch(/IETF Trust|Copyright|MUST|SHOULD/);
  }
});

test("all modules together make one schema, the same every time", () => {
  const requests = modules.map((name) => ({ name }));
  const first = compileSchema(library, requests);
  const second = compileSchema(ourModules().library, [...requests].reverse());
  expect(first.contentId).toBe(second.contentId);
  expect(first.nodes.map(({ name, kind }) => [name, kind])).toEqual(second.nodes.map(({ name, kind }) => [name, kind]));
  expect(first.nodes.length).toBeGreaterThan(1000);
});
