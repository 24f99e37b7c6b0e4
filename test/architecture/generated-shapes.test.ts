import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SmiLibrary } from "../../src/schema/smi/library.js";
import { readModule } from "../../src/schema/smi/read-module.js";
import { shapeFiles, shapeFileText } from "../../src/schema/smi/shape-files.js";
import { compileSchema } from "../../src/schema/yang/compile-schema.js";
import { ModuleLibrary } from "../../src/schema/yang/module-library.js";
import { yangShapeFiles, yangShapeFileText } from "../../src/schema/yang/shape-files.js";
import { modelFolder, textsIn, yangFolder } from "../support/yang-modules.js";

const mibs = new URL("../../mibs/", import.meta.url);
const generated = new URL("../../src/schema/generated/", import.meta.url);
const library = new SmiLibrary(readdirSync(mibs).map((file) => readModule(readFileSync(new URL(file, mibs), "utf8"))));

const models = compileSchema(
  new ModuleLibrary(textsIn(modelFolder, yangFolder)),
  textsIn(modelFolder).map(({ name }) => ({ name })),
);

/** `VIRTGATE_REWRITE=1` writes the files anew; what changed is then reviewed as a difference. */
const rewrite = process.env["VIRTGATE_REWRITE"] === "1";

test.each(Object.entries(shapeFiles))("src/schema/generated/%s is what its module gives", (file, { module, nodes }) => {
  const text = shapeFileText(library, module, nodes);
  if (rewrite) writeFileSync(new URL(file, generated), text);
  expect(readFileSync(new URL(file, generated), "utf8")).toBe(text);
});

test("src/schema/generated has no SNMP file that no module gives", () => {
  const files = readdirSync(generated).filter((file) => file.endsWith("mib.ts"));
  expect(files.sort()).toEqual(Object.keys(shapeFiles).sort());
});

test.each(Object.entries(yangShapeFiles))("src/schema/generated/%s is what its YANG module gives", (file, given) => {
  const text = yangShapeFileText(models, given.module, given.nodes);
  if (rewrite) writeFileSync(new URL(file, generated), text);
  expect(readFileSync(new URL(file, generated), "utf8")).toBe(text);
});

test("src/schema/generated has no YANG file that no module gives", () => {
  const files = readdirSync(generated).filter((file) => !file.endsWith("mib.ts"));
  expect(files.sort()).toEqual(Object.keys(yangShapeFiles).sort());
});
