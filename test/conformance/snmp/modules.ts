import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import { SmiLibrary } from "../../../src/schema/smi/library.js";
import { readModule } from "../../../src/schema/smi/read-module.js";

/** What the files of a folder say that an agent may serve. */
export interface Modules {
  /** Objects with values, by their names in numbers. */
  readonly objects: ReadonlyMap<string, string>;
  /** Those of one module that are to be served, by name. */
  mandatory(module: string): ReadonlyMap<string, Oid>;
  /** What `smilint -l 6` says of one module; `undefined` where it is not installed. */
  remarks(module: string): string | undefined;
}

/** Reads every module of a folder. @throws {DecodeError} for a file that is none */
export function readModules(folder: string): Modules {
  const files = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const));
  const read = [...files].map(([file, text]) => ({ file, module: readModule(text) }));
  const library = new SmiLibrary(read.map(({ module }) => module));
  const valued = (name: string): readonly string[] =>
    [...library.module(name).values.values()].flatMap((value) =>
      value.kind === "object" && !["not-accessible", "accessible-for-notify"].includes(value.access)
        ? [value.name]
        : [],
    );
  const objects = new Map(
    read.flatMap(({ module: { name } }) =>
      valued(name).map((object) => [library.oidOf(name, object).join("."), object] as const),
    ),
  );
  return {
    objects,
    mandatory: (module) => new Map(valued(module).map((object) => [object, library.oidOf(module, object)])),
    remarks(module) {
      const file = read.find((one) => one.module.name === module)?.file ?? module;
      const { error, stdout, stderr } = spawnSync("smilint", ["-l", "6", "-m", join(folder, file)], {
        encoding: "utf8",
        env: { ...process.env, SMIPATH: `${folder}:${process.env["SMIPATH"] ?? ""}` },
      });
      return error === undefined ? `${stdout}${stderr}`.trim() : undefined;
    },
  };
}
