import { findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { loadConfiguration } from "../config-file.js";
import { dropHost } from "../host-state.js";
import { json, printable } from "../terminal.js";

export interface HostRemoveOptions extends ClientOptions {
  readonly dryRun?: true;
}

/** Forgets a host that `host add` added, with its secrets. */
export async function hostRemove(
  name: string,
  options: HostRemoveOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const stateDirectory = await findStateDirectory(options, env);
  const loaded = await loadConfiguration({ config: options.config, env });
  const answer = await dropHost(name, { stateDirectory, loaded, dryRun: options.dryRun === true });
  if (options.json) terminal.out(json(answer));
  else terminal.out(`host ${name} (${printable(answer.uri)}) ${answer.dryRun ? "would be removed" : "removed"}\n`);
  return 0;
}
