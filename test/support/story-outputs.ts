import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { type RunningProgram, until } from "./run-program.js";
import { readHost, readMachines, readMetrics, walkVmMib } from "./worlds.js";

const rewriting = process.env["VIRTGATE_REWRITE"] === "1";

type Outputs = Readonly<Record<"hosts" | "machines" | "snmp" | "metrics", string>>;

/**
 * Waits until the gateway tells what the files `PREFIX-output-*.txt` say; with VIRTGATE_REWRITE=1 it writes them.
 * @param names of the hosts, which are SNMP contexts, too
 */
export async function expectOutputs(gateway: RunningProgram, names: readonly string[], prefix: string): Promise<void> {
  const file = (kind: string): string => `${prefix}-output-${kind}.txt`;
  if (rewriting) {
    for (const [kind, text] of Object.entries(await settled(gateway, names))) writeFileSync(file(kind), text);
    return;
  }
  let told: Outputs | undefined;
  const expected = Object.fromEntries(
    (["hosts", "machines", "snmp", "metrics"] as const).map((kind) => [kind, readFileSync(file(kind), "utf8")]),
  );
  await until(
    "the outputs of the step",
    async () => {
      told = await outputsOf(gateway, names);
      return Object.entries(expected).every(([kind, text]) => told?.[kind as keyof Outputs] === text) || undefined;
    },
    () => JSON.stringify(told, undefined, 1),
  ).catch(() => {
    // What differs is better seen side by side.
    expect(told).toEqual(expected);
  });
}

/** What is told when nothing has changed for a while. */
async function settled(gateway: RunningProgram, names: readonly string[]): Promise<Outputs> {
  let last = "";
  let since = performance.now();
  return until("the outputs to settle", async () => {
    const told = await outputsOf(gateway, names);
    if (JSON.stringify(told) !== last) since = performance.now();
    last = JSON.stringify(told);
    return performance.now() - since > 6000 ? told : undefined;
  });
}

/** What of each world stands still between two steps. */
async function outputsOf(gateway: RunningProgram, names: readonly string[]): Promise<Outputs> {
  const hosts: string[] = [];
  const snmp: string[] = [];
  for (const name of names) {
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
