import type { HostGeneration } from "../inventory/generation.js";
import { shellWord } from "./program.js";
import type { ReadyFile } from "./ready-file.js";
import type { HostChoice } from "./running-gateway.js";
import { paint, printable, type Terminal } from "./terminal.js";

/** What the start-up panel tells. */
export interface PanelFacts {
  readonly version: string;
  readonly ready: ReadyFile;
  readonly readyFile: string;
  readonly stateDirectory: string;
  /** Whether the state directory is the one that commands look in by themselves. */
  readonly defaultState: boolean;
  readonly configFile: string | undefined;
  readonly hostChoice: HostChoice;
  readonly hosts: readonly HostGeneration[];
  /** Hosts that have not answered yet. */
  readonly missing: readonly HostGeneration[];
  /** Where the MIB modules are. */
  readonly mibFolder: string | undefined;
  /** How the program is called. */
  readonly program: string;
}

const choices: Readonly<Record<HostChoice, string>> = {
  configured: "as configured",
  found: "found on this computer",
  simulated: "simulated: none of them is real",
};

/** vmTable. @see RFC 7666 */
const vmTable = "1.3.6.1.2.1.236.1.4";

/** A command of the panel with what it is for. */
export interface PanelCommand {
  readonly purpose: string;
  readonly command: string;
}

/** The commands to paste; each works as it stands. */
export function panelCommands({
  ready,
  program,
  stateDirectory,
  defaultState,
  mibFolder,
}: PanelFacts): readonly PanelCommand[] {
  const state = defaultState ? "" : ` --state ${shellWord(stateDirectory)}`;
  const commands: PanelCommand[] = [];
  if (ready.snmp) {
    const { address, port, confDir } = ready.snmp;
    const peer = address.includes(":") ? `udp6:[${address}]:${port}` : `${address}:${port}`;
    const walk = `SNMPCONFPATH=${shellWord(confDir)} snmpbulkwalk`;
    commands.push({ purpose: "machines by SNMP", command: `${walk} ${shellWord(peer)} ${vmTable}` });
    if (mibFolder !== undefined)
      commands.push({
        purpose: "the same in names",
        command: `${walk} -M ${shellWord(mibFolder)} -m ALL ${shellWord(peer)} VM-MIB::vmTable`,
      });
  }
  if (ready.metrics && ready.caFile !== undefined) {
    const { url } = ready.metrics;
    commands.push({
      purpose: "for Prometheus",
      command: `curl -s --cacert ${shellWord(ready.caFile)} ${shellWord(url)}`,
    });
  }
  commands.push({ purpose: "busiest machines", command: `${program} top${state}` });
  commands.push({ purpose: "what is wrong", command: `${program} doctor${state}` });
  return commands;
}

/** The first screen: what is served, from where, and what to type next. */
export function panel(terminal: Pick<Terminal, "colour">, facts: PanelFacts): string {
  const { hosts, missing, hostChoice, ready } = facts;
  const bold = (text: string) => paint(terminal, "bold", text);
  const lines = [
    `${bold(`virtgate ${facts.version}`)}, process ${ready.pid}`,
    "",
    bold(`hosts (${choices[hostChoice]})`),
  ];
  for (const part of hosts) lines.push(`  ${hostLine(terminal, part, missing.includes(part))}`);
  if (hosts.length === 0) lines.push("  none: add a [[host]] to the configuration");
  lines.push("", bold("try"));
  const commands = panelCommands(facts);
  for (const { purpose, command } of commands)
    lines.push(`  ${paint(terminal, "dim", `# ${purpose}`)}`, `  ${command}`);
  lines.push("", bold("next"));
  if (hostChoice === "simulated")
    lines.push(
      `  ${paint(terminal, "dim", "# serve a real host instead")}`,
      `  ${facts.program} up --connect qemu:///system`,
    );
  lines.push(
    `  ${paint(terminal, "dim", "# a configuration to begin with; check it, then start with --config virtgate.toml")}`,
  );
  lines.push(`  ${facts.program} check --sample > virtgate.toml`, "");
  lines.push(`configuration  ${facts.configFile ?? "none"}`);
  lines.push(`state          ${facts.stateDirectory}`);
  lines.push(`ready file     ${facts.readyFile}`);
  lines.push(`stop           Ctrl-C, or kill ${ready.pid}; reload: kill -HUP ${ready.pid}`, "");
  return `${lines.join("\n")}\n`;
}

function hostLine(terminal: Pick<Terminal, "colour">, { host, byIndex }: HostGeneration, missing: boolean): string {
  const name = `${printable(host.name)}  ${printable(host.uri)}`;
  if (missing || host.link !== "up") {
    const reason = host.linkReason === undefined ? "has not answered yet" : printable(host.linkReason);
    return `${name}  ${paint(terminal, "red", reason)}`;
  }
  const running = byIndex.filter((machine) => machine.state === "running").length;
  return `${name}  ${paint(terminal, "green", `${running} of ${byIndex.length} machines run`)}`;
}
