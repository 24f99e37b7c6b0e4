#!/usr/bin/env node
import { runCommandLine } from "./command-line.js";
import { growHeapSlowly } from "./heap-growth.js";
import { isEntry, programVersion } from "./program.js";
import { processTerminal } from "./terminal.js";

/**
 * The program: runs one command and ends the process with its exit code.
 * @param words what follows the program's name
 */
export async function main(words: readonly string[]): Promise<never> {
  growHeapSlowly();
  // Whoever reads has read enough (`| head`): for a command that is its end, a gateway serves on.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (words[0] !== "up" && words[0] !== "simulate") process.exit(0);
  });
  process.stderr.on("error", () => {});
  const code = await runCommandLine(words, {
    terminal: processTerminal(),
    env: process.env,
    version: programVersion(),
  });
  await written(process.stdout);
  return process.exit(code);
}

/** Resolves when what was written is out: exiting earlier would cut it off. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) resolve();
    else stream.write("", () => resolve());
  });
}

if (isEntry(import.meta.url)) await main(process.argv.slice(2));
