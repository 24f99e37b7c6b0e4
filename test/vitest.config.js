import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defineConfig } from "vitest/config";
import { build } from "../src/build.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const program = await build();

/** Threads cannot run TypeScript on Node 20, so worker files are taken from the build. */
const workersFromBuild = {
  name: "workers-from-build",
  /** @param {string} code @param {string} id */
  transform(code, id) {
    if (!id.startsWith(join(root, "src"))) return null;
    const built = pathToFileURL(join(program, relative(join(root, "src"), id)));
    return code.replace(/new URL\(("\.[^"]+-worker\.js"), import\.meta\.url\)/g, `new URL($1, "${built}")`);
  },
};

/** @param {string[]} folders */
const below = (...folders) => folders.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  root,
  plugins: [workersFromBuild],
  test: {
    reporters: ["default", "./test/support/tally-reporter.js"],
    provide: { program },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    coverage: { provider: "v8", include: ["src/**/*.ts"], reportsDirectory: "dist/coverage" },
    projects: [
      {
        extends: true,
        test: { name: "unit", include: below("unit", "vector", "conformance"), isolate: false },
      },
      { extends: true, test: { name: "property", include: below("property"), isolate: false, testTimeout: 120_000 } },
      { extends: true, test: { name: "architecture", include: below("architecture"), testTimeout: 180_000 } },
      {
        extends: true,
        test: {
          name: "e2e",
          include: below("scenario", "e2e", "interop"),
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "host",
          include: below("host"),
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
