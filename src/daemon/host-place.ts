import { readFile } from "node:fs/promises";
import { Fault } from "../base/fault.js";
import type { Configuration } from "./options.js";
import { locateToml } from "./toml-locator.js";

/**
 * Hosts are told apart by their names, and one that is there twice would be polled twice.
 * @throws {Fault} `exists`
 */
export function requireNew(
  name: string,
  uri: string,
  others: readonly { readonly name: string; readonly uri: string }[],
): void {
  if (others.some((host) => host.name === name))
    throw new Fault("exists", `there is a host ${name} already; choose another name with --name`);
  const same = others.find((host) => host.uri === uri);
  if (same) throw new Fault("exists", `${uri} is there already as host ${same.name}; virtgate hosts lists all`);
}

/** Why a host that no command added cannot be removed by one: where it comes from, and what to do there. */
export async function whyNotRemoved(
  name: string,
  served: readonly string[],
  { hosts }: Configuration,
  file: string | undefined,
): Promise<Fault> {
  const path = `host/${name}`;
  const index = hosts.findIndex((host) => host.name === name);
  if (index >= 0 && file !== undefined) {
    const line = await lineOf(file, index);
    const how = "remove it there and reload with SIGHUP";
    return new Fault("denied", `host ${name} comes from ${file}, line ${line}: ${how}`, { path });
  }
  if (served.includes(name)) {
    const how = "it is not there any more when the gateway is started without it";
    return new Fault("denied", `host ${name} was found on this computer or named at the start: ${how}`, { path });
  }
  const known = served.length === 0 ? "there are none" : `the hosts are ${served.join(", ")}`;
  return new Fault("absent", `there is no host ${name}; ${known}`, { path });
}

/** Where the file has its `[[host]]`; the first line when the file was changed meanwhile. */
async function lineOf(file: string, index: number): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "");
  return locateToml(text).nearest(["host", index]).key.line;
}
