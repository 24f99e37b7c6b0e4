import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** Which process this is, in a way that no later process shares. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since the boot: a later process may have its pid, but not both. */
  readonly start: string;
  /** Of this run of the kernel. */
  readonly boot: string;
  /** The numbering of processes that `pid` belongs to; every container has its own. */
  readonly space: string;
  readonly machine: string;
}

/** What there is to know about processes. */
export interface ProcessProbe {
  self(): Promise<ProcessIdentity>;
  /** When the process with this number in our own numbering started; `undefined` when there is none. */
  startOf(pid: number): Promise<string | undefined>;
}

/** Asks `/proc`. */
export const procProbe: ProcessProbe = {
  async self() {
    const [start, boot, space, machine] = await Promise.all([
      startOf(process.pid),
      firstLine("/proc/sys/kernel/random/boot_id"),
      readlink("/proc/self/ns/pid").catch(() => ""),
      firstLine("/etc/machine-id"),
    ]);
    return { pid: process.pid, start: start ?? "", boot, space, machine: machine || hostname() };
  },
  startOf,
};

async function startOf(pid: number): Promise<string | undefined> {
  const stat = await firstLine(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may contain anything; what follows it is the third field.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state === "Z" || state === "X" ? undefined : start; // dead, only not yet collected
}

async function firstLine(path: string): Promise<string> {
  const content = await readFile(path, "utf8").catch(() => "");
  return content.split("\n", 1)[0] ?? "";
}
