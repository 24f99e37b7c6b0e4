import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { COLUMNS, lines, startSnmpd, startVirtgate, walkArgs } from "./agents.js";
import { FEW, loadReport, runLoads } from "./loads.js";
import { cpuSeconds, isInstalled, residentMiB, run } from "./processes.js";
import { computerLoad, verdictLines, verdicts } from "./verdicts.js";

const HELP = `Walks the same table of machines on virtgate and on Net-SNMP's snmpd, and asks both for single cells, in alternation.

  npm run bench:snmp -- [--machines 10000] [--pairs 3] [--seconds 4] [--port 16161] [--only walks|loads] [--strict]

Needs Net-SNMP's snmpbulkwalk; without snmpd only virtgate is measured. Numbers, also as JSON, go to dist/bench/snmp.json.
Each goal gets a line, ok or short; with --strict the program exits with 1 when one is short.
Single cells are asked for while the gateway hardly reads its host, unless a line says so: snmpd's table stands still too.
`;

const { values: options } = parseArgs({
  options: {
    machines: { type: "string", default: "10000" },
    pairs: { type: "string", default: "3" },
    seconds: { type: "string", default: "4" },
    port: { type: "string", default: "16161" },
    only: { type: "string" },
    strict: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (!isInstalled("snmpbulkwalk")) {
  process.stderr.write("snmpbulkwalk is not installed: on Debian, apt-get install snmp snmpd\n");
  process.exit(1);
}

const machines = Number(options.machines);
const pairs = Number(options.pairs);
const folder = mkdtempSync(join(tmpdir(), "virtgate-bench-"));
/** @type {import("./agents.js").Agent[]} */
const agents = [];
/** @type {Walk[]} */
const walks = [];

/** @typedef {{ agent: string, version: "v2c" | "v3", pair: number, wallS: number, cpuS: number }} Walk */

/** @type {import("./loads.js").Loads} */
let loads = { loads: [], notes: [], bursts: [], memoryMiB: undefined };
process.stdout.write(`${await computerLoad()}\n`);
if (options.only !== "walks") {
  loads = await runLoads({ folder, machines, port: Number(options.port) + 1, seconds: Number(options.seconds), pairs });
  process.stdout.write(`${loadReport(loads).join("\n")}\n`);
}
if (options.only === "loads") {
  save({ machines, loads, verdicts: await judge([]) });
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
try {
  const virtgate = await startVirtgate(folder, machines);
  agents.push(virtgate);
  if (isInstalled("snmpd")) agents.push(await startSnmpd(folder, Number(options.port), virtgate.address));
  else process.stderr.write("snmpd is not installed: measuring virtgate alone\n");

  const idleS = await idleCpu(virtgate.pid);
  for (const version of /** @type {const} */ (["v2c", "v3"])) {
    for (const agent of agents) await walk(agent, version, 0); // warms caches and compilers, not counted
    for (let pair = 1; pair <= pairs; pair++) {
      const order = pair % 2 === 1 ? agents : agents.toReversed();
      for (const agent of order) walks.push(await walk(agent, version, pair));
    }
  }
  await report(idleS);
} finally {
  for (const agent of agents.toReversed()) await agent.stop();
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Reads every column of every machine once, column after column.
 * @param {import("./agents.js").Agent} agent @param {"v2c" | "v3"} version @param {number} pair @returns {Promise<Walk>}
 */
async function walk(agent, version, pair) {
  const env = version === "v3" ? { SNMPCONFPATH: agent.v3, SNMP_PERSISTENT_DIR: join(folder, "client-state") } : {};
  const [start, cpu] = [performance.now(), cpuSeconds(agent.pid)];
  const texts = [];
  for (const column of COLUMNS) texts.push(await run("snmpbulkwalk", walkArgs(version, agent.address, column), env));
  const wallS = (performance.now() - start) / 1000;
  const cpuS = cpuSeconds(agent.pid) - cpu;
  const count = texts.reduce((sum, text) => sum + lines(text).length, 0);
  const wanted = machines * COLUMNS.length;
  if (count !== wanted) throw new Error(`${agent.name} gave ${count} varbinds instead of ${wanted}`);
  return { agent: agent.name, version, pair, wallS, cpuS };
}

/** Processor time per second of an agent nobody asks: what polling its host costs. @param {number} pid */
async function idleCpu(pid) {
  const [start, cpu] = [performance.now(), cpuSeconds(pid)];
  await pause(10_000);
  return (cpuSeconds(pid) - cpu) / ((performance.now() - start) / 1000);
}

/**
 * Tells which goals were reached.
 * @param {readonly { version: string, wall: number }[]} ratios
 */
async function judge(ratios) {
  const found = verdicts({ ...loads, ratios, machines, few: FEW });
  process.stdout.write(`${[...verdictLines(found), await computerLoad(), ""].join("\n")}\n`);
  if (options.strict && found.some(({ reached }) => reached === false)) process.exitCode = 1;
  return found;
}

/** @param {number} idleS */
async function report(idleS) {
  const summary = ["v2c", "v3"].flatMap((version) =>
    agents.map(({ name }) => {
      const own = walks.filter((each) => each.agent === name && each.version === version);
      return {
        agent: name,
        version,
        wallS: median(own.map((each) => each.wallS)),
        cpuS: median(own.map((each) => each.cpuS)),
      };
    }),
  );
  const varbinds = machines * COLUMNS.length;
  const out = [
    `${varbinds} varbinds: ${machines} machines x ${COLUMNS.length} columns of vmTable, GETBULK 50, medians of ${pairs} alternating runs`,
    `${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`,
    "",
    `${"agent".padEnd(10)}${"version".padEnd(14)}${"wall s".padStart(8)}${"agent CPU s".padStart(13)}${"us/varbind".padStart(12)}${"varbinds/s".padStart(12)}`,
    ...summary.map(({ agent, version, wallS, cpuS }) => {
      const rate = Math.round(varbinds / wallS).toString();
      const words = version === "v3" ? "v3 authPriv" : version;
      return `${agent.padEnd(10)}${words.padEnd(14)}${wallS.toFixed(3).padStart(8)}${cpuS.toFixed(2).padStart(13)}${((cpuS / varbinds) * 1e6).toFixed(2).padStart(12)}${rate.padStart(12)}`;
    }),
    "us/varbind is the agent's own processor time: the wall time has that of snmpbulkwalk in it, too, which is the same for both.",
    "snmpd answers from a table_dataset: all rows in memory, nobody asked for them. Any table fed by a script or another process is slower.",
    "",
  ];
  const ratios = ["v2c", "v3"].flatMap((version) => {
    const [ours, theirs] = ["virtgate", "snmpd"].map((name) =>
      summary.find((each) => each.agent === name && each.version === version),
    );
    if (ours === undefined || theirs === undefined) return [];
    return [{ version, wall: ours.wallS / theirs.wallS, cpu: ours.cpuS / theirs.cpuS }];
  });
  for (const { version, wall, cpu } of ratios) {
    out.push(`${version}: virtgate takes ${wall.toFixed(2)} x snmpd's wall time and ${cpu.toFixed(2)} x its CPU time`);
  }
  const memory = agents.map(({ name, pid }) => ({ agent: name, residentMiB: residentMiB(pid) }));
  out.push(
    `memory: ${memory.map((each) => `${each.agent} ${each.residentMiB} MiB`).join(", ")}`,
    `virtgate polling its ${machines} machines, nobody asking: ${(idleS * 100).toFixed(1)} % of a core`,
    "",
  );
  process.stdout.write(out.join("\n"));
  const judged = await judge(ratios);
  const node = process.versions.node;
  const result = {
    machines,
    columns: COLUMNS.length,
    cores: cpus().length,
    node,
    walks,
    summary,
    ratios,
    memory,
    idleS,
    loads,
    verdicts: judged,
  };
  save(result);
}

/** @param {object} result */
function save(result) {
  const products = fileURLToPath(new URL("../../dist/bench/", import.meta.url));
  mkdirSync(products, { recursive: true });
  writeFileSync(join(products, "snmp.json"), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
