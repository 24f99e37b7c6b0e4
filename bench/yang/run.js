import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReached, verdictOf } from "../goals.js";
import { loadEngine } from "./engine.js";
import { fleetDocument, fleetModule, uuid } from "./fleet.js";

const HELP = `Reads, validates, edits and writes one document of many machines with virtgate's YANG engine and with libyang.

  npm run bench:yang -- [--machines 10000] [--runs 5] [--strict]

libyang is measured by the differences between runs of yanglint; without yanglint only virtgate is measured.
Each figure is the best of its runs, that of the edit the 95th of a hundred. Each goal gets a line, ok or short; with --strict the program fails when one is short. Numbers, also as JSON, go to dist/bench/yang.json.
`;

const { values: options } = parseArgs({
  options: {
    machines: { type: "string", default: "10000" },
    runs: { type: "string", default: "5" },
    strict: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const machines = Number(options.machines);
const runs = Number(options.runs);
const folder = mkdtempSync(join(tmpdir(), "virtgate-bench-"));
try {
  const text = fleetDocument(machines);
  const ours = await measureOurs(text);
  const theirs = measureYanglint(text);
  report(Buffer.byteLength(text), ours, theirs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @typedef {{ load?: number, parse: number, validate: number, print: number, edit?: number, again?: readonly Rewrite[] }} Figures in milliseconds */
/** @typedef {{ format: "xml" | "json", coldMs: number, warmMs: number, longestMs: number }} Rewrite with texts kept of machines */

/** @param {string} text @returns {Promise<Figures>} */
async function measureOurs(text) {
  const engine = await loadEngine();
  const { readModuleText, ModuleLibrary, compileSchema, parseXml, readEdit, applyEdit } = engine;
  const { readXmlData, writeXmlData, Validator } = engine;
  // Before anything else, as a start of the gateway does: nothing is compiled by the runtime yet.
  const load = measureLoad(engine);
  const schema = compileSchema(new ModuleLibrary([readModuleText({ name: "bench-fleet.yang", text: fleetModule })]), [
    { name: "bench-fleet" },
  ]);
  const document = Buffer.from(`<data>${text}</data>`);
  const limits = { octets: 1024 ** 3, nodes: 1e9 };
  let tree = readXmlData(schema, schema.root, document, { limits }).tree;
  const parse = best(() => {
    const read = readXmlData(schema, schema.root, document, { limits });
    if (read.errors.length > 0) throw new Error(read.errors[0]?.message);
    tree = read.tree;
  });
  const validate = best(() => {
    const errors = new Validator(schema).validate(tree);
    if (errors.length > 0) throw new Error(errors[0]?.message);
  });
  const print = best(() => {
    let length = 0;
    for (const part of writeXmlData(schema, tree)) length += Buffer.from(part).length;
    if (length === 0) throw new Error("nothing was written");
  });
  const again = measureRewrites(engine, schema, tree);
  const validator = new Validator(schema);
  validator.validate(tree);
  let number = 0;
  const slices = Math.max(1, Math.round(machines / 100));
  /** @type {number[]} */
  const edits = [];
  for (; number < runs * 10; number++) {
    // Another slice than the one it is in, so that there is something to look at again.
    const machine = `<machine><uuid>${uuid(number)}</uuid><slice>slice-${(number + 1) % slices}</slice></machine>`;
    const start = process.hrtime.bigint();
    const config = parseXml(`<config><machines xmlns="urn:bench:fleet">${machine}</machines></config>`);
    const after = applyEdit(schema, tree, readEdit(schema, config).nodes).tree;
    const updated = validator.update(tree, after);
    edits.push(Number(process.hrtime.bigint() - start) / 1e6);
    if (updated.errors.length > 0) throw new Error(updated.errors[0]?.message);
    if (updated.tree === tree && slices > 1) throw new Error("an edit changed nothing");
    tree = updated.tree;
  }
  edits.sort((a, b) => a - b);
  const edit = edits[Math.floor(edits.length * 0.95)] ?? Number.NaN;
  return { load, parse, validate, print, edit, again };
}

/**
 * Writes with texts kept of machines: for the first time, and when all are known.
 * @param {import("./bombs.js").Engine} engine @param {any} schema @param {any} tree @returns {readonly Rewrite[]}
 */
function measureRewrites({ EntryTexts, writeXmlData, writeJsonData }, schema, tree) {
  const [machine] = schema.root.byName.get("machines")[0].byName.get("machine");
  return /** @type {const} */ (["xml", "json"]).map((format) => {
    const writer = format === "xml" ? writeXmlData : writeJsonData;
    let longestMs = Number.POSITIVE_INFINITY;
    /** @param {InstanceType<typeof EntryTexts>} texts */
    const write = (texts) => {
      let length = 0;
      let longest = 0;
      const parts = writer(schema, tree, { texts });
      for (;;) {
        const start = process.hrtime.bigint();
        const { done, value } = parts.next();
        if (!done) length += Buffer.from(value).length;
        longest = Math.max(longest, Number(process.hrtime.bigint() - start) / 1e6);
        if (done) break;
      }
      // Of the run that was disturbed least.
      longestMs = Math.min(longestMs, longest);
      if (length === 0) throw new Error("nothing was written");
    };
    const coldMs = best(() => write(new EntryTexts([machine])));
    const texts = new EntryTexts([machine]);
    write(texts);
    const warmMs = best(() => write(texts));
    return { format, coldMs, warmMs, longestMs };
  });
}

/** Reads and compiles all modules that are shipped, once. @param {import("./bombs.js").Engine} engine */
function measureLoad({ readModuleText, ModuleLibrary, compileSchema }) {
  const shipped = fileURLToPath(new URL("../../yang/", import.meta.url));
  const start = process.hrtime.bigint();
  const texts = readdirSync(shipped, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yang"))
    .map((name) => readModuleText({ name, text: readFileSync(join(shipped, name), "utf8") }));
  const requests = texts.filter(({ belongsTo }) => belongsTo === undefined).map(({ name }) => ({ name }));
  compileSchema(new ModuleLibrary(texts), requests);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** @param {string} text @returns {Figures | undefined} */
function measureYanglint(text) {
  const module = join(folder, "bench-fleet.yang");
  const document = join(folder, "fleet.xml");
  writeFileSync(module, fleetModule);
  writeFileSync(document, text);
  /** @param {string[]} words */
  const time = (...words) =>
    best(() => {
      const { status, error, stderr } = spawnSync("yanglint", words, { stdio: ["ignore", "ignore", "pipe"] });
      if (error) throw error;
      if (status !== 0) throw new Error(stderr.toString());
    });
  try {
    const start = time(module);
    // The result of a <get> is only parsed.
    const parsed = time("-t", "get", module, document);
    const validated = time("-t", "data", module, document);
    const printed = time("-t", "get", "-f", "xml", module, document);
    return { parse: parsed - start, validate: validated - parsed, print: printed - parsed };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
    process.stderr.write("yanglint is not installed: on Debian, apt-get install libyang2-tools\n");
    return undefined;
  }
}

/** @param {() => void} work */
function best(work, times = runs) {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < times; run++) {
    const start = process.hrtime.bigint();
    work();
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return least;
}

/** @param {number} octets @param {Figures} ours @param {Figures | undefined} theirs */
function report(octets, ours, theirs) {
  const cpu = cpus()[0]?.model ?? "unknown";
  const lines = [`${machines} machines, ${(octets / 1e6).toFixed(1)} MB; ${cpu}; node ${process.version}`];
  for (const step of /** @type {const} */ (["parse", "validate", "print"])) {
    const other = theirs?.[step];
    const ratio =
      other === undefined ? "" : `   libyang ${other.toFixed(1)} ms   ratio ${(ours[step] / other).toFixed(2)}`;
    lines.push(`${step.padEnd(10)}${ours[step].toFixed(1)} ms${ratio}`);
  }
  lines.push(`all shipped modules, read and compiled at the start ${ours.load?.toFixed(0)} ms`);
  for (const { format, coldMs, warmMs, longestMs } of ours.again ?? []) {
    const longest = `longest part ${longestMs.toFixed(2)} ms`;
    lines.push(
      `${format} with kept texts: first ${coldMs.toFixed(1)} ms, unchanged ${warmMs.toFixed(1)} ms, ${longest}`,
    );
  }
  lines.push(`one-leaf edit with incremental validation, p95 ${ours.edit?.toFixed(2)} ms`);
  const goals = goalsOf(ours, theirs);
  process.stdout.write(`${[...lines, "", ...goals.map(verdictOf)].join("\n")}\n`);
  if (options.strict && !goals.every(isReached)) process.exitCode = 1;
  const out = fileURLToPath(new URL("../../dist/bench/", import.meta.url));
  mkdirSync(out, { recursive: true });
  writeFileSync(
    join(out, "yang.json"),
    `${JSON.stringify({ machines, octets, cpu, ours, libyang: theirs, goals }, null, 2)}\n`,
  );
}

/** @param {Figures} ours @param {Figures | undefined} theirs @returns {import("../goals.js").Goal[]} */
function goalsOf(ours, theirs) {
  const atMost = { atLeast: false };
  const ratios = /** @type {const} */ ([
    ["parse", 1.5],
    ["validate", 0.5],
    ["print", 1.5],
  ]);
  return [
    ...ratios.map(([step, wanted]) => ({
      ...{ goal: `${step}, to libyang's time`, unit: "times", wanted, ...atMost },
      measured: theirs && ours[step] / theirs[step],
    })),
    { goal: "one-leaf edit with incremental validation, p95", unit: "ms", wanted: 5, ...atMost, measured: ours.edit },
    { goal: "all shipped modules loaded", unit: "ms", wanted: 150, ...atMost, measured: ours.load },
  ];
}
