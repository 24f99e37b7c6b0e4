import { fork } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// Usage: npm run fuzz [-- NAME…] [-- NAME --replay FILE.hex]
//   VIRTGATE_FUZZ_SECONDS   how long each target runs, default 60
//   VIRTGATE_FUZZ_SEED      a number, to repeat a run
//   VIRTGATE_FUZZ_MIB       how much memory a target's process may have, default 768
// Each target runs in a process of its own, two at a time. An input that breaks a target is printed and kept as hex.

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("../..", import.meta.url));
const crashes = join(root, "dist", "fuzz-crashes");
const seconds = numberOf("VIRTGATE_FUZZ_SECONDS", 60);
const limitMiB = numberOf("VIRTGATE_FUZZ_MIB", 768);
/** No input of 64 KiB takes this long; a busy machine delays by seconds, not by minutes. */
const SILENCE_MS = 90_000;
const SIDE_BY_SIDE = 2;

/** @param {string} name @param {number} usual */
function numberOf(name, usual) {
  const given = process.env[name];
  if (given === undefined) return usual;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${name} is "${given}", not a whole number`);
  return number;
}

/**
 * Compiles everything a target can import, beside the fixtures it can read: Node 20 runs no TypeScript.
 * @returns {Promise<string>} the folder, laid out as the checkout
 */
async function compile() {
  const { transformWithOxc } = await import("vite");
  const target = join(root, "dist", "fuzz");
  const draft = `${target}-${process.pid}`;
  for (const folder of ["src", "test/fuzz", "test/support"]) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !/(?<!\.d)\.ts$|\.js$/.test(file) || file.startsWith(join(root, "src/web"))) continue;
      const out = join(draft, relative(root, file)).replace(/\.ts$/, ".js");
      mkdirSync(dirname(out), { recursive: true });
      const source = readFileSync(file, "utf8");
      writeFileSync(out, file.endsWith(".ts") ? (await transformWithOxc(source, file)).code : source);
    }
  }
  for (const data of ["mibs", "yang", "test/fixture"]) symlinkSync(join(root, data), join(draft, data));
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
  return target;
}

/** @param {string} compiled @param {string} name */
async function loadTarget(compiled, name) {
  const { target } = await import(pathToFileURL(join(compiled, "test", "fuzz", `${name}.js`)).href);
  const found = join(root, "test", "fixture", "fuzz", name);
  const files = existsSync(found) ? readdirSync(found).filter((file) => file.endsWith(".hex")) : [];
  const seeds = [...target.seeds, ...files.sort().map((file) => fromHex(join(found, file)))];
  return { name, seeds, run: (/** @type {Buffer} */ input) => target.run(input) };
}

/** @param {string} file */
function fromHex(file) {
  return Buffer.from(readFileSync(file, "utf8").replace(/\s/g, ""), "hex");
}

/** The process of one target. @param {string} compiled @param {string} name @param {number} seed @param {string} inputFile */
async function child(compiled, name, seed, inputFile) {
  const load = (/** @type {string} */ part) => import(pathToFileURL(join(compiled, "test/fuzz/explorer", part)).href);
  const { Coverage } = await load("coverage.js");
  const { explore } = await load("explore.js");
  const sources = pathToFileURL(join(compiled, "src")).href;
  // Where a library does the parsing, its branches are the ones to reach.
  const parsers = /\/node_modules\/(?:saxes|smol-toml)\//;
  const coverage = new Coverage((/** @type {string} */ url) => url.startsWith(sources) || parsers.test(url));
  const target = await loadTarget(compiled, name);

  const file = openSync(inputFile, "w");
  const room = Buffer.alloc(4 + 64 * 1024);
  const onInput = (/** @type {Buffer} */ input) => {
    room.writeUInt32BE(input.length);
    input.copy(room, 4);
    writeSync(file, room, 0, 4 + input.length, 0);
  };
  const end = performance.now() + seconds * 1000;
  let peakMiB = 0;
  let looked = 0;
  const goOn = (/** @type {{ executions: number }} */ progress) => {
    const now = performance.now();
    if (now - looked > 200) {
      looked = now;
      peakMiB = Math.max(peakMiB, Math.round(process.memoryUsage.rss() / 2 ** 20));
      process.send?.({ progress });
    }
    return now < end && peakMiB <= limitMiB;
  };
  /** What fails later, out of reach of the call that caused it, is a failure as well. */
  const late = (/** @type {unknown} */ error) => {
    process.send?.({ late: describe(error) }, () => process.exit(1));
  };
  process.on("uncaughtException", late);
  process.on("unhandledRejection", late);
  const { failure, ...progress } = await explore({ target, coverage, seed, goOn, onInput });
  closeSync(file);
  const found = failure && { input: failure.input.toString("hex"), error: describe(failure.error) };
  const finished = { ...progress, slowestMs: Math.round(progress.slowestMs), peakMiB, failure: found };
  process.send?.({ finished }, () => process.exit(0));
}

/** @param {unknown} error */
function describe(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs one target in its own process. @param {string} compiled @param {string} name @param {number} seed @returns {Promise<boolean>} */
async function fuzz(compiled, name, seed) {
  const inputFile = join(compiled, `${name}.input`);
  const args = ["--child", compiled, name, String(seed), inputFile];
  const process_ = fork(self, args, { execArgv: [`--max-old-space-size=${limitMiB}`], stdio: ["ignore", 1, 2, "ipc"] });
  /** @type {any} */
  let finished;
  let executions = 0;
  let reason = "";
  let timer = setTimeout(silence, SILENCE_MS);
  function silence() {
    reason = `gave no sign of life for ${SILENCE_MS / 1000} s`;
    process_.kill("SIGKILL");
  }
  process_.on("message", (/** @type {any} */ message) => {
    clearTimeout(timer);
    timer = setTimeout(silence, SILENCE_MS);
    executions = message.progress?.executions ?? executions;
    if (message.late) reason = message.late;
    if (message.finished) finished = message.finished;
  });
  const [code, signal] = await new Promise((resolve) => {
    process_.once("exit", (...how) => resolve(how));
  });
  clearTimeout(timer);
  if (finished && !finished.failure && finished.peakMiB <= limitMiB) {
    const { corpus, characters, slowestMs, peakMiB } = finished;
    const count = finished.executions.toLocaleString("en");
    console.log(
      `fuzz ${name}: ${count} executions, corpus ${corpus}, ${characters} characters of source run, slowest ${slowestMs} ms, peak ${peakMiB} MiB, seed ${seed}`,
    );
    return true;
  }
  if (finished?.failure) reason = finished.failure.error;
  else if (finished) reason = `grew to ${finished.peakMiB} MiB, more than ${limitMiB}`;
  else reason ||= `ended with ${signal ?? code} and no word`;
  const input = finished?.failure ? Buffer.from(finished.failure.input, "hex") : lastInput(inputFile);
  report(name, seed, finished?.executions ?? executions, reason, input);
  return false;
}

/** @param {string} inputFile */
function lastInput(inputFile) {
  const content = existsSync(inputFile) ? readFileSync(inputFile) : Buffer.alloc(0);
  return content.length < 4 ? Buffer.alloc(0) : content.subarray(4, 4 + content.readUInt32BE(0));
}

/** @param {string} name @param {number} seed @param {number} executions @param {string} reason @param {Buffer} input */
function report(name, seed, executions, reason, input) {
  const hex = input.toString("hex");
  mkdirSync(crashes, { recursive: true });
  const file = join(crashes, `${name}-${createHash("sha256").update(input).digest("hex").slice(0, 12)}.hex`);
  writeFileSync(file, `${hex.replace(/.{1,120}/g, "$&\n")}`);
  console.error(`fuzz ${name}: FAILED after about ${executions} executions, seed ${seed}\n${reason}`);
  console.error(`input, ${input.length} octets: ${hex.slice(0, 2000)}${hex.length > 2000 ? "…" : ""}`);
  console.error(`again: npm run fuzz -- ${name} --replay ${relative(root, file)}`);
}

/** @param {string[]} args */
async function main(args) {
  if (args[0] === "--child") {
    const [, compiled = "", name = "", seed = "", inputFile = ""] = args;
    return child(compiled, name, Number(seed), inputFile);
  }
  const replay = args.indexOf("--replay");
  const names = replay < 0 ? args : args.slice(0, replay);
  const all = readdirSync(join(root, "test", "fuzz"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => basename(file, ".ts"));
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`there is no target ${unknown}; there are: ${all.join(", ")}`);
  const compiled = await compile();
  if (replay >= 0) {
    const target = await loadTarget(compiled, names[0] ?? "");
    await target.run(fromHex(args[replay + 1] ?? ""));
    console.log(`fuzz ${target.name}: the input does no harm`);
    return;
  }
  const waiting = names.length > 0 ? [...names] : all;
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const seed = numberOf("VIRTGATE_FUZZ_SEED", randomInt(2 ** 32));
      tally[(await fuzz(compiled, name, seed)) ? "passed" : "failed"] += 1;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  const file = process.env["VIRTGATE_TALLY"];
  if (file) appendFileSync(file, `${JSON.stringify(tally)}\n`);
  else console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  process.exitCode = tally.failed > 0 ? 1 : 0;
}

await main(process.argv.slice(2));
