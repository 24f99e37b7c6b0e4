import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bombs } from "./bombs.js";
import { loadEngine } from "./engine.js";

const HELP = `Sets off every bomb in a process of its own and says what it cost: CPU time and the peak of memory.

  npm run bench:yang-bombs -- [WORD of a name]
`;

const MOST_CPU_MS = 50;
const MOST_MB = 16;
const self = fileURLToPath(import.meta.url);
const [word = "", measured] = process.argv.slice(2);
if (word === "--help") process.stdout.write(HELP);
else if (word === "--measure") await measureHere(String(measured));
else await measureAll();

/** The peak of resident memory in MB since the last call, and what is in use now; Linux only. */
function memory() {
  const status = readFileSync("/proc/self/status", "utf8");
  const field = (/** @type {string} */ name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  const [peak, now] = [field("VmHWM"), field("VmRSS")];
  writeFileSync("/proc/self/clear_refs", "5");
  return { peak, now };
}

/** As a gateway meets it: with an engine that has read its modules and some data before. @param {string} name */
async function measureHere(name) {
  const engine = await loadEngine();
  const bomb = bombs.find((one) => one.name === name);
  if (!bomb) throw new Error(`there is no bomb ${name}`);
  warmUp(engine);
  // Once for the compiler of the runtime; what is judged is what the work costs.
  const setOff = () => {
    try {
      bomb.run(engine, prepared);
    } catch (error) {
      if (!(error instanceof engine.DecodeError || error instanceof engine.Fault)) throw error;
      return error.message;
    }
    return "no error";
  };
  const prepared = bomb.prepare?.(engine);
  const cold = process.cpuUsage();
  setOff();
  const { user: coldUser, system: coldSystem } = process.cpuUsage(cold);
  global.gc?.();
  global.gc?.();
  memory();
  const { now } = memory();
  const before = process.cpuUsage();
  const end = setOff();
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  process.stdout.write(
    JSON.stringify({ name, cpuMs, coldMs: (coldUser + coldSystem) / 1000, megabytes: memory().peak - now, end }),
  );
}

/** @param {import("./bombs.js").Engine} engine */
function warmUp({ readModuleText, ModuleLibrary, compileSchema, readXmlData, Validator, XPath, TreeEvaluation }) {
  const folder = new URL("../../yang/ietf/", import.meta.url);
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith(".yang"))
    .map((file) => readModuleText({ name: file, text: readFileSync(new URL(file, folder), "utf8") }));
  const schema = compileSchema(
    new ModuleLibrary(texts),
    texts.filter(({ belongsTo }) => belongsTo === undefined).map(({ name }) => ({ name })),
  );
  const text = `<d>${"<interfaces xmlns='urn:ietf:params:xml:ns:yang:ietf-interfaces'><interface><name>a</name></interface></interfaces>"}</d>`;
  for (let i = 0; i < 50; i++) {
    const { tree } = readXmlData(schema, schema.root, text);
    new Validator(schema).validate(tree);
    new XPath("count(//*)", { moduleOf: () => undefined, unprefixed: "any" }).evaluate(
      new TreeEvaluation(schema, tree),
    );
  }
}

async function measureAll() {
  await loadEngine();
  let isOver = false;
  for (const { name } of bombs.filter((bomb) => bomb.name.includes(word))) {
    const words = ["--expose-gc", "--max-semi-space-size=1", self, "--measure", name];
    /** @type {{ cpuMs: number, coldMs: number, megabytes: number, end: string } | undefined} */
    let best;
    for (let i = 0; i < 3; i++) {
      const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8", timeout: 60_000 });
      if (status !== 0) {
        process.stdout.write(`${name}: ${stderr.slice(-400) || "no end within a minute"}\n`);
        isOver = true;
        break;
      }
      const one = JSON.parse(stdout);
      if (!best || one.cpuMs < best.cpuMs) best = one;
      if (best && best.cpuMs < MOST_CPU_MS / 2) break;
    }
    if (!best) continue;
    const isBad = best.cpuMs > MOST_CPU_MS || best.megabytes > MOST_MB;
    isOver ||= isBad;
    const figures = `${best.cpuMs.toFixed(1).padStart(8)} ms (first ${best.coldMs.toFixed(1).padStart(6)}) ${best.megabytes.toFixed(1).padStart(6)} MB`;
    process.stdout.write(`${isBad ? "OVER" : "    "}${figures}  ${name}: ${best.end.slice(0, 90)}\n`);
  }
  process.exitCode = isOver ? 1 : 0;
}
