import assert from "node:assert/strict";
import { DecodeError, Fault } from "../../src/base/fault.js";
import { compileSchema } from "../../src/schema/yang/compile-schema.js";
import { ModuleLibrary } from "../../src/schema/yang/module-library.js";
import { moduleTextOf } from "../../src/schema/yang/module-text.js";
import { moduleTree } from "../../src/schema/yang/module-tree.js";
import { readStatements } from "../../src/schema/yang/read-statements.js";
import { writeStatements } from "../../src/schema/yang/write-statements.js";
import { ourModules } from "../support/yang-modules.js";

const { texts } = ourModules();

export const target = {
  name: "yang-text",
  seeds: texts.map(({ statement }) => Buffer.from(statement.place.source.text)).filter(({ length }) => length < 6000),
  /** What is read is written and read as the same; what is a module compiles, or is refused. */
  run(input: Buffer): void {
    try {
      const statement = readStatements({ name: "fuzz.yang", text: input.toString("utf8") });
      const written = writeStatements(statement);
      assert.equal(writeStatements(readStatements({ name: "again.yang", text: written })), written);
      const text = moduleTextOf(statement);
      const library = new ModuleLibrary([...texts.filter(({ name }) => name !== text.name), text]);
      const schema = compileSchema(library, [{ name: text.belongsTo ?? text.name }]);
      for (const module of schema.modules) assert.ok(moduleTree(schema, module).startsWith(`module: ${module.name}\n`));
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof Fault)) throw error;
    }
  },
};
