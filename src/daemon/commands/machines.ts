import type { MachinesAnswer } from "../../agent/console/control-routes.js";
import type { MachineView } from "../../agent/console/machine-view.js";
import type { MachineState } from "../../inventory/machine.js";
import { askGateway, findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { bytes, type Colour, type Column, duration, json, table } from "../terminal.js";

// biome-ignore format: read as a table
const stateColours: Readonly<Partial<Record<MachineState, Colour>>> = {
  running: "green", paused: "yellow", "pm-suspended": "yellow", crashed: "red", stopped: "dim", saved: "blue",
};

/** A machine's state; what is known of it only from earlier is in brackets. */
export const stateColumn: Column<MachineView> = {
  title: "STATE",
  text: (machine) => (machine.reachable ? `${machine.state}${machine.stuck ? " (stuck)" : ""}` : `(${machine.state})`),
  colour: (machine) => (machine.stuck ? "red" : machine.reachable ? stateColours[machine.state] : "dim"),
};

const columns: readonly Column<MachineView>[] = [
  { title: "HOST", text: (machine) => machine.host },
  { title: "NAME", text: (machine) => machine.name },
  stateColumn,
  { title: "TECH", text: (machine) => machine.technology },
  { title: "VCPU", align: "right", text: (machine) => String(machine.vcpuCount ?? "-") },
  { title: "MEMORY", align: "right", text: (machine) => bytes(memoryBytes(machine)) },
  { title: "CPU TIME", align: "right", text: cpuTime },
  { title: "AGE", align: "right", text: (machine) => duration(oldest(machine)) },
  { title: "UUID", text: (machine) => machine.uuid },
];

/** Lists the machines of the running gateway. */
export async function machines(
  options: ClientOptions & { readonly host?: string },
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const query = options.host === undefined ? "" : `?host=${encodeURIComponent(options.host)}`;
  const answer = await askGateway<MachinesAnswer>(await findStateDirectory(options, env), `/v1/machines${query}`);
  terminal.out(options.json ? json(answer) : table(terminal, columns, answer.machines));
  return 0;
}

function memoryBytes({ memoryKiB }: MachineView): number | undefined {
  return memoryKiB === undefined ? undefined : memoryKiB * 1024;
}

function cpuTime({ cpuTimeNs }: MachineView): string {
  return cpuTimeNs === undefined ? "-" : `${(Number(BigInt(cpuTimeNs) / 10_000_000n) / 100).toFixed(2)} s`;
}

/** The age of what was read longest ago; a machine that is off has no statistics to grow old. */
function oldest({ domainId, ages }: MachineView): number | undefined {
  if (domainId === undefined || ages.stateMs === undefined) return ages.stateMs;
  return Math.max(ages.stateMs, ages.statisticsMs ?? 0);
}
