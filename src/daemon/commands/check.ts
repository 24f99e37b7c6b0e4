import type { CommandContext, ExitCode } from "../command.js";
import { loadConfiguration } from "../config-file.js";
import { configurationManual, sampleConfiguration } from "../option-pages.js";
import { problemText } from "../problem.js";
import { json } from "../terminal.js";

interface CheckOptions {
  readonly config?: string;
  readonly sample?: true;
  readonly manual?: true;
  readonly json?: true;
}

/** Validates the configuration that a gateway would start with, or prints what can be configured. */
export async function check(options: CheckOptions, { terminal, env, version }: CommandContext): Promise<ExitCode> {
  if (options.sample || options.manual) {
    const text = options.sample ? sampleConfiguration() : configurationManual(version);
    terminal.out(options.json ? json({ text }) : text);
    return 0;
  }
  const { file, configuration, problems, warnings } = await loadConfiguration({ config: options.config, env });
  if (options.json) terminal.out(json({ file, valid: configuration !== undefined, problems, warnings }));
  for (const warning of warnings) terminal.err(`${warning}\n`);
  if (configuration === undefined) {
    for (const problem of problems) terminal.err(`${problemText(problem)}\n`);
    return 1;
  }
  if (options.json) return 0;
  if (file === undefined) terminal.out("there is no configuration file; every option has its default\n");
  else terminal.out(`${file} is valid: ${counted(configuration.hosts.length, "host")}\n`);
  return 0;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
