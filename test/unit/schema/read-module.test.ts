import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readModule } from "../../../src/schema/smi/read-module.js";

const folder = new URL("../../../mibs/", import.meta.url);

test.each(readdirSync(folder))("readModule() reads %s", (file) => {
  const module = readModule(readFileSync(new URL(file, folder), "utf8"));
  expect(`${module.name}.txt`).toBe(file);
});
