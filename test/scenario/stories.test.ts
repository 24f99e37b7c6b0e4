import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { expectAgreementWithTruth } from "../support/agree-with-truth.js";
import { isInstalled } from "../support/installed.js";
import { anyPorts, type RunningProgram, startProgram, until } from "../support/run-program.js";
import { type SimulatedWorld, startSimulatedWorld } from "../support/simulated-world.js";
import { readHost, readMachines, readMetrics, walkVmMib } from "../support/worlds.js";

/**
 * Each folder here is a story in numbered steps: `world.json` says which hosts are simulated, `NN-input.jsonl` what is ordered of
 * them, `NN-output-*.txt` what the worlds then tell. What varies from run to run is not in those files but compared with the truth
 * after each step. With VIRTGATE_REWRITE=1 the outputs are written, to be reviewed as a difference.
 */
const folder = fileURLToPath(new URL(".", import.meta.url));
const rewriting = process.env["VIRTGATE_REWRITE"] === "1";

interface World {
  /** What the story is about. */
  readonly title: string;
  /** Options of `virtgate simulate`. */
  readonly simulate: readonly string[];
}

type Outputs = Readonly<Record<"hosts" | "machines" | "snmp" | "metrics", string>>;

const stories = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && existsSync(join(folder, entry.name, "world.json")) ? [entry.name] : [],
);

describe("a story told by orders", () => {
  for (const name of stories) {
    const { title, simulate } = JSON.parse(readFileSync(join(folder, name, "world.json"), "utf8")) as World;
    test(title, async ({ skip }) => {
      if (!isInstalled("snmpbulkwalk")) skip("snmpbulkwalk is not installed");
      const world = await startSimulatedWorld(simulate);
      const gateway = await startProgram({ configuration: configurationOf(world) });
      for (const step of stepsOf(name)) {
        for (const order of ordersOf(name, step)) await world.order(order);
        await expectOutputs(gateway, world, join(folder, name, step));
        await expectTruth(gateway, world);
      }
    });
  }

  test("there are stories of everything that the life of hosts and machines is made of", () => {
    expect(stories).toEqual(
      expect.arrayContaining([
        "boot",
        "clock-jump",
        "crash",
        "fill-up",
        "host-lost",
        "migration",
        "old-daemon",
        "stuck-machine",
      ]),
    );
  });
});

/** Hosts that are looked at often, so that stories are short. */
function configurationOf({ hosts }: SimulatedWorld): string {
  const pace = "state_interval_ms = 500\nstatistics_interval_ms = 1000\ncall_timeout_ms = 1000\n";
  return anyPorts + hosts.map(({ name, uri }) => `[[host]]\nname = "${name}"\nuri = "${uri}"\n${pace}`).join("");
}

function stepsOf(name: string): readonly string[] {
  const inputs = readdirSync(join(folder, name)).filter((file) => file.endsWith("-input.jsonl"));
  return inputs.map((file) => file.slice(0, 2)).sort();
}

function ordersOf(name: string, step: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = readFileSync(join(folder, name, `${step}-input.jsonl`), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Waits for what the files say. */
async function expectOutputs(gateway: RunningProgram, world: SimulatedWorld, prefix: string): Promise<void> {
  const file = (kind: string): string => `${prefix}-output-${kind}.txt`;
  if (rewriting) {
    for (const [kind, text] of Object.entries(await settled(gateway, world))) writeFileSync(file(kind), text);
    return;
  }
  let told: Outputs | undefined;
  const expected = Object.fromEntries(
    (["hosts", "machines", "snmp", "metrics"] as const).map((kind) => [kind, readFileSync(file(kind), "utf8")]),
  );
  await until(
    "the outputs of the step",
    async () => {
      told = await outputsOf(gateway, world);
      return Object.entries(expected).every(([kind, text]) => told?.[kind as keyof Outputs] === text) || undefined;
    },
    () => JSON.stringify(told, undefined, 1),
  ).catch(() => {
    // What differs is better seen side by side.
    expect(told).toEqual(expected);
  });
}

/** What is told when nothing has changed for a while. */
async function settled(gateway: RunningProgram, world: SimulatedWorld): Promise<Outputs> {
  let last = "";
  let since = performance.now();
  return until("the outputs to settle", async () => {
    const told = await outputsOf(gateway, world);
    if (JSON.stringify(told) !== last) since = performance.now();
    last = JSON.stringify(told);
    return performance.now() - since > 6000 ? told : undefined;
  });
}

/** What of each world stands still between two steps. */
async function outputsOf(gateway: RunningProgram, world: SimulatedWorld): Promise<Outputs> {
  const hosts: string[] = [];
  const snmp: string[] = [];
  for (const { name } of world.hosts) {
    const host = await readHost(gateway, name);
    hosts.push(`${name} ${host?.link} ${host?.libvirtVersion} ${JSON.stringify(host?.machinesByState)}`);
    const { vm } = await walkVmMib(gateway, name);
    // vmName, vmAdminState, vmOperState, vmAutoStart, vmPersistent, vmCurCpuNumber
    for (const [index, row] of vm) snmp.push(`${name} ${index} ${text(row[2])} ${row.slice(5, 10).join(" ")}`);
  }
  const machines = (await readMachines(gateway)).map((machine) => {
    const { host, name, technology, state, reason, adminState, reachable, stuck, memoryKiB } = machine;
    const flags = [reachable ? "" : " unreachable", stuck ? " stuck" : ""].join("");
    return `${host}/${name} ${technology} ${state} (${reason}) wanted ${adminState} ${memoryKiB} KiB${flags}`;
  });
  const metrics = [...(await readMetrics(gateway))].flatMap(([sample, value]) =>
    /^(virtgate_host_link|libvirt_domain_info_(vstate|virtual_cpus))\{/.test(sample) ? [`${sample} ${value}`] : [],
  );
  return { hosts: lines(hosts), machines: lines(machines), snmp: lines(snmp), metrics: lines(metrics) };
}

function lines(of: readonly string[]): string {
  return `${[...of].sort().join("\n")}\n`;
}

function text(octets: string | undefined): string {
  return Buffer.from(octets ?? "", "hex").toString();
}

/** Of hosts that cannot be reached nobody can know the truth. */
async function expectTruth(gateway: RunningProgram, world: SimulatedWorld): Promise<void> {
  const up = new Set<string>();
  for (const { name } of world.hosts) if ((await readHost(gateway, name))?.link === "up") up.add(name);
  await expectAgreementWithTruth(gateway, world, (host) => up.has(host));
}
