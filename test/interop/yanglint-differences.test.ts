import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readXmlData } from "../../src/schema/yang/data/read-xml-data.js";
import { Validator } from "../../src/schema/yang/validate/validator.js";
import { isInstalled } from "../support/installed.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { yangModule, yangSchema } from "../support/yang-schema.js";

interface Difference {
  readonly reason: string;
  /** Inside of the container `top`. */
  readonly nodes: string;
  readonly before?: string;
  readonly document: string;
  /** Whose verdict is that the document is valid: the other's is that it is not. */
  readonly validFor: "us" | "yanglint";
}

/** The least that shows where we and yanglint 2.1.30 differ on data. What random documents meet of it is explained by these. */
const differences: readonly Difference[] = [
  {
    reason: "an identity must be derived from all bases of its type (RFC 7950, section 9.10.2)",
    before: "identity a; identity b; identity c { base a; }",
    nodes: "leaf x { type identityref { base a; base b; } }",
    document: "<x>c</x>",
    validFor: "yanglint",
  },
  {
    reason: "a sum with a node that is not there is no number, and not less than another (XPath 1.0, section 4.4)",
    nodes: 'leaf a { type int8; } leaf b { type int8; must "../a + 1 < ../b * 2"; }',
    document: "<b>1</b>",
    validFor: "yanglint",
  },
  {
    reason: "so a when with such a sum takes away what the other still asks for",
    nodes:
      'leaf a { type int8; } leaf b { type int8; } container c { when "../a + 1 < ../b * 2"; leaf m { type int8; mandatory true; } }',
    document: "<b>1</b>",
    validFor: "us",
  },
  {
    reason: "the default of a type is none for a leaf-list that needs values (RFC 7950, section 7.7.2)",
    before: 'typedef t { type string; default "x"; }',
    nodes: "leaf a { type int8; } leaf-list v { type t; min-elements 1; }",
    document: "<a>1</a>",
    validFor: "yanglint",
  },
  {
    reason: "a container stands once, also when it is empty the second time (RFC 7950, section 7.5.7)",
    nodes: "container c { leaf x { type int8; } }",
    document: "<c><x>1</x></c><c></c>",
    validFor: "yanglint",
  },
];

describe.each(differences)("$reason", ({ before = "", nodes, document, validFor }) => {
  const module = yangModule("d", `${before} container top { ${nodes} }`);
  const text = `<top xmlns="urn:d">${document}</top>`;

  test("by us", () => {
    const schema = yangSchema(module);
    const { tree, errors } = readXmlData(schema, schema.root, `<data>${text}</data>`);
    const all = errors.length > 0 ? errors : new Validator(schema).validate(tree);
    expect(all.length === 0, all.map(({ message }) => message).join("; ")).toBe(validFor === "us");
  });

  test("by yanglint", (context) => {
    if (!isInstalled("yanglint")) context.skip("yanglint is not installed");
    const folder = temporaryFolder();
    writeFileSync(join(folder, "d.yang"), module);
    writeFileSync(join(folder, "d.xml"), text);
    const words = ["-t", "data", "d.yang", "d.xml"];
    const { status, stderr, error } = spawnSync("yanglint", words, { cwd: folder, encoding: "utf8" });
    if (error) throw error;
    expect(status === 0, stderr).toBe(validFor === "yanglint");
  });
});
