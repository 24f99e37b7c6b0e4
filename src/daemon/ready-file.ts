import { readFile, rm } from "node:fs/promises";
import { reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { HostGeneration } from "../inventory/generation.js";
import { writeFileDurably } from "../store/durable-file.js";
import { nodeFileSystem } from "../store/node-file-system.js";
import type { RunningGateway } from "./running-gateway.js";

/** What a program needs to know of a gateway that serves. A member is absent while its listener is. */
export interface ReadyFile {
  readonly pid: number;
  /** Below it: `/healthz` and `/readyz`. */
  readonly web?: { readonly url: string };
  readonly metrics?: { readonly url: string };
  readonly snmp?: { readonly address: string; readonly port: number; readonly confDir: string };
  readonly user?: { readonly snmpUser: string };
  readonly caFile?: string;
  readonly hosts: readonly { readonly name: string; readonly uri: string; readonly simulated: boolean }[];
}

export function readyFileOf(gateway: RunningGateway): ReadyFile {
  const { web, snmp } = gateway.listeners();
  return {
    pid: process.pid,
    ...(web && { web: { url: web.url }, metrics: { url: `${web.url}/metrics` }, caFile: web.caFile }),
    ...(snmp && {
      snmp: { address: snmp.address, port: snmp.port, confDir: snmp.confDir },
      user: { snmpUser: snmp.user },
    }),
    hosts: [...gateway.inventory.current().hosts.values()].map(({ host: { name, uri, simulated } }) => ({
      name,
      uri,
      simulated,
    })),
  };
}

/** @throws {Fault} `storage-failed` */
export async function writeReadyFile(path: string, ready: ReadyFile): Promise<void> {
  await writeFileDurably(nodeFileSystem, path, `${JSON.stringify(ready, undefined, 2)}\n`);
}

/** Removes the file if it is this process's: another gateway may have been told the same path meanwhile. */
export async function removeReadyFile(path: string, log: Log): Promise<void> {
  try {
    const { pid } = JSON.parse(await readFile(path, "utf8")) as ReadyFile;
    if (pid === process.pid) await rm(path, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      log.warn("ready-file.remove.failed", { path, reason: reasonOf(error) });
  }
}

const LOOK_AGAIN_MS = 50;

/**
 * Waits until all machines of every host were listed, or until `withinMs` have passed: a host that does not answer must not keep the
 * others from being served.
 * @returns the hosts that are missing
 */
export async function firstInventory(
  gateway: RunningGateway,
  withinMs: number,
  stop: AbortSignal,
): Promise<readonly HostGeneration[]> {
  const deadline = gateway.clock.monotonic() + withinMs;
  for (;;) {
    const missing = [...gateway.inventory.current().hosts.values()].filter(({ host }) => !host.complete);
    if (missing.length === 0 || stop.aborted || gateway.clock.monotonic() >= deadline) return missing;
    await new Promise<void>((resolve) => {
      gateway.clock.after(LOOK_AGAIN_MS, resolve);
    });
  }
}
