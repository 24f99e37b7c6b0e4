import { attempt, type Outcome, run } from "./command.js";
import type { Driver } from "./machines.js";

/** Runs `virsh` against the private libvirtd. @returns what it printed, without the empty lines at the end */
export async function virsh(driver: Driver, ...args: readonly string[]): Promise<string> {
  return (await run("virsh", ["-q", "-c", `${driver}:///system`, ...args])).trimEnd();
}

/** Runs `virsh`, whatever comes of it. */
export function tryVirsh(driver: Driver, ...args: readonly string[]): Promise<Outcome> {
  return attempt("virsh", ["-q", "-c", `${driver}:///system`, ...args]);
}

/** The names of all machines of a driver. */
export async function machineNames(driver: Driver): Promise<readonly string[]> {
  return (await virsh(driver, "list", "--all", "--name")).split("\n").filter((name) => name !== "");
}

/** libvirt's words for a machine's state and why: `["paused", "user"]`; undefined when there is no such machine. */
export async function domainState(driver: Driver, name: string): Promise<readonly [string, string] | undefined> {
  const { code, stdout } = await tryVirsh(driver, "domstate", "--reason", name);
  const words = /^(.+) \((.+)\)/.exec(stdout);
  return code === 0 && words ? [words[1] ?? "", words[2] ?? ""] : undefined;
}

/** What `virsh` prints as `Name: value` or `name=value` lines. */
export function pairs(text: string, separator: ":" | "="): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split("\n")) {
    const cut = line.indexOf(separator);
    if (cut > 0) found.set(line.slice(0, cut).trim(), line.slice(cut + 1).trim());
  }
  return found;
}
