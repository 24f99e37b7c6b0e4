import { createSocket } from "node:dgram";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { COLUMNS, ONE_MACHINE, startNpmAgent, startSnmpd, startVirtgate } from "./agents.js";
import { cpuSeconds, isInstalled, residentMiB, run } from "./processes.js";

const VM_ENTRY = "1.3.6.1.2.1.236.1.4.1";
const VM_CPU_AFFINITY = "1.3.6.1.2.1.236.1.6.1.3";
/** What is told of each machine's virtual CPU 1 on the first physical one. */
const FIRST_AFFINITY = "1.196608";
const cells = COLUMNS.map((column) => `${VM_ENTRY}.${column}`).join(",");
const script = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * One load on one agent. `perCpuSecond` is what a second of the agent's processor time answers: unlike the rate it hardly
 * depends on what else the computer does.
 * @typedef {{ line: string, agent: string, perSecond: number, perCpuSecond: number, medianMs: number, p99Ms: number, lost: number }} Load
 * @typedef {{ changes: number, traps: number, seconds: number }} Burst
 * @typedef {{ loads: Load[], notes: string[], bursts: Burst[], memoryMiB: number | undefined }} Loads
 */

/** Machines of the small table. */
export const FEW = 100;

/**
 * Asks all agents for single cells, in alternation.
 * @param {{ folder: string, machines: number, port: number, seconds: number, pairs: number }} options @returns {Promise<Loads>}
 */
export async function runLoads({ folder, machines, port, seconds, pairs }) {
  const few = FEW;
  const receiver = createSocket("udp4");
  let traps = 0;
  receiver.on("message", () => {
    traps += 1;
  });
  await new Promise((resolve) => receiver.bind(0, "127.0.0.1", () => resolve(undefined)));
  receiver.setRecvBufferSize(4 << 20);
  /** @type {{ stop: () => Promise<void> }[]} */
  const started = [];
  const own = async (/** @type {any} */ agent) => {
    started.push(agent);
    return agent;
  };
  const sub = (/** @type {string} */ name) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  /** @type {Load[]} */
  const loads = [];
  /** @type {string[]} */
  const notes = [];
  try {
    const trapPort = receiver.address().port;
    /** @type {import("./agents.js").Virtgate} */
    const large = await own(await startVirtgate(sub("large"), machines, { calm: true, trapPort }));
    const small = await own(await startVirtgate(sub("small"), few, { calm: true }));
    const largeAgents = [large];
    const smallAgents = [small];
    if (isInstalled("snmpd")) {
      largeAgents.push(await own(await startSnmpd(sub("snmpd-large"), port, large.address)));
      smallAgents.push(await own(await startSnmpd(sub("snmpd-small"), port + 1, small.address)));
    }
    smallAgents.push(await own(await startNpmAgent(sub("npm"), port + 2, few)));
    const npm = await own(await startNpmAgent(sub("npm-large"), port + 3, machines));

    for (const agent of [large, small]) await rested(agent);
    const get = (/** @type {number} */ rows) => ["--columns", cells, "--rows", String(rows)];
    const next = (/** @type {string} */ column, /** @type {number} */ rows) => [
      "--type",
      "getnext",
      "--columns",
      column,
      "--rows",
      String(rows),
    ];
    const lines = [
      { line: `GET v2c, ${few * COLUMNS.length} cells`, agents: smallAgents, args: () => get(few) },
      { line: `GET v2c, ${machines * COLUMNS.length} cells`, agents: [...largeAgents, npm], args: () => get(machines) },
      {
        line: `GET v3 authPriv, ${machines * COLUMNS.length} cells`,
        agents: largeAgents,
        args: (/** @type {import("./agents.js").Agent} */ agent) => [...get(machines), "--v3", agent.v3],
      },
      {
        line: "GETNEXT in vmTable",
        agents: [large],
        args: () => next(`${VM_ENTRY}.2`, machines),
      },
      {
        line: "GETNEXT in vmTable, one machine seen",
        agents: [large],
        args: () => [...next(`${VM_ENTRY}.2`, machines), "--community", ONE_MACHINE],
      },
      {
        line: "GETNEXT in vmCpuAffinityTable, small",
        agents: [small],
        args: () => [...next(VM_CPU_AFFINITY, few), "--tail", FIRST_AFFINITY],
      },
      {
        line: "GETNEXT in vmCpuAffinityTable",
        agents: [large],
        args: () => [...next(VM_CPU_AFFINITY, machines), "--tail", FIRST_AFFINITY],
      },
    ];
    for (const { line, agents, args } of lines) {
      for (const agent of agents) await ask(line, agent, 1, args(agent)); // warms caches and compilers, not counted
      for (let pair = 1; pair <= pairs; pair++) {
        for (const agent of pair % 2 === 1 ? agents : agents.toReversed()) {
          loads.push(await ask(line, agent, seconds, args(agent)));
        }
      }
    }
    const rate = String(Math.round(best(loads, `GET v2c, ${machines * COLUMNS.length} cells`, "virtgate") / 2));
    const paced = [...get(machines), "--rate", rate];
    await large.loopDelay();
    loads.push(await ask(`GET at ${rate} a second, host at rest`, large, seconds * 4, paced));
    notes.push(loopNote("host at rest", await large.loopDelay()));
    await large.pace(false);
    await pause(30_000); // the first look at everything is no refresh
    await large.loopDelay();
    loads.push(await ask(`GET at ${rate} a second, host being read`, large, seconds * 4, paced));
    notes.push(loopNote("host being read", await large.loopDelay()));
    const memoryMiB = residentMiB(large.pid);
    const told = await burst(large, Math.min(1000, Math.floor(machines / 2)), () => traps);
    notes.push(
      `burst: ${told.changes} machines paused at once, ${told.traps} traps, the last within ${told.seconds.toFixed(1)} s of starting the program that paused them`,
      `memory: virtgate with ${machines} machines ${memoryMiB} MiB, with ${few} ${residentMiB(small.pid)} MiB`,
    );
    return { loads, notes, bursts: [told], memoryMiB };
  } finally {
    for (const agent of started.toReversed()) await agent.stop();
    receiver.close();
  }
}

/** @param {string} when @param {import("./agents.js").LoopDelay} delay */
function loopNote(when, { p99Ms, maxMs }) {
  return `event loop of virtgate under that load, ${when}: late by ${p99Ms.toFixed(1)} ms at p99, by ${maxMs.toFixed(1)} ms at most`;
}

/** Waits until an agent has read all that there is to read at first. @param {import("./agents.js").Agent} agent */
async function rested(agent) {
  for (let tries = 0; tries < 60; tries++) {
    const before = cpuSeconds(agent.pid);
    await pause(3000);
    if (cpuSeconds(agent.pid) - before < 0.3) return;
  }
}

/** @param {string} line @param {import("./agents.js").Agent} agent @param {number} seconds @param {string[]} args @returns {Promise<Load>} */
async function ask(line, agent, seconds, args) {
  const before = cpuSeconds(agent.pid);
  const words = [script("load.js"), "--agent", agent.address, "--seconds", String(seconds), ...args];
  const { answered, perSecond, medianMs, p99Ms, lost, wrong } = JSON.parse(await run(process.execPath, words));
  if (wrong > 0) throw new Error(`${line}, ${agent.name}: ${wrong} of ${answered} answers have no value`);
  const used = cpuSeconds(agent.pid) - before;
  return { line, agent: agent.name, perSecond, perCpuSecond: answered / used, medianMs, p99Ms, lost };
}

/**
 * Many machines change at once, each of which is to be told.
 * @param {import("./agents.js").Virtgate} agent @param {number} changes @param {() => number} heard @returns {Promise<Burst>}
 */
async function burst(agent, changes, heard) {
  const before = heard();
  const began = performance.now();
  await run(process.execPath, [script("burst.js"), agent.socket, String(changes)]);
  for (let tries = 0; heard() - before < changes && tries < 300; tries++) await pause(100);
  return { changes, traps: heard() - before, seconds: (performance.now() - began) / 1000 };
}

/** @param {readonly Load[]} loads @param {string} line @param {string} agent */
export function best(loads, line, agent) {
  return Math.max(
    ...loads.filter((each) => each.line === line && each.agent === agent).map(({ perSecond }) => perSecond),
  );
}

/** @param {Loads} loads @returns {string[]} */
export function loadReport({ loads, notes }) {
  const median = (/** @type {number[]} */ values) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const keys = [...new Set(loads.map(({ line, agent }) => `${line}\n${agent}`))].map((key) => key.split("\n"));
  const rows = keys.map(([line, agent]) => {
    const own = loads.filter((each) => each.line === line && each.agent === agent);
    const of = (/** @type {"perSecond" | "perCpuSecond" | "p99Ms"} */ name) => median(own.map((each) => each[name]));
    return { line, agent, perSecond: of("perSecond"), perCpuSecond: of("perCpuSecond"), p99Ms: of("p99Ms") };
  });
  const text = rows.map(({ line = "", agent = "", perSecond, perCpuSecond, p99Ms }) => {
    const theirs = rows.find((one) => one.line === line && one.agent === "snmpd");
    const ratio =
      agent !== "virtgate" || theirs === undefined
        ? ""
        : `${(perSecond / theirs.perSecond).toFixed(2)} x snmpd's rate, ${(perCpuSecond / theirs.perCpuSecond).toFixed(2)} x per CPU second`;
    const cells = [
      perSecond.toFixed(0).padStart(10),
      perCpuSecond.toFixed(0).padStart(13),
      p99Ms.toFixed(2).padStart(9),
    ];
    return `${line.padEnd(44)}${agent.padEnd(14)}${cells.join("")}  ${ratio}`;
  });
  const head = `${"one cell a request, 16 outstanding".padEnd(44)}${"agent".padEnd(14)}${"a second".padStart(10)}${"a CPU second".padStart(13)}${"p99 ms".padStart(9)}`;
  return [head, ...text, "", ...notes, ""];
}
