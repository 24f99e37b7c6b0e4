import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "../../src/build.js";

/** The parts of the built engine that are measured. */
export async function loadEngine() {
  const program = await build();
  /** @param {string} path @returns {Promise<any>} */
  const load = (path) => import(pathToFileURL(join(program, path)).href);
  /** @type {readonly [{ DecodeError: new (...a: any) => Error, Fault: new (...a: any) => Error }, ...any[]]} */
  const parts = /** @type {any} */ (
    await Promise.all(
      [
        "base/fault.js",
        "codec/xml/parse.js",
        "schema/yang/module-text.js",
        "schema/yang/module-library.js",
        "schema/yang/compile-schema.js",
        "schema/yang/pattern.js",
        "schema/yang/data/read-xml-data.js",
        "schema/yang/data/read-json-data.js",
        "schema/yang/data/write-xml-data.js",
        "schema/yang/data/write-json-data.js",
        "schema/yang/data/entry-texts.js",
        "schema/yang/validate/validator.js",
        "schema/yang/xpath/xpath.js",
        "schema/yang/xpath/tree-evaluation.js",
        "schema/yang/filter/subtree-filter.js",
        "schema/yang/edit/read-edit.js",
        "schema/yang/edit/apply-edit.js",
      ].map(load),
    )
  );
  /** @type {typeof import("../../src/base/fault.js") & typeof import("../../src/codec/xml/parse.js") & typeof import("../../src/schema/yang/module-text.js") & typeof import("../../src/schema/yang/module-library.js") & typeof import("../../src/schema/yang/compile-schema.js") & typeof import("../../src/schema/yang/pattern.js") & typeof import("../../src/schema/yang/data/read-xml-data.js") & typeof import("../../src/schema/yang/data/read-json-data.js") & typeof import("../../src/schema/yang/data/write-xml-data.js") & typeof import("../../src/schema/yang/data/write-json-data.js") & typeof import("../../src/schema/yang/data/entry-texts.js") & typeof import("../../src/schema/yang/validate/validator.js") & typeof import("../../src/schema/yang/xpath/xpath.js") & typeof import("../../src/schema/yang/xpath/tree-evaluation.js") & typeof import("../../src/schema/yang/filter/subtree-filter.js") & typeof import("../../src/schema/yang/edit/read-edit.js") & typeof import("../../src/schema/yang/edit/apply-edit.js")} */
  const engine = Object.assign({}, ...parts);
  return engine;
}
