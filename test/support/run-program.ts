import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import type { ReadyFile } from "../../src/daemon/ready-file.js";
import { temporaryFolder } from "./temporary-folder.js";

/** How a program ended and what it said. */
export interface Ended {
  /** Undefined when a signal killed it. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** A process that was started and will not outlive the test. */
export interface Started {
  readonly pid: number;
  out(): string;
  err(): string;
  signal(signal: NodeJS.Signals): void;
  /** Types on its standard input. */
  type(text: string): void;
  readonly ended: Promise<Ended>;
}

/** Long enough for a loaded machine; nothing waits for it when all is well. */
const PATIENCE_MS = 90_000;
const LOOK_AGAIN_MS = 25;

const children = new Set<ChildProcess>();
let guarded = false;

/** A test run that is killed takes what it started with it. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.once("disconnect", () => {
    for (const child of children) child.kill("SIGKILL");
    process.exit(1);
  });
}

/** Starts a command; it is killed when the test ends, if it still runs then. */
export function start(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; typing?: true } = {},
): Started {
  guard();
  const child = spawn(command, args, {
    stdio: [options.typing ? "pipe" : "ignore", "pipe", "pipe"],
    env: options.env ?? process.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  children.add(child);
  let out = "";
  let err = "";
  child.stdout?.on("data", (text) => {
    out += text;
  });
  child.stderr?.on("data", (text) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      children.delete(child);
      resolve({ code: code ?? undefined, out, err });
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended.catch(() => {});
  });
  return {
    pid: child.pid ?? -1,
    out: () => out,
    err: () => err,
    signal: (signal) => void child.kill(signal),
    type: (text) => void child.stdin?.write(text),
    ended,
  };
}

/** Runs a command to its end. */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ended> {
  return start(command, args, options).ended;
}

/** The file that `node` runs: the program as `src/build.js` makes it for users. */
export function programFile(): string {
  return join(inject("program"), "daemon", "main.js");
}

/** Runs one command of the program to its end. */
export function virtgate(words: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  return run(process.execPath, [programFile(), ...words], { env });
}

/** Waits until `look` gives something. @throws with `title` and what else is known when it takes too long */
export async function until<T>(
  title: string,
  look: () => T | undefined | Promise<T | undefined>,
  known: () => string = () => "",
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS} ms for ${title}\n${known()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** A gateway that serves. */
export interface RunningProgram extends Started {
  readonly ready: ReadyFile;
  readonly readyFile: string;
  readonly stateDirectory: string;
  readonly configFile: string;
  /** Runs another command on this gateway. */
  command(...words: string[]): Promise<Ended>;
}

/** Ports that the system chooses, so that tests disturb nobody. */
export const anyPorts = '[web]\naddress = "127.0.0.1:0"\n[snmp]\naddresses = ["127.0.0.1:0"]\n';

/** Starts `virtgate up` as users do and waits for its ready file. */
export async function startProgram(
  options: { args?: readonly string[]; configuration?: string; stateDirectory?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RunningProgram> {
  const stateDirectory = options.stateDirectory ?? join(temporaryFolder(), "state");
  const readyFile = join(temporaryFolder(), "ready.json");
  const configFile = join(temporaryFolder(), "virtgate.toml");
  writeFileSync(configFile, options.configuration ?? anyPorts);
  const words = [
    "up",
    "--config",
    configFile,
    "--state",
    stateDirectory,
    "--ready-file",
    readyFile,
    ...(options.args ?? []),
  ];
  const started = start(process.execPath, [programFile(), ...words], { env: { ...process.env, ...options.env } });
  let over = false;
  void started.ended.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  const ready = await until(
    "the ready file",
    () => {
      if (existsSync(readyFile)) return JSON.parse(readFileSync(readyFile, "utf8")) as ReadyFile;
      if (over) throw new Error(`the program ended before it was ready\n${started.err()}`);
      return undefined;
    },
    started.err,
  );
  const command = (...words: string[]) => virtgate([...words, "--state", stateDirectory]);
  return { ...started, ready, readyFile, stateDirectory, configFile, command };
}
