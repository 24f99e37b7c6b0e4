import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Where the ports are declared that change hosts and nodes. */
const ports = ["hypervisor-machines", "hypervisor-storage", "hypervisor-networks", "node-agent"].map((name) =>
  join(root, "src/inventory", `${name}.ts`),
);
/** What only looks. */
const reading = /^(read|preview|list|inspect|abilities|diskUsage|downloadVolume|.*Status$)/;
/** The engine's rows of operations are the only ones who may; drivers are what is called. */
const mayWrite =
  /^src\/(engine\/change\/(machine-(life|settings|copies)|(storage|network|node)-operations)\.ts|driver\/(write\/|node-agent))/;

/** Names of the ports' operations that change something. */
function writes(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of ports) {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ESNext, true);
    source.forEachChild((node) => {
      if (!ts.isInterfaceDeclaration(node)) return;
      for (const member of node.members) {
        if (ts.isMethodSignature(member) && !reading.test(member.name.getText())) names.add(member.name.getText());
      }
    });
  }
  return names;
}

/** Uses of those operations in `files`, as `file:line name`; `planted` has files that are not on disk. */
function usesOf(names: ReadonlySet<string>, files: readonly string[], planted: ReadonlyMap<string, string>): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => planted.get(name) ?? readFile(name);
  host.fileExists = (name) => planted.has(name) || fileExists(name);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = planted.get(name);
    return text === undefined
      ? getSourceFile(name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true);
  };
  const program = ts.createProgram([...files, ...planted.keys()], { ...options, noEmit: true }, host);
  const checker = program.getTypeChecker();
  const uses: string[] = [];
  for (const file of [...files, ...planted.keys()]) {
    const source = program.getSourceFile(file);
    if (!source) throw new Error(`${file} was not read`);
    const visit = (node: ts.Node): void => {
      const name = ts.isPropertyAccessExpression(node)
        ? node.name
        : ts.isElementAccessExpression(node)
          ? node.argumentExpression
          : ts.isBindingElement(node)
            ? (node.propertyName ?? node.name)
            : undefined;
      if (name && names.has(name.getText().replaceAll(/["'`]/g, "")) && isOfPort(checker, node, name)) {
        const { line } = source.getLineAndCharacterOfPosition(name.getStart());
        uses.push(`${relative(root, file)}:${line + 1} ${name.getText()}`);
      }
      node.forEachChild(visit);
    };
    visit(source);
  }
  return uses;
}

function isOfPort(checker: ts.TypeChecker, node: ts.Node, name: ts.Node): boolean {
  const plain = name.getText().replaceAll(/["'`]/g, "");
  const holder = ts.isBindingElement(node)
    ? checker.getTypeAtLocation(node.parent)
    : checker.getTypeAtLocation((node as ts.AccessExpression).expression);
  const symbol = checker.getPropertyOfType(checker.getNonNullableType(holder), plain);
  return symbol?.declarations?.some((one) => ports.includes(resolve(one.getSourceFile().fileName))) ?? false;
}

test("nobody but the engine's operations changes hosts and nodes", () => {
  const names = writes();
  expect(names.size).toBeGreaterThan(40);
  const pattern = new RegExp(`\\b(${[...names].join("|")})\\b`);
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join("src", file))
    .filter((file) => !mayWrite.test(file) && !file.startsWith("src/inventory/"))
    .map((file) => join(root, file))
    // What does not know the ports cannot have one at hand: it would have to name a type, or be given one by what does.
    .filter((file) => pattern.test(readFileSync(file, "utf8")));
  const planted = new Map([
    [
      join(root, "src/agent/planted.ts"),
      `import type { HypervisorOf } from "../inventory/hypervisor.js";
       import type { NodeAgent } from "../inventory/node-agent.js";
       export const called = (of: HypervisorOf) => of("h").destroy("u", { deadlineMs: 1 });
       export const passed = (of: HypervisorOf) => of("h")["undefinePool"];
       export const taken = ({ removeTree }: NodeAgent) => removeTree;
       export const looked = (of: HypervisorOf) => of("h").machineStatus("u", { deadlineMs: 1 });`,
    ],
  ]);
  const uses = usesOf(names, files, planted);
  expect(uses.filter((use) => !use.startsWith("src/agent/planted.ts"))).toEqual([]);
  expect(uses).toEqual([
    "src/agent/planted.ts:3 destroy",
    'src/agent/planted.ts:4 "undefinePool"',
    "src/agent/planted.ts:5 removeTree",
  ]);
}, 120_000);
