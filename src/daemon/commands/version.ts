import type { CommandContext, ExitCode } from "../command.js";
import { json } from "../terminal.js";

/** Prints the version of the program and of what it runs on. */
export async function version(options: { json?: true }, { terminal, version }: CommandContext): Promise<ExitCode> {
  if (options.json)
    terminal.out(json({ version, node: process.versions.node, platform: process.platform, arch: process.arch }));
  else terminal.out(`virtgate ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}\n`);
  return 0;
}
