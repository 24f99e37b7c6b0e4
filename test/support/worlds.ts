import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { HostAnswer, MachineAnswer, MachinesAnswer } from "../../src/agent/console/control-routes.js";
import type { MachineDetail } from "../../src/agent/console/machine-view.js";
import { askGateway } from "../../src/daemon/ask-gateway.js";
import { type RunningProgram, run } from "./run-program.js";

/** VM-MIB's tables of one SNMP context: rows by index, cells by column; octets as hexadecimal digits. */
export type VmMib = Readonly<Record<"vm" | "cpu" | "storage" | "network", ReadonlyMap<string, readonly string[]>>>;

/** A sample's value by the name of its family and its labels in the order in which they are written. */
export type Metrics = ReadonlyMap<string, number>;

/** What the gateway's own commands print. */
export async function readMachine(gateway: RunningProgram, which: string): Promise<MachineDetail | undefined> {
  const path = `/v1/machine?name=${encodeURIComponent(which)}`;
  return (await askGateway<MachineAnswer>(gateway.stateDirectory, path)).machines[0];
}

export async function readMachines(gateway: RunningProgram, host?: string): Promise<MachinesAnswer["machines"]> {
  const query = host === undefined ? "" : `?host=${encodeURIComponent(host)}`;
  return (await askGateway<MachinesAnswer>(gateway.stateDirectory, `/v1/machines${query}`)).machines;
}

export async function readHost(
  gateway: RunningProgram,
  host: string,
): Promise<HostAnswer["hosts"][number] | undefined> {
  return (await askGateway<HostAnswer>(gateway.stateDirectory, `/v1/host?name=${encodeURIComponent(host)}`)).hosts[0];
}

const VM_MIB = ".1.3.6.1.2.1.236";
const tables = { vm: ".1.4.1", cpu: ".1.5.1", storage: ".1.7.1", network: ".1.8.1" } as const;

/** Walks the VM-MIB of a context with Net-SNMP's tool, which must be installed. @throws when it fails */
export async function walkVmMib({ ready: { snmp } }: RunningProgram, context: string): Promise<VmMib> {
  const plain = ["-m", "", "-Onqe", "-Ot", "-OU", "-Ox"];
  const args = [...plain, "-r3", "-t20", "-Cr25", "-n", context, `${snmp?.address}:${snmp?.port}`, VM_MIB];
  const env = { ...process.env, SNMPCONFPATH: snmp?.confDir, SNMP_PERSISTENT_DIR: snmp?.confDir };
  const { code, out, err } = await run("snmpbulkwalk", args, { env });
  if (code !== 0) throw new Error(`snmpbulkwalk in "${context}" ended with ${code}: ${err}${out}`);
  const found = { vm: new Map(), cpu: new Map(), storage: new Map(), network: new Map() };
  for (const line of out.replaceAll(/\n(?!\.)/g, " ").split("\n")) {
    const [, oid = "", value = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
    for (const [name, entry] of Object.entries(tables) as [keyof typeof tables, string][]) {
      if (!oid.startsWith(`${VM_MIB}${entry}.`)) continue;
      const [column = "", ...index] = oid.slice(VM_MIB.length + entry.length + 1).split(".");
      const row: string[] = found[name].get(index.join(".")) ?? [];
      row[Number(column)] = value.startsWith('"') ? value.replaceAll(/[" ]/g, "").toLowerCase() : value.trim();
      found[name].set(index.join("."), row);
    }
  }
  return found;
}

export async function readMetrics(gateway: RunningProgram): Promise<Metrics> {
  const { metrics, caFile = "" } = gateway.ready;
  const text = await new Promise<string>((resolve, reject) => {
    const asking = request(metrics?.url ?? "", { ca: readFileSync(caFile), agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        body += piece;
      });
      response.on("end", () => resolve(body));
      response.on("error", reject);
    });
    asking.on("error", reject);
    asking.end();
  });
  return new Map(
    text.split("\n").flatMap((line): [string, number][] => {
      const [, sample, value] = /^([^#\s].*) (\S+)$/.exec(line) ?? [];
      return sample === undefined ? [] : [[sample, Number(value)]];
    }),
  );
}

/** The value of the one sample of a family that has these labels, among others. */
export function sampleOf(metrics: Metrics, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const parts = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  for (const [sample, value] of metrics) {
    if (sample.startsWith(`${name}{`) && parts.every((part) => sample.includes(part))) return value;
  }
  return undefined;
}
