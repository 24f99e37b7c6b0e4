import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Runs a program of node_modules; what it printed is the failure's message. */
async function tool(name: string, ...args: string[]): Promise<string> {
  const file = join(root, "node_modules", ".bin", name);
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: "1" } };
  try {
    return (await run(file, args, options)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${name} ${args.join(" ")}\n${stdout}${stderr}`);
  }
}

function sources(): string[] {
  return readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("the tools find nothing", () => {
  test("types", () => tool("tsc", "-p", "."));
  test("lint and format", () => tool("biome", "ci", "--error-on-warnings", "."));
  test("unused code", () => tool("knip"));
});

test("imports follow the allow list, and the checker sees every one of them", async () => {
  const report = JSON.parse(
    await tool("depcruise", "src", "--config", "test/architecture/imports.js", "-T", "json"),
  ) as {
    modules: { source: string; dependencies: { resolved: string }[] }[];
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  const violations = report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  expect(violations).toEqual([]);
  const edges = report.modules
    .filter(({ source }) => source.startsWith("src/"))
    .reduce((sum, { dependencies }) => sum + dependencies.length, 0);
  // One edge per imported module and file; a file may name one module in two statements, for a value and for a type.
  const lines = sources().reduce((sum, file) => {
    const named = [...readFileSync(file, "utf8").matchAll(/^(?:import|export) (?:[^;]*? from )?"([^"]+)";/gm)];
    return sum + new Set(named.map((match) => match[1])).size;
  }, 0);
  expect(lines).toBeGreaterThan(100);
  expect(edges).toBeGreaterThanOrEqual(lines);
});

describe("the lock file", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  test("names no host", () => {
    expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toMatch(/"resolved"|https?:\/\/registry/);
  });

  test("has an entry for every optional package, or npm 11 refuses it", () => {
    const missing = Object.values(lock.packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });

  test("package.json pins exactly", () => {
    const pack = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, Record<string, string>>;
    const versions = Object.values({ ...pack["dependencies"], ...pack["devDependencies"] });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

test("every room of the allow list that exists is known to it", async () => {
  const { may } = await import("./imports.js");
  const rooms = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const room of rooms) expect(Object.keys(may), `src/${room.name}`).toContain(room.name);
  expect(existsSync(join(root, "src", "base"))).toBe(true);
});
