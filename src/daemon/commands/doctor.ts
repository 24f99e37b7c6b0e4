import type { HostsAnswer } from "../../agent/console/control-routes.js";
import { reasonOf } from "../../base/fault.js";
import { askGateway, defaultStateDirectory, findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { type LoadedConfiguration, loadConfiguration } from "../config-file.js";
import type { StatusAnswer } from "../control-socket.js";
import { examine } from "../doctor/examine.js";
import type { Examination, Finding, GatewayFacts, Verdict } from "../doctor/finding.js";
import { programWords } from "../program.js";
import { type Colour, json, paint, printable, type Terminal } from "../terminal.js";

/** Examines this computer and the running gateway. Fails when a check failed; warnings and notes alone do not. */
export async function doctor(options: ClientOptions, { terminal, env, version }: CommandContext): Promise<ExitCode> {
  // A configuration that cannot be read is a finding, not an end.
  const stateDirectory = await findStateDirectory(options, env).catch(() => defaultStateDirectory(env));
  const gateway = await findGateway(stateDirectory);
  const examination: Examination = {
    env,
    stateDirectory,
    configuration: await readConfigurationOf(options, gateway, env),
    gateway,
    program: programWords(),
    version,
  };
  const findings = await examine(examination);
  const counts = { ok: 0, note: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { verdict } of findings) counts[verdict] += 1;
  if (options.json) terminal.out(json({ counts, findings }));
  else terminal.out(report(terminal, findings, counts));
  return counts.failed === 0 ? 0 : 1;
}

async function findGateway(stateDirectory: string): Promise<GatewayFacts | string> {
  const start = performance.now();
  try {
    const status = await askGateway<StatusAnswer>(stateDirectory, "/v1/status");
    const latencyMs = Math.round(performance.now() - start);
    return { status, latencyMs, hosts: (await askGateway<HostsAnswer>(stateDirectory, "/v1/hosts")).hosts };
  } catch (error) {
    return (reasonOf(error).split("\n", 1)[0] ?? "").replace(/; start one with:.*/, "");
  }
}

/** The file that was named, else the one the gateway was started with, else what would be found. */
async function readConfigurationOf(
  options: ClientOptions,
  gateway: GatewayFacts | string,
  env: CommandContext["env"],
): Promise<LoadedConfiguration | string> {
  const running = typeof gateway === "string" ? undefined : gateway.status.configFile;
  try {
    return await loadConfiguration({ config: options.config ?? running, env });
  } catch (error) {
    return reasonOf(error);
  }
}

const colours: Readonly<Record<Verdict, Colour>> = {
  ok: "green",
  note: "blue",
  warning: "yellow",
  failed: "red",
  skipped: "dim",
};

function report(terminal: Terminal, findings: readonly Finding[], counts: Readonly<Record<Verdict, number>>): string {
  const lines = findings.map(({ check, subject, verdict, reason, remedy }) => {
    const title = subject === undefined ? check : `${check} (${printable(subject)})`;
    const line = `${paint(terminal, colours[verdict], verdict.padEnd(7))}  ${title}: ${printable(reason)}\n`;
    return remedy === undefined ? line : `${line}         → ${printable(remedy)}\n`;
  });
  return `${lines.join("")}\n${counts.failed} failed, ${counts.warning} warnings, ${counts.note} notes, ${counts.ok} ok, ${counts.skipped} skipped\n`;
}
