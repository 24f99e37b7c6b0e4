import type { Terminal } from "./terminal.js";

/** What every command that asks a running gateway takes. */
export interface ClientOptions {
  readonly state?: string;
  readonly config?: string;
  readonly json?: true;
}

/** How the program ends: done; refused or failed, with the reason on stderr; wrong usage. */
export type ExitCode = 0 | 1 | 2;

export interface CommandContext {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
}
