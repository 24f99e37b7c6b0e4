import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Channel, ChannelServer } from "../base/channel.js";
import type { Clock } from "../base/clock.js";
import type { Log } from "../base/log.js";
import { serveFleet } from "../simulator/fleet.js";
import { listenUnix } from "../transport/unix.js";
import type { HostPlan, HostPlans } from "./host-plan.js";

/** The kernel's limit of a socket's path, less room for the socket's own name. @see unix(7) */
const LONGEST_FOLDER = 92;

export interface SimulatedHosts {
  /** How to serve them beside hosts of these names: one of the same name is called `NAME-simulated`. */
  plansBeside(taken: readonly string[]): readonly HostPlan[];
  stop(): Promise<void>;
}

/** Listens on a socket that only this user can open, making its folder if need be. */
export async function listenPrivately(path: string, onChannel: (channel: Channel) => void): Promise<ChannelServer> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return listenUnix(path, onChannel);
}

/**
 * Serves simulated hosts, over the same sockets and protocol as real ones.
 * @param near the folder for their sockets; its path may be too long for them, then they are elsewhere
 */
export async function startSimulatedHosts(
  wanted: HostPlans["simulated"],
  near: string,
  clock: Clock,
  log: Log,
): Promise<SimulatedHosts> {
  const away = Buffer.byteLength(near) > LONGEST_FOLDER;
  const folder = away ? await mkdtemp(join(tmpdir(), "virtgate-")) : near;
  const fleet = await serveFleet({
    path: wanted.hosts === 1 ? join(folder, "1.sock") : folder,
    hosts: wanted.hosts,
    seed: wanted.seed,
    life: true,
    clock,
    log,
    listen: listenPrivately,
    ...(wanted.machines === undefined ? {} : { machines: wanted.machines }),
  });
  return {
    plansBeside: (taken) =>
      fleet.hosts.map(({ host, uri }) => ({
        name: taken.includes(host.name) ? freeName(`${host.name}-simulated`, taken) : host.name,
        uri,
        simulated: true,
        allowWrite: true,
      })),
    async stop() {
      await fleet.stop();
      if (away) await rm(folder, { recursive: true, force: true });
    },
  };
}

function freeName(name: string, taken: readonly string[]): string {
  for (let number = 2, candidate = name; ; number += 1) {
    if (!taken.includes(candidate)) return candidate;
    candidate = `${name}-${number}`;
  }
}
