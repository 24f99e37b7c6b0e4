import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReached, verdictOf } from "../goals.js";
import { isInstalled, run } from "../snmp/processes.js";
import { COMMUNITY, share, startRig } from "./rig.js";

const HELP = `What the gateway costs by hosts and machines: simulated hosts in other processes, 70 % KVM, 20 % LXC, 5 % Xen, 5 % OpenVZ,
states read every 5 seconds and statistics every 30.

  npm run bench:scale -- [--hosts 1000] [--machines 50] [--seconds 60] [--losses 3] [--curves] [--strict]

Then all hosts are lost and return at once, some times; then VM-MIB of 10,000 machines is walked while they are read. --curves
measures smaller numbers of hosts and of machines first. Each goal gets a line, ok or short; with --strict the program fails when
one is short. Numbers, also as JSON, go to dist/bench/scale.json. Processor time says more than the clock on a busy computer.
`;

const { values: options } = parseArgs({
  options: {
    hosts: { type: "string", default: "1000" },
    machines: { type: "string", default: "50" },
    seconds: { type: "string", default: "60" },
    losses: { type: "string", default: "3" },
    curves: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const seconds = Number(options.seconds);
const folder = mkdtempSync(join(tmpdir(), "virtgate-scale-"));
let rigs = 0;

/**
 * What so many hosts cost.
 * @typedef {{ hosts: number, machines: number, firstS: number, firstCpuS: number, share: number, memoryMiB: number,
 *   loop: import("./rig.js").LoopDelay, oldestS: number }} Cost
 */

try {
  process.stdout.write(
    `${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}; load ${loadavg()[0]?.toFixed(1)}\n`,
  );
  const [hosts, machines] = [Number(options.hosts), Number(options.machines)];
  /** @type {Cost[]} */
  const costs = [];
  const smaller = options.curves
    ? [
        [10, machines],
        [100, machines],
        [300, machines],
        [100, 10],
        [100, 200],
      ]
    : [];
  for (const [some = 0, of = 0] of smaller) costs.push(await withRig(some, of, cost));
  const whole = await withRig(hosts, machines, async (rig, ...sizes) => {
    const measured = await cost(rig, ...sizes);
    return { measured, losses: await loseAll(rig, Number(options.losses), hosts) };
  });
  costs.push(whole.measured);
  const walk = isInstalled("snmpbulkwalk") ? await withRig(Math.ceil(10_000 / machines), machines, walkAll) : undefined;
  report(costs, whole.losses, walk);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @template Result
 * @param {number} hosts @param {number} machines
 * @param {(rig: import("./rig.js").Rig, hosts: number, machines: number) => Promise<Result>} measure
 */
async function withRig(hosts, machines, measure) {
  rigs += 1;
  process.stderr.write(`${hosts} hosts of ${machines} machines ...\n`);
  const rig = await startRig(join(folder, String(rigs)), hosts, machines);
  try {
    return await measure(rig, hosts, machines);
  } finally {
    await rig.stop();
  }
}

/** @param {import("./rig.js").Rig} rig @param {number} hosts @param {number} machines @returns {Promise<Cost>} */
async function cost(rig, hosts, machines) {
  await pause(Math.min(seconds, 60) * 1000); // what is read once is read
  await rig.loopDelay();
  const used = await share(rig, seconds);
  const loop = await rig.loopDelay();
  const oldest = Math.max(...(await rig.hosts()).map(({ statisticsAgeMs }) => statisticsAgeMs ?? 0));
  const { firstS, firstCpuS } = rig;
  return { hosts, machines, firstS, firstCpuS, share: used, memoryMiB: rig.memoryMiB(), loop, oldestS: oldest / 1000 };
}

/**
 * All hosts go and come back together.
 * @param {import("./rig.js").Rig} rig @param {number} times @param {number} hosts
 * @returns {Promise<{ freshS: number, memoryMiB: number }[]>}
 */
async function loseAll(rig, times, hosts) {
  const losses = [];
  for (let time = 0; time < times; time++) {
    await rig.order({ do: "lose", host: "*" });
    await until(async () => (await rig.hosts()).every(({ link }) => link !== "up"));
    await rig.order({ do: "return", host: "*" });
    const began = performance.now();
    // Listed and measured since they came back; what is read of machines that do not run has no age.
    const isFresh = (
      /** @type {import("./rig.js").HostView} */ { link, listedAgeMs = Infinity, statisticsAgeMs = 0 },
    ) => link === "up" && Math.max(listedAgeMs, statisticsAgeMs) < performance.now() - began;
    await until(async () => (await rig.hosts()).filter(isFresh).length === hosts);
    losses.push({ freshS: (performance.now() - began) / 1000, memoryMiB: rig.memoryMiB() });
  }
  return losses;
}

/** @param {import("./rig.js").Rig} rig @param {number} hosts @param {number} machines */
async function walkAll(rig, hosts, machines) {
  await pause(10_000);
  const words = ["-m", "", "-On", "-Cr50", "-t", "30", "-v2c", "-c", COMMUNITY, rig.address];
  // vmTable and the groups before it, then the tables of devices; the affinity table has a row for each pair of processors.
  const parts = {
    "all but processors' affinity": [
      "1.3.6.1.2.1.236.1.1",
      "1.3.6.1.2.1.236.1.2",
      "1.3.6.1.2.1.236.1.3",
      "1.3.6.1.2.1.236.1.4",
      "1.3.6.1.2.1.236.1.5",
      "1.3.6.1.2.1.236.1.7",
      "1.3.6.1.2.1.236.1.8",
    ],
    affinity: ["1.3.6.1.2.1.236.1.6"],
  };
  const walks = [];
  for (const [what, roots] of Object.entries(parts)) {
    const [began, before] = [performance.now(), rig.cpuS()];
    let varbinds = 0;
    for (const root of roots)
      varbinds += (await run("snmpbulkwalk", [...words, root]))
        .split("\n")
        .filter((line) => line.startsWith(".1.3.6.1.2.1.236")).length;
    walks.push({ what, varbinds, seconds: (performance.now() - began) / 1000, cpuS: rig.cpuS() - before });
  }
  return { machines: hosts * machines, walks };
}

/** @param {() => Promise<boolean>} look */
async function until(look) {
  for (let tries = 0; tries < 1200; tries++) {
    if (await look()) return;
    await pause(250);
  }
  throw new Error("waited in vain for five minutes");
}

/** @param {readonly Cost[]} costs @param {Awaited<ReturnType<typeof loseAll>>} losses @param {Awaited<ReturnType<typeof walkAll>> | undefined} walk */
function report(costs, losses, walk) {
  const head = [
    "hosts",
    "machines",
    "first s",
    "first CPU s",
    "% of a core",
    "MiB",
    "loop p99 ms",
    "loop most ms",
    "oldest s",
  ];
  const rows = costs.map((one) =>
    [
      one.hosts,
      one.hosts * one.machines,
      one.firstS.toFixed(1),
      one.firstCpuS.toFixed(1),
      (one.share * 100).toFixed(1),
      one.memoryMiB,
      one.loop.p99Ms.toFixed(1),
      one.loop.maxMs.toFixed(0),
      one.oldestS.toFixed(1),
    ].map((cell) => String(cell).padStart(13)),
  );
  const lines = [head.map((word) => word.padStart(13)), ...rows].map((cells) => cells.join(""));
  for (const [at, loss] of losses.entries()) {
    lines.push(
      `all hosts lost and back, ${at + 1}: fresh again within ${loss.freshS.toFixed(1)} s, ${loss.memoryMiB} MiB`,
    );
  }
  for (const { what, varbinds, seconds: took, cpuS } of walk?.walks ?? []) {
    lines.push(
      `VM-MIB of ${walk?.machines} machines, ${what}: ${varbinds} values in ${took.toFixed(2)} s, ${cpuS.toFixed(2)} s of the gateway's CPU`,
    );
  }
  const last = costs.at(-1);
  const [first, final] = [losses[0]?.memoryMiB, losses.at(-1)?.memoryMiB];
  const atMost = { atLeast: false };
  /** @type {import("../goals.js").Goal[]} */
  const goals = [
    { goal: "CPU", unit: "% of a core", wanted: 40, ...atMost, measured: last && last.share * 100 },
    { goal: "memory", unit: "MiB", wanted: 953, ...atMost, measured: last?.memoryMiB }, // 1 GB
    {
      goal: "all hosts fresh again after they were lost",
      unit: "s",
      wanted: 60,
      ...atMost,
      measured: losses.length === 0 ? undefined : Math.max(...losses.map(({ freshS }) => freshS)),
    },
    {
      goal: "memory after the last loss, to the first",
      unit: "times",
      wanted: 1.05,
      ...atMost,
      measured: first === undefined || final === undefined || losses.length < 2 ? undefined : final / first,
    },
    {
      goal: "walk of VM-MIB of 10,000 machines while they are read",
      unit: "s",
      wanted: 5,
      ...atMost,
      measured: walk?.walks[0]?.seconds,
    },
  ];
  process.stdout.write(`${[...lines, "", ...goals.map(verdictOf)].join("\n")}\n`);
  if (options.strict && !goals.every(isReached)) process.exitCode = 1;
  const out = fileURLToPath(new URL("../../dist/bench/", import.meta.url));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "scale.json"), `${JSON.stringify({ costs, losses, walk, goals }, undefined, 2)}\n`);
}
