import { resolve } from "node:path";
import pino from "pino";
import { systemClock } from "../../base/clock.js";
import { serveFleet } from "../../simulator/fleet.js";
import type { HostMix } from "../../simulator/host/technologies.js";
import { SettableClock } from "../../simulator/time/settable-clock.js";
import { serveControl } from "../../simulator/truth/serve-control.js";
import type { CommandContext, ExitCode } from "../command.js";
import { createLog } from "../pino-log.js";
import { programWords, shellWord } from "../program.js";
import { listenToSignals } from "../signals.js";
import { listenPrivately } from "../simulated-hosts.js";
import { json } from "../terminal.js";

interface SimulateOptions {
  readonly socket: string;
  readonly hosts: number;
  readonly machines?: number;
  readonly seed: number;
  readonly mix?: HostMix;
  readonly control?: string;
  readonly life?: true;
  readonly json?: true;
}

/** Serves simulated libvirt hosts until it is told to stop. What it prints comes when all of them listen. */
export async function simulate(options: SimulateOptions, { terminal }: CommandContext): Promise<ExitCode> {
  const log = createLog(pino.destination({ dest: 2, sync: true }), {
    level: "warn",
    terminal: process.stderr.isTTY === true,
  });
  const clock = new SettableClock(systemClock);
  const fleet = await serveFleet({
    path: resolve(options.socket),
    hosts: options.hosts,
    seed: options.seed,
    life: options.life === true,
    clock,
    wireClock: systemClock,
    log,
    listen: listenPrivately,
    ...(options.machines !== undefined && { machines: options.machines }),
    ...(options.mix !== undefined && { mix: options.mix }),
  });
  const world = { hosts: fleet.hosts.map(({ host }) => host), clock };
  const control =
    options.control === undefined
      ? undefined
      : await listenPrivately(resolve(options.control), (channel) => serveControl(world, channel));
  const hosts = fleet.hosts.map(({ host, path, uri }) => ({ name: host.name, socket: path, uri }));
  terminal.out(options.json ? json({ pid: process.pid, hosts, control: control?.address }) : report(hosts));
  // There is nothing to read again on a reload.
  await new Promise<void>((stop) => listenToSignals({ stop: () => stop(), reload: () => {} }));
  await control?.close();
  await fleet.stop();
  return 0;
}

function report(hosts: readonly { readonly name: string; readonly uri: string }[]): string {
  const lines = hosts.flatMap(({ name, uri }) => [`# ${name}`, `virsh -c ${shellWord(uri)} list --all`]);
  const connect = hosts.map(({ uri }) => `--connect ${shellWord(uri)}`).join(" ");
  return `${lines.join("\n")}\n# serve ${hosts.length === 1 ? "it" : "them"}\n${programWords()} up ${connect}\n# stop: Ctrl-C, or kill ${process.pid}\n`;
}
