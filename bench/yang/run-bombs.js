import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
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

/** Milliseconds that this thread has worked: other load of the machine does not count. Linux only. */
function workedMs() {
  return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
}

/** The first time is the runtime's own, which compiles as it goes; what is judged is the third. @param {string} name */
async function measureHere(name) {
  const engine = await loadEngine();
  const bomb = bombs.find((one) => one.name === name);
  if (!bomb) throw new Error(`there is no bomb ${name}`);
  const prepared = bomb.prepare?.(engine);
  const setOff = () => {
    const before = workedMs();
    let end = "no error";
    try {
      bomb.run(engine, prepared);
    } catch (error) {
      if (!(error instanceof engine.DecodeError || error instanceof engine.Fault)) throw error;
      end = error.message;
    }
    return { ms: workedMs() - before, end };
  };
  const { ms: firstMs } = setOff();
  setOff();
  global.gc?.();
  global.gc?.();
  memory();
  const { now } = memory();
  const { ms, end } = setOff();
  process.stdout.write(JSON.stringify({ ms, firstMs, megabytes: memory().peak - now, end }));
}

async function measureAll() {
  await loadEngine();
  let isOver = false;
  for (const { name } of bombs.filter((bomb) => bomb.name.includes(word))) {
    // Small new spaces, so that the peak is what is held and not what was thrown away.
    const words = ["--expose-gc", "--max-semi-space-size=1", self, "--measure", name];
    /** @type {{ ms: number, firstMs: number, megabytes: number, end: string } | undefined} */
    let best;
    for (let i = 0; i < 3; i++) {
      const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8", timeout: 60_000 });
      if (status !== 0) {
        process.stdout.write(`${name}: ${stderr.slice(-400) || "no end within a minute"}\n`);
        isOver = true;
        break;
      }
      const one = JSON.parse(stdout);
      if (!best || one.ms < best.ms) best = one;
      if (best && best.ms < MOST_CPU_MS / 2) break;
    }
    if (!best) continue;
    const isBad = best.ms > MOST_CPU_MS || best.megabytes > MOST_MB;
    isOver ||= isBad;
    const figures = `${best.ms.toFixed(1).padStart(8)} ms (first ${best.firstMs.toFixed(1).padStart(6)}) ${best.megabytes.toFixed(1).padStart(6)} MB`;
    process.stdout.write(`${isBad ? "OVER" : "    "}${figures}  ${name}: ${best.end.slice(0, 90)}\n`);
  }
  process.exitCode = isOver ? 1 : 0;
}
