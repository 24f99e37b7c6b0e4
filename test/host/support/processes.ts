import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { until } from "./until.js";

/** A program of ours in the background, known by its pid alone. */
export interface Background {
  readonly pid: number;
  /** Everything it wrote, to standard output and error. */
  readonly log: string;
}

/** Starts a program whose output goes to a file. It is not bound to this process: the room ends it at the latest. */
export function startInBackground(
  program: string,
  args: readonly string[],
  { log, env = {} }: { log: string; env?: Readonly<Record<string, string>> },
): Background {
  const output = openSync(log, "a");
  const child: ChildProcess = spawn(program, [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  child.on("error", () => {}); // seen as a process that is not alive
  child.unref();
  return { pid: child.pid ?? -1, log };
}

/** Whether a process runs; one that ended and was not yet waited for does not. */
export function isAlive(pid: number): boolean {
  if (pid <= 0 || !existsSync(`/proc/${pid}/stat`)) return false;
  return processState(pid) !== "Z" && processState(pid) !== undefined;
}

/** The letter in the process's stat line (`T`: stopped by a signal); `undefined` when it is gone. */
function processState(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  } catch {
    return undefined;
  }
}

/** Sends a signal and waits until the process is gone; nothing when it is gone already. */
export async function end(pid: number, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  await until(`process ${pid} to end after ${signal}`, () => !isAlive(pid), { pauseMs: 20 });
}

/** The pid in a file, when that process is alive. */
export function pidIn(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
  return isAlive(pid) ? pid : undefined;
}

/** Memory that a process has in use. */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} is gone`);
  return Number(kib) * 1024;
}
